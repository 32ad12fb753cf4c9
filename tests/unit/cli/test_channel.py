"""The command `channel` where there is nothing yet."""

from __future__ import annotations

import pytest

from bot.cli.main import main


@pytest.mark.parametrize("arguments", [(), ("off", "telegram")])
def test_a_machine_without_a_database_is_told_what_to_do(tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TROLY06_DATA_DIR", str(tmp_path / "var"))
    assert main(["channel", *arguments]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"troly06: Chưa có cơ sở dữ liệu {tmp_path / 'var' / 'troly06.db'}.")
    assert "python -m bot migrate" in told
    # To look makes nothing.
    assert list(tmp_path.iterdir()) == []


def test_after_a_migration_no_channel_is_in_use(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TROLY06_DATA_DIR", str(tmp_path / "var"))
    assert main(["migrate"]) == 0
    assert main(["channel"]) == 0
    assert "Telegram: chưa dùng." in capsys.readouterr().out
