from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.errors import StoreError
from bot.domain.messages import Utterance
from bot.domain.people import Address, ChannelId, Conversation, Standing
from bot.domain.session import Session
from bot.domain.updates import Update
from bot.store.people import SqlPeople
from bot.store.store import Limits, SqlStore
from bot.store.tables import inbox
from tests.promises import (
    NAMES,
    NOW,
    TELEGRAM,
    claim,
    fill_bucket,
    person,
    promise,
    record,
    send_all,
    sent,
    statuses,
)

LAN, MINH = person(1), person(2)
GROUP = Address(TELEGRAM, "-1", is_group=True)
DAY = timedelta(days=1)


async def meet(store, *addresses):
    async with store.transaction() as unit:
        return await unit.people.meet(addresses, NOW)


async def find(store, conversation):
    async with store.transaction() as unit:
        return await unit.people.find(conversation.id)


async def change(store, conversation, name, *args):
    async with store.transaction() as unit:
        await getattr(unit.people, name)(conversation.id, *args)


async def say(store, address, number, at=NOW):
    one = Update(str(number), address, utterance=Utterance("chào"), position=number)
    async with store.transaction() as unit:
        conversation = (await unit.people.meet([address], at))[address]
        await unit.inbox.add([(conversation.id, one)], at)
    return conversation


async def waiting(store):
    async with store.transaction() as unit:
        return [one.update.id for one in await unit.inbox.claim(100, 100, ChannelId)]


async def forget_those_who_asked(database):
    async with database.writing() as connection:
        return await SqlPeople(connection, NAMES).forget_those_who_asked()


async def forget_silent_before(database, moment):
    async with database.writing() as connection:
        return await SqlPeople(connection, NAMES).forget_silent_before(moment)


async def test_who_is_met_first_is_somebody_of_whom_nothing_is_known(roomy):
    met = await meet(roomy, LAN)
    assert met == {LAN: Conversation(NAMES.of(LAN), LAN, created_at=NOW)}


async def test_everybody_met_is_given_back_the_known_and_the_new(roomy):
    known = await meet(roomy, LAN, GROUP)
    zalo = Address(ChannelId.ZALO_OA, LAN.chat)
    met = await meet(roomy, LAN, MINH, GROUP, zalo)
    assert set(met) == {LAN, MINH, GROUP, zalo}
    assert {met[one] for one in (LAN, GROUP)} == set(known.values())
    assert len({one.id for one in met.values()}) == 4
    assert await meet(roomy) == {}


async def test_somebody_met_twice_at_once_is_one_conversation(roomy, other_databases):
    stores = [roomy, *(SqlStore(one, NAMES, Limits(9, 9)) for one in other_databases)]
    people = [person(number) for number in range(20)]
    found = await asyncio.gather(
        *(meet(one, *(people if turn % 2 else people[::-1])) for one in stores for turn in range(4))
    )
    assert all(one == found[0] for one in found)


async def test_meeting_waits_for_no_turn_under_way(roomy, database):
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    conversation = await say(roomy, LAN, 1)
    async with roomy.transaction() as turn:
        await turn.inbox.claim(1, 1, ChannelId)
        await turn.people.hear_from(conversation.id, NOW)
        await turn.people.note_notice(conversation.id, "1")
        async with asyncio.timeout(5):
            assert LAN in await meet(roomy, LAN, MINH)


async def test_standing_and_consent_are_kept(roomy):
    conversation = (await meet(roomy, LAN))[LAN]
    await change(roomy, conversation, "set_standing", Standing.UNREACHABLE)
    await change(roomy, conversation, "note_notice", "1")
    await change(roomy, conversation, "note_consent", NOW)
    found = await find(roomy, conversation)
    assert (found.standing, found.notice_version, found.consented_at) == (
        Standing.UNREACHABLE,
        "1",
        NOW,
    )


