"""The commands as a person or another program runs them: real processes."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from bot.settings import PROJECT_ROOT
from tests.processes import run_python


@pytest.fixture(scope="module")
def run(app, data_dir):
    """Run a command on the index that the other tests already built."""

    def run_command(
        *arguments: str, given: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        return run_python(data_dir, "-m", "bot", *arguments, given=given, check=check)

    return run_command


def lines(result: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_ask_answers_every_line_in_order(run):
    texts = ["quên mật khẩu vneid", "dang ky tam tru o dau", "", "😀", "hôm nay ăn gì"]
    given = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    answers = lines(run("ask", "--jsonl", given=given))
    assert [one["text"] for one in answers] == texts
    assert all(set(one) == {"text", "outcome", "topics", "reply", "elapsed_ms"} for one in answers)
    assert answers[0]["topics"][0]["id"] == "trouble/quen-mat-khau"
    assert all(len(one["topics"]) <= 5 and one["reply"] for one in answers)
    scores = [topic["score"] for topic in answers[0]["topics"]]
    assert scores == sorted(scores, reverse=True)
    assert "**" not in answers[0]["reply"]


#: A line that nothing can be answered to, and what the reply has to name.
UNUSABLE = [
    ("not json", "JSON"),
    ('{"text": "cut o', "JSON"),
    ("[" * 100_000, "JSON"),
    ("[1]", "đối tượng JSON"),
    ("null", "đối tượng JSON"),
    ('"quên mật khẩu"', "đối tượng JSON"),
    ('{"session": "a", "other": 1}', 'thiếu "text"'),
    ('{"session": "a", "text": null}', 'thiếu "text"'),
    ('{"session": "a", "text": 5}', '"text" phải là chữ'),
    ('{"session": "a", "text": ["quên mật khẩu"]}', '"text" phải là chữ'),
]
GOOD = '{"session": "a", "text": "\\ud800 quên mật khẩu vneid"}'


def with_good_lines_between(bad: list[str]) -> str:
    return "\ufeff" + "".join(f"{GOOD}\n\n{line}\n" for line in bad) + GOOD


def test_ask_answers_every_unusable_line_in_its_place_with_what_is_wrong(run):
    result = run("ask", "--jsonl", given=with_good_lines_between([line for line, _ in UNUSABLE]))
    answers = lines(result)
    assert all(set(one) == {"text", "outcome", "topics", "reply", "elapsed_ms"} for one in answers)
    assert len(answers) == 2 * len(UNUSABLE) + 1
    assert {one["topics"][0]["id"] for one in answers[::2]} == {"trouble/quen-mat-khau"}
    for (line, words), one in zip(UNUSABLE, answers[1::2], strict=True):
        assert (one["outcome"], one["topics"]) == ("unknown", []), line
        assert words in one["reply"], line
    assert "Traceback" not in result.stderr


def test_converse_answers_every_unusable_line_in_its_place_with_what_is_wrong(run):
    unusable = [
        *UNUSABLE,
        ('{"text": "chào"}', 'thiếu "session"'),
        ('{"session": 1, "text": "chào"}', '"session" phải là chữ'),
        ('{"session": "a", "press": 304}', '"press" phải là chữ'),
    ]
    result = run("converse", "--jsonl", given=with_good_lines_between([one for one, _ in unusable]))
    answers = lines(result)
    shape = {"session", "outcome", "topics", "flow", "step", "replies"}
    assert all(set(one) == shape for one in answers)
    assert len(answers) == 2 * len(unusable) + 1
    assert {one["outcome"] for one in answers[::2]} == {"answered"}
    for (line, words), one in zip(unusable, answers[1::2], strict=True):
        assert (one["outcome"], one["topics"]) == ("unknown", []), line
        assert words in one["replies"][0]["text"], line
        assert one["session"] == ("a" if '"session": "a"' in line else ""), line
    assert "Traceback" not in result.stderr


def test_an_unusable_line_does_not_disturb_the_conversation(run):
    given = '{"session": "a", "press": "t:344"}\n{"session": "a"}\n{"session": "a", "text": "1"}\n'
    first, _, picked = lines(run("converse", "--jsonl", given=given))
    assert first["replies"][0]["buttons"]
    assert (picked["outcome"], picked["flow"]) == ("flow_started", "t344")


def test_ask_explains_an_answer_by_its_rule_and_scores(run):
    result = run("ask", "--explain", "quên", "mật", "khẩu", "vneid")
    assert "Nguồn: " in result.stdout
    why = result.stdout[result.stdout.index("  kết quả: ") :]
    assert why.startswith("  kết quả: answered (đã trả lời)\n  luật: question\n")
    assert "\n  xếp hạng: answer\n" in why
    scores = re.findall(r"^  (đứng đầu|chủ đề): ([01]\.\d{3})  (\S+)$", why, re.MULTILINE)
    assert [name for name, _, _ in scores][:2] == ["đứng đầu", "chủ đề"]
    assert {name for _, _, name in scores[:2]} == {"trouble/quen-mat-khau"}
    assert re.findall(r"^  số đo: [01]\.\d{3}  (\w+)$", why, re.MULTILINE) == [
        "in_scope",
        "correct",
    ]


def test_ask_names_the_best_class_of_what_is_no_topic(run):
    why = run("ask", "--explain", "cảm ơn bạn nhiều nhé").stdout
    assert "\n  luật: smalltalk/thanks\n" in why
    assert re.search(r"^  đứng đầu: [01]\.\d{3}  smalltalk/thanks$", why, re.MULTILINE)


def test_ask_explains_a_decision_before_any_ranking_by_its_rule_alone(run):
    why = run("ask", "--explain", "304").stdout
    assert "\n  luật: code\n" in why
    assert "chủ đề: 1.000  " in why
    assert "xếp hạng" not in why
    assert "số đo" not in why


def test_ask_explains_every_line_when_asked_to(run):
    given = '{"text": "quên mật khẩu vneid"}\n{"text": "304"}\nnot json\n'
    ranked, coded, refused = lines(run("ask", "--jsonl", "--explain", given=given))
    assert ranked["explain"]["rule"] == "question"
    assert ranked["explain"]["verdict"] == "answer"
    assert ranked["explain"]["best"] == {
        "name": ranked["topics"][0]["id"],
        "score": ranked["topics"][0]["score"],
    }
    assert set(ranked["explain"]["figures"]) == {"in_scope", "correct"}
    assert (coded["explain"]["rule"], coded["explain"]["best"]) == ("code", None)
    assert "explain" not in refused


def test_chat_explains_each_turn_with_its_place_and_events(run):
    begun = "344\n1\nxong\n"
    shown = run("chat", "--explain", given=begun).stdout
    assert re.findall(r"^  luật: (\w+)$", shown, re.MULTILINE)[0] == "code"
    assert "\n  đang ở: t344/lam.1\n" in shown
    assert "\n  sự kiện: flow_step:t344/lam.1\n" in shown
    assert "luật: " not in run("chat", given=begun).stdout


def test_converse_keeps_sessions_apart_and_takes_presses(run):
    given = "".join(
        json.dumps(line) + "\n"
        for line in [
            {"session": "a", "press": "t:344"},
            {"session": "b", "text": "1"},
            {"session": "a", "text": "1"},
            {"session": "a", "press": "menu"},
        ]
    )
    first, other, picked, menu = lines(run("converse", "--jsonl", given=given))
    assert all(
        set(one) == {"session", "outcome", "topics", "flow", "step", "replies"}
        for one in (first, other, picked, menu)
    )
    assert first["outcome"] == "answered"
    assert set(first["replies"][0]) == {"text", "buttons", "image"}
    assert set(first["replies"][0]["buttons"][0]) == {"label", "payload"}
    assert picked["replies"] != other["replies"]
    assert (picked["flow"], picked["step"]) == ("t344", "lam.1")
    assert [one["label"] for one in menu["replies"][0]["buttons"]][-1] == "Làm tiếp"
    assert len(menu["replies"][0]["buttons"]) == 8


def test_converse_tells_where_a_picture_lies_and_what_it_shows(run):
    given = '{"session": "a", "press": "f:t403"}\n'
    (turn,) = lines(run("converse", "--jsonl", given=given))
    image = turn["replies"][0]["image"]
    assert set(image) == {"path", "alt"}
    assert (PROJECT_ROOT / image["path"]).read_text(encoding="utf-8").startswith("<svg ")
    assert image["alt"].startswith("Điện thoại có người gọi đến giục đọc mã OTP.")


def test_topics_lists_every_id_with_its_sources(run):
    topics = json.loads(run("topics", "--json").stdout)
    assert len(topics) > 200
    assert {"id", "title", "also", "sources", "as_of"} <= set(topics[0])
    assert all(topic["sources"] for topic in topics)


def test_check_passes_on_our_content_and_fails_on_a_broken_one(run, tmp_path):
    assert run("check", "--errors").returncode == 0
    result = run("check", "--root", str(tmp_path), check=False)
    assert result.returncode == 1
    assert "knowledge/laws.yaml:1: [lỗi]" in result.stdout


def test_chat_talks_until_the_end_of_input(run):
    result = run("chat", given="quên mật khẩu vneid\n")
    assert "Quên mật khẩu VNeID" in result.stdout
    assert "  [1] " in result.stdout
    assert "Traceback" not in result.stderr


def test_chat_says_what_a_picture_shows(run):
    shown = run("chat", given="403\n1\n").stdout
    assert "\n[Hình: Điện thoại có người gọi đến giục đọc mã OTP." in shown
    assert shown.index("gác máy hoặc từ chối") < shown.index("[Hình:") < shown.index("] Đã xong")


def test_chat_numbers_the_buttons_of_several_replies_on_and_takes_any_of_them(run):
    several = "quên mật khẩu vneid thì làm sao? đăng ký tạm trú cần giấy tờ gì?\n"
    shown = run("chat", given=several).stdout
    buttons = re.findall(r"^  \[(\d+)\] (.+)$", shown, re.MULTILINE)
    assert [int(number) for number, _ in buttons] == list(range(1, len(buttons) + 1))
    assert [label for _, label in buttons].count("Xem nguồn") == 2
    last, label = buttons[-1]
    assert label == "Xem nguồn"
    talk = run("chat", given=f"{several}{last}\nthoát\n").stdout
    assert talk.startswith(shown.rstrip())
    picked = talk.removeprefix(shown.rstrip())
    assert "Đăng ký tạm trú" in picked
    assert "https://" in picked
    assert "Chào bạn. Nhớ đừng đưa mã OTP" in picked


def test_no_personal_number_comes_back_or_is_written_down(run, data_dir: Path):
    number = "079" + "987654321"
    result = run("ask", "--jsonl", given=json.dumps({"text": f"cccd cua toi la {number}"}) + "\n")
    reply = lines(result)[0]
    assert number not in reply["reply"]
    assert number not in result.stderr
    for path in data_dir.rglob("*"):
        assert not path.is_file() or number.encode() not in path.read_bytes()


def test_using_loads_no_training_library(app, data_dir):
    code = (
        "import sys\nfrom bot.app import build_app\nfrom bot.settings import Settings\n"
        "build_app(Settings(build_index_when_stale=False))\n"
        "heavy = ('torch', 'transformers', 'sentence_transformers', 'sqlalchemy', 'starlette',\n"
        "         'httpx')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    result = run_python(data_dir, "-c", code)
    assert result.stdout.strip() == "[]"
