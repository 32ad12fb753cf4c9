"""A talk in the terminal."""

from __future__ import annotations

from types import SimpleNamespace

from bot.cli import chat
from bot.domain.system_texts import SystemText


def talk(app, monkeypatch, capsys, *typed):
    waiting = iter((*typed, "thoát"))
    monkeypatch.setattr(chat, "build_app", lambda *_: app)
    monkeypatch.setattr("builtins.input", lambda _: next(waiting))
    assert chat.run(SimpleNamespace(explain=False)) == 0
    return " ".join(capsys.readouterr().out.split())


def test_who_asks_what_is_kept_is_told_that_nothing_outlasts_the_talk(app, monkeypatch, capsys):
    told = talk(app, monkeypatch, capsys, "/dulieu")
    introduced = app.catalog.message(SystemText.DATA_EXPORT)
    kept = app.catalog.message(SystemText.DATA_TERMINAL)
    assert 0 < told.index(introduced) < told.index(kept)


def test_who_asks_something_else_is_not_told_what_is_kept(app, monkeypatch, capsys):
    told = talk(app, monkeypatch, capsys, "cảm ơn")
    assert app.catalog.message(SystemText.DATA_TERMINAL) not in told
