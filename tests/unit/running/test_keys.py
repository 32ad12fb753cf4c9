"""The key of an installation: made once, kept to oneself, refused when it is none."""

from __future__ import annotations

import stat

import pytest

from bot.domain.errors import ConfigError
from bot.running.keys import key_path, load_secret_key
from bot.settings import Settings


def settings_in(folder, **values):
    return Settings(_env_file=None, data_dir=folder, **values)


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    settings = settings_in(tmp_path / "var")
    key = load_secret_key(settings)
    assert len(key) >= 32
    assert load_secret_key(settings) == key
    assert stat.S_IMODE(key_path(settings).stat().st_mode) == 0o600
    assert [one.name for one in key_path(settings).parent.iterdir()] == ["secret.key"]


def test_a_key_that_is_set_is_used_and_none_is_made(tmp_path):
    settings = settings_in(tmp_path, secret_key="k" * 16)
    assert load_secret_key(settings) == b"k" * 16
    assert not key_path(settings).exists()


@pytest.mark.parametrize("written", [b"", b"short\n"])
def test_a_damaged_key_is_refused(tmp_path, written):
    settings = settings_in(tmp_path)
    key_path(settings).write_bytes(written)
    with pytest.raises(ConfigError, match="secret key damaged"):
        load_secret_key(settings)


def test_a_key_that_is_too_short_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="secret key short: count 16"):
        load_secret_key(settings_in(tmp_path, secret_key="k" * 15))


def test_postgresql_needs_a_key_that_all_servers_share(tmp_path):
    settings = settings_in(tmp_path, database_url="postgresql://db/troly06")
    with pytest.raises(ConfigError, match="secret key missing"):
        load_secret_key(settings)
