"""When a channel was last heard from, on every database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.people import ChannelId
from bot.store.hearing import SqlHearing
from bot.store.switches import SqlSwitches
from bot.store.upkeep import Retention, Upkeep
from tests.contract.conftest import NAMES
from tests.promises import NOW, claim_texts, person, promise

OA = ChannelId.ZALO_OA
HOUR = timedelta(hours=1)


@pytest.fixture
def hearing(database):
    return SqlHearing(database)


async def last_seen(database, now=NOW):
    return (await Upkeep(database, NAMES, Retention(30, 30)).look(now)).last_update_at


async def test_who_asks_first_begins_the_wait(hearing):
    assert await hearing.find_quiet_since(OA, NOW) == NOW
    assert await hearing.find_quiet_since(OA, NOW + HOUR) == NOW


async def test_what_was_heard_last_counts_whoever_notes_it(hearing, other_databases):
    await hearing.find_quiet_since(OA, NOW)
    await SqlHearing(other_databases[0]).note(OA, NOW + 2 * HOUR)
    # By a clock that is behind.
    await SqlHearing(other_databases[1]).note(OA, NOW + HOUR)
    assert await hearing.find_quiet_since(OA, NOW + 9 * HOUR) == NOW + 2 * HOUR


async def test_channels_are_heard_apart(hearing):
    await hearing.note(ChannelId.ZALO_BOT, NOW)
    assert await hearing.find_quiet_since(OA, NOW + HOUR) == NOW + HOUR


async def test_who_was_switched_off_is_waited_for_anew(hearing, database):
    switches = SqlSwitches(database)
    await hearing.note(OA, NOW)
    await switches.turn(OA, NOW + HOUR, off=True)
    await switches.turn(OA, NOW + 2 * HOUR, off=False)
    assert await hearing.find_quiet_since(OA, NOW + 3 * HOUR) == NOW + 2 * HOUR


async def test_switching_on_what_is_on_hides_no_silence(hearing, database):
    await hearing.note(OA, NOW)
    await SqlSwitches(database).turn(OA, NOW + HOUR, off=False)
    assert await hearing.find_quiet_since(OA, NOW + 3 * HOUR) == NOW


async def test_a_sign_without_an_update_is_shown_as_the_last(hearing, database):
    assert await last_seen(database) == {}
    await hearing.note(OA, NOW)
    assert await last_seen(database) == {OA: NOW}


async def test_a_channel_that_was_heard_sends_its_first_reply_at_once(hearing, roomy, database):
    await hearing.note(OA, NOW)
    await promise(roomy, person(1, OA), "một")
    assert await claim_texts(database, now=NOW, channel=OA) == ["một"]
