"""Who conversations are with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.identity import ConversationNames
from bot.domain.people import Address, ChannelId, Conversation, ConversationId, Standing
from bot.store.statements import insert_new, is_plainly
from bot.store.tables import conversations, deliveries, inbox, sessions

#: People forgotten in one transaction; the rest is for the next time.
_MANY = 1000


class SqlPeople:
    """Conversations within one transaction."""

    def __init__(self, connection: AsyncConnection, names: ConversationNames) -> None:
        self._connection = connection
        self._names = names

    async def meet(
        self, addresses: Collection[Address], now: datetime
    ) -> Mapping[Address, Conversation]:
        """The conversations with these addresses; those that are new are begun. None of them is
        deleted, nor gets another address, before this transaction ends.

        Does not wait for a turn that is under way in one of them.
        """
        known = await self._keep_at(addresses)
        # In the same order everywhere, so that two processes never wait for each other.
        new = sorted(set(addresses) - known.keys(), key=self._names.of)
        if new:
            values = [self._new_row(address, now) for address in new]
            await self._connection.execute(insert_new(self._connection, conversations), values)
            known |= await self._keep_at(new)
            known |= await self._keep_moved([one for one in new if one not in known])
        return known

    def _new_row(self, address: Address, now: datetime) -> dict[str, Any]:
        return {
            "id": self._names.of(address),
            "channel": address.channel.value,
            "chat": address.chat,
            "is_group": address.is_group,
            "standing": Standing.ACTIVE.value,
            "last_message_id": "",
            "notice_version": "",
            "created_at": now,
        }

    async def _keep_at(self, addresses: Collection[Address]) -> dict[Address, Conversation]:
        rows = await self._keep(_is_at(addresses))
        found = {(row.channel, row.chat): to_conversation(row) for row in rows}
        return {one: found[_place(one)] for one in addresses if _place(one) in found}

    async def _keep_moved(self, addresses: Collection[Address]) -> dict[Address, Conversation]:
        """Those who are spoken of by an address that they had before they moved."""
        by_name = {self._names.of(one): one for one in addresses}
        rows = await self._keep(conversations.c.id.in_(by_name)) if by_name else ()
        return {by_name[ConversationId(row.id)]: to_conversation(row) for row in rows}

    async def _keep(self, where: ColumnElement[bool]) -> Collection[Row[Any]]:
        keeping = select(conversations).where(where).order_by(conversations.c.id)
        # The weakest lock: only deleting the row and changing its address wait for it.
        keeping = keeping.with_for_update(read=True, key_share=True)
        return (await self._connection.execute(keeping)).all()

    async def find(self, conversation: ConversationId) -> Conversation | None:
        """What is kept of one."""
        return await _find(self._connection, conversation)

    async def _change(self, conversation: ConversationId, **values: object) -> None:
        await _change(self._connection, conversation, **values)

    async def hear_from(self, conversation: ConversationId, at: datetime) -> None:
        """They did something: they can be reached, and our last message is the last no more. Who
        asked to be forgotten and writes again begins anew.
        """
        await self._change(
            conversation,
            standing=Standing.ACTIVE.value,
            last_interaction_at=at,
            last_message_id="",
            forget_at=None,
        )

    async def set_standing(self, conversation: ConversationId, standing: Standing) -> None:
        """Whether anything can be sent there."""
        await self._change(conversation, standing=standing.value)

    async def move(self, conversation: ConversationId, chat: str) -> None:
        """They have a new address. Where the new one is known already, this one is of no use."""
        await move_conversation(self._connection, conversation, chat)

    async def note_notice(self, conversation: ConversationId, version: str) -> None:
        """They were shown this privacy notice; what they agreed to before was another."""
        await self._change(conversation, notice_version=version, consented_at=None)

    async def note_consent(self, conversation: ConversationId, at: datetime) -> None:
        """They went on after the notice."""
        await self._change(conversation, consented_at=at)

    async def forget(self, conversation: ConversationId, now: datetime) -> None:
        """Forget who it is as soon as what is still to be sent there is sent. When they last wrote
        stays until then: Zalo OA takes nothing for who never did.
        """
        await self._change(
            conversation,
            forget_at=now,
            notice_version="",
            consented_at=None,
        )

    async def forget_those_who_asked(self) -> int:
        """Delete whoever asked for it and has nothing left to receive, with every trace of the
        last messages; gives their number. Who has written again since is left alone.
        """
        is_open = _has_deliveries(deliveries.c.ended_at.is_(None))
        asked = and_(conversations.c.forget_at.is_not(None), ~is_open, ~_has_waiting())
        ids = await self._lock_to_delete(asked)
        if ids:
            # That the updates came stays known, or one that is sent again would be taken again.
            came = update(inbox).where(inbox.c.conversation.in_(ids)).values(conversation="")
            await self._connection.execute(came)
        return await self._delete(ids)

    async def forget_silent_before(self, moment: datetime) -> int:
        """Delete those who have said nothing since, have no session, and of whose messages nothing
        is kept; gives their number.
        """
        has_session = exists().where(sessions.c.id == conversations.c.id)
        said = conversations.c.last_interaction_at
        silent = or_(said < moment, said.is_(None) & (conversations.c.created_at < moment))
        gone = and_(silent, ~has_session, ~_has_deliveries(), ~_has_waiting())
        return await self._delete(await self._lock_to_delete(gone))

    async def _lock_to_delete(self, where: ColumnElement[bool]) -> Collection[str]:
        """Those of whom this is true and stays true until the transaction ends; nobody with whom
        a turn is under way.
        """
        locking = (
            select(conversations.c.id).where(where).limit(_MANY).with_for_update(skip_locked=True)
        )
        locked = (await self._connection.execute(locking)).scalars().all()
        if not locked:
            return ()
        # Asked again: what was stored while the lock was taken is seen only now.
        still = select(conversations.c.id).where(conversations.c.id.in_(locked), where)
        return (await self._connection.execute(still)).scalars().all()

    async def _delete(self, ids: Collection[str]) -> int:
        if not ids:
            return 0
        for table, column in (
            (sessions, sessions.c.id),
            (deliveries, deliveries.c.conversation),
            (conversations, conversations.c.id),
        ):
            await self._connection.execute(delete(table).where(column.in_(ids)))
        return len(ids)


def to_conversation(row: Row[Any]) -> Conversation:
    """The conversation of a row of its table."""
    return Conversation(
        id=ConversationId(row.id),
        address=Address(ChannelId(row.channel), row.chat, row.is_group),
        standing=Standing(row.standing),
        last_interaction_at=row.last_interaction_at,
        last_message_id=row.last_message_id,
        notice_version=row.notice_version,
        consented_at=row.consented_at,
        created_at=row.created_at,
    )


def _place(address: Address) -> tuple[str, str]:
    return address.channel.value, address.chat


def _is_at(addresses: Collection[Address]) -> ColumnElement[bool]:
    """By channel, and not as pairs: SQLite finds pairs by no index."""
    places = groupby(sorted(map(_place, addresses)), key=lambda one: one[0])
    return or_(
        False,
        *(
            and_(conversations.c.channel == channel, conversations.c.chat.in_([c for _, c in one]))
            for channel, one in places
        ),
    )


def _has_deliveries(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(deliveries.c.conversation == conversations.c.id, *where)


def _has_waiting() -> ColumnElement[bool]:
    waits = is_plainly(inbox.c.state, "waiting")
    return exists().where(inbox.c.conversation == conversations.c.id, waits)


async def _find(connection: AsyncConnection, conversation: ConversationId) -> Conversation | None:
    query = select(conversations).where(conversations.c.id == conversation)
    row = (await connection.execute(query)).first()
    return to_conversation(row) if row else None


async def _change(
    connection: AsyncConnection, conversation: ConversationId, **values: object
) -> None:
    where = conversations.c.id == conversation
    await connection.execute(update(conversations).where(where).values(**values))


async def move_conversation(
    connection: AsyncConnection, conversation: ConversationId, chat: str
) -> None:
    """Give a conversation a new address. Where that is known already, the old one is of no use, and
    what is pending goes to the conversation there.
    """
    old = await _find(connection, conversation)
    if old is None or old.address.chat == chat:
        return
    there = _is_at([Address(old.address.channel, chat)])
    known = (await connection.execute(select(conversations.c.id).where(there))).scalar_one_or_none()
    if known is None:
        await _change(connection, conversation, chat=chat)
        return
    await _change(connection, conversation, standing=Standing.UNREACHABLE.value)
    pending = (
        deliveries.c.conversation == conversation,
        deliveries.c.ended_at.is_(None),
        is_plainly(deliveries.c.status, "pending"),
    )
    await connection.execute(update(deliveries).where(*pending).values(conversation=known))
