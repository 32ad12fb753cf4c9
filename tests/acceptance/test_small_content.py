"""The commands that make an index and measure it, on a small content tree of their own."""

from __future__ import annotations

import json

import pytest

from tests.factories import INTENTS, TAM_TRU, spoil, write_content
from tests.processes import run_python

QUESTIONS = [
    {"text": "tôi muốn đăng ký tạm trú", "topic": "service/dang-ky-tam-tru", "style": "proper"},
    {"text": "toi quen mat khau", "topic": "account/quen-mat-khau", "style": "no-marks"},
    # Labelled wrongly, so that there is a miss.
    {"text": "đăng ký tạm trú", "topic": "safety/lua-dao-otp", "style": "proper"},
    {"text": "giá vàng hôm nay bao nhiêu", "topic": None, "style": "proper"},
]


@pytest.fixture
def root(tmp_path):
    root = write_content(tmp_path / "content")
    (root / "evaluation").mkdir()
    lines = [json.dumps(one, ensure_ascii=False) for one in QUESTIONS]
    (root / "evaluation" / "dev.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return root


@pytest.fixture
def run(root, tmp_path):
    """Run a command on that content, with an empty data folder."""
    (tmp_path / "var").mkdir()

    def run_command(*arguments, **options):
        return run_python(
            tmp_path / "var", "-m", "bot", *arguments, content_root=str(root), **options
        )

    return run_command


def test_index_makes_the_index_that_other_commands_use(run, root, tmp_path):
    unbuilt = run("ask", "quên mật khẩu", check=False, build_index_when_stale="false")
    assert unbuilt.returncode == 1
    assert "Traceback" not in unbuilt.stderr
    assert "3 chủ đề trong " in run("index").stdout
    answer = run("ask", "quên mật khẩu", build_index_when_stale="false").stdout
    assert "Bấm Quên mật khẩu." in answer
    spoil(root, INTENTS, "xin chào", "chào bạn nhé")
    stale = run("ask", "quên mật khẩu", check=False, build_index_when_stale="false")
    assert stale.returncode == 1
    assert "python -m bot index" in stale.stderr


def test_index_refuses_content_with_errors_and_makes_nothing(run, root, tmp_path):
    spoil(root, TAM_TRU, "title: Đăng ký tạm trú", "title:")
    result = run("index", check=False)
    assert result.returncode == 1
    assert "python -m bot check" in result.stderr
    assert list((tmp_path / "var").iterdir()) == []


def test_eval_prints_the_figures_and_writes_them_down(run, tmp_path):
    path = tmp_path / "made" / "figures.json"
    shown = run("eval", "--set", "dev", "--misses", "--json", str(path)).stdout
    assert "Bộ dev: 3 câu trong phạm vi, 1 câu ngoài phạm vi" in shown
    figures = json.loads(path.read_text(encoding="utf-8"))
    assert figures["set"] == "dev"
    assert figures["in_scope"]["count"] == 3
    assert figures["in_scope"]["hit_at_1"] == 0.6667
    assert figures["out_of_scope"]["refused"] == 1.0
    assert figures["confusions"] == [["safety/lua-dao-otp", "service/dang-ky-tam-tru", 1]]
    misses = shown.split("Câu sai:")[1]
    assert "[proper] đăng ký tạm trú" in misses
    assert "safety/lua-dao-otp → answered service/dang-ky-tam-tru" in misses
    assert "quen mat khau" not in misses
