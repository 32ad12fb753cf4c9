"""The wire beneath the library: where the token is put in, and where refusals are read.

The library sees an address without the token, so that no log line, traceback or repr of it, of
httpx or of ours can show the token. And it loses what we must know of a fault (the status; whether
it was Telegram that spoke, or a gateway before it; whether anything was written), so that is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx
from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest, HTTPXRequest, RequestData

if TYPE_CHECKING:
    from telegram._utils.types import ODVInput

#: Stands for the token wherever the library or httpx can see it.
TOKEN_STAND_IN = "token-is-added-on-the-wire"  # noqa: S105 - the very opposite
_MAX_CONNECTIONS = 32
#: What carries requests; the one thing of httpx that others may hand in.
Transport: TypeAlias = httpx.AsyncBaseTransport
#: Raised by httpx before a request is begun.
_NOTHING_WRITTEN = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class Refused(TelegramError):
    """Telegram answered that it did not do it: https://core.telegram.org/bots/api#making-requests
    (read 2026-11-20).
    """

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        description = answer.get("description")
        super().__init__(description if isinstance(description, str) else "")
        parameters = answer.get("parameters")
        given = parameters if isinstance(parameters, Mapping) else {}
        self.status = status
        #: Seconds; 0 when it does not say.
        self.retry_after_seconds = float(given.get("retry_after") or 0)
        #: The new id of a group; empty when it has not moved.
        self.moved_to = str(given.get("migrate_to_chat_id") or "")


class NothingWritten(NetworkError):
    """There was no connection, so Telegram knows nothing of the call."""


class NotTelegram(TelegramError):
    """What answered was not Telegram: a gateway or a proxy between us, with an error of its own."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answer without JSON, status {status}")
        self.status = status


class Wire(HTTPXRequest):
    """Calls Telegram. Differs from its base only in what is raised."""

    async def do_request(  # noqa: PLR0913, PLR0917 - as in the library
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One call: status and body of a success.

        Raises:
            Refused: Telegram said no.
            NotTelegram: somebody else did.
            NothingWritten: there was no connection.
            telegram.error.NetworkError: there was one, but no answer.
        """
        try:
            status, body = await super().do_request(
                url,
                method,
                request_data,
                read_timeout,
                write_timeout,
                connect_timeout,
                pool_timeout,
            )
        except NetworkError as error:
            if isinstance(error.__cause__, _NOTHING_WRITTEN):
                raise NothingWritten(type(error.__cause__).__name__) from None
            raise
        answer = _read(body)
        if answer is None:
            raise NotTelegram(status)
        if not answer["ok"]:
            raise Refused(_code(answer, status), answer)
        return status, body


def _read(body: bytes) -> Mapping[str, Any] | None:
    """An answer of Telegram's, which always says whether it is `ok`, and then has a result."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    if not isinstance(answer, dict):
        return None
    has_result = answer.get("ok") is True and "result" in answer
    return answer if has_result or answer.get("ok") is False else None


def _code(answer: Mapping[str, Any], status: int) -> int:
    """The HTTP status, which is the same as `error_code` unless something before Telegram changed
    it.
    """
    code = answer.get("error_code")
    return code if isinstance(code, int) else status


class _TokenTransport(httpx.AsyncBaseTransport):
    """Puts the token into the address of a request at the last moment."""

    def __init__(self, token: str, inner: Transport) -> None:
        self._token = token.encode()
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.replace(TOKEN_STAND_IN.encode(), self._token, 1)
        sent = httpx.Request(
            request.method,
            request.url.copy_with(raw_path=path),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self._inner.handle_async_request(sent)

    async def aclose(self) -> None:
        await self._inner.aclose()


def open_wire(
    token: str,
    *,
    read_timeout_seconds: float,
    proxy_url: str = "",
    beneath: Transport | None = None,
) -> Wire:
    """A wire with a pool of its own. Does not connect yet.

    Args:
        token: Of the bot.
        read_timeout_seconds: How long to wait for an answer.
        proxy_url: What to go through, such as `http://10.0.0.1:3128`; empty for no proxy. Those of
            the environment are not used: what Telegram goes through is a setting.
        beneath: What carries the requests; for tests.
    """
    inner = beneath or httpx.AsyncHTTPTransport(
        limits=httpx.Limits(max_connections=_MAX_CONNECTIONS),
        proxy=httpx.Proxy(proxy_url) if proxy_url else None,
        trust_env=False,
    )
    return Wire(
        connect_timeout=5,
        read_timeout=read_timeout_seconds,
        write_timeout=5,
        media_write_timeout=20,
        pool_timeout=3,
        httpx_kwargs={"transport": _TokenTransport(token, inner), "trust_env": False},
    )
