"""The time of the fake cloud: real time, which a test may push forward."""

from __future__ import annotations

import time


class CloudClock:
    """Seconds since some moment, and Unix time; both jump when a test says `advance`."""

    def __init__(self) -> None:
        self._ahead_seconds = 0.0

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic() + self._ahead_seconds

    def unix(self) -> int:
        """Whole seconds since 1970, as messages carry them."""
        return int(time.time() + self._ahead_seconds)

    def advance(self, seconds: float) -> None:
        """Let this much time pass at once."""
        self._ahead_seconds += seconds
