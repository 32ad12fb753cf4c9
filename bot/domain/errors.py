"""Operational faults. The class tells the caller what to do next.

    BotError
    ├── ConfigError          stop and tell the operator what to change
    │   └── ContentInvalid   content has errors; run `python -m bot check`
    ├── IndexUnusable        the search index cannot be used
    │   ├── IndexMissing     build it
    │   └── IndexStale       made from other content or by another encoder; build it again
    ├── ExportRefused        name another folder
    └── StoreError           the database failed
        └── Conflict         somebody else changed the row; reload and try again

Mistakes in content are not exceptions but values: see `bot.content.issues`.
"""

from __future__ import annotations

from pathlib import Path


class BotError(Exception):
    """Base of every fault that the caller can do something about."""


class ConfigError(BotError):
    """The configuration cannot work. Stop and tell the operator what to change."""


class ContentInvalid(ConfigError):
    """The content has errors, so nothing can be served from it."""

    def __init__(self, error_count: int) -> None:
        super().__init__(f"content has {error_count} errors: run `python -m bot check`")
        self.error_count = error_count


class IndexUnusable(BotError):
    """The search index on disk cannot be used as it is."""


class IndexMissing(IndexUnusable):
    """There is no index where one was expected. Build it."""


class IndexStale(IndexUnusable):
    """The index was made from other content or by another encoder. Build it again."""


class ExportRefused(BotError):
    """The folder to export to holds things that are not an earlier export. Name another."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} holds things that are not an earlier export")
        self.folder = folder


class StoreError(BotError):
    """The database failed or cannot be reached."""


class Conflict(StoreError):
    """The row was changed by somebody else since it was read. Reload and try again."""
