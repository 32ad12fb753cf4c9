"""Who is new on a channel that is on trial is told so, once."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from bot.dialogue.additions import Additions
from bot.domain.messages import Reply, Utterance
from bot.domain.people import Address, ChannelId, Conversation, ConversationId
from bot.domain.privacy import PRIVACY_NOTICE_VERSION
from bot.domain.session import Outcome, Session, Turn
from bot.domain.system_texts import SystemText

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TURN = Turn(Session("s"), (Reply("Mở VNeID."),), Outcome.ANSWERED)


class People:
    async def note_notice(self, conversation, version):
        self.noted = version

    async def note_consent(self, conversation, at):
        pass


async def said_on(
    app, channel: ChannelId, notice_version: str = "", turn: Turn = TURN
) -> list[str]:
    address = Address(channel, "1")
    person = Conversation(ConversationId("c"), address, notice_version=notice_version)
    unit = SimpleNamespace(people=People())
    turn = await Additions(app).add(unit, turn, person, NOW)
    return [reply.text for reply in turn.replies]


async def test_a_new_person_on_a_pilot_channel_is_told_that_it_is_a_trial(app):
    notice, pilot, answer = await said_on(app, ChannelId.ZALO_BOT)
    assert notice == app.catalog.message(SystemText.PRIVACY_SHORT)
    assert "Zalo Bot" in pilot
    assert "chạy thử" in pilot
    assert answer == "Mở VNeID."


@pytest.mark.parametrize("greeting", ["xin chào", "/start"])
@pytest.mark.parametrize("channel", [ChannelId.ZALO_BOT, ChannelId.TELEGRAM])
async def test_a_greeting_comes_before_what_a_new_person_must_know(app, channel, greeting):
    turn = app.engine.run_turn(Session("s"), Utterance(text=greeting), NOW.date())
    said = await said_on(app, channel, turn=turn)
    assert len(said) == len(turn.replies)
    text = said[0]
    say = app.catalog.message
    notice = say(SystemText.PRIVACY_SHORT)
    assert text.startswith(say(SystemText.WELCOME))
    assert text.count(notice) == 1
    assert ("đang chạy thử" in text) is (channel is ChannelId.ZALO_BOT)
    # What to do next stands last.
    assert text.rpartition("\n\n")[2].startswith("Bạn cần ")


async def test_nobody_is_told_twice(app):
    assert await said_on(app, ChannelId.ZALO_BOT, PRIVACY_NOTICE_VERSION) == ["Mở VNeID."]


@pytest.mark.parametrize("channel", [one for one in ChannelId if one is not ChannelId.ZALO_BOT])
async def test_other_channels_are_no_trial(app, channel):
    assert not [text for text in await said_on(app, channel) if "chạy thử" in text]
