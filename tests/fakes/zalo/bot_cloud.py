"""The fake Bot Platform: `/bot<TOKEN>/<method>`, errors with HTTP 200 and {"ok":false,…}.

Methods and bodies: docs.zaloplatforms.com/docs/BOT/apis (notes, 2026-10).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.zalo.bot_rules import BotRules
from tests.fakes.zalo.bot_updates import BotUpdates, event_of
from tests.fakes.zalo.clock import CloudClock
from tests.fakes.zalo.faults import FaultKind, FaultScript
from tests.fakes.zalo.ledger import Ledger
from tests.fakes.zalo.webhooks import Poster, Webhook
from tests.fakes.zalo.wire import Request, Response, html_response, json_response

PRODUCT = "bot"
BAD_REQUEST, UNAUTHORIZED, NOT_FOUND, NOTHING_CAME, QUOTA = 400, 401, 404, 408, 429


class BotRefused(Exception):
    """The call is answered with this error."""

    def __init__(self, code: int, why: str, *, is_violation: bool = True) -> None:
        super().__init__(why)
        self.code = code
        self.is_violation = is_violation


class BotCloud:
    """One bot."""

    def __init__(self, clock: CloudClock, ledger: Ledger, rules: BotRules | None = None) -> None:
        self.rules = rules or BotRules()
        self.faults = FaultScript()
        # Zalo publishes neither patience nor retries: five seconds, once.
        self.poster = Poster(Webhook(patience_seconds=5.0), clock)
        self.updates = BotUpdates(self.rules, self.poster, clock)
        self._clock = clock
        self._ledger = ledger
        self._users: set[str] = set()
        self._blocked: set[str] = set()
        #: Messages that counted, by month.
        self.used: dict[str, int] = {}
        self._methods: dict[str, Callable[[dict[str, Any], Request], Awaitable[object]]] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendChatAction": self._send_chat_action,
        }

    def serves(self, path: str) -> bool:
        """Whether a path is one of the Bot Platform."""
        return path.startswith("/bot")

    async def handle(self, request: Request) -> Response | None:
        """Answer a call; None to hang up."""
        token, _, name = request.path.removeprefix("/bot").partition("/")
        self._ledger.calls[f"{PRODUCT}:{name}"] += 1
        fault = self.faults.take(name)
        if fault is None:
            return await self._perform(token, name, request)
        if fault.kind is FaultKind.ERROR:
            self._refuse(name, fault.code, "scripted", is_violation=False)
            return _error(fault.code, fault.description)
        if fault.kind is FaultKind.HTML:
            return html_response(fault.status)
        if fault.kind is FaultKind.CLOSE_BEFORE:
            return None
        response = await self._perform(token, name, request)
        if fault.kind is FaultKind.HTML_AFTER:
            return html_response(fault.status)
        await asyncio.sleep(fault.seconds)
        return None if fault.kind is FaultKind.CLOSE_AFTER else response

    async def _perform(self, token: str, name: str, request: Request) -> Response | None:
        try:
            if token != self.rules.token:
                raise BotRefused(UNAUTHORIZED, "Unauthorized")
            if name not in self._methods:
                raise BotRefused(NOT_FOUND, "Not found")
            result = await self._methods[name](_body(request), request)
        except BotRefused as refused:
            self._refuse(name, refused.code, str(refused), is_violation=refused.is_violation)
            return _error(refused.code, str(refused))
        if request.is_gone():
            return None
        return json_response({"ok": True} if result is None else {"ok": True, "result": result})

    def _refuse(self, name: str, code: int, why: str, *, is_violation: bool) -> None:
        if code != NOTHING_CAME:
            self._ledger.refuse(
                product=PRODUCT, method=name, code=code, why=why, is_violation=is_violation
            )

    # methods

    async def _get_me(self, body: dict[str, Any], _: Request) -> object:
        _expect(body, set(), set())
        return {
            "id": self.rules.bot_id,
            "account_name": self.rules.account_name,
            "account_type": "BASIC",
            "can_join_groups": False,
        }

    async def _get_updates(self, body: dict[str, Any], request: Request) -> object:
        _expect(body, set(), {"timeout"})
        if self.updates.hook.url:
            raise BotRefused(self.rules.poll_with_webhook_code, "webhook is set")
        try:
            seconds = float(body.get("timeout", 30))
        except (TypeError, ValueError):
            raise BotRefused(BAD_REQUEST, "timeout must be a number") from None
        event = await self.updates.take(seconds, request)
        if event is None:
            raise BotRefused(NOTHING_CAME, "Request timeout", is_violation=False)
        return event

    async def _set_webhook(self, body: dict[str, Any], _: Request) -> object:
        _expect(body, {"url", "secret_token"}, set())
        url, secret = body["url"], body["secret_token"]
        if not isinstance(url, str) or urlsplit(url).scheme != "https":
            raise BotRefused(BAD_REQUEST, "url must be HTTPS")
        least, most = self.rules.secret_chars
        if not isinstance(secret, str) or not least <= len(secret) <= most:
            raise BotRefused(BAD_REQUEST, f"secret_token must have {least} to {most} characters")
        self.updates.set_hook(url, secret)
        return self._hook()

    async def _delete_webhook(self, body: dict[str, Any], _: Request) -> object:
        _expect(body, set(), set())
        self.updates.set_hook("", "")
        return self._hook()

    async def _get_webhook_info(self, body: dict[str, Any], _: Request) -> object:
        _expect(body, set(), set())
        return self._hook()

    def _hook(self) -> dict[str, Any]:
        return {"url": self.updates.hook.url, "updated_at": self.updates.hook.updated_at}

    async def _send_message(self, body: dict[str, Any], _: Request) -> object:
        _expect(body, {"chat_id", "text"}, {"parse_mode", "text_styles"})
        if body.get("parse_mode", "html") not in {"markdown", "html"}:
            raise BotRefused(BAD_REQUEST, "parse_mode is unknown")
        _expect_text(body["text"], self.rules.text_chars, "text")
        return self._arrive(body, "sendMessage")

    async def _send_photo(self, body: dict[str, Any], _: Request) -> object:
        _expect(body, {"chat_id", "photo"}, {"caption", "parse_mode", "text_styles"})
        photo = body["photo"]
        if not isinstance(photo, str) or not photo.startswith(("https://", "http://")):
            raise BotRefused(BAD_REQUEST, "photo must be a URL")
        if "caption" in body:
            _expect_text(body["caption"], self.rules.caption_chars, "caption")
        return self._arrive(body, "sendPhoto")

    async def _send_chat_action(self, body: dict[str, Any], _: Request) -> object:
        _expect(body, {"chat_id", "action"}, set())
        if body["action"] != "typing":
            raise BotRefused(BAD_REQUEST, "action is unknown")
        self._expect_chat(body["chat_id"])
        return None

    def _arrive(self, body: dict[str, Any], method: str) -> dict[str, Any]:
        chat = self._expect_chat(body["chat_id"])
        if not self._count():
            raise BotRefused(QUOTA, "Quota exceeded", is_violation=False)
        message_id = self._new_id()
        now = self._clock.now_ms()
        message = {name: value for name, value in body.items() if name != "chat_id"}
        self._ledger.arrive(
            product=PRODUCT,
            person=chat,
            method=method,
            message=message,
            message_id=message_id,
            at_ms=now,
        )
        return {"message_id": message_id, "date": now}

    def _expect_chat(self, chat: object) -> str:
        if not isinstance(chat, str) or not chat:
            raise BotRefused(BAD_REQUEST, "chat_id must be a text")
        if chat not in self._users or chat in self._blocked:
            is_stranger = chat not in self._users
            why = self.rules.unknown_chat_description
            raise BotRefused(self.rules.unknown_chat_code, why, is_violation=is_stranger)
        return chat

    def _count(self) -> bool:
        """Take one message from the quota of the month, if one is left."""
        month = datetime.fromtimestamp(self._clock.now(), UTC).strftime("%Y-%m")
        used = self.used.get(month, 0)
        if used >= self.rules.messages_per_month:
            return False
        self.used[month] = used + 1
        return True

    def _new_id(self) -> str:
        return hashlib.sha256(f"bot{self._ledger.next_seq()}".encode()).hexdigest()[:20]

    # citizens

    def receive(self, chat: str, kind: str, content: dict[str, Any], *, group: bool = False) -> str:
        """Somebody sends something: the id of it, or an empty one when the bot never hears of it,
        because it has its 50 users already or the quota is used up.
        """
        if chat not in self._users and len(self._users) >= self.rules.users:
            return ""
        self._users.add(chat)
        self._blocked.discard(chat)
        if self.rules.counts_incoming and not self._count():
            return ""
        message_id = self._new_id()
        now = self._clock.now_ms()
        self.updates.put(event_of(chat, kind, content, message_id, now, group=group))
        return message_id

    def block(self, chat: str) -> None:
        """They want nothing more from the bot, until they write again. It is not told."""
        self._blocked.add(chat)


def media_content(kind: str, image_field: str) -> dict[str, Any]:
    """What stands in the message of a media event."""
    contents = {
        "image": {image_field: "https://media.example/a.jpg", "caption": ""},
        "sticker": {"sticker": "sticker-1", "url": "https://media.example/sticker.png"},
        "voice": {"voice_url": "https://media.example/a.aac"},
        "unsupported": {},
    }
    return dict(contents[kind])


def _error(code: int, description: str) -> Response:
    return json_response({"ok": False, "error_code": code, "description": description})


def _body(request: Request) -> dict[str, Any]:
    if request.method != "POST":
        raise BotRefused(BAD_REQUEST, "must be POST")
    if not request.body:
        return {}
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise BotRefused(BAD_REQUEST, "Content-Type must be application/json")
    try:
        body = request.json()
    except ValueError:
        raise BotRefused(BAD_REQUEST, "body is no JSON") from None
    if not isinstance(body, dict):
        raise BotRefused(BAD_REQUEST, "body must be an object")
    return body


def _expect(body: dict[str, Any], needed: set[str], optional: set[str]) -> None:
    if missing := needed - body.keys():
        raise BotRefused(BAD_REQUEST, f"missing {sorted(missing)}")
    if unknown := body.keys() - needed - optional:
        raise BotRefused(BAD_REQUEST, f"unknown {sorted(unknown)}")


def _expect_text(value: object, limit: int, name: str) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= limit:
        raise BotRefused(BAD_REQUEST, f"{name} must have 1 to {limit} characters")
