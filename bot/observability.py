"""Logging: one line an event, without personal data."""

from __future__ import annotations

import logging

from bot.text.personal_data import mask_personal_data


class MaskingFormatter(logging.Formatter):
    """The last guard: whatever reaches a log line by mistake is masked there."""

    def format(self, record: logging.LogRecord) -> str:
        """The line with personal data masked."""
        return mask_personal_data(super().format(record))


def set_up_logging(level: int = logging.INFO) -> None:
    """Send log lines to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(MaskingFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