async def test_a_new_notice_asks_for_consent_again(roomy):
    conversation = (await meet(roomy, LAN))[LAN]
    await change(roomy, conversation, "note_notice", "1")
    await change(roomy, conversation, "note_consent", NOW)
    await change(roomy, conversation, "note_notice", "2")
    assert (await find(roomy, conversation)).consented_at is None


async def test_who_does_something_can_be_reached_again(roomy):
    conversation = (await meet(roomy, LAN))[LAN]
    await change(roomy, conversation, "set_standing", Standing.UNREACHABLE)
    await change(roomy, conversation, "hear_from", NOW + DAY)
    found = await find(roomy, conversation)
    assert (found.standing, found.last_interaction_at) == (Standing.ACTIVE, NOW + DAY)


async def test_a_group_that_moved_is_found_at_its_new_address_and_at_its_old(roomy):
    """Vendors still speak of it by the old one for a while."""
    conversation = (await meet(roomy, GROUP))[GROUP]
    await change(roomy, conversation, "move", "-1001")
    new = Address(TELEGRAM, "-1001", is_group=True)
    met = await meet(roomy, new, GROUP)
    assert met[new] == met[GROUP]
    assert (met[new].id, met[new].address) == (conversation.id, new)


async def test_moving_to_a_known_address_leaves_the_old_one_and_takes_what_is_pending(
    roomy, database
):
    new = Address(TELEGRAM, "-1001", is_group=True)
    old = await promise(roomy, GROUP, "1")
    there = (await meet(roomy, new))[new]
    await change(roomy, old, "move", "-1001")
    assert (await find(roomy, old)).standing is Standing.UNREACHABLE
    assert (await find(roomy, there)) == there
    await fill_bucket(database)
    [one] = await claim(database)
    assert (one.conversation, one.address) == (there.id, new)


async def test_moving_nowhere_or_nobody_changes_nothing(roomy):
    conversation = (await meet(roomy, GROUP))[GROUP]
    await change(roomy, conversation, "move", GROUP.chat)
    assert await find(roomy, conversation) == conversation
    async with roomy.transaction() as unit:
        await unit.people.move(NAMES.of(MINH), "-5")
    assert await find(roomy, Conversation(NAMES.of(MINH), MINH)) is None


async def test_two_who_move_to_one_address_at_once_do_no_harm(roomy, other_databases):
    groups = [Address(TELEGRAM, f"-{number}", is_group=True) for number in range(1, 5)]
    met = await meet(roomy, *groups)
    stores = [roomy, *(SqlStore(one, NAMES, Limits(9, 9)) for one in other_databases)]

    async def move(store, group):
        while True:
            try:
                return await change(store, met[group], "move", "-1001")
            except StoreError:  # both took it for free: one of them looks again
                continue

    await asyncio.gather(*map(move, stores, groups))
    found = [await find(roomy, met[group]) for group in groups]
    assert sorted(one.address.chat == "-1001" for one in found) == [False, False, False, True]
    assert sum(one.standing is Standing.ACTIVE for one in found) == 1


# Being forgotten


async def test_who_asks_is_forgotten_once_the_answer_is_sent(roomy, database):
    await fill_bucket(database)
    conversation = await promise(roomy, LAN, "đã xóa")
    await change(roomy, conversation, "forget", NOW)
    assert await forget_those_who_asked(database) == 0
    [one] = await claim(database)
    assert await forget_those_who_asked(database) == 0
    await record(database, one, sent("5"))
    assert await forget_those_who_asked(database) == 1
    assert await find(roomy, conversation) is None
    assert await statuses(database) == {}


async def test_at_once_nothing_is_known_of_who_asks_but_where_and_until_when_to_answer(roomy):
    """Zalo takes an answer only for some time after they wrote."""
    conversation = await say(roomy, LAN, 1)
    await change(roomy, conversation, "hear_from", NOW)
    await change(roomy, conversation, "note_notice", "1")
    await change(roomy, conversation, "note_consent", NOW)
    await change(roomy, conversation, "forget", NOW)
    known = Conversation(conversation.id, LAN, last_interaction_at=NOW, created_at=NOW)
    assert await find(roomy, conversation) == known


