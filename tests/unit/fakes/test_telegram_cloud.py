"""The fake of Telegram's cloud, driven by real libraries and by plain HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import zlib
from datetime import timedelta

import aiogram
import aiogram.methods
import httpx
import pytest
import telegram
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
)
from aiogram.types import BufferedInputFile
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import ApplicationBuilder, CommandHandler

from tests.fakes.telegram_methods import METHODS
from tests.fakes.telegram_world import telegram_process

KEYBOARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Đã xong", callback_data="step:done")],
        [InlineKeyboardButton("Mở Cổng dịch vụ công", url="https://dichvucong.gov.vn")],
    ]
)


def png(width: int = 3, height: int = 2) -> bytes:
    """A white picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


# Sending and showing


async def test_html_becomes_text_with_entities_counted_in_utf16(bot, lan):
    text = "😀 <b>Thủ tục</b> &amp; <a href='https://vneid.gov.vn'>VNeID</a> <code>a&lt;b</code>"
    message = await bot.send_message(lan.id, text, parse_mode="HTML")
    assert message.text == "😀 Thủ tục & VNeID a<b"
    found = {one.type: message.parse_entity(one) for one in message.entities}
    assert found == {"bold": "Thủ tục", "text_link": "VNeID", "code": "a<b"}


async def test_nested_tags_and_quotes_are_kept(bot, lan):
    text = "<blockquote expandable><b>a<i>b</i></b></blockquote><u>c</u><s>d</s><pre>e</pre>"
    message = await bot.send_message(lan.id, text, parse_mode="HTML")
    assert {one.type: message.parse_entity(one) for one in message.entities} == {
        "expandable_blockquote": "ab",
        "bold": "ab",
        "italic": "b",
        "underline": "c",
        "strikethrough": "d",
        "pre": "e",
    }


async def test_blank_ends_of_a_text_are_cut_off(bot, lan):
    message = await bot.send_message(lan.id, " \n<b> Chào </b>\n ", parse_mode="HTML")
    assert message.text == "Chào"
    assert message.parse_entity(message.entities[0]) == "Chào"


async def test_a_citizen_sees_text_and_buttons_and_edits_in_place(bot, lan):
    sent = await bot.send_message(lan.id, "Bước 1", reply_markup=KEYBOARD)
    (seen,) = await lan.sees()
    assert (seen.text, seen.buttons) == ("Bước 1", (("Đã xong",), ("Mở Cổng dịch vụ công",)))
    await bot.edit_message_text("Bước 2", lan.id, sent.message_id)
    (seen,) = await lan.sees()
    assert (seen.message_id, seen.text, seen.buttons) == (sent.message_id, "Bước 2", ())
    assert seen.is_edited


async def test_only_the_keyboard_can_be_edited(bot, lan):
    sent = await bot.send_message(lan.id, "Bước 1", reply_markup=KEYBOARD)
    await bot.edit_message_reply_markup(lan.id, sent.message_id, reply_markup=None)
    (seen,) = await lan.sees()
    assert (seen.text, seen.buttons) == ("Bước 1", ())


async def test_a_deleted_message_is_seen_no_more(bot, lan):
    sent = await bot.send_message(lan.id, "Nhầm")
    assert await bot.delete_message(lan.id, sent.message_id)
    assert await lan.sees() == []


async def test_aiogram_sends_edits_and_deletes(aiogram_bot, lan):
    markup = aiogram.types.InlineKeyboardMarkup(
        inline_keyboard=[[aiogram.types.InlineKeyboardButton(text="Đã xong", callback_data="done")]]
    )
    sent = await aiogram_bot.send_message(
        lan.id, "<b>Bước</b> 1", parse_mode="HTML", reply_markup=markup
    )
    assert (sent.text, sent.entities[0].type) == ("Bước 1", "bold")
    edited = await aiogram_bot.edit_message_text(
        "Bước 2", chat_id=lan.id, message_id=sent.message_id
    )
    assert edited.text == "Bước 2"
    assert await aiogram_bot.send_chat_action(lan.id, "typing")
    assert await aiogram_bot.delete_message(lan.id, sent.message_id)


