"""One schema, in SQLAlchemy Core."""

from __future__ import annotations

from sqlalchemy import JSON, Column, DateTime, Index, Integer, MetaData, String, Table

metadata = MetaData()

#: What is remembered of each conversation; nothing that a citizen wrote is kept here.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("data", JSON, nullable=False),
    #: Raised by one at every save; a save with an old version is refused.
    Column("version", Integer, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Index("sessions_by_age", "updated_at"),
)
