"""One suite over all channels: the same conversation tells the same everywhere."""

from __future__ import annotations

import logging
import unicodedata
from functools import partial
from itertools import product
from pathlib import Path

import pytest

from bot.domain.payloads import ANSWER, FLOW
from bot.running.live import LiveApp
from tests.contract.channel_kit import Listener, content_of, plays_alike
from tests.contract.speakers import SPEAKERS
from tests.conversations.runner import SCRIPTS, load_script, play

#: Flows, menus, pictures, several questions at once, refusals, emergencies, scams, what cannot be
#: read, look-ups, data of one's own, links into the middle of a flow.
TOLD_EVERYWHERE = (
    "kc-to-vien-tra-cuu",
    "kc-cu-ba-gui-anh",
    "dv-tro-chuyen",
    "tk-quen-mat-khau-het-duong",
)
#: The same where a link, a poster or a menu can begin a flow.
BEGUN_BY_LINKS = (
    "kc-to-roi-ma-qr",
    "dv-nhieu-viec",
    "dv-danh-gia",
    "dv-khan-cap",
    "dv-tin-that-gia-lua",
    "dv-kiem-tra-lua-dao",
    "tk-kich-hoat-so-can-cuoc",
    "tk-kich-hoat-suon-se",
    "tk-nfc-khong-an",
    "dv-tim-dich-vu-so-va-nhan",
    "yd-rieng-tu",
    "yd-tieng-nuoc-ngoai",
)
CHATS = tuple(one for one in SPEAKERS if one != "web")
MAIN = ("telegram", "zalo-oa", "zalo-bot")
#: The same channels in another way: fewer conversations will do.
OTHER_WAYS = tuple(one for one in CHATS if one not in MAIN)


@pytest.fixture(scope="session")
def live(app, settings):
    return LiveApp(settings, lambda: None)


@pytest.fixture
async def speaker(request, live, tmp_path):
    async with SPEAKERS[request.param](live, tmp_path) as one:
        yield one
        assert await one.violations() == []


@pytest.mark.parametrize(
    ("speaker", "name"),
    [
        *product(MAIN, TOLD_EVERYWHERE),
        *product(OTHER_WAYS, ("kc-cu-ba-gui-anh", "tk-quen-mat-khau-het-duong")),
    ],
    indirect=["speaker"],
)
async def test_a_conversation_tells_the_same(speaker, app, name):
    script = load_script(SCRIPTS / f"{name}.yaml")
    async for _ in plays_alike(speaker, app, script):
        pass


@pytest.mark.parametrize("speaker", ["telegram", "zalo-oa"], indirect=True)
@pytest.mark.parametrize("name", BEGUN_BY_LINKS)
async def test_a_conversation_begun_by_a_link_tells_the_same(speaker, app, name):
    script = load_script(SCRIPTS / f"{name}.yaml")
    async for _ in plays_alike(speaker, app, script):
        pass


# --- choices

#: What is said until choices are offered: a menu of groups, a list of topics with more behind it,
#: answers to several questions at once, a look-up, a question of a flow.
OFFERING = (
    ("/menu",),
    ("/menu", "Dịch vụ công"),
    ("quen mat khau vneid thi lam sao, lam ho chieu het bao nhieu, dang ky tam tru o dau",),
    ("/tra tạm trú",),
    ("kich hoat vneid", "Làm từng bước"),
    ("cham diem tro ly",),
)


@pytest.mark.parametrize("speaker", MAIN, indirect=True)
@pytest.mark.parametrize("said", OFFERING, ids=lambda one: one[-1][:20])
async def test_every_choice_can_be_taken(speaker, app, said):
    """By pressing it, or by typing what stands before it."""
    turns = [_turn(one) for one in said]
    *_, offered = play(app, {"title": "", "turns": turns})
    labels = content_of(offered.turn.replies).choices
    assert len(labels) > 1
    for label in dict.fromkeys(labels):
        listener = Listener(await speaker.another(), app.catalog)
        for played in play(app, {"title": "", "turns": [*turns, {"presses": label}]}):
            await listener.check(played)


@pytest.mark.parametrize("speaker", CHATS, indirect=True)
async def test_a_choice_can_be_typed_by_its_number_everywhere(speaker, app):
    turns = [{"says": "/menu"}, {"says": "4"}, {"says": "2"}]
    listener = Listener(speaker, app.catalog)
    for played in play(app, {"title": "", "turns": turns}):
        await listener.check(played)


def _turn(said):
    is_typed = said[0] == "/" or said[0].islower()
    return {"says": said} if is_typed else {"presses": said}


# --- what the vendors do


@pytest.mark.parametrize("speaker", CHATS, indirect=True)
async def test_what_comes_twice_is_answered_once(speaker):
    assert await speaker.hears(partial(speaker.says, "quen mat khau vneid"))
    assert await speaker.hears(speaker.does_the_last_again) == []
    assert await speaker.hears(partial(speaker.says, "cam on"), speaker.does_the_last_again)
    assert len([one for one in (await speaker.screen()).values() if "Rất vui" in one.words]) == 1


@pytest.mark.parametrize("speaker", CHATS, indirect=True)
async def test_who_cannot_be_reached_is_known_and_comes_back_with_the_next_message(speaker):
    await speaker.hears(partial(speaker.says, "xin chào"))
    assert await speaker.hears(partial(speaker.says, "cam on"), speaker.blocks) == []
    assert await speaker.service.standings() == ["unreachable"]
    assert await speaker.hears(speaker.comes_back, partial(speaker.says, "ban la ai"))
    assert await speaker.service.standings() == ["active"]


