"""Which tables a backup holds, and their rows as plain JSON that no database has a say in."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary, Table

from bot.store.tables import UtcDateTime, channel_states, leases, metadata

#: Leases are of the moment: of no use at another time or place.
_OF_THE_MOMENT = {leases.name}
#: So are budgets and pauses, and when a vendor was last heard. That a person switched a channel off
#: is not.
_SAVED_OF_CHANNEL_STATES = {"channel", "is_off"}


def saved_tables() -> Sequence[Table]:
    """The tables that are kept, in an order in which they can be filled."""
    return [one for one in metadata.sorted_tables if one.name not in _OF_THE_MOMENT]


def saved_columns() -> dict[str, list[str]]:
    """The columns of each, in the order of the values in `to_plain`."""
    return {one.name: [column.name for column in columns_of(one)] for one in saved_tables()}


def columns_of(table: Table) -> Sequence[Column[Any]]:
    """The columns of a table that are kept."""
    if table is channel_states:
        return [one for one in table.columns if one.name in _SAVED_OF_CHANNEL_STATES]
    return list(table.columns)


def to_plain(row: Iterable[object]) -> list[object]:
    """The values of one row, JSON-ready."""
    return [_to_plain(value) for value in row]


def _to_plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
    return value


def from_plain(table: Table, values: Sequence[Any]) -> Mapping[str, Any]:
    """The row that gave these values, by column.

    Raises:
        ValueError: they are not of this table.
    """
    pairs = zip(columns_of(table), values, strict=True)
    return {column.name: _from_plain(column, value) for column, value in pairs}


def _from_plain(column: Column[Any], value: Any) -> object:  # noqa: ANN401 - whatever JSON holds
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value, validate=True)
    return value
