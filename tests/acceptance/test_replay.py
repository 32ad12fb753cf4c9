"""Conversations that were saved go the same way again, but for what editors changed since."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import App, build_app
from bot.cli.converse import Conversations
from bot.domain.messages import Utterance
from bot.settings import Settings
from bot.text.personal_data import find_personal_data
from tests.factories import TAM_TRU, TODAY, spoil, write_content
from tests.processes import run_python

TURN_COUNT = 200
#: Typed in between: answers, commands, questions, what must not be kept, nothing.
TYPED = ["có", "không được", "quay lại", "quên mật khẩu vneid", "xin chào", "bông hoa tím", "1", "",
         "mã otp là 482913", "135790", "căn cước tôi 0010990" + "00123", "a" * 2500]  # fmt: skip
PHONE = "0900" + "000001"


def talk_at_random(app: App, path: Path) -> None:
    """Three citizens who press and type without plan, over many days; kept in a file."""
    chance, on = random.Random(6), TODAY
    buttons: dict[str, list[str]] = {}
    with path.open("w", encoding="utf-8") as file:
        talks = Conversations(
            app, lambda line: print(json.dumps(line, ensure_ascii=False), file=file)
        )
        for _ in range(TURN_COUNT):
            name = chance.choice([PHONE, "b", "c"])
            payloads = [*buttons.get(name, ()), "f:kich-hoat"]
            is_pressed = chance.random() < 0.7
            utterance = (
                Utterance(payload=chance.choice(payloads))
                if is_pressed
                else Utterance(text=chance.choice(TYPED))
            )
            came = talks.take(name, utterance, on)
            buttons[name] = [
                one["payload"] for reply in came["replies"] for one in reply["buttons"]
            ]
            on += timedelta(days=chance.random() < 0.1)


@pytest.fixture(scope="module")
def record(app, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("records") / "long.jsonl"
    talk_at_random(app, path)
    return path


def test_a_long_conversation_is_the_same_again(record, data_dir, tmp_path):
    again = tmp_path / "again.jsonl"
    result = run_python(
        data_dir, "-m", "bot", "converse", "--replay", str(record), "--save", str(again)
    )
    assert f"{TURN_COUNT} lượt: {TURN_COUNT} giống, 0 khác." in result.stdout
    assert again.read_bytes() == record.read_bytes()


def test_the_long_conversation_goes_through_flows_over_several_days(record):
    lines = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    assert len({line["on"] for line in lines}) > 5
    assert len({line["step"] for line in lines}) > 10
    assert len({line["outcome"] for line in lines}) >= 5
    assert {line["session"] for line in lines} == {"1", "2", "3"}


def test_no_personal_data_gets_into_the_record(record, app, data_dir, tmp_path):
    assert "482913" not in record.read_text(encoding="utf-8")
    assert "0010990" not in record.read_text(encoding="utf-8")
    saved = tmp_path / "saved.jsonl"
    given = "".join(
        json.dumps(line) + "\n"
        for line in [
            {"session": PHONE, "text": f"số của tôi là {PHONE}, mật khẩu là Abc12345"},
            {"session": PHONE, "press": f"t:{PHONE}"},
            {"session": PHONE, "press": "t:304"},
        ]
    )
    run_python(data_dir, "-m", "bot", "converse", "--jsonl", "--save", str(saved), given=given)
    written = saved.read_text(encoding="utf-8")
    assert len(written.splitlines()) == 3
    assert PHONE not in written
    assert "Abc12345" not in written
    result = run_python(data_dir, "-m", "bot", "converse", "--replay", str(saved))
    assert "3 lượt: 3 giống, 0 khác." in result.stdout


def test_no_button_of_ours_looks_like_personal_data(app):
    """Else it would be kept masked, and lead elsewhere when it is pressed again."""
    flows = app.catalog.flows_by_id.values()
    payloads = [
        f"a:{flow.id}:{step.id}:{option.value}"
        for flow in flows
        for step in flow.steps
        for option in getattr(step, "options", ())
    ]
    payloads += [f"f:{flow.id}" for flow in flows]
    assert payloads
    assert [one for one in payloads if find_personal_data(one)] == []


def test_what_comes_out_is_the_same_with_and_without_saving(data_dir, tmp_path):
    given = '{"session": "a", "press": "t:304"}\nnot json\n{"session": "a", "text": "1"}\n'
    saved = tmp_path / "saved.jsonl"
    command = ("-m", "bot", "converse", "--jsonl")
    with_saving = run_python(data_dir, *command, "--save", str(saved), given=given)
    assert with_saving.stdout == run_python(data_dir, *command, given=given).stdout
    assert len(saved.read_text(encoding="utf-8").splitlines()) == 2


@pytest.fixture
def small(tmp_path):
    """A small content tree, and a record of five turns on it."""
    root = write_content(tmp_path / "content")
    settings = Settings(_env_file=None, content_root=root, data_dir=tmp_path / "var")
    path = tmp_path / "record.jsonl"
    with path.open("w", encoding="utf-8") as file:
        talks = Conversations(build_app(settings), lambda line: print(json.dumps(line), file=file))
        for payload in ("t:310", "t:210", "menu", "t:310", "f:lay-lai"):
            talks.take("a", Utterance(payload=payload), TODAY)
    return root, path


def replay_small(tmp_path: Path, root: Path, path: Path):
    return run_python(
        tmp_path / "var", "-m", "bot", "converse", "--replay", str(path),
        content_root=str(root), check=False,
    )  # fmt: skip


def test_a_changed_topic_shows_in_just_the_turns_that_tell_it(small, tmp_path):
    root, path = small
    before = replay_small(tmp_path, root, path)
    assert before.returncode == 0
    assert before.stdout == "5 lượt: 5 giống, 0 khác. Nội dung vẫn như khi ghi.\n"
    spoil(root, TAM_TRU, "fee: 7.000 đồng một người", "fee: 9.000 đồng một người")
    after = replay_small(tmp_path, root, path)
    assert after.returncode == 1
    heads = [line for line in after.stdout.splitlines() if line.startswith("Lượt")]
    assert heads == ["Lượt 1 (dòng 1, cuộc 1): bấm t:310", "Lượt 4 (dòng 4, cuộc 1): bấm t:310"]
    changed = [line.strip() for line in after.stdout.splitlines() if line.startswith("  ")]
    assert [line[0] for line in changed] == ["-", "+"] * 2
    assert "7.000" in changed[0]
    assert "9.000" in changed[1]
    assert "5 lượt: 3 giống, 2 khác. Nội dung đã đổi từ khi ghi." in after.stdout


def test_an_unusable_record_is_refused_with_every_bad_line_and_a_remedy(small, tmp_path):
    root, path = small
    good = path.read_text(encoding="utf-8")
    path.write_text(f'{{"session": "1"\n{good}{{"session": "1"}}\n', encoding="utf-8")
    result = replay_small(tmp_path, root, path)
    assert (result.returncode, result.stdout) == (2, "")
    first, second = result.stderr.splitlines()
    assert first.startswith(f"{path}:1: ")
    assert second.startswith(f"{path}:7: ")
    assert '"on"' in second
    assert all("Hãy bỏ dòng này" in line for line in (first, second))


@pytest.mark.parametrize("text", [None, "", "\n\n"])
def test_a_record_that_is_missing_or_empty_is_refused(data_dir, tmp_path, text):
    path = tmp_path / "record.jsonl"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    result = run_python(data_dir, "-m", "bot", "converse", "--replay", str(path), check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert str(path) in result.stderr
    assert "Hãy " in result.stderr


def test_a_place_that_cannot_be_written_to_is_refused(app, data_dir, tmp_path):
    place = tmp_path / "none" / "record.jsonl"
    result = run_python(
        data_dir, "-m", "bot", "converse", "--jsonl", "--save", str(place), check=False
    )
    assert result.returncode == 1
    assert f"Không ghi được vào {place}" in result.stderr
    assert "Traceback" not in result.stderr