async def test_a_picture_is_uploaded_once_and_sent_again_by_its_id(bot, aiogram_bot, lan):
    first = await bot.send_photo(lan.id, png(30, 20), caption="<b>Sơ đồ</b>", parse_mode="HTML")
    assert (first.photo[-1].width, first.photo[-1].height) == (30, 20)
    assert (first.caption, first.caption_entities[0].type) == ("Sơ đồ", "bold")
    file_id = first.photo[-1].file_id
    again = await bot.send_photo(lan.id, file_id)
    assert again.photo[-1].file_id == file_id
    other = await aiogram_bot.send_photo(lan.id, BufferedInputFile(png(), "a.png"), caption="Ảnh")
    assert other.photo[-1].width == 3


async def test_a_reply_carries_the_message_it_answers(bot, lan):
    asked = await lan.says("Cấp lại thẻ ở đâu?")
    sent = await bot.send_message(lan.id, "Ở công an.", reply_parameters={"message_id": asked})
    assert sent.reply_to_message.text == "Cấp lại thẻ ở đâu?"


async def test_query_string_form_and_json_say_the_same(world, lan):
    url = f"{world.address}/bot{world.token}/sendMessage"
    markup = '{"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}'
    fields = {"chat_id": str(lan.id), "text": "Chào", "reply_markup": markup}
    nested = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    async with httpx.AsyncClient() as client:
        await client.get(url, params=fields)
        await client.post(url, data=fields)
        await client.post(url, files={name: (None, one) for name, one in fields.items()})
        await client.post(url, json={"chat_id": lan.id, "text": "Chào", "reply_markup": nested})
    seen = await lan.sees()
    assert [(one.text, one.buttons) for one in seen] == [("Chào", (("A",),))] * 4
    assert await world.violations() == []


# Updates


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(bot, lan):
    await lan.says("Một")
    await lan.says("Hai")
    first = await bot.get_updates(limit=1)
    assert [one.message.text for one in first] == ["Một"]
    assert await bot.get_updates(limit=1) == first
    second = await bot.get_updates(offset=first[0].update_id + 1)
    assert [one.message.text for one in second] == ["Hai"]
    assert await bot.get_updates(offset=second[0].update_id + 1) == ()


async def test_a_negative_offset_keeps_the_newest(bot, lan):
    for text in ("Một", "Hai", "Ba"):
        await lan.says(text)
    assert [one.message.text for one in await bot.get_updates(offset=-1)] == ["Ba"]
    assert [one.message.text for one in await bot.get_updates()] == ["Ba"]


async def test_a_long_poll_ends_when_something_comes(bot, lan, world):
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await world.eventually(world.status, lambda one: one["counters"].get("getUpdates"))
    await lan.starts("thu-tuc_1")
    (update,) = await polling
    assert update.message.text == "/start thu-tuc_1"
    assert update.message.entities[0].type == "bot_command"


async def test_only_kinds_asked_for_come_and_the_choice_stays(bot, lan):
    await bot.get_updates(allowed_updates=["callback_query"])
    await lan.says("Không ai nghe")
    await bot.get_updates()
    await lan.says("Vẫn không")
    assert await bot.get_updates(allowed_updates=[]) == ()
    await lan.says("Nghe rồi")
    assert [one.message.text for one in await bot.get_updates()] == ["Nghe rồi"]


async def test_an_update_is_gone_after_a_day(bot, lan, world):
    await lan.says("Lâu rồi")
    await world.control("advance", seconds=86_401)
    assert await bot.get_updates() == ()


