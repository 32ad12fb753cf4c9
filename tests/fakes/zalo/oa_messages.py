"""What a consultation message may look like: the strict reading of the pages on tin-tu-van."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.zalo.oa_rules import OaRules

BAD_FIELD, OVER_LIMIT, BAD_TYPE, GONE = -201, -210, -233, -100
_BUTTON_TYPES = {"oa.open.url", "oa.query.show", "oa.query.hide", "oa.open.phone", "oa.open.sms"}


class OaRefused(Exception):
    """The call is answered with this error."""

    def __init__(self, code: int, why: str, *, is_violation: bool = True) -> None:
        super().__init__(why)
        self.code = code
        self.is_violation = is_violation


def expect(data: object, needed: set[str], optional: set[str], where: str) -> dict[str, Any]:
    """The data as an object with these fields and no others."""
    if not isinstance(data, dict):
        raise OaRefused(BAD_FIELD, f"{where} must be an object")
    if missing := needed - data.keys():
        raise OaRefused(BAD_FIELD, f"{where} lacks {sorted(missing)}")
    if unknown := data.keys() - needed - optional:
        raise OaRefused(BAD_FIELD, f"{where} has unknown {sorted(unknown)}")
    return data


def expect_text(value: object, limit: int, where: str) -> str:
    """A text of 1 to `limit` characters."""
    if not isinstance(value, str) or not value:
        raise OaRefused(BAD_FIELD, f"{where} must be a text")
    if len(value) > limit:
        raise OaRefused(OVER_LIMIT, f"{where} has {len(value)} characters, more than {limit}")
    return value


class MessageChecker:
    """Checks messages. `find_upload` says whether an id of an upload is still known."""

    def __init__(self, rules: OaRules, find_upload: Callable[[str], bool]) -> None:
        self._rules = rules
        self._find_upload = find_upload

    def check(self, data: object) -> dict[str, Any]:
        """The message, as it came.

        Raises:
            OaRefused: it breaks a rule.
        """
        message = expect(data, set(), {"text", "attachment", "quote_message_id"}, "message")
        if "text" not in message and "attachment" not in message:
            raise OaRefused(BAD_FIELD, "message has neither text nor attachment")
        if "text" in message:
            expect_text(message["text"], self._rules.text_chars, "text")
        if "attachment" in message:
            self._check_attachment(message["attachment"], has_text="text" in message)
        return message

    def _check_attachment(self, data: object, *, has_text: bool) -> None:
        attachment = expect(data, {"type", "payload"}, set(), "attachment")
        payload = attachment["payload"]
        if attachment["type"] == "file":
            token = expect(payload, {"token"}, set(), "payload")["token"]
            self._expect_upload(token)
        elif attachment["type"] == "template":
            self._check_template(payload, has_text=has_text)
        else:
            raise OaRefused(BAD_TYPE, "attachment type is not allowed")

    def _check_template(self, payload: object, *, has_text: bool) -> None:
        allowed = {"template_type", "buttons", "elements"}
        kind = expect(payload, set(), allowed, "payload").get("template_type")
        if kind == "media":
            self._check_media(payload)
        elif kind == "request_user_info":
            elements = expect(payload, {"template_type", "elements"}, set(), "payload")["elements"]
            self._only(elements, {"title", "subtitle", "image_url"}, set())
        elif kind in {None, "button"}:
            self._check_button_template(payload, has_text=has_text)
        else:
            raise OaRefused(BAD_TYPE, "template_type is not allowed")

    def _check_button_template(self, payload: object, *, has_text: bool) -> None:
        rule = self._rules.button_template_type
        needed = {"buttons", "template_type"} if rule == "required" else {"buttons"}
        optional = {"template_type"} if rule == "either" else set()
        buttons = expect(payload, needed, optional, "payload")["buttons"]
        if not has_text:
            raise OaRefused(BAD_FIELD, "buttons need a text")
        if not isinstance(buttons, list) or not buttons:
            raise OaRefused(BAD_FIELD, "buttons must be a list")
        if len(buttons) > self._rules.buttons:
            raise OaRefused(OVER_LIMIT, f"{len(buttons)} buttons, more than {self._rules.buttons}")
        for button in buttons:
            self._check_button(button)

    def _check_button(self, data: object) -> None:
        button = expect(data, {"title", "type", "payload"}, {"image_icon"}, "button")
        expect_text(button["title"], self._rules.button_title_chars, "button title")
        kind, payload = button["type"], button["payload"]
        if kind not in _BUTTON_TYPES:
            raise OaRefused(BAD_TYPE, "button type is not allowed")
        if kind in {"oa.query.show", "oa.query.hide"}:
            expect_text(payload, self._rules.button_payload_chars, "button payload")
        elif kind == "oa.open.url":
            self._expect_url(expect(payload, {"url"}, set(), "button payload")["url"])
        elif kind == "oa.open.phone":
            phone = expect(payload, {"phone_code"}, set(), "button payload")["phone_code"]
            expect_text(phone, 20, "phone_code")
        else:
            sms = expect(payload, {"content", "phone_code"}, set(), "button payload")
            expect_text(sms["content"], 160, "sms content")

    def _check_media(self, payload: object) -> None:
        elements = expect(payload, {"template_type", "elements"}, set(), "payload")["elements"]
        sizes = {"width", "height"}
        optional = {"url", "attachment_id", *sizes}
        element = self._only(elements, {"media_type"}, optional)
        if element["media_type"] not in {"image", "gif"}:
            raise OaRefused(BAD_TYPE, "media_type is not allowed")
        if (element["media_type"] == "gif") != (sizes <= element.keys()):
            raise OaRefused(BAD_FIELD, "width and height are for gif, and gif needs them")
        if ("url" in element) == ("attachment_id" in element):
            raise OaRefused(BAD_FIELD, "media needs either url or attachment_id")
        if "url" in element:
            self._expect_url(element["url"])
        else:
            self._expect_upload(element["attachment_id"])

    def _only(self, data: object, needed: set[str], optional: set[str]) -> dict[str, Any]:
        if not isinstance(data, list) or len(data) != 1:
            raise OaRefused(BAD_FIELD, "elements must be a list of one")
        return expect(data[0], needed, optional, "element")

    def _expect_upload(self, upload_id: object) -> None:
        if not isinstance(upload_id, str) or not self._find_upload(upload_id):
            raise OaRefused(GONE, "attachment is unknown or expired", is_violation=False)

    def _expect_url(self, url: object) -> None:
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise OaRefused(BAD_FIELD, "url is invalid")
