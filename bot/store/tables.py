"""One schema, in SQLAlchemy Core. `migrations/` brings a database to it; a test holds them equal.

No table has a foreign key: rows of a conversation outlive it by design (that an update came stays
known after its sender is forgotten), and key checks would make storing an update wait for the turn
that is under way in the same conversation.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware moments, in UTC, on databases that keep time zones and on those that do not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Any aware moment goes in."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """An aware one comes out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: SQLite counts up by itself only in columns of this one type.
_Counter = BigInteger().with_variant(Integer, "sqlite")

#: What is remembered of each conversation; nothing that a citizen wrote is kept here.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("data", JSON, nullable=False),
    #: Raised by one at every save; a save with an old version is refused.
    Column("version", Integer, nullable=False),
    #: The name of the last message, and on the web what was answered: told again when it comes
    #: again.
    Column("last_message", String(64), nullable=False, default=""),
    Column("last_turn", JSON(none_as_null=True)),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("sessions_by_age", "updated_at"),
)

#: Who a conversation is with: the one table that holds vendors' ids of people.
conversations = Table(
    "conversations",
    metadata,
    #: A keyed hash; see `bot.domain.identity`.
    Column("id", String(64), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("chat", String(128), nullable=False),
    Column("is_group", Boolean, nullable=False),
    Column("standing", String(16), nullable=False),
    Column("last_interaction_at", UtcDateTime),
    Column("last_message_id", String(128), nullable=False),
    Column("notice_version", String(16), nullable=False),
    Column("consented_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    #: When they asked to be forgotten; the row goes once nothing is left to send there.
    Column("forget_at", UtcDateTime),
    UniqueConstraint("channel", "chat"),
    Index(
        "conversations_to_forget",
        "forget_at",
        sqlite_where=text("forget_at IS NOT NULL"),
        postgresql_where=text("forget_at IS NOT NULL"),
    ),
)

_WAITS = text("state = 'waiting'")

#: Updates of chat channels. What was said is erased with the turn; that it came stays, so that an
#: update is taken once however often the vendor sends it.
inbox = Table(
    "inbox",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("update_id", String(128), nullable=False),
    Column("conversation", String(64), nullable=False),
    Column("position", BigInteger, nullable=False),
    #: Null once the turn is taken.
    Column("data", JSON(none_as_null=True)),
    #: waiting, done or failed.
    Column("state", String(8), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    UniqueConstraint("channel", "update_id"),
    Index("inbox_waiting", "conversation", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
    Index("inbox_by_age", "channel", "received_at"),
    sqlite_autoincrement=True,
)

_IS_PENDING = text("status = 'pending'")
#: Pending or being sent. Said so, and not by a list of statuses, for SQLite uses a partial index
#: only where a query repeats its condition.
_IS_OPEN = text("ended_at IS NULL")
_IS_LEASED = text("status = 'sending'")
_IS_DOUBTFUL = text("status = 'doubtful'")

#: Messages promised to somebody, and what came of them. One row is one call to a vendor.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("conversation", String(64), nullable=False),
    #: Replies go before campaigns.
    Column("lane", Integer, nullable=False),
    Column("data", JSON, nullable=False),
    Column("is_repeatable", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    #: Of the attempts, those that the vendor answered with having failed.
    Column("failures", Integer, nullable=False, default=0),
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("message_id", String(128), nullable=False),
    #: Why it is where it is, for staff: a stable word, no text of a vendor.
    Column("code", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    #: Null as long as it is open.
    Column("ended_at", UtcDateTime),
    #: In the order of sending; holds `due_at`, so that what is due later is passed over unread.
    Index(
        "deliveries_pending",
        "channel",
        "lane",
        "id",
        "due_at",
        sqlite_where=_IS_PENDING,
        postgresql_where=_IS_PENDING,
    ),
    Index(
        "deliveries_by_due",
        "channel",
        "due_at",
        sqlite_where=_IS_PENDING,
        postgresql_where=_IS_PENDING,
    ),
    Index(
        "deliveries_open_of_conversation",
        "conversation",
        "lane",
        "id",
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    ),
    Index("deliveries_of_conversation", "conversation", "id"),
    Index(
        "deliveries_leased",
        "leased_until",
        sqlite_where=_IS_LEASED,
        postgresql_where=_IS_LEASED,
    ),
    Index(
        "deliveries_doubtful",
        "channel",
        sqlite_where=_IS_DOUBTFUL,
        postgresql_where=_IS_DOUBTFUL,
    ),
    Index("deliveries_by_end", "ended_at"),
    sqlite_autoincrement=True,
)

#: The budget of each channel, shared by all processes that send, and how it stands.
channel_states = Table(
    "channel_states",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("refilled_at", UtcDateTime, nullable=False),
    Column("paused_until", UtcDateTime),
    Column("pause_code", String(64), nullable=False),
    #: Whether a person switched the channel off.
    Column("is_off", Boolean, nullable=False, default=False),
    #: When the vendor last sent anything at all, where that is watched; and since when it is to be
    #: expected, where nothing came yet. See `bot.store.hearing`.
    Column("heard_at", UtcDateTime),
    Column("expected_since", UtcDateTime),
)

#: Work that one process at a time may do.
leases = Table(
    "leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

#: OAuth grants; the pair of tokens is encrypted.
grants = Table(
    "grants",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("access_expires_at", UtcDateTime),
    Column("trouble", String(64), nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

#: Pictures that vendors keep for us.
uploads = Table(
    "uploads",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("picture", String(64), primary_key=True),
    Column("content_hash", String(64), nullable=False),
    Column("media_id", String(512), nullable=False),
    Column("expires_at", UtcDateTime),
)

#: How many messages went in and out, a day (in Vietnam) and channel, for vendors' quotas.
usage = Table(
    "usage",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("received", Integer, nullable=False),
    Column("sent", Integer, nullable=False),
    #: Those of the sent that the vendor said to have cost money.
    Column("billed", Integer, nullable=False),
)