async def test_who_writes_again_before_is_not_forgotten(roomy, database):
    conversation = (await meet(roomy, LAN))[LAN]
    await change(roomy, conversation, "forget", NOW)
    await change(roomy, conversation, "hear_from", NOW)
    assert await forget_those_who_asked(database) == 0
    assert await find(roomy, conversation) is not None


async def test_what_came_in_before_its_turn_is_not_lost_with_who_is_forgotten(roomy, database):
    asked = await say(roomy, LAN, 1)
    await change(roomy, asked, "forget", NOW)
    await say(roomy, MINH, 2, at=NOW - 99 * DAY)
    assert await forget_those_who_asked(database) == 0
    assert await forget_silent_before(database, NOW) == 0
    assert sorted(await waiting(roomy)) == ["1", "2"]


async def test_updates_of_who_is_forgotten_are_still_known_but_not_whose_they_were(roomy, database):
    """An update that the vendor sends again is not taken again."""
    conversation = await say(roomy, LAN, 1)
    async with roomy.transaction() as unit:
        [one] = await unit.inbox.claim(1, 1, ChannelId)
        await unit.inbox.finish([one.id], NOW)
        await unit.people.forget(conversation.id, NOW)
    assert await forget_those_who_asked(database) == 1
    await say(roomy, LAN, 1)
    assert await waiting(roomy) == []
    async with database.reading() as connection:
        rows = (await connection.execute(select(inbox))).all()
    assert [(row.update_id, row.conversation, row.data) for row in rows] == [("1", "", None)]


async def test_who_is_silent_is_forgotten_with_the_last_that_is_kept_of_them(roomy, database):
    await fill_bucket(database)
    silent = await promise(roomy, LAN, "chiến dịch", at=NOW - 40 * DAY)
    assert await forget_silent_before(database, NOW - 30 * DAY) == 0
    await send_all(database)
    assert await forget_silent_before(database, NOW - 30 * DAY) == 0
    async with roomy.transaction() as unit:
        await unit.outbox.forget_before(NOW + DAY)
    assert await forget_silent_before(database, NOW - 30 * DAY) == 1
    assert await find(roomy, silent) is None


async def test_who_has_spoken_since_or_has_a_session_is_not_silent(roomy, database):
    spoke, led = (await meet(roomy, LAN, MINH)).values()
    await change(roomy, spoke, "hear_from", NOW)
    async with roomy.transaction() as unit:
        await unit.sessions.save(Session(led.id), 0, NOW)
    assert await forget_silent_before(database, NOW) == 0
    assert await forget_silent_before(database, NOW + DAY) == 1
    assert await find(roomy, led) is not None


async def test_nobody_is_forgotten_while_something_of_theirs_is_being_stored(
    roomy, database, other_databases
):
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    conversation = (await meet(roomy, LAN))[LAN]
    await change(roomy, conversation, "forget", NOW)
    one = Update("1", LAN, utterance=Utterance("chào"), position=1)
    async with asyncio.timeout(5):
        async with roomy.transaction() as storing:
            await storing.people.meet([LAN], NOW)
            assert await forget_those_who_asked(other_databases[0]) == 0
            await storing.inbox.add([(conversation.id, one)], NOW)
        assert await forget_those_who_asked(other_databases[0]) == 0
    assert await waiting(roomy) == ["1"]


async def test_who_is_met_while_being_forgotten_begins_anew(roomy, database, other_databases):
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    conversation = (await meet(roomy, LAN))[LAN]
    await change(roomy, conversation, "note_notice", "1")
    await change(roomy, conversation, "forget", NOW)
    async with asyncio.timeout(5):
        async with other_databases[0].writing() as connection:
            assert await SqlPeople(connection, NAMES).forget_those_who_asked() == 1
            storing = asyncio.create_task(say(roomy, LAN, 1))
        await storing
    assert await waiting(roomy) == ["1"]
    assert await find(roomy, conversation) == Conversation(conversation.id, LAN, created_at=NOW)
