"""The calendar that dates of law follow: days begin and end in Vietnam."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

#: Vietnam has one time zone and no daylight saving time.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def vietnam_day(moment: datetime) -> date:
    """The day in Vietnam at an aware moment."""
    return moment.astimezone(VIETNAM).date()


def vietnam_month(moment: datetime) -> date:
    """The first day of the month in Vietnam at an aware moment."""
    return vietnam_day(moment).replace(day=1)


def vietnam_today() -> date:
    """The day in Vietnam now. For commands; conversations are given their time."""
    return vietnam_day(datetime.now(UTC))
