"""OAuth v4 of Zalo OA: the link to the page of the grant, and codes or refresh tokens for tokens.

https://docs.zaloplatforms.com/docs/OA/bat-dau/xac-thuc-va-uy-quyen-cho-ung-dung-new (notes,
2026-10).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.wire import fetch
from bot.domain.errors import ChannelMisconfigured, RetryLater
from bot.domain.ports import Clock
from bot.domain.tokens import TokenPair

#: Where the answer does not say. 25 hours, same page.
ACCESS_SECONDS = 90_000
#: Three months, same page.
REFRESH_LIFETIME = timedelta(days=90)
#: Over the calls of a minute.
_TOO_MANY_CALLS = -32


class GrantRefused(ChannelMisconfigured):
    """Zalo gives no tokens for this code or refresh token: a person must grant again."""


@dataclass(frozen=True, slots=True)
class Pkce:
    """A verifier with its challenge (RFC 7636, S256)."""

    verifier: str
    challenge: str


def pkce_of(verifier: str) -> Pkce:
    """The pair of this verifier."""
    return Pkce(verifier, _base64url(hashlib.sha256(verifier.encode()).digest()))


def make_pkce(random_bytes: Callable[[int], bytes]) -> Pkce:
    """A new pair; the verifier has 43 characters."""
    return pkce_of(_base64url(random_bytes(32)))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def grant_url(settings: ZaloOaSettings, challenge: str, state: str) -> str:
    """Where an administrator of the account grants, logged in to Zalo."""
    params = {
        "app_id": settings.app_id,
        "redirect_uri": settings.callback_url,
        "code_challenge": challenge,
        "state": state,
    }
    return str(httpx.URL(f"{settings.oauth_url}/v4/oa/permission", params=params))


class OAuth:
    """Calls of the token endpoint. Pairs come back with version 0; who stores them numbers them."""

    def __init__(self, http: httpx.AsyncClient, settings: ZaloOaSettings, clock: Clock) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock

    async def exchange(self, code: str, verifier: str) -> TokenPair:
        """The first pair of a grant; a code is good once, for 10 minutes.

        Raises:
            GrantRefused: the code is no good.
            ChannelError: no answer, or not now.
        """
        return await self._ask(
            {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        )

    async def refresh(self, refresh_token: str) -> TokenPair:
        """The next pair. The refresh token is spent, and the access token before it dies.

        Raises:
            GrantRefused: the refresh token is no good.
            NotSent: Zalo was not reached, and nothing is spent.
            RetryLater: too many calls; nothing is spent.
            SendUnknown: the answer was lost, and with it perhaps the new pair.
        """
        return await self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def _ask(self, form: Mapping[str, str]) -> TokenPair:
        request = self._http.build_request(
            "POST",
            f"{self._settings.oauth_url}/v4/oa/access_token",
            headers={"secret_key": self._settings.app_secret},
            data={"app_id": self._settings.app_id, **form},
        )
        answer = await fetch(self._http, request, self._settings.call_seconds)
        if answer.error == _TOO_MANY_CALLS:
            raise RetryLater("zalo_oa_too_many_calls", 61.0 - self._clock.now().second)
        if answer.error:
            raise GrantRefused(f"zalo_oa_grant_error_{answer.error}")
        return self._pair(answer.body)

    def _pair(self, body: Mapping[str, Any]) -> TokenPair:
        access, refresh = body.get("access_token"), body.get("refresh_token")
        if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
            raise GrantRefused("zalo_oa_no_tokens")
        now = self._clock.now()
        return TokenPair(
            access=access,
            refresh=refresh,
            access_expires_at=now + timedelta(seconds=_seconds(body.get("expires_in"))),
            refresh_expires_at=now + REFRESH_LIFETIME,
        )


def _seconds(written: object) -> int:
    """A string of digits. One that cannot be read must not lose a good pair."""
    text = str(written)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else ACCESS_SECONDS
