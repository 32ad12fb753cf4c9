"""Log lines that anybody on the internet can cause: told once a minute, with a count."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

_SECONDS_BETWEEN = 60.0


class SeldomLog:
    """Tells of one kind of thing, the first time at once."""

    def __init__(self, log: logging.Logger, now: Callable[[], float] = time.monotonic) -> None:
        """`now` gives seconds from any beginning."""
        self._log = log
        self._now = now
        self._told_at: float | None = None
        self._untold_count = 0

    def tell(self, level: int, message: str) -> None:
        """Log it, unless that was done within the last minute; then it is counted."""
        now = self._now()
        if self._told_at is not None and now - self._told_at < _SECONDS_BETWEEN:
            self._untold_count += 1
            return
        if self._untold_count:
            message = f"{message} (and {self._untold_count} times before, untold)"
        self._told_at, self._untold_count = now, 0
        self._log.log(level, "%s", message)
