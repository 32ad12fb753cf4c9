"""How long to rest between two questions for updates, whatever the vendor answers.

A vendor, or a gateway before it, that answers at once and with nothing that can be used would
otherwise be asked as fast as the machine can.
"""

from __future__ import annotations

#: An answer that took so long was waited for; the next question may follow at once.
_WAITED_SECONDS = 1.0
_MAX_REST_SECONDS = 30.0
_EMPTY_REST_SECONDS = 1.0


class PollRest:
    """Counts answers in a row that came at once and could not be used."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def after_something(self) -> float:
        """Seconds after an answer with something in it: none."""
        self._in_a_row = 0
        return 0.0

    def after_nothing(self, took_seconds: float) -> float:
        """Seconds after the answer that there is nothing: a second where it came at once, since
        some servers do not wait as they are asked to.
        """
        self._in_a_row = 0
        return 0.0 if took_seconds >= _WAITED_SECONDS else _EMPTY_REST_SECONDS

    def after_useless(self, took_seconds: float) -> float:
        """Seconds after an answer that makes no sense: 1, 2, 4 … where they come at once."""
        if took_seconds >= _WAITED_SECONDS:
            self._in_a_row = 0
            return 0.0
        rest = min(2.0**self._in_a_row, _MAX_REST_SECONDS)
        self._in_a_row = min(self._in_a_row + 1, 10)
        return rest