async def test_two_pollers_conflict(call, bot, world):
    first = asyncio.create_task(call("getUpdates", timeout=30))
    await world.eventually(
        world.status, lambda one: one["counters"].get("getUpdates"), what="the first poll"
    )
    second = asyncio.create_task(bot.get_updates(timeout=1))
    answer = await first
    assert answer.status_code == 409
    assert answer.json()["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance "
        "is running"
    )
    await second


async def test_a_press_carries_the_message_as_it_stands(bot, lan):
    sent = await bot.send_message(lan.id, "Cũ", reply_markup=KEYBOARD)
    await bot.edit_message_text("Mới", lan.id, sent.message_id, reply_markup=KEYBOARD)
    pressed = await lan.presses("Đã xong")
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert (query.data, query.from_user.id) == ("step:done", lan.id)
    assert (query.message.message_id, query.message.text) == (sent.message_id, "Mới")
    (first,), (second,) = query.message.reply_markup.inline_keyboard
    assert (first.text, first.callback_data) == ("Đã xong", "step:done")
    assert second.url == "https://dichvucong.gov.vn/"  # as Telegram writes an address
    await query.answer("Đã ghi", show_alert=True)
    answer = await lan.waits_for_answer(pressed["callback_query_id"])
    assert answer == {"text": "Đã ghi", "show_alert": True, "url": ""}


async def test_pressing_an_address_opens_it_and_tells_the_bot_nothing(bot, lan):
    await bot.send_message(lan.id, "Mở", reply_markup=KEYBOARD)
    pressed = await lan.presses("Mở Cổng dịch vụ công")
    assert pressed == {"url": "https://dichvucong.gov.vn/"}
    assert await bot.get_updates() == ()


async def test_a_button_that_is_not_shown_cannot_be_pressed(lan):
    with pytest.raises(ValueError, match="no message shows a button 'Xong'"):
        await lan.presses("Xong")


async def test_attachments_come_in_forms_that_libraries_read(bot, lan):
    for kind in ("photo", "voice", "sticker", "document", "location"):
        await lan.sends(kind)
    await lan.sends("photo", caption="Giấy của tôi")
    updates = await bot.get_updates()
    assert updates[0].message.photo[-1].file_id
    assert updates[1].message.voice.duration == timedelta(seconds=4)
    assert updates[2].message.sticker.emoji == "👍"
    assert updates[3].message.document.file_name == "giay-to.pdf"
    assert updates[4].message.location.latitude == pytest.approx(21.03)
    assert updates[5].message.caption == "Giấy của tôi"


