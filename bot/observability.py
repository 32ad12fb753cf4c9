"""Logging: one line an event, without personal data."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TextIO

from bot.text.personal_data import mask_personal_data


class MaskingFormatter(logging.Formatter):
    """The last guard: whatever reaches a log line by mistake is masked there."""

    def format(self, record: logging.LogRecord) -> str:
        """The line with personal data masked."""
        return mask_personal_data(super().format(record))


class DiscreetHandler(logging.StreamHandler[TextIO]):
    """Writes log lines, and no part of one that it cannot write."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name of logging
        """Name the place of the faulty line; the default prints its arguments as they are."""
        with suppress(OSError, ValueError):
            self.stream.write(f"cannot write the log line of {record.pathname}:{record.lineno}\n")


def set_up_logging(level: int = logging.INFO) -> None:
    """Send log lines to standard error."""
    handler = DiscreetHandler()
    handler.setFormatter(MaskingFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # It logs every request with its address, which may hold a token.
    logging.getLogger("httpx").setLevel(logging.WARNING)
