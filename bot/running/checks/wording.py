"""Moments, lengths of time and addresses as staff read them."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.domain.clock import VIETNAM


def say_moment(moment: datetime) -> str:
    """A moment in Vietnam."""
    return moment.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y")


def say_length(length: timedelta) -> str:
    """A length of time in its largest unit that fits, rounded down."""
    seconds = int(abs(length).total_seconds())
    for size, unit in ((86_400, "ngày"), (3_600, "giờ"), (60, "phút")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} giây"


def show_address(url: str) -> str:
    """Scheme, host and port: what stands before or behind them may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
