"""What the tests of the Zalo OA channel stand on: a clock, the ports in memory, a scripted wire."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bot.channels.zalo_oa.building import build_zalo_oa
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.domain.deliveries import Delivery, Lane, Message
from bot.domain.errors import Conflict, StoreError
from bot.domain.identity import UpdateNames
from bot.domain.people import Address, ChannelId, ConversationId
from bot.domain.pictures import PictureId
from bot.domain.tokens import TokenPair

NOW = datetime(2026, 11, 21, 3, 0, 20, tzinfo=UTC)  # 10:00:20 in Vietnam
APP_ID, OA_ID, CITIZEN = "1234567890123456789", "3333333333333333333", "1111111111111111111"
NAMES = UpdateNames(b"a key for tests only")
PICTURE = PictureId("mo-vneid")
CS, UPLOAD, TOKEN = "/v3.0/oa/message/cs", "/v2.0/oa/upload/image", "/v4/oa/access_token"
QUOTA = "/v3.0/oa/quota/message"


class Clock:
    def __init__(self, moment=NOW):
        self.moment = moment

    def now(self):
        return self.moment

    def advance(self, **parts):
        self.moment += timedelta(**parts)


class Vault:
    """One grant; what it is told to fail at, it fails at once."""

    def __init__(self, pair=None):
        self.pair, self.trouble = pair, ""
        self.is_taken, self.fails, self.hangs = False, set(), False

    def _try(self, what):
        if what in self.fails:
            raise StoreError("the database is away")

    async def find(self, grant):
        self._try("find")
        if self.hangs:
            await asyncio.Event().wait()
        return self.pair

    async def find_version(self, grant):
        return self.pair.version if self.pair else 0

    async def save(self, grant, pair):
        self._try("save")
        if pair.version != (self.pair.version + 1 if self.pair else 1):
            raise Conflict("newer tokens")
        self.pair = pair

    @asynccontextmanager
    async def refreshing(self, grant):
        self._try("refreshing")
        mine = not self.is_taken
        self.is_taken = True
        try:
            yield mine
        finally:
            if mine:
                self.is_taken = False

    async def note_trouble(self, grant, code):
        self.trouble = code

    async def find_trouble(self, grant):
        return self.trouble


class Uploads:
    def __init__(self):
        self.kept, self.fails, self.hangs = {}, set(), False

    async def find_upload(self, channel, picture, content_hash):
        if self.hangs:
            await asyncio.Event().wait()
        if "find" in self.fails:
            raise StoreError("away")
        return self.kept.get((picture, content_hash))

    async def save_upload(self, channel, picture, content_hash, upload):
        if "save" in self.fails:
            raise StoreError("away")
        self.kept[picture, content_hash] = upload

    async def forget_upload(self, channel, picture):
        self.kept = {key: one for key, one in self.kept.items() if key[0] != picture}


class Wire(httpx.AsyncBaseTransport):
    """Answers each path with what was scripted for it, in turn, and then with success."""

    def __init__(self):
        self.requests, self.script, self.before = [], {}, None

    def answer(self, path, *answers):
        self.script.setdefault(path, []).extend(answers)

    async def handle_async_request(self, request):
        await request.aread()
        self.requests.append(request)
        if self.before:
            await self.before(request)
        scripted = self.script.get(request.url.path)
        answer = scripted.pop(0) if scripted else self.success(request)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer)

    def success(self, request):
        count = len(self.to(request.url.path))
        if request.url.path == TOKEN:
            return tokens(f"access-{count}", f"refresh-{count}")
        if request.url.path == QUOTA:
            return good({})
        if request.url.path == UPLOAD:
            return good({"attachment_id": f"attachment-{count}"})
        return good({"message_id": f"message-{count}", "quota": {"quota_type": "reply"}})

    def to(self, path):
        return [one for one in self.requests if one.url.path == path]

    def bodies(self, path=CS):
        return [json.loads(one.content) for one in self.to(path)]


def good(data):
    return {"data": data, "error": 0, "message": "Success"}


def bad(code):
    return {"error": code, "message": "some words"}


def tokens(access, refresh, expires_in="90000"):
    return {"access_token": access, "refresh_token": refresh, "expires_in": expires_in}


def pair_made(ago=timedelta(hours=1), version=1, now=NOW):
    made_at = now - ago
    return TokenPair(
        access="access-old",
        refresh="refresh-old",
        access_expires_at=made_at + timedelta(hours=25),
        refresh_expires_at=made_at + timedelta(days=90),
        version=version,
    )


def make_settings(pictures_dir=Path("nowhere"), **changed):
    given = {
        "app_id": APP_ID,
        "oa_id": OA_ID,
        "app_secret": "APP-SECRET-EXAMPLE",
        "oa_secret_key": "OA-SECRET-KEY-EXAMPLE",
        "callback_url": "https://troly.example.vn/zalo-oa/callback",
        "pictures_dir": pictures_dir,
    }
    return ZaloOaSettings(**(given | changed))


async def give_way(seconds):
    """Lets others go on, without any time to pass."""
    await asyncio.sleep(0)


class World:
    """The calling half of the channel on a scripted wire."""

    def __init__(self, pictures_dir, **changed):
        self.clock, self.wire = Clock(), Wire()
        self.vault, self.uploads = Vault(pair_made()), Uploads()
        self.counted, self.is_off = [], False
        (pictures_dir / f"{PICTURE}.png").write_bytes(b"\x89PNG some drawing")
        self.settings = make_settings(pictures_dir, **changed)
        self.oa = self.build()

    def build(self):
        """Another process on the same vault and wire."""
        return build_zalo_oa(
            self.settings,
            self.vault,
            self.uploads,
            self.clock,
            is_switched_off=lambda: self.is_off,
            count=self.counted.append,
            transport=self.wire,
            sleep=give_way,
        )

    async def send(
        self,
        text="Xin chào",
        picture=None,
        last_interaction=timedelta(minutes=1),
        conversation="c",
    ):
        params = {"message": {"text": text}}
        if picture:
            payload = {"template_type": "media", "elements": [{"media_type": "image"}]}
            params["message"]["attachment"] = {"type": "template", "payload": payload}
        since = None if last_interaction is None else self.clock.now() - last_interaction
        return await self.oa.client.send(
            Delivery(
                id=1,
                conversation=ConversationId(conversation),
                address=Address(ChannelId.ZALO_OA, CITIZEN),
                lane=Lane.REPLY,
                message=Message("message/cs", params, picture),
                attempt=1,
                created_at=self.clock.now(),
                last_interaction_at=since,
            )
        )
