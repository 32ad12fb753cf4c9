"""Messages on their way out, as those see them who promise them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.deliveries import DeliveryStatus, Lane, Message
from bot.domain.people import Conversation, ConversationId
from bot.store.statements import delete_batch, is_plainly
from bot.store.tables import deliveries


class SqlOutbox:
    """Deliveries within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        conversation: Conversation,
        messages: Sequence[Message],
        now: datetime,
        lane: Lane = Lane.REPLY,
    ) -> None:
        """Promise messages, to be sent in this order."""
        # One by one: a statement for many rows numbers them in no promised order.
        for message in messages:
            values = {
                "channel": conversation.address.channel.value,
                "conversation": conversation.id,
                "lane": int(lane),
                "data": message.to_data(),
                "is_repeatable": message.is_repeatable,
                "status": DeliveryStatus.PENDING.value,
                "attempt": 0,
                "due_at": now,
                "message_id": "",
                "code": "",
                "created_at": now,
            }
            await self._connection.execute(insert(deliveries).values(values))

    async def drop(self, conversation: ConversationId, code: str, now: datetime) -> int:
        """Give up what is pending for a conversation that cannot be reached; gives the number."""
        change = update(deliveries).where(
            deliveries.c.conversation == conversation,
            deliveries.c.ended_at.is_(None),
            deliveries.c.status == DeliveryStatus.PENDING.value,
        )
        values = {"status": DeliveryStatus.UNREACHABLE.value, "code": code, "ended_at": now}
        return int((await self._connection.execute(change.values(values))).rowcount)

    async def forget(self, conversation: ConversationId) -> None:
        """Delete every trace of what was sent or promised to a conversation."""
        where = deliveries.c.conversation == conversation
        await self._connection.execute(delete(deliveries).where(where))

    async def list_data(self, conversation: ConversationId) -> Sequence[Mapping[str, Any]]:
        """What is kept of the messages to a conversation, newest last."""
        query = (
            select(deliveries)
            .where(deliveries.c.conversation == conversation)
            .order_by(deliveries.c.id)
        )
        rows = (await self._connection.execute(query)).all()
        return [
            {
                "created_at": row.created_at.isoformat(),
                "status": row.status,
                "method": row.data["method"],
            }
            for row in rows
        ]

    async def forget_before(self, moment: datetime) -> int:
        """Delete up to `BATCH` deliveries that ended before `moment`; gives the number."""
        old = delete_batch(deliveries, deliveries.c.ended_at < moment)
        return int((await self._connection.execute(old)).rowcount)

    async def forget_unsent_before(self, moment: datetime) -> int:
        """The same for those that were due before `moment` and wait on: nobody sends them any more,
        nor would they be of use. Apart from the others: each has an index of its own.
        """
        unsent = is_plainly(deliveries.c.status, DeliveryStatus.PENDING.value)
        old = delete_batch(deliveries, and_(unsent, deliveries.c.due_at < moment))
        return int((await self._connection.execute(old)).rowcount)
