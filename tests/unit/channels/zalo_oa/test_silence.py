from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.channels.zalo_oa.silence import SilenceWatch
from bot.channels.zalo_oa.windows import Window, window_of
from bot.domain.clock import VIETNAM

WATCH = SilenceWatch(threshold_hours=3)


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("last", "now", "hours"),
    [
        (at(20, 9), at(20, 11), 2),
        (at(20, 20), at(21, 8), 2),  # of the night, nothing counts
        (at(20, 23), at(21, 6), 0),
        (at(20, 6), at(20, 8), 1),
        (at(20, 9), at(22, 9), 28),
        (at(20, 11), at(20, 10), 0),  # by another clock
    ],
)
def test_only_hours_of_the_day_are_silence(last, now, hours):
    assert WATCH.find_silence(last, now) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("last", "now", "is_silent"),
    [
        (at(20, 9), at(20, 12), False),
        (at(20, 9), at(20, 12, 1), True),
        (at(20, 19), at(21, 7, 59), False),
        (at(20, 19), at(21, 8, 1), True),
        (at(20, 9), at(20, 22), False),  # nobody is woken
        (at(20, 9), at(21, 7), True),
    ],
)
def test_a_webhook_is_silent_after_the_threshold_and_by_day_alone(last, now, is_silent):
    assert WATCH.is_silent(last, now) is is_silent


@pytest.mark.parametrize(
    ("ago", "window"),
    [
        (timedelta(0), Window.FREE),
        (timedelta(hours=48), Window.FREE),
        (timedelta(hours=48, seconds=1), Window.PAID),
        (timedelta(days=7), Window.PAID),
        (timedelta(days=7, seconds=1), Window.CLOSED),
    ],
)
def test_the_window_is_free_for_48_hours_and_open_for_7_days(ago, window):
    assert window_of(at(20, 9), at(20, 9) + ago) is window


def test_who_never_did_anything_is_not_written_to():
    assert window_of(None, at(20, 9)) is Window.CLOSED
