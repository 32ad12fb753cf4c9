"""Puts the parts of the channel together."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from bot.channels.zalo_oa.api import ZaloOaApi
from bot.channels.zalo_oa.client import ZaloOaClient
from bot.channels.zalo_oa.counting import Count, count_nothing
from bot.channels.zalo_oa.grants import Grants
from bot.channels.zalo_oa.oauth import OAuth
from bot.channels.zalo_oa.reconciling import Reconciler
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.tokens import TokenKeeper
from bot.channels.zalo_oa.uploads import PictureUploads
from bot.channels.zalo_oa.wire import make_http
from bot.domain.intake import Uploads
from bot.domain.ports import Clock
from bot.domain.tokens import TokenVault


@dataclass(frozen=True)
class ZaloOa:
    """What calls Zalo. `client.close()` closes all of it."""

    client: ZaloOaClient
    tokens: TokenKeeper
    #: For `quota.read_health` and its like.
    api: ZaloOaApi
    grants: Grants


def build_zalo_oa(  # noqa: PLR0913 - what the whole channel stands on
    settings: ZaloOaSettings,
    vault: TokenVault,
    uploads: Uploads,
    clock: Clock,
    *,
    is_switched_off: Callable[[], bool] = lambda: False,
    count: Count = count_nothing,
    transport: httpx.AsyncBaseTransport | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> ZaloOa:
    """The calling half of the channel; `transport` and `sleep` stand in for the network and for
    time in tests.
    """
    http = make_http(transport)
    oauth = OAuth(http, settings, clock)
    tokens = TokenKeeper(oauth, vault, settings.grant, clock, sleep)
    api = ZaloOaApi(http, tokens, settings, clock)
    client = ZaloOaClient(
        http=http,
        api=api,
        tokens=tokens,
        pictures=PictureUploads(api, uploads, settings, clock),
        reconciler=Reconciler(api, clock, settings.reconciling_seconds),
        settings=settings,
        clock=clock,
        is_switched_off=is_switched_off,
        count=count,
    )
    return ZaloOa(client, tokens, api, Grants(oauth, vault, settings, clock, secrets.token_bytes))
