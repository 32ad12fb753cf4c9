"""The doctor as a whole: no check stops another, and nothing secret is told."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.domain.errors import ConfigError
from bot.running import checks
from bot.running.checks.findings import good
from bot.running.doctor import CHECKS, Check, has_failure, judge_broken_settings, run_checks
from tests.unit.running.conftest import SECRET_KEY


async def fine(_):
    yield good("fine")()


async def found_then_broken(_):
    yield good("found")()
    raise RuntimeError("a text with 012345678901 in it")


async def endless(_):
    yield good("begun")()
    await asyncio.Event().wait()


async def test_a_check_that_breaks_or_never_ends_stops_no_other(scene):
    listed = (
        Check("a", found_then_broken),
        Check("b", endless, limit_seconds=0.05),
        Check("c", fine),
    )
    results = await run_checks(scene(), listed)
    assert [(one.check, one.finding.code) for one in results] == [
        ("a", "found"),
        ("a", "check_broke"),
        ("b", "begun"),
        ("b", "check_too_slow"),
        ("c", "fine"),
    ]
    assert has_failure(results)


async def test_of_a_fault_of_ours_only_its_kind_is_told(scene):
    results = await run_checks(scene(), (Check("a", found_then_broken),))
    assert results[1].finding.values == {"fault": "RuntimeError"}
    assert "012345678901" not in str(results)


async def test_a_secret_that_got_among_the_values_is_hidden(scene):
    token, password = "1000000001:AA-invented-token", "mat-khau-db"

    async def careless(one):
        yield good("a")(said=f"{token} {password}", path=Path(SECRET_KEY), count=3)

    one = scene(
        telegram_bot_token=token,
        secret_key=SECRET_KEY,
        database_url=f"postgresql://troly06:{password}@127.0.0.1:1/troly06",
    )
    results = await run_checks(one, (Check("a", careless),))
    assert results[0].finding.values == {"said": "••• •••", "path": "•••", "count": 3}


async def test_all_checks_together_on_a_fresh_machine_find_no_failure(scene, app):
    results = await run_checks(scene(app=app))
    assert not has_failure(results), results


def test_settings_that_cannot_be_read_are_told_one_by_one():
    results = judge_broken_settings(ConfigError("Cài đặt A hỏng.\nCài đặt B hỏng."))
    told = [one.finding.values["what"] for one in results]
    assert told == ["Cài đặt A hỏng.", "Cài đặt B hỏng."]
    assert has_failure(results)


def test_every_check_is_named_once():
    names = [one.name for one in CHECKS]
    assert len(set(names)) == len(names)
    assert checks.__doc__