async def test_aiogram_reads_the_same_updates(aiogram_bot, lan, world):
    group = await world.group("Tổ 1", lan)
    await lan.says("/chao", chat_id=group)
    await lan.sends("sticker")
    await aiogram_bot.send_message(
        lan.id,
        "Chọn",
        reply_markup={"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]},
    )
    await lan.presses("A")
    await lan.blocks()
    updates = await aiogram_bot.get_updates()
    assert [one.event_type for one in updates] == [
        "message",
        "message",
        "callback_query",
        "my_chat_member",
    ]
    assert updates[0].message.chat.type == "group"
    assert updates[3].my_chat_member.new_chat_member.status == "kicked"


async def test_editing_what_one_wrote_is_an_update_of_its_own(bot, lan):
    written = await lan.says("Cap lai the")
    await lan.edits(written, "Cấp lại thẻ")
    edited = (await bot.get_updates())[1].edited_message
    assert (edited.message_id, edited.text) == (written, "Cấp lại thẻ")


async def test_the_polling_loop_of_python_telegram_bot_answers_a_citizen(world, lan):
    async def greet(update: telegram.Update, _context: object) -> None:
        await update.message.reply_text(f"Chào {update.message.from_user.first_name}")

    application = ApplicationBuilder().token(world.token).base_url(world.base_url).build()
    application.add_handler(CommandHandler("start", greet))
    async with application:
        await application.updater.start_polling(timeout=1)
        await application.start()
        await lan.starts("thu-tuc")
        assert (await lan.waits_for("Chào")).text == "Chào Lan"
        await application.updater.stop()
        await application.stop()
    assert (await world.status())["pending_updates"] == 0
    assert await world.violations() == []


async def test_the_polling_loop_of_aiogram_answers_a_citizen(world, lan, aiogram_bot):
    dispatcher = aiogram.Dispatcher()

    @dispatcher.message()
    async def greet(message: aiogram.types.Message) -> None:
        await message.answer(f"Chào {message.from_user.first_name}")

    polling = asyncio.create_task(
        dispatcher.start_polling(
            aiogram_bot, polling_timeout=1, handle_signals=False, close_bot_session=False
        )
    )
    await lan.says("Xin chào")
    assert (await lan.waits_for("Chào")).text == "Chào Lan"
    await dispatcher.stop_polling()
    await polling
    assert await world.violations() == []


# People and groups


async def test_who_blocked_the_bot_gets_nothing_until_they_start_again(bot, lan):
    await lan.blocks()
    (update,) = await bot.get_updates()
    assert update.my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(telegram.error.Forbidden, match="bot was blocked by the user"):
        await bot.send_message(lan.id, "Thông báo")
    await lan.starts()
    assert await bot.send_message(lan.id, "Chào lại")


async def test_aiogram_knows_each_refusal_of_a_recipient(aiogram_bot, world, lan):
    await lan.blocks()
    with pytest.raises(TelegramForbiddenError):
        await aiogram_bot.send_message(lan.id, "Thông báo")
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await aiogram_bot.send_message(999, "Thông báo")
    hoa = await world.citizen("Hoa", is_known=True)
    old = await world.group("Tổ 1", hoa)
    new = await world.control("migrates", person_id=hoa.id, chat_id=old)
    with pytest.raises(TelegramMigrateToChat) as migrated:
        await aiogram_bot.send_message(old, "Thông báo")
    assert migrated.value.migrate_to_chat_id == new


async def test_a_person_who_never_wrote_is_not_found(bot, world):
    hoa = await world.citizen("Hoa")
    with pytest.raises(telegram.error.BadRequest, match="Chat not found"):
        await bot.send_message(hoa.id, "Chào")
    await hoa.starts()
    assert await bot.send_message(hoa.id, "Chào")


async def test_an_account_that_ended_is_deactivated(bot, world, lan):
    await world.control("deactivates", person_id=lan.id)
    with pytest.raises(telegram.error.Forbidden, match="user is deactivated"):
        await bot.send_message(lan.id, "Chào")


async def test_a_bot_taken_out_of_a_group_cannot_write_there(bot, world, lan):
    group = await world.group("Tổ 1", lan)
    await world.control("removes_bot", person_id=lan.id, chat_id=group)
    with pytest.raises(telegram.error.Forbidden, match="bot was kicked from the group chat"):
        await bot.send_message(group, "Chào")


async def test_a_group_that_moved_names_its_new_id(bot, world, lan):
    old = await world.group("Tổ 1", lan)
    new = await world.control("migrates", person_id=lan.id, chat_id=old)
    with pytest.raises(telegram.error.ChatMigrated) as migrated:
        await bot.send_message(old, "Chào")
    assert migrated.value.new_chat_id == new
    assert await bot.send_message(new, "Chào")
    first, second = await bot.get_updates()
    assert first.message.migrate_to_chat_id == new
    assert second.message.migrate_from_chat_id == old


async def test_who_is_no_member_cannot_write_in_a_group(world, lan):
    group = await world.group("Tổ 1")
    with pytest.raises(ValueError, match="no member"):
        await lan.says("Chào", chat_id=group)


async def test_in_groups_the_bot_gets_what_is_meant_for_it(bot, world, lan):
    group = await world.group("Tổ 1", lan)
    sent = await bot.send_message(group, "Chào cả tổ")
    await lan.says("Chào nhau", chat_id=group)
    await lan.says("/start@ai_khac_bot", chat_id=group)
    await lan.says("/start", chat_id=group)
    await lan.says("@troly06_thu_bot ơi", chat_id=group)
    await lan.says("Cảm ơn", chat_id=group, reply_to=sent.message_id)
    heard = [one.message.text for one in await bot.get_updates()]
    assert heard == ["/start", "@troly06_thu_bot ơi", "Cảm ơn"]
    await world.control("set_group_privacy", reads_all=True)
    await lan.says("Chào nhau", chat_id=group)
    assert (await bot.get_updates())[-1].message.text == "Chào nhau"


# How the bot shows itself


async def test_commands_are_kept_for_scope_and_language(bot, lan):
    await bot.set_my_commands([("bat_dau", "Bắt đầu lại"), ("huong_dan", "Cách dùng")])
    await bot.set_my_commands(
        [("start", "Start again")], scope={"type": "all_private_chats"}, language_code="en"
    )
    assert [one.command for one in await bot.get_my_commands()] == ["bat_dau", "huong_dan"]
    given = {"scope": {"type": "all_private_chats"}, "language_code": "en"}
    assert [one.command for one in await bot.get_my_commands(**given)] == ["start"]
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()


async def test_descriptions_and_the_menu_button_are_kept(bot, aiogram_bot, lan):
    await bot.set_my_description("Trợ lý hướng dẫn dịch vụ công.")
    await bot.set_my_short_description("Hướng dẫn dịch vụ công")
    assert (await bot.get_my_description()).description == "Trợ lý hướng dẫn dịch vụ công."
    shown = await aiogram_bot.get_my_short_description()
    assert shown.short_description == "Hướng dẫn dịch vụ công"
    await bot.set_chat_menu_button(menu_button=telegram.MenuButtonCommands())
    assert (await bot.get_chat_menu_button(lan.id)).type == "commands"


async def test_both_libraries_see_the_bot(bot, aiogram_bot):
    assert (await bot.get_me()).username == (await aiogram_bot.get_me()).username


async def test_an_inline_query_is_answered_once(bot, aiogram_bot, lan):
    asked = await lan.asks_inline("căn cước")
    (update,) = await bot.get_updates()
    assert (update.inline_query.id, update.inline_query.query) == (asked, "căn cước")
    result = telegram.InlineQueryResultArticle(
        "cap-lai", "Cấp lại thẻ", telegram.InputTextMessageContent("<b>Hồ sơ</b>", "HTML")
    )
    await update.inline_query.answer([result])
    answer = await lan.waits_for_answer(asked)
    assert [one["id"] for one in answer["results"]] == ["cap-lai"]
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await aiogram_bot.answer_inline_query(asked, [])


# The ledger


async def test_all_that_arrived_is_kept_in_order_with_what_became_of_it(bot, lan, world):
    await bot.send_message(lan.id, "Một")
    with contextlib.suppress(telegram.error.BadRequest):
        await bot.send_message(lan.id, "<b>Hai", parse_mode="HTML")
    await bot.send_message(lan.id, "Ba")
    rows = await world.arrived(lan.id)
    assert [(one["parameters"]["text"], one["status"]) for one in rows] == [
        ("Một", 200),
        ("<b>Hai", 400),
        ("Ba", 200),
    ]
    assert [one["message_id"] for one in rows] == [1, None, 2]
    assert rows[0]["received_at"] <= rows[1]["received_at"] <= rows[2]["received_at"]


async def test_an_unknown_parameter_is_performed_and_held_against_the_bot(bot, lan, world):
    await bot.send_message(lan.id, "Chào", api_kwargs={"disable_notifications": True})
    assert await world.violations() == [
        {
            "kind": "unknown_parameter",
            "method": "sendMessage",
            "detail": "disable_notifications",
        }
    ]


async def test_a_press_nobody_answered_is_told(bot, lan, world):
    await bot.send_message(lan.id, "Chọn", reply_markup=KEYBOARD)
    pressed = await lan.presses("Đã xong")
    assert (await world.status())["unanswered_presses"] == [pressed["callback_query_id"]]


async def test_waiting_ends_with_what_was_found_last(lan):
    with pytest.raises(AssertionError, match=r"'Chào' not within 0.01 s; found \[\]"):
        await lan.waits_for("Chào", deadline_seconds=0.01)


@pytest.mark.parametrize("name", sorted(one.name for one in METHODS.values()))
def test_parameters_are_those_that_aiogram_documents(name):
    """Aiogram's classes are generated from the pages of the Bot API."""
    documented = getattr(aiogram.methods, name[0].upper() + name[1:]).model_fields
    assert METHODS[name.lower()].parameters == set(documented)


# Flood rules


async def test_thirty_a_second_are_taken_and_the_next_is_told_to_wait(bot, world):
    await world.control("set_flood_rules", of_telegram=True)
    people = await world.control("add_people", names=["x"] * 31, is_known=True)
    for one in people[:30]:
        await bot.send_message(one, "Thông báo")
    with pytest.raises(telegram.error.RetryAfter) as refused:
        await bot.send_message(people[30], "Thông báo")
    assert refused.value.retry_after == timedelta(seconds=1)
    await world.control("advance", seconds=1)
    assert await bot.send_message(people[30], "Thông báo")


async def test_one_chat_takes_a_burst_then_one_a_second(aiogram_bot, world, lan):
    await world.control("set_flood_rules", chat_burst=3)
    for _ in range(3):
        await aiogram_bot.send_message(lan.id, "Chào")
    with pytest.raises(TelegramRetryAfter) as refused:
        await aiogram_bot.send_message(lan.id, "Chào")
    assert refused.value.retry_after == 1
    await world.control("advance", seconds=1)
    await aiogram_bot.send_message(lan.id, "Chào")


async def test_a_group_takes_twenty_a_minute(call, world, lan):
    await world.control("set_flood_rules", group_per_minute=20)
    group = await world.group("Tổ 1", lan)
    for _ in range(20):
        assert (await call("sendMessage", chat_id=group, text="Chào")).status_code == 200
    refused = await call("sendMessage", chat_id=group, text="Chào")
    assert refused.status_code == 429
    wait = refused.json()["parameters"]["retry_after"]
    assert 55 <= wait <= 60
    assert refused.json()["description"] == f"Too Many Requests: retry after {wait}"
    assert refused.headers["Retry-After"] == str(wait)
    assert (await call("sendMessage", chat_id=lan.id, text="Chào")).status_code == 200


async def test_sending_on_when_told_to_wait_is_a_violation(call, world, lan):
    await world.control("set_flood_rules", chat_burst=1, penalty_seconds=5)
    await call("sendMessage", chat_id=lan.id, text="Chào")
    await call("sendMessage", chat_id=lan.id, text="Chào")
    assert await world.violations() == []
    await call("sendMessage", chat_id=lan.id, text="Chào")
    assert [one["kind"] for one in await world.violations()] == ["ignored_retry_after"]


# A process of its own


async def test_the_cloud_runs_as_a_process_with_citizens_over_http():
    async with telegram_process() as world:
        lan = await world.citizen("Lan")
        async with telegram.Bot(world.token, base_url=world.base_url) as bot:
            await lan.starts()
            (update,) = await bot.get_updates(timeout=5)
            await bot.send_message(update.message.chat_id, "Chào bạn", reply_markup=KEYBOARD)
            seen = await lan.waits_for("Chào")
            await lan.presses("Đã xong", message_id=seen.message_id)
            with pytest.raises(ValueError, match="no message shows a button"):
                await lan.presses("Khác")
        assert (await world.status())["counters"]["sendMessage"] == 1