@pytest.mark.parametrize("speaker", ["zalo-oa"], indirect=True)
async def test_who_begins_to_follow_is_greeted_once(speaker):
    assert "Chọn một mục" in _words(await speaker.hears(speaker.follows))
    assert await speaker.hears(speaker.does_the_last_again) == []


@pytest.mark.parametrize("speaker", CHATS, indirect=True)
async def test_answers_come_in_the_order_of_the_questions(speaker):
    said = [partial(speaker.says, one) for one in ("/start", "cam on", "ban la ai the", "tam biet")]
    words = _words(await speaker.hears(*said))
    at = [
        words.index(one)
        for one in ("Chọn một mục", "Rất vui", "không phải người thật", "đừng đưa mã")
    ]
    assert at == sorted(at)


@pytest.mark.parametrize("speaker", ["zalo-oa", "zalo-bot"], indirect=True)
async def test_what_comes_in_disorder_is_answered_in_order(speaker):
    """Zalo promises no order; what waits is taken by the time it was said."""
    said = [partial(speaker.says, one) for one in ("cam on", "ban la ai the", "tam biet")]
    with speaker.events_reversed():
        for one in said:
            await one()
    words = _words(await speaker.hears())
    at = [words.index(one) for one in ("Rất vui", "không phải người thật", "đừng đưa mã")]
    assert at == sorted(at)


# --- what people send

ODD_TEXTS = {
    "10 kB": "dang ky tam tru " * 640,
    "full": "ạ" * 4096,
    "empty": "",
    "blank": " \n\t ",
    "emoji": "😀👩‍👩‍👧‍👦🇻🇳",
    "half a surrogate": "tam tru \ud83d",
    "zero": "tam\x00tru",
    "tags": "<b>&amp;</b> **đậm** __x__ [a](http://x)",
    "one word": "a" * 3000,
    "control": "\u202etam tru\u200b\ufeff",
    "number": "9" * 400,
    "our own press": "#t06:",
    "slash": "/" * 200,
}


@pytest.mark.parametrize("speaker", SPEAKERS, indirect=True)
async def test_odd_texts_do_no_harm(speaker, caplog):
    for name, text in ODD_TEXTS.items():
        shown = await speaker.hears(partial(speaker.says, text))
        assert all(one.words or one.picture for one in shown), name
    _expect_no_fault(speaker, caplog)
    assert "Chọn một mục" in _words(await speaker.hears(partial(speaker.says, "/start")))


@pytest.mark.parametrize("speaker", SPEAKERS, indirect=True)
async def test_letters_taken_apart_are_the_same_letters(speaker, app):
    said = "đăng ký tạm trú cần giấy tờ gì"
    *_, played = play(app, {"title": "", "turns": [{"says": said}]})
    apart = {**played.scripted, "says": unicodedata.normalize("NFD", said)}
    assert apart["says"] != said
    await Listener(speaker, app.catalog).check(type(played)(apart, played.turn))


FORGED = (
    "a:kich-hoat:khong-co:x",
    f"{ANSWER}:kich-hoat:noi-cai:" + "x" * 500,
    f"{FLOW}:../../etc/passwd",
    f"{FLOW}:kich-hoat:__class__",
    "m:lui",
    "m:khong-co",
    "t:999999",
    "t:\u0663",
    "g:service:-1",
    "g:service:" + "9" * 40,
    "g::",
    "x:xoa:het",
    "::::",
    "%s%n{0}",
    "a:\ud83d:\x00",
    "start",
)


@pytest.mark.parametrize("speaker", SPEAKERS, indirect=True)
async def test_forged_presses_do_no_harm(speaker, caplog):
    await speaker.hears(partial(speaker.says, "kich hoat vneid"))
    for payload in FORGED:
        shown = await speaker.hears(partial(speaker.forges, payload))
        assert all(one.words for one in shown)
    _expect_no_fault(speaker, caplog)
    assert "Chọn một mục" in _words(await speaker.hears(partial(speaker.says, "/start")))


ID_NUMBER, PHONE, CODE = "01234" + "5678901", "09" + "87654321", "83" + "9201"
TELLING = (
    f"so can cuoc cua toi la {ID_NUMBER}",
    f"sdt bac la {PHONE} goi bac nhe",
    "kich hoat vneid",
    "lam tung buoc",
    f"otp {CODE}",
    CODE,
    f"mk cua toi la Bimat@{CODE}",
    f"{ID_NUMBER[:3]} {ID_NUMBER[3:6]} {ID_NUMBER[6:9]} {ID_NUMBER[9:]}",
    "/dulieu",
)


@pytest.mark.parametrize("speaker", SPEAKERS, indirect=True)
async def test_personal_data_is_neither_kept_nor_logged_nor_said_back(speaker, caplog):
    caplog.set_level(logging.INFO)
    for text in TELLING:
        await speaker.hears(partial(speaker.says, text))
    folder = Path(speaker.service.database_path).parent
    kept = b"".join(one.read_bytes() for one in folder.iterdir() if one.is_file())
    said = _words((await speaker.screen()).values())
    for secret in (ID_NUMBER, PHONE, CODE, "Bimat", f"{ID_NUMBER[3:6]} {ID_NUMBER[6:9]}"):
        assert secret.encode() not in kept
        assert secret not in said
        assert secret not in caplog.text


def _words(shown):
    return " ".join(" ".join(one.words for one in shown).split())


def _expect_no_fault(speaker, caplog):
    told = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert told == []
