"""`POST /webhook/zalo-oa`: checks an event and stores what it asks, which is all that is done
before the answer.

Zalo wants 200 within 2 seconds; whether it sends again what was answered otherwise is not certain,
and after too many failures it switches the webhook off
(https://docs.zaloplatforms.com/docs/OA/webhook/tong-quan; notes, 2026-10).
So what cannot be stored in time is kept in memory, tried again and answered with 200 all the same;
with 503 only where there is no room left. A setting makes it 503 each time.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from bot.channels.bodies import MAX_BODY_BYTES, BodyRefused, closing, read_body
from bot.channels.zalo_oa.counting import Count
from bot.channels.zalo_oa.keeping import Keeper
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.signature import SignatureChecker, Signed, Verdict
from bot.channels.zalo_oa.signs_of_life import SignsOfLife
from bot.channels.zalo_oa.updates import parse_event
from bot.domain.identity import UpdateNames
from bot.domain.intake import Receiver
from bot.domain.ports import Clock
from bot.domain.updates import Update

WEBHOOK_PATH = "/webhook/zalo-oa"
#: For reading the body and storing together; both are over in an instant when all is well.
ANSWER_SECONDS = 1.7
_OK, _UNAVAILABLE = 200, 503

log = logging.getLogger(__name__)


class ZaloOaWebhook:
    """Takes the bodies of requests and says how to answer them."""

    def __init__(  # noqa: PLR0913 - wired in one place
        self,
        receiver: Receiver,
        settings: ZaloOaSettings,
        clock: Clock,
        *,
        names: UpdateNames,
        is_switched_off: Callable[[], bool],
        count: Count,
        life: SignsOfLife,
    ) -> None:
        """Raises ConfigError when signatures cannot be checked."""
        self._keeper = Keeper(receiver)
        self._settings = settings
        self._checker = SignatureChecker(settings)
        self._clock = clock
        self._is_switched_off = is_switched_off
        self._count = count
        self._life = life
        self._names = names
        self._told: set[Verdict] = set()

    async def take(self, body: bytes, headers: Mapping[str, str], seconds_left: float) -> int:
        """The status to answer with, found in that time."""
        if self._is_switched_off():
            self._count("webhook:switched_off")
            return _OK
        event = _parse(body)
        if event is None:
            self._count("webhook:unparseable")
            return _OK
        if not event:
            # Sent without a signature when the address is saved in the console.
            self._count("webhook:probe")
            return _OK
        verdict = self._checker.check(_signed(body, event, headers), self._clock.now())
        if verdict is not Verdict.GOOD:
            self._refuse(verdict)
            return self._settings.bad_signature_status
        # Of whatever kind: a receipt too shows that the webhook is on.
        self._life.see()
        self._told.clear()
        if headers.get("num_retry"):
            self._count("webhook:sent_again")
        parsed = parse_event(event, self._settings.app_id, self._settings.oa_id, self._names)
        self._count(f"event:{parsed.name}")
        if parsed.update is None:
            return _OK
        return await self._store(self._in_its_place(parsed.update), seconds_left)

    def _in_its_place(self, update: Update) -> Update:
        if self._settings.orders_by_timestamp:
            return update
        return replace(update, position=int(self._clock.now().timestamp() * 1000))

    def _refuse(self, verdict: Verdict) -> None:
        self._count(f"webhook:{verdict.value}")
        # Anybody can send such things: the log is told once until a good event comes.
        if verdict not in self._told:
            self._told.add(verdict)
            log.warning("an event of Zalo OA is refused: %s", verdict.value)

    async def _store(self, update: Update, seconds_left: float) -> int:
        tried = self._keeper.keep(update)
        if tried is None:
            self._count("webhook:no_room")
            return _UNAVAILABLE
        await asyncio.wait({tried}, timeout=seconds_left)
        if tried.done() and tried.result():
            self._count("webhook:stored")
            return _OK
        self._count("webhook:kept")
        return _OK if self._settings.answers_before_stored else _UNAVAILABLE

    async def close(self) -> None:
        """Store what is still kept, if that can be."""
        await self._keeper.close()
        await self._life.close()


def zalo_oa_webhook(webhook: ZaloOaWebhook) -> APIRouter:
    """The route. It limits its own bodies."""
    router = APIRouter()

    @router.post(WEBHOOK_PATH, include_in_schema=False)
    async def receive(request: Request) -> Response:
        clock = asyncio.get_running_loop()
        ends_at = clock.time() + ANSWER_SECONDS
        try:
            body = await read_body(request, MAX_BODY_BYTES, ANSWER_SECONDS)
        except BodyRefused as refusal:
            return closing(refusal.status)
        left = max(ends_at - clock.time(), 0.0)
        return Response(status_code=await webhook.take(body, request.headers, left))

    return router


def _parse(body: bytes) -> Mapping[str, Any] | None:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _signed(body: bytes, event: Mapping[str, Any], headers: Mapping[str, str]) -> Signed:
    return Signed(
        body=body,
        signature=headers.get("X-ZEvent-Signature", ""),
        header_timestamp=headers.get("X-ZEvent-Timestamp", ""),
        body_timestamp=str(event.get("timestamp", "")),
    )
