"""The whole channel against the strict fake of Telegram, without our engine between."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import count

import pytest

from bot.channels.telegram.client import TelegramClient, TelegramSettings
from bot.channels.telegram.composing import TelegramComposer
from bot.channels.telegram.identity import BotIdentity
from bot.channels.telegram.incoming import TelegramInbox
from bot.channels.telegram.inline import InlineLookup
from bot.channels.telegram.polling import TelegramPoller
from bot.channels.telegram.setup import Presentation, set_up_telegram
from bot.dialogue.replies import ReplyMaker
from bot.domain.deliveries import Delivery, Lane, Receipt
from bot.domain.errors import RecipientMoved, RecipientUnreachable
from bot.domain.flows import FlowId, StepId
from bot.domain.frames import Frame
from bot.domain.intake import Occasion
from bot.domain.messages import Button, Reply, Utterance
from bot.domain.people import Address, ChannelId, ConversationId
from bot.domain.pictures import PICTURES_FOLDER
from bot.domain.session import Outcome, Session, Turn
from bot.domain.updates import Update, UpdateKind
from bot.settings import PROJECT_ROOT
from tests.factories import TODAY
from tests.fakes.telegram_cloud import telegram_cloud
from tests.fakes.telegram_world import TelegramWorld
from tests.unit.channels.telegram.checker import check_call

NOW = datetime(2026, 11, 21, 5, tzinfo=UTC)
PRESENTATION = Presentation((("tra", "Tra cứu nhanh"),), description="Trợ lý 06.")
FRAMES = (Frame(FlowId("kich-hoat"), StepId("noi-cai")),)


class Noon:
    def now(self):
        return NOW


class Shelf:
    def __init__(self) -> None:
        self.kept = {}

    async def find_upload(self, channel, picture, content_hash):
        return self.kept.get((picture, content_hash))

    async def save_upload(self, channel, picture, content_hash, upload):
        self.kept[picture, content_hash] = upload


class Heard:
    """Keeps updates, and lets a test wait for the next one."""

    def __init__(self) -> None:
        self.updates: asyncio.Queue[Update] = asyncio.Queue()

    async def accept(self, updates):
        for update in updates:
            self.updates.put_nowait(update)

    async def next(self) -> Update:
        return await asyncio.wait_for(self.updates.get(), 10)


class AllOfThem:
    def __init__(self, catalog) -> None:
        self.catalog = catalog

    def find(self, text, limit):
        return self.catalog.topics[:limit]


class Talk:
    """The channel over the fake cloud."""

    def __init__(self, world, client, identity, catalog) -> None:
        self.world, self.client, self.catalog = world, client, catalog
        self.heard = Heard()
        self.composer = TelegramComposer(catalog, identity.username)
        everything = AllOfThem(catalog)
        self.inline = InlineLookup(everything, everything, Noon(), identity.username)
        self.poller = TelegramPoller(client, TelegramInbox(self.heard, identity), self.inline)
        self._numbers = count(1)

    @asynccontextmanager
    async def listening(self):
        task = asyncio.create_task(self.poller.run())
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def send(self, update: Update, *replies: Reply, **occasion) -> list[Receipt]:
        """Answer an update."""
        frames = occasion.pop("frames", ())
        turn = Turn(Session("s", frames=frames), replies, Outcome.ANSWERED)
        return [
            await self.client.send(
                Delivery(
                    next(self._numbers),
                    ConversationId("c"),
                    update.address,
                    Lane.REPLY,
                    message,
                    1,
                    NOW,
                )
            )
            for message in self.composer.compose(turn, Occasion(update, **occasion))
        ]


@pytest.fixture
async def talk(catalog):
    async with telegram_cloud() as cloud:
        world = TelegramWorld.of(cloud)
        settings = TelegramSettings(
            world.token, PROJECT_ROOT / PICTURES_FOLDER, api_url=world.base_url
        )
        client = TelegramClient(settings, Shelf())
        await client.open()
        identity = await set_up_telegram(client, catalog, PRESENTATION)
        yield Talk(world, client, identity, catalog)
        await client.close()
        assert await world.violations() == []
        for call in await world.arrived():
            files = dict.fromkeys(call["files"], b"")
            check_call(call["method"], {**call["parameters"], **files})


def typed(citizen) -> Update:
    address = Address(ChannelId.TELEGRAM, str(citizen.id))
    return Update("1", address, utterance=Utterance("a"))


async def test_setting_up_twice_is_as_good_as_once(talk):
    again = await set_up_telegram(talk.client, talk.catalog, PRESENTATION)
    assert isinstance(again, BotIdentity)
    assert again.username


async def test_a_press_is_heard_and_answered_and_the_step_takes_its_place(talk):
    lan = await talk.world.citizen("Lan")
    async with talk.listening():
        await lan.starts("f_kich-hoat")
        begun = await talk.heard.next()
        assert begun.utterance.payload == "f:kich-hoat"
        button = Button("Có rồi", "a:kich-hoat:hoi:co")
        (first,) = await talk.send(begun, Reply("Bạn có máy chưa?", (button,)), frames=FRAMES)
        asked = await lan.presses("Có rồi")
        press = await talk.heard.next()
        assert (press.utterance.payload, press.pressed_under) == (
            "a:kich-hoat:hoi:co",
            first.message_id,
        )
        assert await lan.waits_for_answer(asked["callback_query_id"]) is not None
        led = {"was_led": True, "is_under_last_message": True, "frames": FRAMES}
        assert await talk.send(press, Reply("**Bước 2**"), **led) == [first]
        (seen,) = await lan.sees()
        assert (seen.text, seen.is_edited) == ("Bước 2", True)
        # Said again, nothing changes: that is no fault.
        assert await talk.send(press, Reply("**Bước 2**"), **led) == [first]


async def test_what_was_stored_is_forgotten_by_telegram(talk):
    lan = await talk.world.citizen("Lan")
    async with talk.listening():
        for text in ("một", "hai", "ba"):
            await lan.says(text)
        assert [(await talk.heard.next()).utterance.text for _ in range(3)] == ["một", "hai", "ba"]
        await talk.world.eventually(
            talk.world.status, lambda status: status["pending_updates"] == 0, what="none pending"
        )


async def test_a_look_up_in_any_chat_is_answered(talk):
    lan = await talk.world.citizen("Lan")
    async with talk.listening():
        answer = await lan.waits_for_answer(await lan.asks_inline("tạm trú"))
    assert "error" not in answer
    assert talk.heard.updates.empty()


async def test_telegram_takes_every_answer_and_every_menu(talk, catalog):
    lan = await talk.world.citizen("Lan", is_known=True)
    make, update = ReplyMaker(catalog), typed(lan)
    for topic in catalog.topics[::4]:
        assert await talk.send(update, make.answer(topic, TODAY))
    assert await talk.send(update, make.menu())
    assert (await lan.sees())[-1].buttons


async def test_a_picture_is_uploaded_once(talk, catalog):
    lan = await talk.world.citizen("Lan", is_known=True)
    reply = Reply("Giữ **nút nguồn**.", picture=next(iter(catalog.pictures.values())))
    for _ in range(2):
        await talk.send(typed(lan), reply)
    assert len(talk.client._photos._uploads.kept) == 1
    assert [one.text for one in await lan.sees()] == ["Giữ nút nguồn."] * 2


async def test_who_blocks_us_is_told_of_and_cannot_be_reached(talk):
    lan = await talk.world.citizen("Lan", is_known=True)
    async with talk.listening():
        await lan.blocks()
        assert (await talk.heard.next()).kind is UpdateKind.LEFT
        with pytest.raises(RecipientUnreachable, match="telegram_blocked"):
            await talk.send(typed(lan), Reply("a"))
        await lan.unblocks()
        assert (await talk.heard.next()).kind is UpdateKind.JOINED


async def test_a_group_is_answered_when_it_asks_and_followed_when_it_moves(talk):
    lan = await talk.world.citizen("Lan")
    group = await talk.world.group("Tổ công nghệ số", lan)
    async with talk.listening():
        number = await lan.says("/tra tạm trú", chat_id=group)
        asked = await talk.heard.next()
        assert (asked.address.is_group, asked.reply_to) == (True, str(number))
        await talk.send(asked, Reply("Đăng ký tạm trú", (Button("Xem nguồn", "s:310"),)))
        (seen,) = await lan.sees(chat_id=group)
        assert seen.raw["reply_to_message"]["message_id"] == number
        assert "?start=s_310" in (await lan.presses("Xem nguồn", chat_id=group))["url"]
        new = await talk.world.control("migrates", person_id=lan.id, chat_id=group)
        moved = await talk.heard.next()
        assert (moved.kind, moved.moved_to) == (UpdateKind.MOVED, str(new))
        with pytest.raises(RecipientMoved) as caught:
            await talk.send(asked, Reply("a"))
        assert caught.value.moved_to == str(new)
