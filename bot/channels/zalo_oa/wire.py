"""One HTTP call and its answer: what is certain when a call goes wrong, whatever was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bot.channels.vendor_codes import status_code_of
from bot.domain.errors import (
    ChannelError,
    ChannelMisconfigured,
    MessageRejected,
    NotSent,
    RetryLater,
    SendUnknown,
)

#: Nothing was sent: there is no way to Zalo.
NO_CONNECTION = "zalo_oa_no_connection"
_CONNECT_SECONDS = 5.0
_NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
#: Whoever refuses so looked at nothing we said: a wrong address, or this server is locked out.
_LOCKED_OUT = frozenset({401, 403, 404, 405})
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON object."""

    body: Mapping[str, Any]

    @property
    def error(self) -> int | None:
        """The vendor's code, 0 for success; None where there is none that can be read."""
        return _number(self.body.get("error"))


def make_http(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client for the two hosts of Zalo: through no proxy that the environment names, since what
    citizens write goes through it.
    """
    return httpx.AsyncClient(
        transport=transport, trust_env=False, timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS)
    )


async def fetch(http: httpx.AsyncClient, request: httpx.Request, limit_seconds: float) -> Answer:
    """Make one call, once.

    Raises:
        NotSent: there was no connection.
        SendUnknown: the answer was lost, late, no JSON object, or the vendor failed (5xx).
        RetryLater, MessageRejected, ChannelMisconfigured: refused by status, with no code.
    """
    try:
        async with asyncio.timeout(limit_seconds):
            response = await http.send(request)
    except _NOT_CONNECTED as error:
        raise NotSent(NO_CONNECTION) from error
    except (TimeoutError, httpx.TimeoutException) as error:
        raise SendUnknown("zalo_oa_timeout") from error
    except httpx.HTTPError as error:
        raise SendUnknown("zalo_oa_connection_lost") from error
    return _read(response)


def _read(response: httpx.Response) -> Answer:
    try:
        body: Any = json.loads(response.content)
    except (ValueError, RecursionError):
        body = None
    answer = Answer(body if isinstance(body, Mapping) else {})
    # A gateway may answer in JSON of its own: only a code of the vendor says more than the status.
    if response.is_server_error or (response.is_error and answer.error is None):
        raise _status_fault(response.status_code)
    if (
        not isinstance(body, Mapping)
        or response.status_code < httpx.codes.OK
        or response.is_redirect
    ):
        raise SendUnknown("zalo_oa_unreadable")
    return answer


def _status_fault(status: int) -> ChannelError:
    code = status_code_of("zalo_oa_status", status)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.REQUEST_TIMEOUT:
        return SendUnknown(code)
    if status == _TOO_MANY:
        return RetryLater(code, 60.0)
    return ChannelMisconfigured(code) if status in _LOCKED_OUT else MessageRejected(code)


def _number(written: object) -> int | None:
    """Zalo writes some numbers as strings."""
    if isinstance(written, bool) or not isinstance(written, int | str):
        return None
    try:
        return int(written)
    except ValueError:
        return None
