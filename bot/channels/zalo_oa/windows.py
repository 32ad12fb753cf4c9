"""For how long somebody may be written to after they did something.

https://docs.zaloplatforms.com/docs/OA/tin-nhan/tin-tu-van/dieu-kien-gui-tin-tu-van (notes,
2026-10): free and without limit for 48 hours (since 2026-01-01), then billed, refused after 7
days. Following, writing, pressing a button of ours and an entry of the menu all count.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

FREE = timedelta(hours=48)
OPEN = timedelta(days=7)


class Window(StrEnum):
    """What writing to somebody comes to."""

    FREE = "free"
    PAID = "paid"
    CLOSED = "closed"


def window_of(last_interaction_at: datetime | None, now: datetime) -> Window:
    """The window at `now` of somebody who last did something then; None for never."""
    if last_interaction_at is None:
        return Window.CLOSED
    age = now - last_interaction_at
    if age <= FREE:
        return Window.FREE
    return Window.PAID if age <= OPEN else Window.CLOSED
