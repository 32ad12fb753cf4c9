"""Operational faults. The class tells the caller what to do next.

    BotError
    ├── ConfigError          stop and tell the operator what to change
    │   └── ContentInvalid   content has errors; run `python -m bot check`
    ├── IndexUnusable        the search index cannot be used
    │   ├── IndexMissing     build it
    │   └── IndexStale       made from other content or by another encoder; build it again
    ├── ExportRefused        name another folder
    ├── StoreError           the database failed
    │   ├── Conflict         somebody else changed the row; reload and try again
    │   ├── InboxFull        too many updates wait; let the vendor send them again
    │   └── SchemaMismatch   the database is older or newer than the program; migrate it
    ├── BackupUnusable       name another file, or another place to restore to
    └── ChannelError         a message was not taken, and what to do about it:
        ├── RetryLater           wait; the whole channel waits where it says so
        ├── NotSent              try again; nothing can have arrived
        │   └── VendorFailed     but only a few times: the vendor answered, and may always do so
        ├── SendUnknown          do not try again: it may have arrived
        ├── RecipientUnreachable drop the address
        ├── RecipientMoved       use the new address
        ├── SendInstead          the message it would change is gone: send another one
        ├── WindowClosed         too late to write to them this way
        ├── MessageRejected      never try again: our mistake
        └── ChannelMisconfigured pause the channel and tell the operator

A fault that ends a command may carry a code and values, which the command tells in Vietnamese (the
table of `bot.cli.wording`); its text is for developers.

Mistakes in content are not exceptions but values: see `bot.content.issues`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

from bot.domain.deliveries import Message


class BotError(Exception):
    """Base of every fault that the caller can do something about."""

    #: A stable word for what is so; empty where the text is all there is.
    code: str = ""
    #: What fills the blanks of the sentence that stands under the code.
    values: Mapping[str, object] = MappingProxyType({})

    @classmethod
    def of(cls, code: str, /, **values: object) -> Self:
        """The fault with this code; its text spells code and values out."""
        told = ", ".join(f"{name} {value}" for name, value in values.items())
        fault = cls(code.replace("_", " ") + (f": {told}" if told else ""))
        fault.code, fault.values = code, values
        return fault


class ConfigError(BotError):
    """The configuration cannot work. Stop and tell the operator what to change."""


class ContentInvalid(ConfigError):
    """The content has errors, so nothing can be served from it."""

    code = "content_invalid"

    def __init__(self, error_count: int) -> None:
        super().__init__(f"content has {error_count} errors: run `python -m bot check`")
        self.error_count = error_count
        self.values = {"count": error_count}


class IndexUnusable(BotError):
    """The search index on disk cannot be used as it is."""

    code = "index_unusable"


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

    code = "database_failed"


class Conflict(StoreError):
    """The row was changed by somebody else since it was read. Reload and try again."""


class InboxFull(StoreError):
    """Too many updates wait for their turn. The vendor keeps them and sends them again."""


class SchemaMismatch(StoreError):
    """The tables are not those of this program. Run `python -m bot migrate`, or update it."""

    def __init__(self, message: str, *, is_newer: bool) -> None:
        super().__init__(message)
        #: Whether the database is ahead of the program.
        self.is_newer = is_newer
        self.code = "database_newer" if is_newer else "database_older"


class BackupUnusable(BotError):
    """The file is no backup of ours, or there is data where it should go."""


class ChannelError(BotError):
    """A channel did not take a message. `code` is stable, short and without personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RetryLater(ChannelError):
    """Too much for now; certainly not sent. Wait so many seconds, with the whole channel if so."""

    def __init__(self, code: str, after_seconds: float, *, whole_channel: bool = True) -> None:
        super().__init__(code)
        self.after_seconds = after_seconds
        self.whole_channel = whole_channel


class NotSent(ChannelError):
    """Certainly not sent: no connection, or the vendor failed and said so. Try again."""


class VendorFailed(NotSent):
    """Certainly not sent: the vendor answered that it failed at this message. Try a few times; what
    it fails at for ever must not hold up what comes after.
    """


class SendUnknown(ChannelError):
    """It may have arrived: the answer to the call was lost, or does not tell."""


class RecipientUnreachable(ChannelError):
    """Nobody is there, or they want nothing from us."""


class RecipientMoved(ChannelError):
    """The chat has a new address."""

    def __init__(self, code: str, moved_to: str) -> None:
        super().__init__(code)
        self.moved_to = moved_to


class SendInstead(ChannelError):
    """Nothing was changed, since the message to be changed is gone: `message` is to be sent."""

    def __init__(self, code: str, message: Message) -> None:
        super().__init__(code)
        self.message = message


class WindowClosed(ChannelError):
    """The vendor lets us write only for some days after they did; those are over."""


class MessageRejected(ChannelError):
    """The channel will never take this message as it is."""


class ChannelMisconfigured(ChannelError):
    """Nothing can be sent at all: token, grant or package. A person must look at it."""
