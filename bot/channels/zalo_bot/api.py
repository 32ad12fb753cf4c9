"""Calls of `https://bot-api.zaloplatforms.com/bot<TOKEN>/<method>`.

https://docs.zaloplatforms.com/docs/BOT/apis (notes, 2026-10): POST of JSON, errors with HTTP 200.
The token is part of the address, so no address is ever logged or put into an error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx

from bot.channels.zalo_bot.faults import NOTHING_CAME, fault_of, status_fault_of
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.domain.errors import ChannelError, NotSent, SendUnknown

_CONNECT_SECONDS = 5.0
#: Beyond what Zalo was told to wait, for the way there and back.
_POLL_MARGIN_SECONDS = 10.0
_NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


def make_http(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client that goes through no proxy that the environment names, since what citizens write
    goes through it.
    """
    return httpx.AsyncClient(
        transport=transport, trust_env=False, timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS)
    )


class ZaloBotApi:
    """Makes calls, each once. Gives the field `result`; raises a ChannelError otherwise."""

    def __init__(self, http: httpx.AsyncClient, settings: ZaloBotSettings) -> None:
        self._http = http
        self._base = f"{settings.api_url.rstrip('/')}/bot{settings.token}/"
        self._call_seconds = settings.call_seconds

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(self, method: str, params: Mapping[str, Any]) -> object:
        """One call.

        Raises:
            NotSent: there was no connection.
            SendUnknown: the answer was lost, late or unreadable, or the vendor failed.
            RetryLater, MessageRejected, RecipientUnreachable, ChannelMisconfigured: refused.
        """
        return _result(await self._fetch(method, params, self._call_seconds))

    async def get_update(self, wait_seconds: int) -> object | None:
        """The next event, which Zalo then forgets; None when none came for so long.

        Raises:
            ChannelError: as `call`. Where the answer was lost, an event may have gone with it.
        """
        limit = wait_seconds + _POLL_MARGIN_SECONDS
        answer = await self._fetch("getUpdates", {"timeout": wait_seconds}, limit)
        if answer.get("ok") is not True and answer.get("error_code") == NOTHING_CAME:
            return None
        return _result(answer)

    async def _fetch(
        self, method: str, params: Mapping[str, Any], limit_seconds: float
    ) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(limit_seconds):
                response = await self._http.post(self._base + method, json=params)
        except _NOT_CONNECTED:
            # Without a cause: its text may hold the address, and that the token.
            raise NotSent("no_connection") from None
        except (TimeoutError, httpx.TimeoutException):
            raise SendUnknown("timeout") from None
        except httpx.HTTPError:
            raise SendUnknown("connection_lost") from None
        return _read(response)


def _read(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body: object = json.loads(response.content)
    except (ValueError, RecursionError):
        body = None
    answer = body if isinstance(body, dict) else {}
    has_code = isinstance(answer.get("error_code"), int)
    if response.is_server_error or (not response.is_success and not has_code):
        raise status_fault_of(response.status_code)
    if not isinstance(answer.get("ok"), bool):
        raise SendUnknown("unreadable")
    return answer


def _result(answer: Mapping[str, Any]) -> object:
    if answer["ok"] is True:
        return answer.get("result")
    raise _fault(answer)


def _fault(answer: Mapping[str, Any]) -> ChannelError:
    code = answer.get("error_code")
    if isinstance(code, bool) or not isinstance(code, int):
        return SendUnknown("unreadable")
    return fault_of(code, str(answer.get("description", "")))
