"""Keeps the web interface from being overrun: limits on the requests of a client, on the size of
a body, and on how often readiness is looked into.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.domain.errors import BotError, StoreError

#: Clients remembered; beyond that the one longest unseen starts afresh.
MAX_CLIENTS = 10_000
#: How long the result of a check is good for.
CHECK_SECONDS = 1.0
#: How long a check may take, and a client to send its body.
CHECK_TIMEOUT_SECONDS, BODY_SECONDS = 10.0, 15.0
#: What costs work or touches the database. The page and its files, and the sign of life, do not.
_COUNTED = ("/api/", "/readyz")


class RequestBudget:
    """A token bucket for each client: so many requests a minute, the same number at once."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, now: float) -> float:
        """Spend one request at `now` (seconds): 0 when there was one left, else seconds until
        there is.
        """
        tokens, since = self._buckets.pop(client, (float(self._per_minute), now))
        tokens = min(self._per_minute, tokens + max(now - since, 0.0) * self._per_minute / 60)
        wait = 0.0 if tokens >= 1 else (1 - tokens) * 60 / self._per_minute
        self._buckets[client] = (tokens - 1 if tokens >= 1 else tokens, now)
        while len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return wait


def client_of(host: str | None) -> str:
    """Who a request is counted for: an IPv4 address, or the /64 network of an IPv6 address, which
    one subscriber has whole. What is no address is one client together.
    """
    try:
        address = ip_address(host or "")
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"


class RateLimit:
    """ASGI middleware: a client over its budget is refused, whatever it asked for and however."""

    def __init__(self, app: ASGIApp, per_minute: int, too_many: Callable[[int], Response]) -> None:
        """`too_many` makes the refusal from the seconds to wait."""
        self._app = app
        self._budget = RequestBudget(per_minute)
        self._too_many = too_many

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with its body unread."""
        if scope["type"] == "http" and scope["path"].startswith(_COUNTED):
            host = scope["client"][0] if scope.get("client") else None
            wait = self._budget.take(client_of(host), time.monotonic())
            if wait > 0:
                await self._too_many(int(wait) + 1)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class BodyLimit:
    """ASGI middleware: a request body over the limit is refused and not read further."""

    def __init__(
        self, app: ASGIApp, max_bytes: int, too_large: Callable[[], Response], elsewhere: str = "\0"
    ) -> None:
        """Paths that begin with `elsewhere` are limited elsewhere."""
        self._app = app
        self._elsewhere = elsewhere
        self._max_bytes = max_bytes
        self._too_large = too_large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its body read, or refuse it."""
        if scope["type"] != "http" or scope["path"].startswith(self._elsewhere):
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._max_bytes:
            await self._too_large()(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await self._read(receive)
        except TimeoutError:
            await Response(status_code=408, headers={"Connection": "close"})(scope, receive, send)
            return
        if body is None:
            return
        if len(body) > self._max_bytes:
            await self._too_large()(scope, receive, send)
            return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    async def _read(self, receive: Receive) -> bytes | None:
        """The body, as far as it is within the limit; None when the client has gone."""
        body, more = b"", True
        while more and len(body) <= self._max_bytes:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")
            more = message.get("more_body", False)
        return body


class SharedCheck:
    """A check that runs at most once in `CHECK_SECONDS`, however many ask for its result."""

    def __init__(
        self, check: Callable[[], Awaitable[None]], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._check = check
        self._now = now
        self._lock = asyncio.Lock()
        self._good_until = float("-inf")
        self._fault: BotError | None = None

    async def __call__(self) -> None:
        """Raises the BotError that the check found, this time or a moment ago."""
        async with self._lock:
            if self._now() >= self._good_until:
                self._fault = None
                try:
                    async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
                        await self._check()
                except BotError as error:
                    self._fault = error
                except TimeoutError:
                    self._fault = StoreError("no sign of life in time")
                self._good_until = self._now() + CHECK_SECONDS
            fault = self._fault
        if fault is not None:
            raise fault.with_traceback(None)
