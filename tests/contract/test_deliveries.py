from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.deliveries import DeliveryStatus, Lane, Verdict
from bot.domain.errors import VendorFailed
from bot.domain.people import Address, ChannelId, Standing
from bot.domain.store import Budget
from bot.outbox.rules import judge_fault
from bot.store.deliveries import SqlDeliveries
from bot.store.tables import channel_states, deliveries
from tests.promises import (
    LEASE_SECONDS,
    NOW,
    TELEGRAM,
    claim,
    claim_texts,
    fill_bucket,
    message,
    person,
    promise,
    record,
    send_all,
    sent,
    statuses,
)

LAN, MINH, HOA = person(1), person(2), person(3)
SECOND = timedelta(seconds=1)
LEASE_ENDS = NOW + timedelta(seconds=LEASE_SECONDS)
UNREACHABLE = Verdict(DeliveryStatus.UNREACHABLE, code="blocked")


def again(due_at=NOW, **others):
    return Verdict(DeliveryStatus.PENDING, due_at, **others)


async def find(store, conversation):
    async with store.transaction() as unit:
        return await unit.people.find(conversation.id)


@pytest.fixture
async def full(database):
    """A bucket that is full."""
    await fill_bucket(database)
    return database


# The order of sending


async def test_the_oldest_reply_goes_first_and_one_a_conversation(full, roomy):
    await promise(roomy, LAN, "lan 1", "lan 2")
    await promise(roomy, MINH, "minh 1")
    assert await claim_texts(full) == ["lan 1", "minh 1"]
    assert await claim_texts(full) == []


async def test_the_next_of_a_conversation_goes_once_the_one_before_arrived(full, roomy):
    await promise(roomy, LAN, "1", "2", "3")
    assert await send_all(full) == ["1", "2", "3"]


async def test_no_more_is_claimed_than_asked_for(full, roomy):
    for number in range(5):
        await promise(roomy, person(number), str(number))
    assert await claim_texts(full, limit=2) == ["0", "1"]
    assert await claim_texts(full, limit=2) == ["2", "3"]


async def test_a_campaign_never_goes_before_a_reply(full, roomy):
    await promise(roomy, LAN, "campaign", lane=Lane.CAMPAIGN)
    await promise(roomy, MINH, "reply")
    assert await claim_texts(full, limit=1) == ["reply"]
    assert await claim_texts(full, limit=1) == ["campaign"]


async def test_a_reply_overtakes_a_campaign_to_the_same_person(full, roomy):
    await promise(roomy, LAN, "campaign", lane=Lane.CAMPAIGN)
    await promise(roomy, LAN, "reply")
    assert await send_all(full) == ["reply", "campaign"]


async def test_nothing_overtakes_what_is_being_sent(full, roomy):
    await promise(roomy, LAN, "campaign", lane=Lane.CAMPAIGN)
    [campaign] = await claim(full)
    await promise(roomy, LAN, "reply")
    assert await claim_texts(full) == []
    await record(full, campaign, sent())
    assert await claim_texts(full) == ["reply"]


async def test_what_waits_to_be_tried_again_holds_up_those_behind_it(full, roomy):
    await promise(roomy, LAN, "1", "2")
    [first] = await claim(full)
    await record(full, first, again(NOW + 5 * SECOND, code="vendor_down"))
    await promise(roomy, LAN, "campaign", lane=Lane.CAMPAIGN)
    await promise(roomy, MINH, "minh")
    assert await claim_texts(full) == ["minh"]
    assert await send_all(full, NOW + 5 * SECOND) == ["1", "2", "campaign"]


async def test_a_campaign_that_waits_to_be_tried_again_holds_up_no_reply(full, roomy):
    await promise(roomy, LAN, "campaign", lane=Lane.CAMPAIGN)
    [campaign] = await claim(full)
    await record(full, campaign, again(NOW + 5 * SECOND))
    await promise(roomy, LAN, "reply")
    assert await claim_texts(full) == ["reply"]


async def test_each_channel_is_claimed_for_itself(full, roomy):
    await promise(roomy, LAN, "telegram")
    await promise(roomy, person(1, ChannelId.ZALO_OA), "zalo")
    assert await claim_texts(full) == ["telegram"]
    budget = Budget(1, 1)
    assert await claim_texts(full, channel=ChannelId.ZALO_OA, budget=budget) == ["zalo"]


async def test_what_is_claimed_says_all_that_a_channel_needs(full, roomy):
    group = Address(TELEGRAM, "-100", is_group=True)
    conversation = await promise(roomy, group, "xin chào", at=NOW - SECOND)
    async with roomy.transaction() as unit:
        await unit.people.hear_from(conversation.id, NOW - 9 * SECOND)
    [one] = await claim(full)
    assert one.address == group
    assert one.message == message("xin chào")
    assert (one.lane, one.attempt, one.conversation) == (Lane.REPLY, 1, conversation.id)
    assert (one.created_at, one.last_interaction_at) == (NOW - SECOND, NOW - 9 * SECOND)


