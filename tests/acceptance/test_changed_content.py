"""Content that changes while the program runs is taken in, unless it has faults."""

from __future__ import annotations

import secrets
import time
from datetime import date

import httpx
import pytest

from bot.domain.errors import ConfigError
from bot.domain.messages import Utterance
from bot.domain.session import Session
from bot.running.live import LiveApp
from bot.settings import Settings
from tests.databases import fresh_database
from tests.factories import MAT_KHAU, spoil, write_content
from tests.processes import serving

TODAY = date(2026, 11, 21)
OLD, NEW = "1. Mở VNeID.\n2. Bấm **Quên", "1. Mở ứng dụng VNeID.\n2. Bấm **Quên"


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return write_content(tmp_path_factory.mktemp("content"))


@pytest.fixture(scope="module")
def live(clean_environment, content, tmp_path_factory):
    folder = tmp_path_factory.mktemp("var")
    return LiveApp(Settings(_env_file=None, content_root=content, data_dir=folder), lambda: None)


def answer(live):
    turn = live.run_turn(Session("s"), Utterance(payload="t:210"), TODAY)
    return turn.replies[0].text


def test_unchanged_content_is_not_read_again(live):
    before = live.catalog
    assert live.renew() is False
    assert live.catalog is before


def test_changed_content_is_answered_from_and_faulty_content_is_not(live, content):
    """The old content stays until somebody mends the new one."""
    assert "1. Mở VNeID." in answer(live)
    spoil(content, MAT_KHAU, OLD, NEW)
    assert live.renew() is True
    assert "1. Mở ứng dụng VNeID." in answer(live)
    spoil(content, MAT_KHAU, "code: 210", "code: mot")
    with pytest.raises(ConfigError):
        live.renew()
    assert live.renew() is False
    assert "1. Mở ứng dụng VNeID." in answer(live)
    spoil(content, MAT_KHAU, "code: mot", "code: 210")
    assert live.renew() is True


def test_a_fault_that_may_pass_does_not_keep_changed_content_out(live, content, monkeypatch):
    def fail(_):
        raise OSError("no memory for a moment")

    spoil(content, MAT_KHAU, "2. Bấm **Quên", "2. Chạm **Quên")
    with monkeypatch.context() as moment:
        moment.setattr("bot.running.live.build_app", fail)
        with pytest.raises(OSError, match="moment"):
            live.renew()
    assert live.renew() is True
    assert "2. Chạm **Quên" in answer(live)
    assert live.renew() is False


def test_all_running_servers_answer_from_changed_content(tmp_path):
    """Two processes on one PostgreSQL: what is edited on disk reaches both without a restart."""
    root = write_content(tmp_path / "content")
    options = {
        "content_root": str(root),
        "reload_seconds": "1",
        "secret_key": "a key for tests only",
    }
    with (
        fresh_database("postgresql", tmp_path) as url,
        serving(tmp_path / "var", database_url=url, **options) as one,
        serving(tmp_path / "var", database_url=url, **options) as other,
    ):
        assert all("1. Mở VNeID." in ask_over_http(server) for server in (one, other))
        spoil(root, MAT_KHAU, OLD, NEW)
        for server in (one, other):
            wait_until(lambda: "1. Mở ứng dụng VNeID." in ask_over_http(server))  # noqa: B023 - called at once


def ask_over_http(server):
    message = {"session": secrets.token_urlsafe(18), "press": "t:210"}
    return httpx.post(f"{server}/api/messages", json=message).json()["replies"][0]["text"]


def wait_until(holds, seconds=30):
    """Ask again until it is so; the servers look once a second."""
    ends_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends_at, f"not so within {seconds} s"
        time.sleep(0.1)
