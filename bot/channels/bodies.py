"""The bodies of webhooks: read up to a limit, in bytes and in time, whoever posts them."""

from __future__ import annotations

import asyncio

from fastapi import Request, Response
from starlette.requests import ClientDisconnect

#: Far more than an event of any vendor's: a text of Telegram's has at most 4096 letters, the
#: largest event of Zalo's seen in any document less than 2 KiB.
MAX_BODY_BYTES = 256 * 1024
_TOO_LARGE, _UNAVAILABLE = 413, 503


class BodyRefused(Exception):
    """The body is too large, too slow, or was broken off; the rest was not read."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        #: What to answer with: the vendor brings again what was refused with 503.
        self.status = status


async def read_body(request: Request, max_bytes: int, limit_seconds: float) -> bytes:
    """The whole body.

    Raises:
        BodyRefused: it is not to be had.
    """
    body = b""
    try:
        async with asyncio.timeout(limit_seconds):
            async for piece in request.stream():
                body += piece
                if len(body) > max_bytes:
                    raise BodyRefused(_TOO_LARGE)
    except (TimeoutError, ClientDisconnect) as error:
        raise BodyRefused(_UNAVAILABLE) from error
    return body


def closing(status: int) -> Response:
    """A refusal after which the connection is not used on: a body may be left that nobody reads."""
    return Response(status_code=status, headers={"Connection": "close"})
