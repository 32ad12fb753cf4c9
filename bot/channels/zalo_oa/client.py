"""Sends deliveries as consultation messages.

https://docs.zaloplatforms.com/docs/OA/tin-nhan/tin-tu-van/gui-tin-tu-van-dang-van-ban (notes,
2026-10). Zalo has no key that makes sending twice the same as sending once: what may have
arrived is not sent again.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx

from bot.channels.preparing import prepared
from bot.channels.zalo_oa.api import ZaloOaApi
from bot.channels.zalo_oa.composing import METHOD
from bot.channels.zalo_oa.counting import Count
from bot.channels.zalo_oa.faults import ParameterRefused
from bot.channels.zalo_oa.reconciling import Reconciler
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.tokens import TokenKeeper
from bot.channels.zalo_oa.uploads import PictureUploads
from bot.channels.zalo_oa.windows import Window, window_of
from bot.domain.deliveries import Delivery, Receipt
from bot.domain.errors import MessageRejected, RetryLater, WindowClosed
from bot.domain.people import Address, ChannelId
from bot.domain.pictures import PictureId
from bot.domain.ports import Clock

#: While the channel is switched off, its deliveries wait for so long at a time.
OFF_SECONDS = 60.0

_PICTURE_LATE = "zalo_oa_picture_late"
_PATH, _V2_PATH = "/v3.0/oa/message/cs", "/v2.0/oa/message"

log = logging.getLogger(__name__)


class ZaloOaClient:
    """The half of the channel that calls Zalo."""

    channel = ChannelId.ZALO_OA

    def __init__(  # noqa: PLR0913 - put together in one place, `building`
        self,
        *,
        http: httpx.AsyncClient,
        api: ZaloOaApi,
        tokens: TokenKeeper,
        pictures: PictureUploads,
        reconciler: Reconciler,
        settings: ZaloOaSettings,
        clock: Clock,
        is_switched_off: Callable[[], bool],
        count: Count,
    ) -> None:
        self._http = http
        self._api = api
        self._tokens = tokens
        self._pictures = pictures
        self._reconciler = reconciler
        self._settings = settings
        self._clock = clock
        self._is_switched_off = is_switched_off
        self._count = count

    async def open(self) -> None:
        """Nothing to do: connections are made when they are needed."""

    async def close(self) -> None:
        """Let a renewal of the tokens end, and close the connections."""
        await self._tokens.close()
        await self._http.aclose()

    async def send(self, delivery: Delivery) -> Receipt:
        """Make one call; see `ChannelClient.send`. A picture is uploaded first where need be."""
        if self._is_switched_off():
            raise RetryLater("zalo_oa_switched_off", OFF_SECONDS)
        if delivery.message.method != METHOD:
            raise MessageRejected("zalo_oa_unknown_method")
        interacted_at = await self._check_window(delivery)
        try:
            data = await self._post(delivery)
        except ParameterRefused:
            if delivery.message.picture is None:
                raise
            forgotten = self._pictures.forget(delivery.message.picture)
            await prepared(forgotten, _PICTURE_LATE, self._settings.preparing_seconds)
            data = await self._post(delivery)
        return replace(self._receipt(data), interacted_at=interacted_at)

    async def show_typing(self, address: Address) -> None:
        """Nothing: no such call is known of an Official Account."""

    async def _check_window(self, delivery: Delivery) -> datetime | None:
        """Raises WindowClosed unless one may write now; gives what Zalo had to be asked for."""
        fault = self._fault_of_window(delivery.last_interaction_at)
        if fault is None:
            return None
        told = await self._reconciler.find_interaction(delivery)
        if told is None or self._fault_of_window(told):
            raise fault
        self._count("window:opened_by_zalo")
        return told

    def _fault_of_window(self, since: datetime | None) -> WindowClosed | None:
        window = window_of(since, self._clock.now())
        if window is Window.CLOSED:
            return WindowClosed("zalo_oa_7_days_over")
        if window is Window.PAID and not self._settings.allows_paid_window:
            return WindowClosed("zalo_oa_48_hours_over")
        return None

    async def _post(self, delivery: Delivery) -> object:
        params = copy.deepcopy(dict(delivery.message.params))
        if delivery.message.picture is not None:
            await self._put_picture_in(params, delivery.message.picture)
        body = {"recipient": {"user_id": delivery.address.chat}, **params}
        return await self._api.post(_V2_PATH if self._settings.sends_by_v2 else _PATH, body)

    async def _put_picture_in(self, params: dict[str, Any], picture: PictureId) -> None:
        try:
            element = params["message"]["attachment"]["payload"]["elements"][0]
            element["attachment_id"] = await prepared(
                self._pictures.find_id(picture),
                _PICTURE_LATE,
                self._settings.preparing_seconds,
            )
        except (LookupError, TypeError) as error:
            raise MessageRejected("zalo_oa_picture_without_place") from error

    def _receipt(self, data: object) -> Receipt:
        if not isinstance(data, Mapping):
            self._count("sent:unknown")
            return Receipt()
        quota = data.get("quota")
        kind = quota.get("quota_type") if isinstance(quota, Mapping) else None
        if not kind:
            # The page says: without a quota, the message is billed.
            log.warning("Zalo OA billed a message")
        self._count(f"sent:{kind if kind in _QUOTAS else 'other' if kind else 'billed'}")
        return Receipt(str(data.get("message_id") or ""), is_billed=not kind)


#: https://docs.zaloplatforms.com/docs/OA/tin-nhan/tong-quan (notes, 2026-10).
_QUOTAS = frozenset({"reply", "welcome_msg", "sub_quota", "purchase_quota", "reward_quota"})
