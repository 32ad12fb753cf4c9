"""Calls of `openapi.zalo.me` with a living access token."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import httpx

from bot.channels.preparing import prepared
from bot.channels.zalo_oa.faults import TokenRefused, fault_of
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.wire import fetch
from bot.domain.errors import ChannelMisconfigured, SendUnknown
from bot.domain.ports import Clock


class Tokens(Protocol):
    """Where access tokens come from; see `tokens.TokenKeeper`."""

    async def access_token(self) -> str:
        """A token that is believed to be good."""
        ...

    async def replace(self, refused: str) -> str:
        """Another one than this."""
        ...


class ZaloOaApi:
    """Makes calls; a token that was refused is replaced once, and the call made once more.

    Every method gives the field `data` of the answer and raises a ChannelError whose class says
    what to do: `SendUnknown` where the call may have been done.
    """

    def __init__(
        self, http: httpx.AsyncClient, tokens: Tokens, settings: ZaloOaSettings, clock: Clock
    ) -> None:
        self._http = http
        self._tokens = tokens
        self._settings = settings
        self._clock = clock

    async def get(self, path: str, data: Mapping[str, Any] | None = None) -> object:
        """A GET; Zalo takes its parameters as one JSON text."""
        params = {"data": json.dumps(data)} if data is not None else None
        return await self._call(
            lambda headers: self._http.build_request(
                "GET", self._settings.api_url + path, params=params, headers=headers
            )
        )

    async def post(self, path: str, body: Mapping[str, Any]) -> object:
        """A POST of JSON."""
        return await self._call(
            lambda headers: self._http.build_request(
                "POST", self._settings.api_url + path, json=body, headers=headers
            )
        )

    async def upload(self, path: str, name: str, content: bytes, content_type: str) -> object:
        """A POST of one file."""
        return await self._call(
            lambda headers: self._http.build_request(
                "POST",
                self._settings.api_url + path,
                files={"file": (name, content, content_type)},
                headers=headers,
            )
        )

    async def _call(self, make: Callable[[Mapping[str, str]], httpx.Request]) -> object:
        token = await self._in_time(self._tokens.access_token())
        try:
            return await self._once(make(self._headers(token)))
        except TokenRefused:
            token = await self._in_time(self._tokens.replace(token))
        try:
            return await self._once(make(self._headers(token)))
        except TokenRefused as error:
            raise ChannelMisconfigured(error.code) from error

    async def _in_time(self, token: Awaitable[str]) -> str:
        return await prepared(token, "zalo_oa_token_late", self._settings.preparing_seconds)

    def _headers(self, token: str) -> dict[str, str]:
        headers = {"access_token": token}
        if self._settings.sends_secret_proof:
            key = self._settings.app_secret.encode()
            headers["appsecret_proof"] = hmac.new(key, token.encode(), hashlib.sha256).hexdigest()
        return headers

    async def _once(self, request: httpx.Request) -> object:
        answer = await fetch(self._http, request, self._settings.call_seconds)
        if answer.error is None:
            raise SendUnknown("zalo_oa_unreadable")
        if answer.error:
            raise fault_of(answer.error, self._clock.now())
        return answer.body.get("data")
