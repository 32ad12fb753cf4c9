"""Settings that cannot be used are named in Vietnamese, each with what it must be."""

from __future__ import annotations

import pytest

from bot.cli.main import main
from bot.domain.errors import ConfigError
from bot.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """No `.env` of this machine is read."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_machine_without_settings_has_the_defaults():
    assert load_settings() == Settings(_env_file=None)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("PORT", "tám nghìn", "phải là một số nguyên"),
        ("PORT", "", "phải là một số nguyên"),
        ("PORT", "9" * 5000, "là số quá lớn"),
        ("PORT", "70000", "không được quá 65535"),
        ("SESSION_DAYS", "0", "phải từ 1 trở lên"),
        ("BUILD_INDEX_WHEN_STALE", "có", "phải là true hoặc false"),
        ("NLU", "gpt", "phải là một trong các giá trị kể dưới đây"),
        ("RASA_URL", "127.0.0.1:5005", "phải bắt đầu bằng http:// hoặc https://"),
        ("RASA_MIN_ANSWER", "nhiều", "phải là một số"),
        ("RASA_MIN_ANSWER", "50", "không được quá 1.0"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_its_rule(monkeypatch, name, value, rule):
    monkeypatch.setenv(f"TROLY06_{name}", value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    text = str(caught.value)
    assert text.startswith(f"Cài đặt TROLY06_{name} {rule}. Hãy sửa trong tệp .env")
    assert Settings.model_fields[name.lower()].description in text


def test_the_value_that_cannot_be_used_is_not_repeated(monkeypatch):
    """A later setting may be a secret."""
    monkeypatch.setenv("TROLY06_PORT", "mật-khẩu-của-tôi")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "mật-khẩu-của-tôi" not in str(caught.value)


def test_all_settings_that_cannot_be_used_are_told_at_once(monkeypatch):
    monkeypatch.setenv("TROLY06_PORT", "x")
    monkeypatch.setenv("TROLY06_SESSION_DAYS", "x")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    first, second = str(caught.value).splitlines()
    assert "TROLY06_PORT" in first
    assert "TROLY06_SESSION_DAYS" in second


def test_a_settings_file_that_is_not_utf8_is_told(own_folder):
    (own_folder / ".env").write_bytes("TROLY06_OPERATOR_NAME=Công an xã".encode("utf-16"))
    with pytest.raises(ConfigError, match=r"tệp \.env .* UTF-8"):
        load_settings()


@pytest.mark.parametrize("command", ["check", "index", "chat", "ask", "topics", "eval", "serve"])
def test_every_command_says_what_is_wrong_and_stops(monkeypatch, capsys, command):
    monkeypatch.setenv("TROLY06_PORT", "x")
    assert main([command]) == 1
    told = capsys.readouterr()
    assert "TROLY06_PORT phải là một số nguyên" in told.err
    assert "Traceback" not in told.err
    assert told.out == ""
