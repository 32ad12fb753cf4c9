"""The client over real sockets on this machine: what a scripted wire cannot show."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from bot.channels.telegram.client import TelegramClient, TelegramSettings
from bot.domain.deliveries import Delivery, Lane, Message, Receipt
from bot.domain.errors import NotSent, SendUnknown
from bot.domain.people import Address, ChannelId, ConversationId
from bot.domain.pictures import PictureId
from tests.unit.channels.telegram.samples import BOT, DATE, PHOTO, PRIVATE
from tests.unit.channels.telegram.wires import TOKEN

TEXT = Message("sendMessage", {"text": "Chào", "parse_mode": "HTML"})
RESULT = {"message_id": 77, "date": DATE, "chat": PRIVATE, "from": BOT, "photo": PHOTO}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 300


class NoUploads:
    async def find_upload(self, channel, picture, content_hash):
        return None

    async def save_upload(self, channel, picture, content_hash, upload):
        pass


@asynccontextmanager
async def server(answer: bytes | None):
    """A server that reads one request a connection, and answers or hangs up; yields its address
    and what it reads.
    """
    requests = []

    async def serve(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1])
            for line in head.split("\r\n")
            if line.lower().startswith("content-length:")
        )
        requests.append((head.split("\r\n")[0], await reader.readexactly(length)))
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/bot", requests


def http(result) -> bytes:
    body = json.dumps({"ok": True, "result": result}).encode()
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body),
        body,
    )


async def send(api_url, folder, message=TEXT) -> Receipt:
    client = TelegramClient(TelegramSettings(TOKEN, folder, api_url), NoUploads())
    await client.open()
    try:
        address = Address(ChannelId.TELEGRAM, "501")
        now = datetime(2026, 11, 21, tzinfo=UTC)
        return await client.send(
            Delivery(1, ConversationId("c"), address, Lane.REPLY, message, 1, now)
        )
    finally:
        await client.close()


async def test_the_token_is_in_the_address_that_is_really_called(tmp_path):
    async with server(http(RESULT)) as (api_url, requests):
        assert await send(api_url, tmp_path) == Receipt("77")
    assert requests[0][0] == f"POST /bot{TOKEN}/sendMessage HTTP/1.1"
    assert b"chat_id=501" in requests[0][1]


async def test_the_bytes_of_a_picture_arrive(tmp_path):
    (tmp_path / "tat-may.png").write_bytes(PNG)
    photo = Message("sendPhoto", {"caption": "Tắt máy"}, picture=PictureId("tat-may"))
    async with server(http(RESULT)) as (api_url, requests):
        await send(api_url, tmp_path, photo)
    assert PNG in requests[0][1]


async def test_a_proxy_of_the_environment_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with server(http(RESULT)) as (api_url, _):
        assert await send(api_url, tmp_path) == Receipt("77")


async def test_where_nobody_listens_nothing_was_sent(tmp_path):
    async with server(None) as (api_url, _):
        pass
    with pytest.raises(NotSent):
        await send(api_url, tmp_path)


async def test_a_connection_that_ends_without_an_answer_leaves_it_in_doubt(tmp_path):
    async with server(None) as (api_url, requests):
        with pytest.raises(SendUnknown):
            await send(api_url, tmp_path)
    assert len(requests) == 1


async def test_half_an_answer_leaves_it_in_doubt(tmp_path):
    async with server(http(RESULT)[:-20]) as (api_url, requests):
        with pytest.raises(SendUnknown):
            await send(api_url, tmp_path)
    assert len(requests) == 1
