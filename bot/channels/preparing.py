"""What is fetched before a message is sent: from a store, or a picture that goes ahead of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from bot.domain.errors import NotSent

T = TypeVar("T")


async def prepared(work: Awaitable[T], code: str, limit_seconds: float) -> T:
    """What `work` gives, in time.

    The sender takes a message for doubtful whose sending takes too long. As long as its call has
    not begun there is no doubt, so what comes before the call has a shorter limit of its own.

    Raises:
        NotSent: it took too long; the message has certainly not been sent.
    """
    try:
        async with asyncio.timeout(limit_seconds):
            return await work
    except TimeoutError as error:
        raise NotSent(code) from error