# The budget of a channel


async def test_a_bucket_begins_with_one_second_and_fills_with_time(database, roomy):
    for number in range(9):
        await promise(roomy, person(number), str(number))
    budget = Budget(per_second=2, burst=5)
    assert await claim_texts(database, budget=budget) == ["0", "1"]
    assert await claim_texts(database, budget=budget) == []
    assert await claim_texts(database, budget=budget, now=NOW + SECOND / 2) == ["2"]


async def test_no_rest_is_so_long_that_more_than_a_burst_goes_at_once(database, roomy):
    for number in range(9):
        await promise(roomy, person(number), str(number))
    budget = Budget(per_second=2, burst=3)
    await claim(database, limit=1, budget=budget)
    assert len(await claim(database, budget=budget, now=NOW + timedelta(hours=1))) == 3


async def test_all_senders_share_one_budget(database, other_databases, roomy):
    for number in range(60):
        await promise(roomy, person(number), str(number))
    budget = Budget(per_second=10, burst=10)
    claims = (
        claim(one, limit=7, budget=budget) for one in [database, *other_databases] for _ in range(5)
    )
    assert sum(map(len, await asyncio.gather(*claims))) == 10


async def test_clocks_that_differ_do_not_fill_the_bucket_twice(database, roomy):
    for number in range(60):
        await promise(roomy, person(number), str(number))
    budget = Budget(per_second=10, burst=10)
    counts = [
        len(await claim(database, budget=budget, now=now))
        for now in (NOW + SECOND, NOW, NOW + SECOND, NOW, NOW + SECOND)
    ]
    assert counts == [10, 0, 0, 0, 0]


async def test_a_pause_holds_the_whole_channel_and_no_other(full, roomy):
    for one in (LAN, MINH, person(1, ChannelId.ZALO_OA)):
        await promise(roomy, one, one.channel.value + one.chat)
    [first] = await claim(full, limit=1)
    until = NOW + 30 * SECOND
    await record(full, first, again(until, code="429", channel_paused_until=until))
    assert await claim(full, now=until - SECOND) == ()
    assert len(await claim(full, now=until - SECOND, channel=ChannelId.ZALO_OA)) == 1
    assert len(await claim(full, now=until)) == 2


async def test_a_pause_is_not_made_shorter_by_one_that_ends_earlier(full, roomy):
    await promise(roomy, LAN, "lan")
    await promise(roomy, MINH, "minh")
    first, second = await claim(full)
    for one, seconds in ((first, 30), (second, 5)):
        until = NOW + seconds * SECOND
        await record(full, one, again(until, code="429", channel_paused_until=until))
    assert await claim(full, now=NOW + 29 * SECOND) == ()
    assert len(await claim(full, now=NOW + 30 * SECOND)) == 2


async def test_a_pause_says_why(full, roomy):
    await promise(roomy, LAN, "lan")
    [one] = await claim(full)
    until = NOW + SECOND
    await record(full, one, again(until, code="token", channel_paused_until=until))
    async with full.reading() as connection:
        state = (await connection.execute(select(channel_states))).one()
    assert (state.pause_code, state.paused_until) == ("token", until)


async def test_when_to_look_again_is_known(full, roomy):
    look = SqlDeliveries(full).next_due_at
    assert await look(TELEGRAM, NOW) is None
    await promise(roomy, LAN, "1")
    assert await look(TELEGRAM, NOW) == NOW
    [one] = await claim(full)
    assert await look(TELEGRAM, NOW) is None
    await record(full, one, again(NOW + 5 * SECOND))
    assert await look(TELEGRAM, NOW) == NOW + 5 * SECOND
    await promise(roomy, MINH, "2")
    [one] = await claim(full)
    until = NOW + 9 * SECOND
    await record(full, one, again(until, channel_paused_until=until))
    assert await look(TELEGRAM, NOW) == until


# What came of it


async def test_a_lease_keeps_others_away_until_it_ends(full, roomy):
    await promise(roomy, LAN, "1")
    await claim(full)
    settle = SqlDeliveries(full).settle
    assert await settle(LEASE_ENDS) == 0
    assert await claim(full, now=LEASE_ENDS) == ()
    assert await settle(LEASE_ENDS + SECOND) == 1
    assert await statuses(full) == {"1": "doubtful"}


async def test_what_may_have_arrived_is_not_sent_again_and_the_next_goes_on(full, roomy):
    await promise(roomy, LAN, "1", "2")
    await claim(full)
    await SqlDeliveries(full).settle(LEASE_ENDS + SECOND)
    assert await claim_texts(full, now=LEASE_ENDS + SECOND) == ["2"]


