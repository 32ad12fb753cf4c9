"""Updates that came in, until their turn is taken."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import InboxFull
from bot.domain.people import QUOTA_CHANNELS, ChannelId, Conversation, ConversationId
from bot.domain.store import Waiting
from bot.domain.updates import Update
from bot.store.people import to_conversation
from bot.store.statements import delete_batch, insert_new, is_plainly
from bot.store.tables import conversations, inbox
from bot.store.usage import Usage, count_usage

#: How many conversations are looked at for each that is wanted: other workers may hold some.
_LOOK_AHEAD = 16

#: How many updates of one conversation may wait for their turn.
MAX_WAITING_EACH = 100

log = logging.getLogger(__name__)


def waits() -> ColumnElement[bool]:
    """Whether an update waits for its turn."""
    return is_plainly(inbox.c.state, "waiting")


class SqlInbox:
    """Updates within one transaction, at most `max_waiting` of them unanswered."""

    def __init__(self, connection: AsyncConnection, max_waiting: int) -> None:
        self._connection = connection
        self._max_waiting = max_waiting

    async def add(
        self, updates: Sequence[tuple[ConversationId, Update]], now: datetime
    ) -> Sequence[Update]:
        """Store updates; gives those that were not there yet, each once.

        Raises:
            InboxFull: too many wait already; nothing was stored.
        """
        if not updates:
            return ()
        if await self.count_waiting() + len(updates) > self._max_waiting:
            raise InboxFull(f"{self._max_waiting} updates wait already")
        updates = await self._without_floods(updates)
        if not updates:
            return ()
        # In the same order everywhere, so that two processes that are sent the same never wait for
        # each other.
        ordered = sorted(updates, key=lambda one: (one[1].position, *_key(one[1])))
        rows = [_new_row(conversation, one, now) for conversation, one in ordered]
        adding = insert_new(self._connection, inbox).returning(inbox.c.channel, inbox.c.update_id)
        stored = (await self._connection.execute(adding, rows)).all()
        new = {(channel, update_id) for channel, update_id in stored}
        received = Counter(ChannelId(channel) for channel, _ in new)
        for channel in sorted(received.keys() & QUOTA_CHANNELS):
            await count_usage(self._connection, channel, now, Usage(received=received[channel]))
        first = {_key(one): one for _, one in reversed(updates)}
        return [one for _, one in updates if _key(one) in new and one is first[_key(one)]]

    async def _without_floods(
        self, updates: Sequence[tuple[ConversationId, Update]]
    ) -> Sequence[tuple[ConversationId, Update]]:
        """The updates without what one conversation sends beyond `MAX_WAITING_EACH` that wait: who
        sends faster than anybody can read takes the room of no other.
        """
        names = {name for name, _ in updates}
        counting = (
            select(inbox.c.conversation, func.count().label("count"))
            .where(inbox.c.conversation.in_(names), waits())
            .group_by(inbox.c.conversation)
        )
        rows = (await self._connection.execute(counting)).all()
        waiting = Counter({row.conversation: row[1] for row in rows})
        kept = []
        for name, one in updates:
            waiting[name] += 1
            if waiting[name] <= MAX_WAITING_EACH:
                kept.append((name, one))
        if len(kept) < len(updates):
            log.warning(
                "%d updates of who sends too fast are passed over", len(updates) - len(kept)
            )
        return kept

    async def count_waiting(self) -> int:
        """How many updates wait for their turn."""
        # 10 000 waiting rows are counted in about 1 ms, by an index that holds no others.
        counting = select(func.count()).select_from(inbox).where(waits())
        return int((await self._connection.execute(counting)).scalar_one())

    async def have_waiting(self, conversations_: Collection[ConversationId]) -> set[ConversationId]:
        """Those of the conversations for which something waits."""
        query = (
            select(inbox.c.conversation)
            .where(inbox.c.conversation.in_(conversations_), waits())
            .distinct()
        )
        found = (await self._connection.execute(query)).scalars()
        return {ConversationId(one) for one in found}

    async def claim(
        self, limit: int, each: int, channels: Collection[ChannelId]
    ) -> Sequence[Waiting]:
        """What waits longest, of at most `limit` conversations and `each` of every one, in the
        order to be taken. Until this transaction ends, nobody else gets these conversations: on
        PostgreSQL their rows are locked, in SQLite this is the one transaction that writes.
        """
        locked = await self._lock_oldest(limit, channels)
        # Asked after the lock: somebody may have taken turns between the two statements.
        order = (inbox.c.position, inbox.c.id)
        place = func.row_number().over(partition_by=inbox.c.conversation, order_by=order)
        ranked = (
            select(inbox, place.label("place"))
            .where(inbox.c.conversation.in_(locked), waits())
            .subquery()
        )
        waiting = (
            select(ranked).where(ranked.c.place <= each).order_by(ranked.c.position, ranked.c.id)
        )
        claimed = []
        for row in (await self._connection.execute(waiting)).all() if locked else ():
            one = _to_waiting(row, locked[row.conversation])
            if one is not None:
                claimed.append(one)
            else:
                await self.finish([row.id], row.received_at, failed=True)
        return claimed

    async def _lock_oldest(
        self, limit: int, channels: Collection[ChannelId]
    ) -> Mapping[str, Conversation]:
        """Those who wait longest, by the oldest of what they sent: who sends faster than we answer
        takes one place, and hides nobody.
        """
        first = func.min(inbox.c.id).label("first")
        # Not the column itself: SQLite would take the index that has it, and read all that ever
        # came on these channels instead of what waits.
        channel = func.coalesce(inbox.c.channel, "")
        oldest = (
            select(inbox.c.conversation, first)
            .where(waits(), channel.in_([one.value for one in channels]))
            .group_by(inbox.c.conversation)
            .order_by(first)
            .limit(limit * _LOOK_AHEAD)
            .subquery()
        )
        locking = (
            select(conversations)
            .join(oldest, oldest.c.conversation == conversations.c.id)
            .order_by(oldest.c.first)
            .limit(limit)
            # Not the key: storing a new update of the same person waits for nobody.
            .with_for_update(of=conversations, skip_locked=True, key_share=True)
        )
        rows = (await self._connection.execute(locking)).all()
        return {row.id: to_conversation(row) for row in rows}

    async def finish(self, ids: Sequence[int], now: datetime, *, failed: bool = False) -> None:
        """Their turns were taken, or cannot be; what they said is erased. Failing is said only of
        what still waits: another may have managed what we could not.
        """
        state = "failed" if failed else "done"
        change = update(inbox).where(inbox.c.id.in_(ids))
        if failed:
            change = change.where(waits())
        await self._connection.execute(change.values(state=state, data=None, done_at=now))

    async def count_known(self, conversation: ConversationId) -> int:
        """Of how many updates of a conversation it is still known that they came."""
        mine = inbox.c.conversation == conversation
        counting = select(func.count()).select_from(inbox).where(mine)
        return int((await self._connection.execute(counting)).scalar_one())

    async def forget(self, conversation: ConversationId) -> None:
        """Erase what waits of a conversation; that it came stays known."""
        where = (inbox.c.conversation == conversation, waits())
        await self._connection.execute(update(inbox).where(*where).values(state="done", data=None))

    async def forget_before(self, moment: datetime) -> int:
        """Delete up to `BATCH` updates that came before `moment`; gives the number. Those that
        still wait as well: their channel has had no worker for as long, and nobody is kept words
        of theirs for ever.
        """
        old = delete_batch(inbox, inbox.c.received_at < moment)
        return int((await self._connection.execute(old)).rowcount)

    async def oldest_wait(self, now: datetime) -> timedelta:
        """How long the update that waits longest has waited; nothing when none does."""
        query = select(func.min(inbox.c.received_at)).where(waits())
        since = (await self._connection.execute(query)).scalar_one()
        return now - since if since else timedelta()


def _key(update_: Update) -> tuple[str, str]:
    """What an update is known by."""
    return update_.address.channel.value, update_.id


def _new_row(conversation: ConversationId, update_: Update, now: datetime) -> dict[str, Any]:
    return {
        "channel": update_.address.channel.value,
        "update_id": update_.id,
        "conversation": conversation,
        "position": update_.position,
        "data": update_.to_data(),
        "state": "waiting",
        "received_at": now,
    }


def _to_waiting(row: Row[Any], person: Conversation) -> Waiting | None:
    """What a row holds; None when another version of the program stored what we cannot read. It
    must not hold up everybody for ever.
    """
    try:
        one = Update.from_data(row.update_id, person.address, row.position, row.data)
    except (KeyError, TypeError, ValueError):
        log.exception("update %d cannot be read", row.id)
        return None
    return Waiting(row.id, person.id, one, row.received_at)
