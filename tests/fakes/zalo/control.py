"""The verbs by which a test steers the fake cloud, in Python and over HTTP alike.

`await control.do("oa.say", user="1", text="xin chào")` here is `POST /_control/oa.say` with the
same values as a JSON object there. Values and results are JSON-ready data.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from tests.fakes.zalo.bot_cloud import media_content
from tests.fakes.zalo.faults import Fault, FaultKind, FaultScript
from tests.fakes.zalo.ledger import to_data
from tests.fakes.zalo.webhooks import Poster
from tests.fakes.zalo.wire import Request, Response, json_response

if TYPE_CHECKING:
    from tests.fakes.zalo_cloud import ZaloCloud

PREFIX = "/_control/"


class Control(Protocol):
    """Steers a fake cloud, wherever it runs."""

    async def do(self, verb: str, **values: Any) -> Any:
        """Do what the verb says."""
        ...


class LocalControl:
    """Steers the cloud of this process."""

    def __init__(self, cloud: ZaloCloud) -> None:
        self._cloud = cloud
        self._verbs: dict[str, Callable[..., Awaitable[Any]]] = {
            "state": self._state,
            "clock.advance": self._advance,
            "clock.factor": self._factor,
            "faults.add": self._add_fault,
            "faults.clear": self._clear_faults,
            "rules": self._rules,
            "webhook": self._webhook,
            "arrived": self._arrived,
            "wait_for": self._wait_for,
            "refusals": self._refusals,
            "settle": self._settle,
            "webhook_log": self._webhook_log,
            "oa.code": self._oa_code,
            "oa.tokens": self._oa_tokens,
            "oa.revoke": self._oa_revoke,
            "oa.save_webhook": self._oa_save_webhook,
            "oa.say": self._oa_say,
            "oa.media": self._oa_media,
            "oa.follow": self._oa_follow,
            "oa.unfollow": self._oa_unfollow,
            "oa.see": self._oa_see,
            "oa.staff_says": self._oa_staff_says,
            "bot.say": self._bot_say,
            "bot.media": self._bot_media,
            "bot.block": self._bot_block,
        }

    @property
    def verbs(self) -> list[str]:
        """All of them."""
        return sorted(self._verbs)

    async def do(self, verb: str, **values: Any) -> Any:
        """Do what the verb says.

        Raises:
            KeyError: no such verb.
        """
        return await self._verbs[verb](**values)

    async def handle(self, request: Request) -> Response:
        """The same over HTTP; 400 with the mistake when it cannot be done."""
        verb = request.path.removeprefix(PREFIX)
        if verb not in self._verbs:
            return json_response({"verbs": self.verbs}, 404)
        try:
            values = request.json() if request.body else {}
            return json_response(await self.do(verb, **values))
        except (TypeError, ValueError, AttributeError) as error:
            return json_response({"error": str(error)}, 400)

    # the cloud

    async def _state(self) -> dict[str, Any]:
        cloud = self._cloud
        return {
            "now": cloud.clock.now(),
            "calls": dict(cloud.ledger.calls),
            "arrival_count": len(cloud.ledger.arrivals),
            "violations": [to_data(one) for one in cloud.ledger.violations],
            "oa": {
                "webhook_is_on": cloud.oa.poster.webhook.is_on,
                "refresh_count": cloud.oa.tokens.refresh_count,
                "upload_count": cloud.oa.uploads.count,
                "events_waiting": cloud.oa.poster.waiting_count,
            },
            "bot": {
                "webhook": asdict(cloud.bot.updates.hook),
                "used": cloud.bot.used,
                "queued": cloud.bot.updates.queued_count,
                "lost": cloud.bot.updates.lost_count,
                "events_waiting": cloud.bot.updates.waiting_count,
            },
        }

    async def _advance(self, seconds: float) -> None:
        self._cloud.clock.advance(seconds)

    async def _factor(self, factor: float) -> None:
        self._cloud.clock.set_factor(factor)

    async def _add_fault(self, product: str, kind: str, **values: Any) -> None:
        self._faults(product).add(Fault(FaultKind(kind), **values))

    async def _clear_faults(self) -> None:
        self._cloud.oa.faults.clear()
        self._cloud.bot.faults.clear()

    async def _rules(self, product: str, **values: Any) -> None:
        rules = self._cloud.oa.rules if product == "oa" else self._cloud.bot.rules
        _set_fields(rules, values)

    async def _webhook(self, product: str, **values: Any) -> None:
        _set_fields(self._poster(product).webhook, values)

    async def _arrived(self, product: str, person: str) -> list[dict[str, Any]]:
        return [to_data(one) for one in self._cloud.ledger.arrived(product, person)]

    async def _wait_for(
        self, product: str, person: str, count: int, seconds: float = 5.0
    ) -> list[dict[str, Any]]:
        ledger = self._cloud.ledger
        return [to_data(one) for one in await ledger.wait_for(product, person, count, seconds)]

    async def _refusals(self) -> list[dict[str, Any]]:
        return [to_data(one) for one in self._cloud.ledger.refusals]

    async def _settle(self) -> None:
        await self._cloud.settle()

    async def _webhook_log(self, product: str) -> list[dict[str, Any]]:
        return [asdict(one) for one in self._poster(product).log]

    def _poster(self, product: str) -> Poster:
        return self._cloud.oa.poster if product == "oa" else self._cloud.bot.poster

    def _faults(self, product: str) -> FaultScript:
        return self._cloud.oa.faults if product == "oa" else self._cloud.bot.faults

    # the Official Account

    async def _oa_code(self, challenge: str = "") -> str:
        return self._cloud.oa.tokens.make_code(challenge)

    async def _oa_tokens(self) -> dict[str, str]:
        return self._cloud.oa.tokens.issue()

    async def _oa_revoke(self) -> None:
        self._cloud.oa.tokens.revoke()

    async def _oa_save_webhook(self, url: str, probe: bool = True) -> bool:
        """What a person does in the console; the answer says whether it was saved."""
        webhook = self._cloud.oa.poster.webhook
        before = webhook.url
        webhook.url = url
        if probe and not await self._cloud.oa.poster.probe(b"{}"):
            webhook.url = before
            return False
        webhook.is_on = True
        return True

    async def _oa_say(self, user: str, text: str, event: str = "user_send_text") -> str:
        return self._cloud.oa_citizens.say(user, text, event)

    async def _oa_media(self, user: str, kind: str, text: str = "") -> str:
        return self._cloud.oa_citizens.send_media(user, kind, text)

    async def _oa_follow(self, user: str) -> None:
        self._cloud.oa_citizens.follow(user)

    async def _oa_unfollow(self, user: str) -> None:
        self._cloud.oa_citizens.unfollow(user)

    async def _oa_see(self, user: str, message_ids: list[str]) -> None:
        self._cloud.oa_citizens.see(user, message_ids)

    async def _oa_staff_says(self, user: str, text: str) -> None:
        self._cloud.oa_citizens.staff_says(user, text)

    # the Bot Platform

    async def _bot_say(self, chat: str, text: str, group: bool = False) -> str:
        return self._cloud.bot.receive(chat, "text", {"text": text}, group=group)

    async def _bot_media(self, chat: str, kind: str, text: str = "") -> str:
        content = media_content(kind, self._cloud.bot.rules.image_field)
        if text:
            content["caption"] = text
        return self._cloud.bot.receive(chat, kind, content)

    async def _bot_block(self, chat: str) -> None:
        self._cloud.bot.block(chat)


def _set_fields(target: object, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if not hasattr(target, name):
            raise ValueError(f"{type(target).__name__} has no {name}")
        setattr(target, name, value)
