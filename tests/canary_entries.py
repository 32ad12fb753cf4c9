"""Throws personal strings at every way into an installation, well-formed and not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.canaries import (
    CODE,
    EMAIL,
    ID_NUMBER,
    LED_CODE,
    NAMES,
    PASSWORD,
    PHONE,
    WORDS,
    in_url,
    texts_with_numbers,
)
from tests.canary_launcher import BREAKING
from tests.canary_world import (
    OA,
    OA_PERSON,
    PUBLIC_URL,
    ZALO_BOT_PERSON,
    World,
    now_ms,
)
from tests.fakes.zalo.oa_events import OaEvents

DISPLAY_NAME, USER_NAME, ADDRESS, GROUP, FILE, PLACE, COMPUTER, BROWSER = (
    one.spellings[0] for one in NAMES
)
LATITUDE, LONGITUDE = (float(one) for one in NAMES[5].spellings)
#: All of it in one text.
EVERYTHING = f"{DISPLAY_NAME}, {ADDRESS}, cccd {ID_NUMBER}, sđt {PHONE}, {EMAIL}, otp {CODE}"
SESSION = f"{USER_NAME}-{PHONE}-{ID_NUMBER}"
_HEADERS = {
    "User-Agent": BROWSER,
    "X-Forwarded-For": COMPUTER,
    "X-Real-Ip": COMPUTER,
    "Forwarded": f"for={COMPUTER}",
    "Referer": f"https://example.vn/?cccd={ID_NUMBER}",
    "Cookie": f"sdt={PHONE}; mk={PASSWORD}",
    "Authorization": f"Bearer {PASSWORD}",
    "X-Request-Id": EMAIL,
}
#: Values where something else is expected.
_STRANGE = (None, True, ID_NUMBER, 10**40, -(2**63) - 1, [EVERYTHING], {EVERYTHING: EVERYTHING}, "")


def texts() -> list[str]:
    """What people type, of themselves too, and what makes our engine break."""
    return [
        *texts_with_numbers(),
        *(f"{one}, quên mật khẩu" for one in WORDS[0].spellings),
        f"{BREAKING} {EVERYTHING}",
        EVERYTHING + " rất dài" * 260,
        f"/tra {EVERYTHING}",
        f"/dulieu {EVERYTHING}",
        f"/quyenriengtu {PHONE}",
        f"/{USER_NAME} {ID_NUMBER}",
    ]


def throw_at_the_page(world: World) -> None:
    """The JSON interface, the page, and all that can be written into an address or a header."""
    for text in texts():
        world.say_on_page(SESSION, text, press="")
    world.say_on_page(SESSION, "", press=EVERYTHING)
    world.say_on_page(SESSION, "", press=f"{BREAKING}:{PHONE}")
    world.say_on_page(SESSION, "", press="f:kich-hoat")
    for text in (LED_CODE, f"{LED_CODE[:3]} {LED_CODE[3:]}", f"mã nó báo {LED_CODE}"):
        world.say_on_page(SESSION, text)
    for body in _bodies_for_the_page():
        world.ask("POST", "/api/messages", content=body, headers=_HEADERS)
    for canary in (PHONE, ID_NUMBER, SESSION, DISPLAY_NAME, EVERYTHING):
        here = in_url(canary)
        for path in (f"/{here}", f"/static/{here}", f"/pictures/{here}.png", f"/webhook/{here}"):
            world.ask("GET", path, headers=_HEADERS)
        for path in ("/", "/readyz", "/healthz", "/openapi.json", "/api/messages"):
            world.ask("GET", f"{path}?q={here}&{here}=1", headers=_HEADERS)
        world.ask("DELETE", f"/api/sessions/{here}")
        world.ask("PATCH", f"/api/sessions/{here}", content=canary.encode())
    for data in _broken_requests():
        world.send_raw(data)


def _bodies_for_the_page() -> Iterator[bytes]:
    good = {"session": SESSION, "text": EVERYTHING}
    yield json.dumps({**good, EVERYTHING: EVERYTHING, PHONE: 1}).encode()
    yield json.dumps({**good, "session": EVERYTHING}).encode()
    yield json.dumps({**good, "text": {ID_NUMBER: PHONE}}).encode()
    yield json.dumps([EVERYTHING]).encode()
    yield json.dumps(EVERYTHING).encode()
    yield f'{{"session": "{SESSION}", "text": {EVERYTHING}'.encode()
    yield EVERYTHING.encode("utf-16")
    yield f"{EVERYTHING}\n".encode() * 2000
    yield b"\xff\xfe" + EVERYTHING.encode()
    yield f'{{"session": "{SESSION}", "text": "{EVERYTHING} \\ud800 \\u0000"}}'.encode()


def _broken_requests() -> Iterator[bytes]:
    line = in_url(EVERYTHING)
    yield f"GET /{line} HTTP/9.9\r\n\r\n".encode()
    yield f"{EVERYTHING}\r\n\r\n".encode()
    yield f"GET / HTTP/1.1\r\nHost: x\r\n{PHONE} {EMAIL}\r\n\r\n".encode()
    yield f"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Length: {ID_NUMBER}\r\n\r\n".encode()
    yield (
        f"POST /api/messages HTTP/1.1\r\nHost: {EMAIL}\r\nTransfer-Encoding: chunked\r\n\r\n"
        f"{PHONE}\r\n{EVERYTHING}\r\n"
    ).encode()
    yield (
        f"GET /{line} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {PHONE}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


class TelegramPerson:
    """Somebody whose name, user name and number Telegram hands on with everything."""

    def __init__(self, world: World) -> None:
        self.world = world
        add = {"names": [DISPLAY_NAME], "is_known": True, "username": USER_NAME}
        self.id = int(world.telegram.control("add_people", **add)[0])
        self.group = int(world.telegram.control("add_group", title=GROUP, members=[self.id]))
        self._number = 100

    @property
    def who(self) -> dict[str, Any]:
        """The `User` in updates."""
        names = {"first_name": DISPLAY_NAME, "last_name": ADDRESS, "username": USER_NAME}
        return {"id": self.id, "is_bot": False, **names, "language_code": "vi"}

    def message(self, **fields: Any) -> dict[str, Any]:
        """A message from them in their private chat."""
        self._number += 1
        chat = {"id": self.id, "type": "private", "first_name": DISPLAY_NAME}
        return {
            "message_id": self._number,
            "from": self.who,
            "chat": {**chat, "username": USER_NAME},
            "date": now_ms() // 1000,
            **fields,
        }

    def says(self, text: str, **fields: Any) -> int:
        """A message of words; the status of the webhook."""
        return self.world.update_telegram(message=self.message(text=text, **fields))

    def presses(self, data: str) -> int:
        """A button under one of our messages."""
        query = {"id": f"q{self._number}", "from": self.who, "data": data}
        under = self.message(text="")
        return self.world.update_telegram(callback_query={**query, "message": under})


def throw_at_telegram(world: World, person: TelegramPerson) -> None:
    """All kinds of updates that we may be sent, and what is none."""
    for text in texts():
        assert person.says(text) == 200
    person.presses("f:kich-hoat")
    for text in (LED_CODE, f"{LED_CODE[:3]} {LED_CODE[3:]}", f"mã nó báo {LED_CODE}"):
        person.says(text)
    for data in (EVERYTHING[:64], PHONE, ID_NUMBER, f"a:kich-hoat:x:{PHONE}", f"t:{LED_CODE}"):
        person.presses(data)
    for payload in (ID_NUMBER, f"f_kich-hoat_{PHONE}", f"t_{ID_NUMBER}", USER_NAME):
        person.says(f"/start {payload}")
    for fields in _things_of_telegram(person):
        assert world.update_telegram(message=person.message(**fields)) == 200
    for update in _other_updates(person):
        assert world.update_telegram(**update) == 200
    _throw_nonsense_at_telegram(world, person)


def _throw_nonsense_at_telegram(world: World, person: TelegramPerson) -> None:
    for field in ("text", "caption", "chat", "from", "message_id", "photo", "sender_chat"):
        for value in _STRANGE:
            world.update_telegram(message=person.message(text=EVERYTHING) | {field: value})
    for field in ("message", "data", "id", "from"):
        for value in _STRANGE if field != "id" else (None, 7, {}):
            query = {"id": "77", "from": person.who, "data": EVERYTHING[:64]}
            query["message"] = person.message(text="")
            world.update_telegram(callback_query=query | {field: value})
    for body in (*_bodies_for_webhooks(), json.dumps({"update_id": ID_NUMBER, "message": {}})):
        world.post_telegram(body)
    world.post_telegram(EVERYTHING.encode(), secret="another")


def _things_of_telegram(person: TelegramPerson) -> Iterator[dict[str, Any]]:
    contact = {"phone_number": f"+84{PHONE[1:]}", "first_name": DISPLAY_NAME, "vcard": EMAIL}
    place = {"latitude": LATITUDE, "longitude": LONGITUDE}
    yield {"contact": {**contact, "last_name": ADDRESS, "user_id": person.id}}
    yield {"location": place}
    yield {"venue": {"location": place, "title": DISPLAY_NAME, "address": ADDRESS}}
    yield {"document": {"file_id": "d1", "file_name": FILE}, "caption": EVERYTHING}
    yield {"photo": [{"file_id": "p1"}], "caption": EVERYTHING}
    yield {"voice": {"file_id": "v1"}, "caption": f"{PHONE} {EMAIL}"}
    yield {"audio": {"file_id": "a1", "file_name": FILE, "performer": DISPLAY_NAME}}
    yield {"sticker": {"file_id": "s1", "emoji": "👍", "set_name": USER_NAME}}
    yield {"poll": {"question": EVERYTHING, "options": [{"text": PHONE}]}}
    yield {"text": EVERYTHING, "forward_origin": {"sender_user_name": DISPLAY_NAME}}
    yield {"text": EVERYTHING, "forward_sender_name": DISPLAY_NAME, "author_signature": USER_NAME}
    yield {"text": "vâng", "reply_to_message": person.message(text=EVERYTHING)}
    yield {"text": "vâng", "quote": {"text": EVERYTHING}}
    yield {"new_chat_title": EVERYTHING}


def _other_updates(person: TelegramPerson) -> Iterator[dict[str, Any]]:
    group = {"id": person.group, "type": "group", "title": GROUP}
    for text in (
        f"@troly06_thu_bot {EVERYTHING}",
        f"/tra@troly06_thu_bot {PHONE}",
        "/dulieu@troly06_thu_bot",
        f"không gọi ai cả {EVERYTHING}",
    ):
        yield {"message": person.message(text=text) | {"chat": group}}
    query = {"id": "1", "from": person.who, "query": EVERYTHING, "offset": "", "location": PHONE}
    yield {"inline_query": query}
    yield {"edited_message": person.message(text=EVERYTHING)}
    yield {"channel_post": person.message(text=EVERYTHING) | {"chat": {"type": "channel"}}}
    yield {"chosen_inline_result": {"from": person.who, "query": EVERYTHING, "result_id": PHONE}}
    yield {"poll": {"id": PHONE, "question": EVERYTHING}}
    yield {EVERYTHING: {PHONE: ID_NUMBER}}


def _bodies_for_webhooks() -> Iterator[bytes]:
    yield EVERYTHING.encode()
    yield json.dumps([EVERYTHING]).encode()
    yield f'{{"{PHONE}": {EVERYTHING}'.encode()
    yield b'{"a":' * 5000 + EVERYTHING.encode()
    yield EVERYTHING.encode() * 5000
    yield b"\xff" + EVERYTHING.encode("utf-16")
    yield f'{{"update_id": {"9" * 5000}, "text": "{EVERYTHING}"}}'.encode()


def throw_at_zalo_oa(world: World) -> None:
    """Events of the Official Account, signed and not, and the answer to a grant."""
    for text in texts():
        assert world.message_oa("user_send_text", {"text": text}) == 200
    world.message_oa("user_send_text", {"text": "#t06:f:kich-hoat"})
    for text in (LED_CODE, f"{LED_CODE[:3]} {LED_CODE[3:]}", f"mã nó báo {LED_CODE}"):
        world.message_oa("user_send_text", {"text": text})
    for payload in (EVERYTHING, PHONE, ID_NUMBER, LED_CODE):
        world.message_oa("user_send_text", {"text": f"#t06:{payload}"})
    for kind, message in _things_of_zalo_oa():
        assert world.message_oa(kind, message) == 200
    for kind in ("follow", "following", "unfollow", "follow"):
        event = OaEvents(OA).following(OA_PERSON, kind, now_ms())
        world.post_oa({**event, "display_name": DISPLAY_NAME, "source": EVERYTHING})
    submitted = {"name": DISPLAY_NAME, "phone": PHONE, "full_address": ADDRESS, "ward": EMAIL}
    given = OaEvents(OA).by_person(OA_PERSON, "user_submit_info", {}, now_ms())
    world.post_oa({**given, "info": submitted})
    _throw_nonsense_at_zalo_oa(world)
    for query in (
        {"code": PASSWORD, "oa_id": ID_NUMBER, "state": f"{ID_NUMBER}.{PHONE}.{CODE}"},
        {"code": PASSWORD, "state": EVERYTHING},
        {"code": PASSWORD},
        {"error": EVERYTHING, PHONE: EMAIL},
    ):
        world.ask("GET", "/zalo-oa/callback", params=query, headers=_HEADERS)


def _throw_nonsense_at_zalo_oa(world: World) -> None:
    good = OaEvents(OA).by_person(OA_PERSON, "user_send_text", {"text": EVERYTHING}, now_ms())
    for name in ("sender", "recipient", "message", "event_name", "timestamp", "app_id"):
        for value in _STRANGE:
            event = {**good, name: value}
            if isinstance(value, str) or name != "timestamp":
                world.post_oa(event)
    world.post_oa(good | {"sender": {"id": EVERYTHING}})
    world.post_oa({**good, "timestamp": PHONE})
    world.post_oa(good, is_signed=False)
    for body in _bodies_for_webhooks():
        world.ask("POST", "/webhook/zalo-oa", content=body, headers=_HEADERS)


def _things_of_zalo_oa() -> Iterator[tuple[str, dict[str, Any]]]:
    def attached(kind: str, **payload: Any) -> dict[str, Any]:
        return {"attachments": [{"type": kind, "payload": payload}]}

    link = {"title": EVERYTHING, "description": ADDRESS, "url": f"https://a.vn/?sdt={PHONE}"}
    place = {"latitude": str(LATITUDE), "longitude": str(LONGITUDE)}
    yield "user_send_link", attached("link", **link)
    yield "user_send_location", attached("location", coordinates=place)
    yield "user_send_business_card", attached("link", description=EVERYTHING, url=PHONE)
    yield "user_send_file", attached("file", name=FILE, url=f"https://a.vn/{PHONE}")
    yield "user_send_image", {**attached("image", url=ID_NUMBER), "text": EVERYTHING}
    yield "user_send_sticker", attached("sticker", id=PHONE)
    yield "user_send_text", {"text": "vâng", "quote_msg_id": PHONE, "quote": {"text": EVERYTHING}}
    yield "user_send_voice", {"text": EVERYTHING}
    yield "anonymous_send_text", {"text": EVERYTHING}
    yield "oa_send_text", {"text": EVERYTHING}
    yield EVERYTHING, {"text": EVERYTHING}


def throw_at_zalo_bot(world: World) -> None:
    """Events of the Zalo bot."""
    # Not all of them: five answers a second are all that go out there.
    for text in texts()[::3] + texts()[-7:]:
        assert world.message_zalo_bot("text", {"text": text}, display_name=DISPLAY_NAME) == 200
    for kind, content in (
        ("image", {"photo": f"https://a.vn/{PHONE}", "caption": EVERYTHING}),
        ("sticker", {"sticker": PHONE, "url": EMAIL}),
        ("voice", {"voice_url": ID_NUMBER}),
        ("unsupported", {"raw": EVERYTHING}),
        ("link", {"text": EVERYTHING, "link": {"title": DISPLAY_NAME}}),
        (EVERYTHING, {"text": EVERYTHING}),
    ):
        world.message_zalo_bot(kind, content, display_name=DISPLAY_NAME, username=USER_NAME)
    # Without an id of its own it gets one of ours.
    world.message_zalo_bot("text", {"text": "chào", "message_id": None})
    for value in _STRANGE:
        for field in ("text", "chat", "from", "date"):
            world.message_zalo_bot("text", {"text": EVERYTHING, field: value})
    for value in (EVERYTHING, {PHONE: 1}, 10**40, "m" * 500):
        world.message_zalo_bot("text", {"text": EVERYTHING, "message_id": value})
        chat = {"id": value, "chat_type": "PRIVATE"}
        world.message_zalo_bot("text", {"text": EVERYTHING, "chat": chat})
    for body in (*_bodies_for_webhooks(), {}, {"result": EVERYTHING}):
        world.post_zalo_bot(body)
    world.post_zalo_bot({"result": {"message": {"text": EVERYTHING}}}, secret=PASSWORD + "." * 8)


def make_vendors_tell_tales(world: World, person: TelegramPerson) -> None:
    """Refusals of all vendors whose words repeat what was sent, and to whom."""
    tale = f"Bad Request: {EVERYTHING} of chat {person.id} not found"
    for status in (400, 403, 500):
        fault = {"method": "sendmessage", "status": status, "description": tale}
        world.telegram.control("add_faults", faults=[fault])
        person.says("lệ phí tạm trú")
        world.settle()
    for code in (-201, -213, -200, -999):
        fault = {"kind": "error", "code": code, "description": f"{tale} {OA_PERSON}"}
        world.zalo.control("faults.add", product="oa", method="message/cs", **fault)
        world.message_oa("user_send_text", {"text": "lệ phí tạm trú"})
    for code in (400, 403, 404):
        fault = {"kind": "error", "code": code, "description": f"{tale} {ZALO_BOT_PERSON}"}
        world.zalo.control("faults.add", product="bot", method="sendMessage", **fault)
        world.message_zalo_bot("text", {"text": "lệ phí tạm trú"})


def meet_vendors(world: World) -> None:
    """Let the fakes know whom we write to, before anybody does."""
    nowhere = {PUBLIC_URL: "http://127.0.0.1:9"}
    world.zalo.control("webhook", product="bot", hosts=nowhere)
    world.zalo.control("oa.say", user=OA_PERSON, text="x")
    world.zalo.control("bot.say", chat=ZALO_BOT_PERSON, text="x")
