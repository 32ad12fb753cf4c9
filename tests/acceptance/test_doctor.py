"""The command `doctor` as a process: on a fresh machine, on a broken one, and on one that runs."""

from __future__ import annotations

import json
import socket

import pytest

from tests.fakes.telegram_world import telegram_process
from tests.processes import run_python, serving

#: Whatever stands here must never be told.
SECRETS = {
    "telegram_bot_token": "1000000001:AA-canary-telegram",
    "telegram_webhook_secret": "canary-telegram-webhook",
    "zalo_app_secret": "canary-zalo-app",
    "zalo_oa_secret_key": "canary-zalo-oa",
    "zalo_oa_pkce_verifier": "canary-zalo-pkce",
    "zalo_bot_token": "12345689:canary-zalo-bot",
    "zalo_bot_webhook_secret": "canary-zalo-webhook",
    "secret_key": "canary-secret-key-of-the-place",
    "database_url": "postgresql://troly06:canary-password@127.0.0.1:1/troly06",
}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def doctor(folder, *options, **settings):
    given = {name: str(value) for name, value in settings.items()}
    return run_python(folder, "-m", "bot", "doctor", *options, check=False, **given)


def codes(result):
    return {one["code"]: one for one in json.loads(result.stdout)["findings"]}


def test_a_fresh_machine_has_nothing_broken_and_stays_as_it_was(tmp_path):
    result = doctor(tmp_path, port=free_port())
    assert result.returncode == 0, result.stdout
    assert "[nhắc] Đơn vị vận hành: " in result.stdout
    assert "→ Muốn dựng ngay thì chạy: python -m bot index" in result.stdout
    assert result.stdout.splitlines()[-1] == "0 chỗ hỏng, 3 điều nên xem."
    assert result.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_all_broken_settings_are_told_at_once_without_their_values(tmp_path):
    settings = {"port": "canary", "workers": "99", "public_url": "http://canary"}
    result = doctor(tmp_path, **settings)
    assert result.returncode == 1
    for name in settings:
        assert f"TROLY06_{name.upper()}" in result.stdout
    assert "canary" not in result.stdout + result.stderr
    assert "3 chỗ hỏng" in result.stdout


@pytest.mark.parametrize("options", [(), ("--json",), ("--offline",)])
def test_a_broken_machine_is_told_apart_and_no_secret_is_told(data_dir, app, options):
    """Every secret is set, and nothing that they are for can be reached."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    result = doctor(
        data_dir,
        *options,
        port=free_port(),
        public_url="https://127.0.0.1:1",
        telegram_api_url=nowhere,
        zalo_app_id="1",
        zalo_oa_id="3",
        zalo_oa_api_url=nowhere,
        zalo_bot_api_url=nowhere,
        nlu="rasa",
        rasa_url="http://canary-user:canary-rasa@127.0.0.1:1/",
        **SECRETS,
    )
    assert result.returncode == 1
    assert "canary" not in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    if options == ("--json",):
        assert codes(result).keys() >= {
            "index_fresh",
            "database_unreachable",
            "telegram_not_reached",
            "zalo_bot_not_reached",
            "rasa_unreachable",
            "public_url_unreachable",
        }


async def test_a_machine_that_runs_is_well(app, data_dir):
    """A server that asks Telegram for updates, beside a cloud of its own."""
    async with telegram_process() as world:
        settings = {
            "operator_name": "UBND xã A",
            "telegram_bot_token": world.token,
            "telegram_api_url": world.address,
        }
        with serving(data_dir, **settings) as address:
            # Once it asks for updates, everything is set up.
            await world.eventually(
                world.status, lambda seen: seen["counters"].get("getUpdates"), what="a poll"
            )
            port = address.rsplit(":", 1)[1]
            result = doctor(data_dir, "--json", port=port, **settings)
    found = codes(result)
    assert {one["grade"] for one in found.values()} == {"good"}, found
    assert found.keys() >= {"server_ready", "telegram_bot", "telegram_polling", "database_good"}
    assert result.returncode == 0
    assert world.token not in result.stdout
