"""A step that replaces the one before it in place, where that one is gone: another message is sent,
and like any other it is never sent twice.
"""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from bot.domain.deliveries import DeliveryStatus, Message
from bot.outbox.sender import Sender, SenderSettings
from bot.store.deliveries import SqlDeliveries
from bot.store.tables import deliveries
from tests.promises import LEASE_SECONDS, NOW, PLENTY, Clock, claim, fill_bucket, person
from tests.turn_factories import CountingObserver
from tests.unit.channels.telegram.wires import Wire, bad, client_over, refused, sent

LAN = person(1)
EDIT = Message("editMessageText", {"message_id": 40, "text": "Bước 2"}, is_repeatable=True)
GONE = bad("message to edit not found")


class NoUploads:
    """No pictures in these tests."""


@pytest.fixture
def sending(database, roomy, tmp_path):
    """Sends an edit over a wire with these answers, until nothing is due; gives the calls."""

    async def send(*answers):
        await fill_bucket(database)
        async with roomy.transaction() as unit:
            conversation = (await unit.people.meet([LAN], NOW))[LAN]
            await unit.outbox.add(conversation, [EDIT], NOW)
        wire = Wire(*answers)
        client = client_over(wire, tmp_path, NoUploads())
        sender = Sender(
            client,
            SqlDeliveries(database),
            Clock(),
            CountingObserver(),
            SenderSettings(PLENTY),
        )
        await client.open()
        try:
            while await sender.send_due():
                pass
        finally:
            await client.close()
        return [name for name, _ in wire.calls]

    return send


async def row_of(database):
    async with database.reading() as connection:
        return (await connection.execute(select(deliveries))).one()


async def test_another_message_is_sent_in_its_place(sending, database):
    assert await sending(GONE, sent(78)) == ["editMessageText", "sendMessage"]
    row = await row_of(database)
    assert (row.status, row.message_id) == ("sent", "78")


async def test_one_of_which_nobody_knows_is_doubtful_and_not_sent_again(sending, database):
    calls = await sending(GONE, httpx.ReadTimeout("slow"))
    assert calls == ["editMessageText", "sendMessage"]
    assert (await row_of(database)).status == DeliveryStatus.DOUBTFUL


async def test_one_whose_sender_died_is_doubtful_and_not_sent_again(sending, database):
    assert await sending(GONE, refused(429, "Too Many Requests", retry_after=5)) == [
        "editMessageText",
        "sendMessage",
    ]
    later = NOW + timedelta(seconds=6)
    (claimed,) = await claim(database, now=later)
    assert claimed.message == Message("sendMessage", {"text": "Bước 2"})
    at_last = later + timedelta(seconds=LEASE_SECONDS + 1)
    assert await SqlDeliveries(database).settle(at_last) == 1
    assert not await claim(database, now=at_last)
    assert (await row_of(database)).status == DeliveryStatus.DOUBTFUL
