"""`GET /zalo-oa/callback`: where an administrator of the account comes back after granting."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from bot.channels.quiet_log import SeldomLog
from bot.channels.zalo_oa.grants import STATE_UNKNOWN, GrantAnswer, Grants
from bot.domain.catalog import Catalog
from bot.domain.errors import BotError, ChannelMisconfigured
from bot.domain.system_texts import SystemText

CALLBACK_PATH = "/zalo-oa/callback"
_REFUSED = 400

log = logging.getLogger(__name__)


def zalo_oa_callback(
    grants: Grants, catalog: Catalog, now: Callable[[], float] = time.monotonic
) -> APIRouter:
    """The route. It takes only answers to links that we made; where Zalo left the state out, the
    person is told to paste the address into the command that made the link. `now` gives seconds
    from any beginning.
    """
    router = APIRouter()
    strange_answers = SeldomLog(log, now)

    @router.get(CALLBACK_PATH, include_in_schema=False)
    async def callback(code: str = "", oa_id: str = "", state: str = "") -> PlainTextResponse:
        if code and not state:
            return _page(catalog.message(SystemText.ZALO_GRANT_PASTE))
        try:
            await grants.complete(GrantAnswer(code, oa_id, state))
        except BotError as error:
            if isinstance(error, ChannelMisconfigured) and error.code == STATE_UNKNOWN:
                strange_answers.tell(logging.WARNING, f"no grant of Zalo OA: {STATE_UNKNOWN}")
            else:
                log.error("the grant of Zalo OA failed: %s", error)
            return _page(catalog.message(SystemText.ZALO_GRANT_FAILED), _REFUSED)
        return _page(catalog.message(SystemText.ZALO_GRANT_DONE))

    return router


def _page(text: str, status: int = 200) -> PlainTextResponse:
    # The address holds a code: it goes to no cache and to no other site.
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return PlainTextResponse(text, status, headers)
