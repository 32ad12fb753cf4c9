from __future__ import annotations

from datetime import UTC, date, datetime

from bot.domain.clock import vietnam_month


def test_a_month_begins_at_midnight_in_vietnam():
    assert vietnam_month(datetime(2026, 11, 30, 16, 59, tzinfo=UTC)) == date(2026, 11, 1)
    assert vietnam_month(datetime(2026, 11, 30, 17, tzinfo=UTC)) == date(2026, 12, 1)
