"""What we cannot read is declined kindly; no picture of papers is ever asked for."""

from __future__ import annotations

import pytest

from bot.domain.messages import Media, Utterance
from bot.domain.session import Outcome, Session
from bot.domain.system_texts import SystemText
from tests.factories import TODAY
from tests.flow_factories import KICH_HOAT

READABLE_BY_NOBODY = [one for one in Media if one is not Media.STICKER]
PHONE = "0900" + "000001"


@pytest.mark.parametrize("media", READABLE_BY_NOBODY)
def test_each_kind_is_declined_in_its_own_words_with_ways_on(talk, media):
    turn = talk.send(media)
    assert talk.text.startswith(talk.catalog.message(SystemText(f"media_{media}")))
    assert turn.outcome is Outcome.UNKNOWN
    assert turn.rule == f"media_{media}"
    assert talk.labels == ["Danh mục", "Gặp cán bộ"]


def test_whoever_sends_a_picture_hears_each_time_to_delete_one_of_papers(talk):
    said = []
    for _ in range(4):
        talk.send(Media.IMAGE)
        said.append(talk.text)
    assert all("giấy tờ" in text and "xóa" in text for text in said)
    assert len(set(said[:3])) == 3
    assert said[3] != said[2]


@pytest.mark.parametrize("media", Media)
def test_text_is_answered_whatever_was_sent_with_it(app, media):
    text = "quên mật khẩu vneid"
    asked, sent = (
        app.engine.run_turn(Session("s"), Utterance(text, media=one), TODAY)
        for one in (None, media)
    )
    assert asked.replies == sent.replies


@pytest.mark.parametrize("media", [Media.IMAGE, Media.VIDEO, Media.FILE, Media.LINK])
def test_words_that_are_nothing_without_the_picture_get_told_that_nobody_sees_it(talk, media):
    talk.send(media, "cai nay la cai gi vay chau")
    declined = talk.catalog.message(SystemText(f"media_{media}"))
    assert talk.text.startswith(f"{declined}\n\n")


def test_danger_told_under_a_picture_is_answered(talk):
    assert talk.send(Media.IMAGE, "cháy nhà").rule == SystemText.EMERGENCY


def test_personal_data_under_a_picture_is_warned_of(talk):
    talk.send(Media.IMAGE, PHONE)
    assert talk.text == talk.catalog.message(SystemText.PERSONAL_DATA)


def test_a_button_is_pressed_whatever_else_came(talk):
    assert talk.press("menu").replies == talk.send(Media.IMAGE, payload="menu").replies


@pytest.mark.parametrize("text", ["", "😀", "❤️"])
def test_a_sticker_is_small_talk_and_changes_nothing(talk, text):
    talk.send(Media.IMAGE)
    turn = talk.send(Media.STICKER, text)
    assert turn.outcome is Outcome.SMALLTALK
    assert talk.text == talk.catalog.message(SystemText.MEDIA_STICKER)
    assert talk.session.unclear_count == 1


def test_a_thumb_is_an_ok(talk):
    assert talk.send(Media.STICKER, "👍").replies == talk.say("ok").replies
    talk.start(KICH_HOAT, "Mức 1", "Cửa hàng ứng dụng")
    talk.send(Media.STICKER, "👍")
    assert talk.place == ("kich-hoat", "sim")


def test_who_is_being_led_reads_the_step_again_and_loses_nothing(talk):
    talk.start(KICH_HOAT, "Mức 1", "Cửa hàng ứng dụng")
    step, frames, labels = talk.text, talk.session.frames, talk.labels
    turn = talk.send(Media.VOICE)
    declined = talk.catalog.message(SystemText.MEDIA_VOICE)
    assert talk.text == f"{declined}\n\n{step}"
    assert (turn.outcome, talk.session.frames, talk.labels) == (Outcome.CLARIFY, frames, labels)
    talk.send(Media.VOICE)
    assert talk.catalog.message(SystemText.MEDIA_ASK_AGAIN) in talk.text
    assert talk.labels == [*labels, "Gặp cán bộ"]
    assert talk.pick("Đã xong").session.frames != frames
