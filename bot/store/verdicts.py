"""What came of messages that a sender had claimed, and all that follows from it.

Who locks rows of more than one kind does so in this order, so that nobody waits in a circle:
conversations, by id; then deliveries; then the state of a channel; then its counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, String, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.deliveries import Delivery, DeliveryStatus, Verdict
from bot.domain.people import QUOTA_CHANNELS, Standing
from bot.store.outbox import SqlOutbox
from bot.store.people import move_conversation
from bot.store.statements import is_plainly
from bot.store.tables import channel_states, conversations, deliveries
from bot.store.usage import Usage, count_usage

#: What a vendor counts: what arrived, or may have.
_COUNTED = frozenset({DeliveryStatus.SENT, DeliveryStatus.DOUBTFUL})

_SENDING = DeliveryStatus.SENDING
#: So many messages to one chat in so many seconds are a burst that is taken.
BURST_COUNT, BURST_SECONDS = 20, 10

Results = Sequence[tuple[Delivery, Verdict]]


async def record_verdicts(connection: AsyncConnection, results: Results, now: datetime) -> None:
    """Take down what came of deliveries, as far as it is still ours to say."""
    free = await _lock_people(connection, results)
    # In the same order everywhere, so that two processes never wait for each other.
    ordered = sorted(results, key=lambda one: (one[0].conversation, one[0].id))
    before = [(await _record_one(connection, *one, now), one) for one in ordered]
    recorded = [one for was, one in before if was is not None]
    for delivery, verdict in recorded:
        if delivery.conversation in free:
            await _note_of_person(connection, delivery, verdict, now)
    await _pace(connection, {one.conversation for one, _ in recorded}, now)
    for delivery, verdict in recorded:
        if verdict.channel_paused_until is not None:
            await _pause(connection, delivery, verdict)
    # What was doubtful is counted already.
    counted = [one for was, one in before if was is _SENDING and one[1].status in _COUNTED]
    sent = Counter(delivery.address.channel for delivery, _ in counted)
    billed = Counter(delivery.address.channel for delivery, one in counted if one.is_billed)
    for channel in sorted(sent.keys() & QUOTA_CHANNELS):
        used = Usage(sent=sent[channel], billed=billed[channel])
        await count_usage(connection, channel, now, used)


async def _lock_people(connection: AsyncConnection, results: Results) -> Collection[str]:
    """The conversations of which something may be noted.

    Those with a turn under way are waited for only where it matters. That a message was the last
    does not: whoever has a turn has done something since.
    """
    needed = {one.conversation for one, verdict in results if _matters(verdict)}
    told = (one for one, verdict in results if verdict.message_id or verdict.interacted_at)
    wanted = {one.conversation for one in told} - needed
    locked: set[str] = set()
    for ids, skip_locked in ((needed, False), (wanted, True)):
        if ids:
            locking = (
                select(conversations.c.id)
                .where(conversations.c.id.in_(ids))
                .order_by(conversations.c.id)
                .with_for_update(key_share=True, skip_locked=skip_locked)
            )
            locked.update((await connection.execute(locking)).scalars())
    return locked


def _matters(verdict: Verdict) -> bool:
    return bool(verdict.moved_to) or verdict.status is DeliveryStatus.UNREACHABLE


async def _record_one(
    connection: AsyncConnection, delivery: Delivery, verdict: Verdict, now: datetime
) -> DeliveryStatus | None:
    """What the delivery was before; None where it was no longer ours to change."""
    mine = (deliveries.c.id == delivery.id, deliveries.c.attempt == delivery.attempt)
    values: dict[str, Any] = {
        "status": verdict.status.value,
        "code": _cut(verdict.code, deliveries.c.code),
        "message_id": _cut(verdict.message_id, deliveries.c.message_id),
        "leased_until": None,
        "ended_at": None if verdict.status.is_open else now,
    }
    if verdict.is_failure:
        values["failures"] = deliveries.c.failures + 1
    if verdict.due_at is not None:
        values["due_at"] = verdict.due_at
    if verdict.instead is not None:
        values["data"] = verdict.instead.to_data()
        values["is_repeatable"] = verdict.instead.is_repeatable
    takes_it_from = [_SENDING]
    if verdict.status is DeliveryStatus.SENT:
        takes_it_from.append(DeliveryStatus.DOUBTFUL)
    for was in takes_it_from:
        change = update(deliveries).where(*mine, deliveries.c.status == was.value)
        if (await connection.execute(change.values(values))).rowcount == 1:
            return was
    return None


def _cut(text: str, column: Column[str]) -> str:
    """As much as the column holds: what cannot be stored would be tried again for ever."""
    assert isinstance(column.type, String)
    return text[: column.type.length]


async def _note_of_person(
    connection: AsyncConnection, delivery: Delivery, verdict: Verdict, now: datetime
) -> None:
    """What a verdict says of the conversation."""
    who = conversations.c.id == delivery.conversation
    if verdict.message_id:
        last = (
            update(conversations)
            .where(who)
            .values(last_message_id=_cut(verdict.message_id, conversations.c.last_message_id))
        )
        await connection.execute(last)
    if verdict.interacted_at is not None:
        said = conversations.c.last_interaction_at
        is_later = or_(said.is_(None), said < verdict.interacted_at)
        later = update(conversations).where(who, is_later)
        await connection.execute(later.values(last_interaction_at=verdict.interacted_at))
    if verdict.moved_to:
        await move_conversation(connection, delivery.conversation, verdict.moved_to)
    if verdict.status is DeliveryStatus.UNREACHABLE:
        # Who has done something since the message was claimed is there again.
        silent = conversations.c.last_interaction_at.is_not_distinct_from(
            delivery.last_interaction_at
        )
        gone = update(conversations).where(who, silent)
        done = await connection.execute(gone.values(standing=Standing.UNREACHABLE.value))
        if done.rowcount:
            await SqlOutbox(connection).drop(delivery.conversation, verdict.code, now)


async def _pace(connection: AsyncConnection, names: Collection[str], now: datetime) -> None:
    """Let a second pass before the next message to who got many just now: a chat takes about one a
    second and short bursts, and a vendor's refusal would hold up everybody
    (https://core.telegram.org/bots/faq, read 2026-11-20).
    """
    just_now = deliveries.alias("just_now")
    count = (
        select(func.count())
        .where(
            just_now.c.conversation == deliveries.c.conversation,
            just_now.c.ended_at > now - timedelta(seconds=BURST_SECONDS),
        )
        .scalar_subquery()
    )
    next_at = now + timedelta(seconds=1)
    paced = update(deliveries).where(
        deliveries.c.conversation.in_(names),
        is_plainly(deliveries.c.status, DeliveryStatus.PENDING.value),
        deliveries.c.due_at < next_at,
        count >= BURST_COUNT,
    )
    await connection.execute(paced.values(due_at=next_at))


async def _pause(connection: AsyncConnection, delivery: Delivery, verdict: Verdict) -> None:
    """A pause is never made shorter by one that ends earlier."""
    until = verdict.channel_paused_until
    paused = channel_states.c.paused_until
    change = update(channel_states).where(
        channel_states.c.channel == delivery.address.channel.value,
        or_(paused.is_(None), paused < until),
    )
    code = _cut(verdict.code, channel_states.c.pause_code)
    await connection.execute(change.values(paused_until=until, pause_code=code))