async def test_what_can_be_repeated_is_due_again_when_its_sender_died(full, roomy):
    await promise(roomy, LAN, "1", "2", is_repeatable=True)
    await claim(full)
    later = LEASE_ENDS + SECOND
    assert await SqlDeliveries(full).settle(later) == 0
    [one] = await claim(full, now=later)
    assert (one.message.params["text"], one.attempt) == ("1", 2)


async def test_late_news_that_a_doubtful_message_arrived_is_taken(full, roomy):
    await promise(roomy, LAN, "1")
    [one] = await claim(full)
    await SqlDeliveries(full).settle(LEASE_ENDS + SECOND)
    await record(full, one, again(NOW))
    assert await statuses(full) == {"1": "doubtful"}
    await record(full, one, sent("55"))
    assert await statuses(full) == {"1": "sent"}


async def test_recording_twice_changes_nothing(full, roomy):
    conversation = await promise(roomy, LAN, "1", "2")
    [one] = await claim(full)
    await record(full, one, sent("55"))
    [two] = await claim(full)
    await record(full, two, sent("56"))
    await record(full, one, sent("55"))
    await record(full, one, UNREACHABLE)
    assert await statuses(full) == {"1": "sent", "2": "sent"}
    found = await find(roomy, conversation)
    assert (found.standing, found.last_message_id) == (Standing.ACTIVE, "56")


async def test_news_of_an_earlier_attempt_is_passed_over(full, roomy):
    await promise(roomy, LAN, "1", is_repeatable=True)
    [first] = await claim(full)
    later = LEASE_ENDS + SECOND
    await SqlDeliveries(full).settle(later)
    [second] = await claim(full, now=later)
    await record(full, first, Verdict(DeliveryStatus.REJECTED, code="late"), later)
    assert await statuses(full) == {"1": "sending"}
    await record(full, second, sent(), later)
    assert await statuses(full) == {"1": "sent"}


async def test_what_is_tried_again_keeps_its_place_and_counts_its_attempts(full, roomy):
    await promise(roomy, LAN, "1", "2")
    for attempt in (1, 2, 3):
        [one] = await claim(full)
        assert (one.message.params["text"], one.attempt) == ("1", attempt)
        await record(full, one, again(code="vendor_down"))


async def test_somebody_who_is_gone_is_marked_and_sent_nothing_more(full, roomy):
    conversation = await promise(roomy, LAN, "1", "2")
    await promise(roomy, LAN, "campaign", lane=Lane.CAMPAIGN)
    [one] = await claim(full)
    await record(full, one, UNREACHABLE)
    assert set((await statuses(full)).values()) == {"unreachable"}
    assert (await find(roomy, conversation)).standing is Standing.UNREACHABLE
    assert await claim(full) == ()


async def test_what_the_vendor_always_fails_at_holds_up_the_next_message_for_some_minutes(
    full, roomy
):
    await promise(roomy, LAN, "1", "2")
    now, failures = NOW, 0
    while (await statuses(full))["1"] == "pending":
        [one] = await claim(full, now=now)
        assert (one.message.params["text"], one.failures) == ("1", failures)
        verdict = judge_fault(VendorFailed("failed"), one, now)
        await record(full, one, verdict, now)
        now, failures = verdict.due_at or now, failures + 1
    assert await statuses(full) == {"1": "rejected", "2": "pending"}
    assert now - NOW < timedelta(minutes=5)
    assert await claim_texts(full, now=now) == ["2"]


async def test_somebody_who_has_written_since_is_not_gone(full, roomy):
    """The vendor said so of a message from before; what they are told now must not be dropped."""
    conversation = await promise(roomy, LAN, "old")
    [one] = await claim(full)
    async with roomy.transaction() as unit:
        await unit.people.hear_from(conversation.id, NOW)
    await promise(roomy, LAN, "new")
    await record(full, one, UNREACHABLE)
    assert await statuses(full) == {"old": "unreachable", "new": "pending"}
    assert (await find(roomy, conversation)).standing is Standing.ACTIVE


@pytest.mark.parametrize(("told", "known"), [(SECOND, SECOND), (-SECOND, SECOND * 0)])
async def test_what_the_vendor_knows_of_somebody_is_kept_where_it_is_later(
    full, roomy, told, known
):
    conversation = await promise(roomy, LAN, "1")
    async with roomy.transaction() as unit:
        await unit.people.hear_from(conversation.id, NOW)
    [one] = await claim(full)
    await record(full, one, Verdict(DeliveryStatus.SENT, interacted_at=NOW + told))
    assert (await find(roomy, conversation)).last_interaction_at == NOW + known


