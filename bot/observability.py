"""Logging: one line an event, without personal data.

What an exception says may quote what a citizen wrote or a vendor's id of them, in words that no
pattern finds: of a fault that is not ours only the kind and the place are written.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, TextIO

from bot.domain.errors import BotError
from bot.text.personal_data import mask_personal_data

#: They log every request with its address, which may hold a token, all that is sent, every
#: statement with its values; Alembic tells of every migration that it need not run.
_QUIET = ("httpx", "httpcore", "telegram", "aiosqlite", "sqlalchemy", "alembic")


class MaskingFormatter(logging.Formatter):
    """The last guard: whatever reaches a log line by mistake is masked there."""

    def format(self, record: logging.LogRecord) -> str:
        """The line with personal data masked."""
        return mask_personal_data(super().format(record))

    def formatException(  # noqa: N802 - the name of logging
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Where it came from and of what kind it is; in words only where the words are ours."""
        return "\n".join(_tell(ei[1])) if ei[1] is not None else ""


def _tell(error: BaseException) -> Iterator[str]:
    """The lines on a fault, those that led to it first."""
    seen: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in seen:
        seen.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    for one in reversed(seen):
        yield "Traceback (most recent call last):"
        yield from (line.rstrip("\n") for line in traceback.format_tb(one.__traceback__))
        kind = type(one)
        # Ours promise that nothing personal is in them: `bot.domain.errors`.
        told = f": {one}" if isinstance(one, BotError) else ""
        yield f"{kind.__module__}.{kind.__qualname__}{told}"
        if isinstance(one, BaseExceptionGroup):
            for inner in one.exceptions:
                yield from _tell(inner)


class _TersenessOfAsyncio(logging.Filter):
    """Cuts what asyncio says to what happened: tasks, arguments and results follow in full."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes."""
        if record.name == "asyncio":
            record.msg = record.getMessage().partition("\n")[0].partition("(")[0].partition("<")[0]
            record.args = ()
        return True


class JsonFormatter(MaskingFormatter):
    """The same as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback is part of its text."""
        return json.dumps(
            {
                "at": datetime.fromtimestamp(record.created, UTC).isoformat(
                    timespec="milliseconds"
                ),
                "level": record.levelname.lower(),
                "logger": record.name,
                "text": super().format(record),
            },
            ensure_ascii=False,
        )


class DiscreetHandler(logging.StreamHandler[TextIO]):
    """Writes log lines, and no part of one that it cannot write."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name of logging
        """Name the place of the faulty line; the default prints its arguments as they are."""
        with suppress(OSError, ValueError):
            self.stream.write(f"cannot write the log line of {record.pathname}:{record.lineno}\n")


def set_up_logging(form: Literal["text", "json"] = "text", level: int = logging.INFO) -> None:
    """Send log lines to standard error, as text or as JSON objects."""
    handler = DiscreetHandler()
    if form == "json":
        handler.setFormatter(JsonFormatter("%(message)s"))
    else:
        handler.setFormatter(MaskingFormatter("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(_TersenessOfAsyncio())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for library in _QUIET:
        logging.getLogger(library).setLevel(logging.WARNING)
    sys.excepthook = _log_crash
    threading.excepthook = _log_crash_of_thread


def _log_crash(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """What ends the program is told like everything else."""
    if issubclass(kind, Exception):
        logging.getLogger(__name__).critical("the program broke", exc_info=(kind, error, trace))
    else:
        sys.__excepthook__(kind, error, trace)


def _log_crash_of_thread(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None:
        found = (crash.exc_type, crash.exc_value, crash.exc_traceback)
        logging.getLogger(__name__).critical("a thread broke", exc_info=found)
