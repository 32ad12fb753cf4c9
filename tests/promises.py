"""People and messages promised to them, for tests of everything that sends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from bot.domain.deliveries import Delivery, DeliveryStatus, Lane, Message, Verdict
from bot.domain.identity import ConversationNames
from bot.domain.people import Address, ChannelId
from bot.domain.store import Budget
from bot.store.database import Database
from bot.store.deliveries import SqlDeliveries
from bot.store.tables import channel_states, deliveries

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
NAMES = ConversationNames(b"a key for tests only")
TELEGRAM = ChannelId.TELEGRAM
#: Enough for whatever a test claims.
PLENTY = Budget(per_second=1000, burst=1000)
LEASE_SECONDS = 40.0


class Clock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def person(number: int, channel: ChannelId = TELEGRAM) -> Address:
    """The address of somebody."""
    return Address(channel, str(7000 + number))


def message(text: str, *, is_repeatable: bool = False) -> Message:
    return Message("sendMessage", {"text": text}, is_repeatable=is_repeatable)


def text_of(delivery: Delivery) -> str:
    return delivery.message.params["text"]


async def promise(store, address, *texts, lane=Lane.REPLY, at=NOW, is_repeatable=False):
    """Promise messages to somebody; gives the conversation."""
    async with store.transaction() as unit:
        conversation = (await unit.people.meet([address], at))[address]
        messages = [message(text, is_repeatable=is_repeatable) for text in texts]
        await unit.outbox.add(conversation, messages, at, lane)
    return conversation


async def fill_bucket(database: Database, channel: ChannelId = TELEGRAM, at: datetime = NOW):
    """Begin with a full bucket, for tests that are about something else."""
    state = {"channel": channel.value, "tokens": 1000.0, "refilled_at": at, "pause_code": ""}
    async with database.writing() as connection:
        await connection.execute(insert(channel_states).values(state))


async def claim(database, limit=100, now=NOW, budget=PLENTY, channel=TELEGRAM):
    return await SqlDeliveries(database).claim(channel, limit, LEASE_SECONDS, budget, now)


async def claim_texts(database, limit=100, now=NOW, **others):
    return [text_of(one) for one in await claim(database, limit, now, **others)]


async def record(database, delivery, verdict, now=NOW):
    await SqlDeliveries(database).record([(delivery, verdict)], now)


def sent(message_id: str = "") -> Verdict:
    return Verdict(DeliveryStatus.SENT, message_id=message_id)


async def statuses(database) -> dict[str, str]:
    """Where each promised text stands."""
    query = select(deliveries.c.data, deliveries.c.status).order_by(deliveries.c.id)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).all()
    return {row.data["params"]["text"]: row.status for row in rows}


async def send_all(database, now=NOW) -> list[str]:
    """Send until nothing is due; gives the texts in the order of sending."""
    texts = []
    while claimed := await claim(database, now=now):
        for one in claimed:
            texts.append(text_of(one))
            await record(database, one, sent(), now)
    return texts