async def test_a_group_that_moved_gets_it_at_its_new_address(full, roomy):
    await promise(roomy, Address(TELEGRAM, "-1", is_group=True), "1", "2")
    [one] = await claim(full)
    await record(full, one, again(code="moved", moved_to="-1001"))
    [moved] = await claim(full)
    assert (moved.address.chat, moved.message.params["text"]) == ("-1001", "1")


async def test_a_group_that_moved_to_a_known_address_is_not_tried_for_ever(full, roomy):
    """The conversation at the new address gets what is pending, and the old one is of no use."""
    old = await promise(roomy, Address(TELEGRAM, "-1", is_group=True), "1", "2")
    await promise(roomy, Address(TELEGRAM, "-1001", is_group=True), "3")
    one, three = await claim(full)
    await record(full, three, sent())
    await record(full, one, again(code="moved", moved_to="-1001"))
    assert (await find(roomy, old)).standing is Standing.UNREACHABLE
    claimed = []
    while found := await claim(full):
        claimed += [(one.address.chat, one.message.params["text"]) for one in found]
        for one in found:
            await record(full, one, sent())
    assert claimed == [("-1001", "1"), ("-1001", "2")]


async def test_wordy_vendors_do_not_hold_up_the_channel(full, roomy):
    """What cannot be recorded would be tried for ever. PostgreSQL refuses what is too long."""
    conversation = await promise(roomy, LAN, "1")
    [one] = await claim(full)
    await record(full, one, Verdict(DeliveryStatus.SENT, message_id="5" * 999, code="c" * 999))
    assert await statuses(full) == {"1": "sent"}
    assert (await find(roomy, conversation)).last_message_id == "5" * 128


async def test_the_last_message_is_known_until_they_do_something(full, roomy):
    conversation = await promise(roomy, LAN, "1")
    [one] = await claim(full)
    await record(full, one, sent("55"))
    assert (await find(roomy, conversation)).last_message_id == "55"
    async with roomy.transaction() as unit:
        await unit.people.hear_from(conversation.id, NOW)
    assert (await find(roomy, conversation)).last_message_id == ""


async def test_open_means_that_it_has_not_ended(full, roomy):
    """The indexes of open deliveries stand on it."""
    for number, status in enumerate(DeliveryStatus):
        await promise(roomy, person(number), status.value)
    for one in await claim(full):
        status = DeliveryStatus(one.message.params["text"])
        if status is not DeliveryStatus.SENDING:
            await record(full, one, Verdict(status, NOW if status.is_open else None))
    query = select(deliveries.c.status, deliveries.c.ended_at)
    async with full.reading() as connection:
        rows = (await connection.execute(query)).all()
    assert {row.status for row in rows} == set(DeliveryStatus)
    assert all(DeliveryStatus(row.status).is_open == (row.ended_at is None) for row in rows)


# Many at the same time


async def test_many_senders_claim_nothing_twice_and_keep_the_order(full, other_databases, roomy):
    people, each = 12, 6
    for number in range(each):
        for who in range(people):
            await promise(roomy, person(who), f"{who}:{number}")
    log: list[str] = []

    async def send(database):
        idle = 0
        while idle < 3:
            found = await claim(database, limit=4)
            idle = 0 if found else idle + 1
            log.extend(one.message.params["text"] for one in found)
            for one in found:
                await record(database, one, sent(str(one.id)))

    await asyncio.gather(*(send(one) for one in [full, *other_databases] for _ in range(3)))
    log += await send_all(full)
    assert len(log) == len(set(log)) == people * each
    for who in range(people):
        assert [one for one in log if one.startswith(f"{who}:")] == [
            f"{who}:{number}" for number in range(each)
        ]
    assert set((await statuses(full)).values()) == {"sent"}


async def test_recording_waits_for_no_turn_that_deletes(full, roomy, database):
    """Whoever records has the delivery and wants the conversation, a turn the other way round."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    conversation = await promise(roomy, LAN, "1")
    [one] = await claim(full)
    async with asyncio.timeout(5):
        async with roomy.transaction() as turn:
            await turn.people.hear_from(conversation.id, NOW)
            recording = asyncio.create_task(record(full, one, sent("55")))
            await recording
            await turn.outbox.forget(conversation.id)
    assert await statuses(full) == {}


async def test_a_turn_that_deletes_and_news_of_one_who_is_gone_do_not_wait_in_a_circle(
    full, roomy, database
):
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    conversation = await promise(roomy, LAN, "1")
    [one] = await claim(full)
    async with asyncio.timeout(5):
        async with roomy.transaction() as turn:
            await turn.people.hear_from(conversation.id, NOW)
            recording = asyncio.create_task(record(full, one, UNREACHABLE))
            done, _ = await asyncio.wait({recording}, timeout=0.2)
            assert not done
            await turn.outbox.forget(conversation.id)
        await recording
    assert (await find(roomy, conversation)).standing is Standing.ACTIVE
