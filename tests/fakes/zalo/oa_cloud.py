"""The fake Official Account: its calls, and what it posts to the webhook.

Errors come with HTTP 200 and {"error": …}, as Zalo does it. What Zalo does not publish is a field
of `OaRules`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from tests.fakes.zalo.clock import CloudClock
from tests.fakes.zalo.faults import FaultKind, FaultScript
from tests.fakes.zalo.ledger import Ledger
from tests.fakes.zalo.oa_events import OaEvents, attachments
from tests.fakes.zalo.oa_messages import BAD_FIELD, BAD_TYPE, MessageChecker, OaRefused, expect
from tests.fakes.zalo.oa_people import OaPeople
from tests.fakes.zalo.oa_rules import RETRY_PAUSES, OaRules
from tests.fakes.zalo.oa_tokens import GrantRefused, OaTokens
from tests.fakes.zalo.oa_uploads import OaUploads
from tests.fakes.zalo.webhooks import Poster, Webhook
from tests.fakes.zalo.wire import Request, Response, html_response, json_response

PRODUCT = "oa"
TOO_FAST, NO_V2 = -32, -240
_PREFIXES = ("/v3.0/oa/", "/v2.0/oa/")
_REACTIONS_A_MESSAGE = 50


class OaCloud:
    """One app with one OA."""

    def __init__(self, clock: CloudClock, ledger: Ledger, rules: OaRules | None = None) -> None:
        self.rules = rules or OaRules()
        self.faults = FaultScript()
        self.tokens = OaTokens(self.rules, clock)
        self.people = OaPeople(self.rules)
        self.uploads = OaUploads(self.rules, clock)
        self.events = OaEvents(self.rules)
        webhook = Webhook(retry_pauses=RETRY_PAUSES, is_switched_off_after_failure=True)
        self.poster = Poster(webhook, clock)
        self._checker = MessageChecker(self.rules, self.uploads.is_known)
        self._clock = clock
        self._ledger = ledger
        self._minute = (0, 0)
        self._reactions: dict[str, int] = {}
        self._calls: dict[str, Callable[[Request], dict[str, Any]]] = {
            "POST /v3.0/oa/message/cs": self._send,
            "POST /v2.0/oa/message": self._react,
            "POST /v2.0/oa/upload/image": lambda request: self.uploads.take("image", request),
            "POST /v2.0/oa/upload/gif": lambda request: self.uploads.take("gif", request),
            "POST /v2.0/oa/upload/file": lambda request: self.uploads.take("file", request),
            "GET /v3.0/oa/user/detail": self._user_detail,
            "GET /v3.0/oa/user/getlist": self._user_list,
            "POST /v3.0/oa/quota/message": self._quota,
            "GET /v2.0/oa/getoa": self._getoa,
            "POST /v3.0/oa/message/transaction": self._finished,
            "POST /v3.0/oa/message/promotion": self._finished,
        }

    def serves(self, path: str) -> bool:
        """Whether a path is one of the OA."""
        return path.startswith((*_PREFIXES, "/v4/oa/"))

    async def handle(self, request: Request) -> Response | None:
        """Answer a call; None to hang up."""
        name = _call_name(request.path)
        self._ledger.calls[f"{PRODUCT}:{name}"] += 1
        fault = self.faults.take(name)
        if fault is None:
            return self._perform(name, request)
        if fault.kind is FaultKind.ERROR:
            self._refuse(name, fault.code, "scripted", is_violation=False)
            return json_response({"error": fault.code, "message": fault.description})
        if fault.kind is FaultKind.HTML:
            return html_response(fault.status)
        if fault.kind is FaultKind.CLOSE_BEFORE:
            return None
        response = self._perform(name, request)
        if fault.kind is FaultKind.HTML_AFTER:
            return html_response(fault.status)
        await asyncio.sleep(fault.seconds)
        return None if fault.kind is FaultKind.CLOSE_AFTER else response

    def _perform(self, name: str, request: Request) -> Response:
        if name == "oauth/permission":
            return self._permission(request)
        if name == "oauth/access_token":
            return self._access_token(request)
        headers, is_within = self._count_call()
        try:
            if not is_within:
                raise OaRefused(TOO_FAST, "too many calls in this minute", is_violation=False)
            self._check_headers(request)
            data = self._find_call(request)(request)
        except OaRefused as refused:
            self._refuse(name, refused.code, str(refused), is_violation=refused.is_violation)
            return json_response({"error": refused.code, "message": str(refused)}, headers=headers)
        return json_response({"data": data, "error": 0, "message": "Success"}, headers=headers)

    def _refuse(self, name: str, code: int, why: str, *, is_violation: bool = True) -> None:
        self._ledger.refuse(
            product=PRODUCT, method=name, code=code, why=why, is_violation=is_violation
        )

    def _count_call(self) -> tuple[dict[str, str], bool]:
        minute, count = self._minute
        if (now := int(self._clock.now() // 60)) != minute:
            count = 0
        self._minute = (now, count + 1)
        limit = self.rules.calls_per_minute
        left = str(max(limit - count - 1, 0))
        headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remain": left}
        return headers, count < limit

    def _check_headers(self, request: Request) -> None:
        token = request.headers.get("access_token", "")
        if fault := self.tokens.find_fault(token, request.headers.get("appsecret_proof", "")):
            code, why = fault
            # An access token runs out by itself; everything else is somebody's mistake.
            raise OaRefused(code, why, is_violation=code != -220)

    def _find_call(self, request: Request) -> Callable[[Request], dict[str, Any]]:
        call = self._calls.get(f"{request.method} {request.path}")
        if call is None:
            raise OaRefused(BAD_FIELD, f"no such call: {request.method} {request.path}")
        return call

    # calls

    def _permission(self, request: Request) -> Response:
        query = request.query
        if query.get("app_id") != self.rules.app_id:
            return json_response({"error": -14002, "message": "app is not active"})
        redirect = query.get("redirect_uri", "")
        if not redirect or self.rules.redirect_uri not in {"", redirect}:
            return json_response({"error": -14003, "message": "redirect_uri does not match"})
        code = self.tokens.make_code(query.get("code_challenge", ""))
        back = {"code": code, "oa_id": self.rules.oa_id}
        if "state" in query:
            back["state"] = query["state"]
        return Response(302, b"", headers={"Location": f"{redirect}?{urlencode(back)}"})

    def _access_token(self, request: Request) -> Response:
        kind = request.headers.get("content-type", "")
        try:
            if request.method != "POST" or not kind.startswith("application/x-www-form-urlencoded"):
                raise GrantRefused(-14001, "must be a form")
            if request.headers.get("secret_key") != self.rules.app_secret:
                raise GrantRefused(-14004, "secret_key is invalid")
            return json_response(self.tokens.exchange(request.form()))
        except GrantRefused as refused:
            self._refuse("oauth/access_token", refused.code, str(refused))
            data = {"error": refused.code, "error_name": "invalid_grant"}
            return json_response({**data, "error_description": str(refused)})

    def _send(self, request: Request) -> dict[str, Any]:
        call = expect(_json(request), {"recipient", "message"}, set(), "body")
        user = _user_id(expect(call["recipient"], {"user_id"}, set(), "recipient"))
        message = self._checker.check(call["message"])
        quota = self.people.quota_for(user, self._clock.now())
        message_id = self._new_id()
        self._ledger.arrive(
            product=PRODUCT,
            person=user,
            method="message/cs",
            message=message,
            message_id=message_id,
            at_ms=self._clock.now_ms(),
            quota=quota,
        )
        self._echo(user, message, message_id)
        sent = str(self._clock.now_ms())
        data: dict[str, Any] = {"message_id": message_id, "user_id": user, "sent_time": sent}
        if quota:
            data["quota"] = {"quota_type": quota}
        return data

    def _echo(self, user: str, message: dict[str, Any], message_id: str) -> None:
        if not self.poster.webhook.url:
            return
        now = self._clock.now_ms()
        if self.rules.echoes:
            payload = message.get("attachment", {}).get("payload", {})
            kind = "image" if payload.get("template_type") == "media" else "text"
            said: dict[str, Any] = {"text": message.get("text", ""), "msg_id": message_id}
            if kind == "image":
                said["attachments"] = attachments("image")
            self.post(self.events.by_oa(user, f"oa_send_{kind}", said, now))
        if self.rules.receipts:
            said = {"msg_id": message_id}
            self.post(self.events.by_oa(user, "user_received_message", said, now))

    def _react(self, request: Request) -> dict[str, Any]:
        call = expect(_json(request), {"recipient"}, {"sender_action", "message"}, "body")
        user = _user_id(expect(call["recipient"], {"user_id"}, set(), "recipient"))
        if "message" in call or "sender_action" not in call:
            raise OaRefused(NO_V2, "message API v2 is off")
        fields = {"react_icon", "react_message_id"}
        action = expect(call["sender_action"], fields, set(), "sender_action")
        self.people.quota_for(user, self._clock.now())
        of = str(action["react_message_id"])
        count = self._reactions[of] = self._reactions.get(of, 0) + 1
        if count > _REACTIONS_A_MESSAGE:
            raise OaRefused(-210, "more than 50 reactions")
        return {"message_id": action["react_message_id"], "user_id": user}

    def _user_detail(self, request: Request) -> dict[str, Any]:
        return self.people.detail(_user_id(expect(_query(request), {"user_id"}, set(), "data")))

    def _user_list(self, request: Request) -> dict[str, Any]:
        optional = {"tag_name", "last_interaction_period", "is_follower"}
        query = expect(_query(request), {"offset", "count"}, optional, "data")
        return self.people.listed(query, self._clock.now())

    def _quota(self, request: Request) -> dict[str, Any]:
        optional = {"user_id", "quota_owner", "product_type", "quota_type"}
        call = expect(_json(request), set(), optional, "body")
        if "user_id" in call:
            return {
                "last_interaction": self.people.last_interaction_ms(_user_id(call)),
                "cs_reply": {"quota_type": "reply"},
                "promotion": {"daily_total": 1, "monthly_total": 4},
            }
        expect(call, {"quota_owner", "product_type", "quota_type"}, set(), "body")
        left = self.rules.quota_left
        return {"quota_owner": "OA", "product_type": "cs", "total": 2000, "remain": left}

    def _getoa(self, request: Request) -> dict[str, Any]:
        return {
            "oaid": self.rules.oa_id,
            "name": "OA thử nghiệm",
            "is_verified": self.rules.is_verified,
            "oa_type": 4,
            "num_follower": 0,
            "package_name": self.rules.package_name,
            "package_valid_through_date": self.rules.package_valid_through,
            "linked_zca": "",
        }

    def _finished(self, request: Request) -> dict[str, Any]:
        raise OaRefused(BAD_TYPE, "this type of message ended on 2026-03-01")

    # Zalo calling us

    def post(self, data: dict[str, Any]) -> None:
        """Post an event, signed."""
        body = self.events.to_bytes(data)
        self.poster.post(data["event_name"], body, self.events.sign(data, body))

    def _new_id(self) -> str:
        return hashlib.sha256(str(self._ledger.next_seq()).encode()).hexdigest()[:20]

    def new_message_id(self) -> str:
        """An id as Zalo makes them."""
        return self._new_id()


def _call_name(path: str) -> str:
    for prefix in _PREFIXES:
        if path.startswith(prefix):
            return path.removeprefix(prefix)
    return "oauth/" + path.removeprefix("/v4/oa/")


def _json(request: Request) -> object:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise OaRefused(BAD_FIELD, "Content-Type must be application/json")
    try:
        return request.json()
    except ValueError:
        raise OaRefused(BAD_FIELD, "body is no JSON") from None


def _query(request: Request) -> object:
    try:
        return json.loads(request.query.get("data", ""))
    except ValueError:
        raise OaRefused(BAD_FIELD, "data is no JSON") from None


def _user_id(data: dict[str, Any]) -> str:
    user = data["user_id"]
    if not isinstance(user, str) or not user.isdigit():
        raise OaRefused(BAD_FIELD, "user_id must be a text of digits")
    return user
