"""Whether the webhook has been silent for too long.

Zalo switches a webhook off after its last failed delivery, without a word: silence is the only sign
(https://docs.zaloplatforms.com/docs/OA/webhook/tong-quan; notes, 2026-10).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain.clock import VIETNAM

#: People write by day: an hour of the night says nothing.
DAY_BEGINS, DAY_ENDS = time(7), time(21)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SilenceWatch:
    """Compares how long nothing came in by day with what is usual."""

    threshold_hours: float

    def is_silent(self, since: datetime, now: datetime) -> bool:
        """Whether somebody should look at it now: only ever True by day.

        `since` is when the last good event came, or since when events are expected.
        """
        return _is_day(now) and self.find_silence(since, now) > timedelta(
            hours=self.threshold_hours
        )

    def find_silence(self, since: datetime, now: datetime) -> timedelta:
        """The time between, hours of the night left out."""
        return max(_daytime_before(now) - _daytime_before(since), timedelta())


def _is_day(moment: datetime) -> bool:
    return DAY_BEGINS <= moment.astimezone(VIETNAM).time() < DAY_ENDS


def _daytime_before(moment: datetime) -> timedelta:
    """All daytime since some day long ago."""
    local = moment.astimezone(VIETNAM)
    length = _since_midnight(DAY_ENDS) - _since_midnight(DAY_BEGINS)
    today = _since_midnight(local.time()) - _since_midnight(DAY_BEGINS)
    days = (local.date() - date.min) // _DAY
    return days * length + min(max(today, timedelta()), length)


def _since_midnight(at: time) -> timedelta:
    return timedelta(
        hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
    )
