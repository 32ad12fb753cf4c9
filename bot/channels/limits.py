"""Keeps the web interface from being overrun: limits on body size and on requests of a client."""

from __future__ import annotations

from collections import OrderedDict

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Clients remembered; beyond that the one longest unseen starts afresh.
MAX_CLIENTS = 10_000


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


class BodyLimit:
    """ASGI middleware: a request body over the limit is answered 413 and not read further."""

    def __init__(self, app: ASGIApp, max_bytes: int, too_large: bytes) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._too_large = too_large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its body read, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._max_bytes:
            await self._refuse(send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._max_bytes:
                await self._refuse(send)
                return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    async def _refuse(self, send: Send) -> None:
        headers = [(b"content-type", b"application/json; charset=utf-8"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": self._too_large})
