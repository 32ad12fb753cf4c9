"""Files of the machine: settings, key, data folder, disk."""

from __future__ import annotations

import os

import pytest

from bot.running.checks.machine import (
    check_data_dir,
    check_operator,
    check_secret_key,
    check_settings,
)
from tests.unit.running.conftest import SECRET_KEY, codes, findings

POSTGRES = "postgresql://troly06:mat-khau-db@127.0.0.1:1/troly06"


async def test_no_settings_file_is_no_fault(scene):
    assert await codes(check_settings, scene()) == ["settings_read"]


async def test_a_settings_file_that_others_can_read_is_told_with_its_mode(scene):
    one = scene()
    one.env_file.write_text("TROLY06_PORT=8080\n")
    one.env_file.chmod(0o644)
    found = await findings(check_settings, one)
    assert "644" in found["env_file_open"].text
    one.env_file.chmod(0o640)
    assert await codes(check_settings, one) == ["settings_read"]


async def test_a_misspelt_setting_is_named_without_its_value(scene):
    one = scene()
    one.env_file.write_text(
        "# TROLY06_OLD=1\nTROLY06_TELEGRM_TOKEN=sekrit\n"
        "export troly06_port=1\nPOSTGRES_PASSWORD=x\n"
    )
    one.env_file.chmod(0o600)
    found = await findings(check_settings, one)
    assert ": TROLY06_TELEGRM_TOKEN." in found["env_file_unknown_names"].text
    assert "sekrit" not in str(found)


@pytest.mark.parametrize(
    ("name", "code"),
    [("UBND xã A", "operator_named"), (" ", "operator_not_named")],
)
async def test_the_operator_must_be_named(scene, name, code):
    assert await codes(check_operator, scene(operator_name=name)) == [code]
    assert await codes(check_operator, scene()) == ["operator_not_named"]


async def test_a_key_that_is_set_must_be_long_enough(scene):
    assert await codes(check_secret_key, scene(secret_key=SECRET_KEY)) == ["secret_key_set"]
    assert await codes(check_secret_key, scene(secret_key="ngan")) == ["secret_key_short"]


async def test_postgresql_without_a_key_is_a_failure(scene):
    assert await codes(check_secret_key, scene(database_url=POSTGRES)) == ["secret_key_missing"]


async def test_looking_at_the_key_makes_none(scene):
    one = scene()
    assert await codes(check_secret_key, one) == ["secret_key_to_come"]
    assert not one.settings.data_dir.exists()


@pytest.mark.parametrize(
    ("content", "mode", "code"),
    [
        (SECRET_KEY, 0o600, "secret_key_file"),
        (SECRET_KEY, 0o640, "secret_key_file_open"),
        ("ngan", 0o600, "secret_key_file_bad"),
        ("", 0o600, "secret_key_file_bad"),
    ],
)
async def test_a_key_file_is_long_enough_and_for_its_owner_alone(scene, content, mode, code):
    one = scene()
    one.settings.data_dir.mkdir()
    path = one.settings.data_dir / "secret.key"
    path.write_text(content)
    path.chmod(mode)
    assert await codes(check_secret_key, one) == [code]


async def test_a_data_folder_is_made_later(scene):
    assert await codes(check_data_dir, scene()) == ["data_dir_to_come"]


async def test_a_data_folder_below_a_file_can_never_be_made(scene, tmp_path):
    (tmp_path / "file").write_text("")
    one = scene(data_dir=tmp_path / "file" / "var")
    assert await codes(check_data_dir, one) == ["data_dir_not_writable"]


async def test_a_data_folder_that_is_read_only_is_no_fault_beside_postgresql(scene):
    """As in a container whose index lies in its image."""
    assert await codes(check_data_dir, scene(data_dir="/proc")) == ["data_dir_not_writable"]
    one = scene(data_dir="/proc", database_url=POSTGRES)
    assert await codes(check_data_dir, one) == ["data_dir_read_only"]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({}, "data_dir_writable"),
        ({"low_disk_bytes": 2**60}, "disk_low"),
        ({"low_disk_bytes": 2**60, "full_disk_bytes": 2**60}, "disk_full"),
    ],
)
async def test_free_space_is_compared_with_the_limits(scene, limits, code):
    one = scene(limits={"low_disk_bytes": 0, "full_disk_bytes": 0, **limits})
    one.settings.data_dir.mkdir()
    assert await codes(check_data_dir, one) == [code]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away"
)
async def test_running_as_somebody_else_than_the_owner_is_told(scene):
    one = scene(limits={"low_disk_bytes": 0, "full_disk_bytes": 0})
    one.settings.data_dir.mkdir()
    os.chown(one.settings.data_dir, 12345, 12345)
    assert (await codes(check_data_dir, one))[0] == "data_dir_of_another"
