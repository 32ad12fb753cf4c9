"""The bodies of OA webhook events and their signature.

Shapes: docs.zaloplatforms.com/docs/OA/webhook (tong-quan, su-kien-nguoi-dung-gui-tin-nhan,
su-kien-nguoi-dung-quan-tam-hay-bo-quan-tam-oa; notes, 2026-10).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.fakes.zalo.oa_rules import OaRules

_ATTACHMENT_PAYLOADS: dict[str, dict[str, Any]] = {
    "image": {"url": "https://media.example/a.jpg", "thumbnail": "https://media.example/t.jpg"},
    "gif": {"url": "https://media.example/a.gif", "thumbnail": "https://media.example/t.gif"},
    "link": {"url": "https://link.example/", "description": "", "title": ""},
    "audio": {"url": "https://media.example/a.aac"},
    "video": {"url": "https://media.example/a.mp4", "thumbnail": "https://media.example/t.jpg"},
    "sticker": {"id": "0", "url": "https://media.example/sticker.png"},
    "location": {"coordinates": {"latitude": "10.7", "longitude": "106.6"}},
    "file": {"url": "https://media.example/a.pdf", "size": "9", "name": "a.pdf", "type": "pdf"},
    "business_card": {"description": "", "thumbnail": "", "url": "https://card.example/"},
}
MEDIA_KINDS = frozenset(_ATTACHMENT_PAYLOADS)


class OaEvents:
    """Makes event bodies for one OA, as data in the order of Zalo's examples."""

    def __init__(self, rules: OaRules) -> None:
        self._rules = rules

    def by_person(
        self, user: str, event: str, message: dict[str, Any], now_ms: int
    ) -> dict[str, Any]:
        """Something a person sent."""
        return self._message((user, self._rules.oa_id), user, event, message, now_ms)

    def by_oa(
        self, user: str, event: str, message: dict[str, Any], now_ms: int, admin_id: str = ""
    ) -> dict[str, Any]:
        """Something the OA sent: by our call, or by a person in the chat tool of the OA."""
        data = self._message((self._rules.oa_id, user), user, event, message, now_ms)
        if admin_id:
            data["sender"]["admin_id"] = admin_id
        return data

    def _message(
        self, way: tuple[str, str], user: str, event: str, message: dict[str, Any], now_ms: int
    ) -> dict[str, Any]:
        sender, to = way
        return {
            "app_id": self._rules.app_id,
            "sender": {"id": sender},
            "user_id_by_app": user_by_app(user),
            "recipient": {"id": to},
            "event_name": event,
            "message": message,
            "timestamp": str(now_ms),
        }

    def following(self, user: str, event: str, now_ms: int) -> dict[str, Any]:
        """`follow` or `unfollow`."""
        return {
            "oa_id": self._rules.oa_id,
            "follower": {"id": user},
            "user_id_by_app": user_by_app(user),
            "event_name": event,
            "source": "oa_profile",
            "app_id": self._rules.app_id,
            "timestamp": str(now_ms),
        }

    def to_bytes(self, data: dict[str, Any]) -> bytes:
        """The body as it is posted and signed."""
        if self._rules.escapes_bodies:
            return json.dumps(data).replace("/", "\\/").encode()
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()

    def sign(self, data: dict[str, Any], body: bytes) -> dict[str, str]:
        """The headers that go with a body."""
        rules = self._rules
        headers = {}
        timestamp = data["timestamp"]
        if rules.signature_timestamp == "header":
            timestamp = headers["X-ZEvent-Timestamp"] = str(int(timestamp) + 7)
        first = rules.oa_id if rules.signature_first == "oa_id" else rules.app_id
        uses_app = rules.signature_secret == "app_secret"
        secret = rules.app_secret if uses_app else rules.oa_secret_key
        headers["X-ZEvent-Signature"] = "mac=" + signature(first, body, timestamp, secret)
        return headers


def signature(first: str, body: bytes, timestamp: str, secret: str) -> str:
    """SHA-256, in hex, of the parts one after another."""
    return hashlib.sha256(first.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def attachments(kind: str) -> list[dict[str, Any]]:
    """What stands in the message of a media event."""
    return [{"type": kind, "payload": _ATTACHMENT_PAYLOADS[kind]}]


def user_by_app(user: str) -> str:
    """The other id that the same person has for the app."""
    return "9" + user[1:]
