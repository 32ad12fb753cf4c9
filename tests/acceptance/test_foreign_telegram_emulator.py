"""Our Telegram messages before an emulator that nobody here wrote: Telemelya, from PyPI.

Our own fake shares our understanding of the Bot API; this one does not. To run it:

    python3 -m venv .venv-telemelya
    .venv-telemelya/bin/pip install telemelya==0.2.2 fakeredis
    .venv/bin/python -m pytest tests/acceptance/test_foreign_telegram_emulator.py

or let TROLY06_TELEGRAM_EMULATOR name the Python of another environment that has both. Telemelya
wants Redis and S3; `tests/fakes/telemelya_launcher.py` gives it stand-ins. It knows webhooks but no
`getUpdates`, sends no secret header, reads no HTML and checks no limits: what it can confirm is the
form of calls and updates, which is what is asked of it here.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
import pytest
import telegram
from aiohttp import web
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update

from bot.settings import PROJECT_ROOT

#: Read before the fixture of conftest.py empties the environment.
PYTHON = Path(
    os.environ.get("TROLY06_TELEGRAM_EMULATOR", PROJECT_ROOT / ".venv-telemelya/bin/python")
)
LAUNCHER = PROJECT_ROOT / "tests/fakes/telemelya_launcher.py"
TOKEN = "1000000001:AAFakeTokenOfTheForeignEmulator00"
_SECONDS_TO_START = 60
CITIZEN = 700_000_001
KEYBOARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Đã xong", callback_data="step:done")],
        [InlineKeyboardButton("Mở Cổng dịch vụ công", url="https://dichvucong.gov.vn")],
    ]
)

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(),
    reason="no Telemelya: see how to install it at the top of this file "
    "(.venv-telemelya, or TROLY06_TELEGRAM_EMULATOR)",
)


@dataclass
class Emulator:
    """The emulator, the bot on it, and the updates that the bot's webhook got."""

    bot: telegram.Bot
    client: httpx.AsyncClient
    updates: list[dict[str, Any]] = field(default_factory=list)

    async def citizen_does(self, **what: Any) -> Update:
        """Let a citizen act; the update as our library reads it."""
        answer = await self.client.post(
            "/api/v1/test/send_update",
            params={"bot_token": TOKEN},
            json={"chat_id": CITIZEN, **what},
        )
        assert answer.status_code == 200, answer.text
        update = Update.de_json(self.updates[-1], self.bot)
        assert update is not None
        return update

    async def recorded(self) -> list[dict[str, Any]]:
        """What the emulator read of the bot's calls."""
        answer = await self.client.get("/api/v1/test/responses")
        return list(answer.json()["responses"])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process = subprocess.Popen(
        [PYTHON, LAUNCHER],
        cwd=tmp_path_factory.mktemp("telemelya"),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    too_late = Timer(_SECONDS_TO_START, process.kill)
    too_late.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://" in line, f"no emulator within {_SECONDS_TO_START} s"
        yield line.strip()
    finally:
        too_late.cancel()
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture
async def emulator(address: str) -> AsyncIterator[Emulator]:
    headers = {"Authorization": "Bearer none"}
    async with (
        httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as client,
        telegram.Bot(TOKEN, base_url=f"{address}/bot") as bot,
    ):
        emulator = Emulator(bot, client)

        async def receive(request: web.BaseRequest) -> web.Response:
            emulator.updates.append(json.loads(await request.read()))
            return web.Response()

        runner = web.ServerRunner(web.Server(receive), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await client.post("/api/v1/test/reset")
        await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        yield emulator
        await runner.cleanup()


async def test_a_citizen_starts_reads_presses_and_sees_the_message_change(emulator):
    started = await emulator.citizen_does(text="/start can-cuoc")
    assert started.message.text == "/start can-cuoc"
    assert started.message.parse_entity(started.message.entities[0]) == "/start"

    sent = await emulator.bot.send_message(
        started.message.chat_id,
        "<b>Bước 1</b>: mở VNeID &amp; đăng nhập",
        parse_mode="HTML",
        reply_markup=KEYBOARD,
    )
    assert sent.reply_markup == KEYBOARD

    pressed = await emulator.citizen_does(
        callback_data="step:done", callback_message_id=sent.message_id
    )
    query = pressed.callback_query
    assert (query.data, query.from_user.id, query.message.message_id) == (
        "step:done",
        CITIZEN,
        sent.message_id,
    )
    await query.answer("Đã ghi")
    edited = await query.edit_message_text("<b>Bước 2</b>", parse_mode="HTML")
    assert edited.message_id == sent.message_id

    recorded = await emulator.recorded()
    assert [one["method"] for one in recorded] == [
        "sendMessage",
        "answerCallbackQuery",
        "editMessageText",
    ]
    raw = recorded[0]["raw"]
    assert (raw["chat_id"], raw["parse_mode"]) == (CITIZEN, "HTML")
    assert raw["text"] == "<b>Bước 1</b>: mở VNeID &amp; đăng nhập"
    assert raw["reply_markup"] == KEYBOARD.to_dict()
    assert (recorded[1]["callback_query_id"], recorded[1]["text"]) == (query.id, "Đã ghi")
    assert (recorded[2]["message_id"], recorded[2]["text"]) == (sent.message_id, "<b>Bước 2</b>")


async def test_a_picture_with_a_caption_is_read_by_both_sides(emulator):
    await emulator.citizen_does(text="Sơ đồ")
    sent = await emulator.bot.send_photo(CITIZEN, b"\x89PNG\r\n\x1a\n", caption="Sơ đồ các bước")
    assert (sent.caption, sent.photo[-1].file_size) == ("Sơ đồ các bước", 8)
    again = await emulator.bot.send_photo(CITIZEN, sent.photo[-1].file_id)
    assert again.photo[-1].file_id == sent.photo[-1].file_id


async def test_typing_and_an_inline_answer_are_taken(emulator):
    assert await emulator.bot.send_chat_action(CITIZEN, "typing")
    result = telegram.InlineQueryResultArticle(
        "cap-lai", "Cấp lại thẻ", telegram.InputTextMessageContent("Hồ sơ")
    )
    assert await emulator.bot.answer_inline_query("1", [result])
    recorded = await emulator.recorded()
    assert recorded[-1]["results"][0]["input_message_content"] == {"message_text": "Hồ sơ"}
