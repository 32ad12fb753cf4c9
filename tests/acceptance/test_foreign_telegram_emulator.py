"""Our Telegram channel before an emulator that nobody here wrote: Telemelya, from PyPI.

Our own fake shares our understanding of the Bot API; this one does not. `make emulator` installs it
in an environment of its own. It reads no HTML, checks no limits and knows neither `getUpdates` nor
the calls that present a bot (`setMyCommands` and its kin, which aiogram's models read in the unit
tests): what it can confirm is the form of the calls and updates of a conversation.
"""

from __future__ import annotations

import pytest

from bot.channels.telegram.incoming import InlineQuery
from bot.domain.messages import Utterance
from bot.domain.people import Address, ChannelId
from bot.domain.pictures import PICTURES_FOLDER
from bot.settings import PROJECT_ROOT
from tests.acceptance.foreign_emulator import CITIZEN, PYTHON, on_emulator, running_emulator

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="no Telemelya: run `make emulator` to install it"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with running_emulator(tmp_path_factory.mktemp("telemelya")) as one:
        yield one


@pytest.fixture
async def both(app, address):
    async with on_emulator(app, address) as found:
        yield found


def payload(message, label):
    """Of the button with this label."""
    rows = message.params["reply_markup"]["inline_keyboard"]
    return next(one["callback_data"] for row in rows for one in row if label in one["text"])


async def says(both, text):
    bot, emulator = both
    await emulator.does("send_update", text=text)
    return await bot.answer()


async def presses(both, message, label, message_id):
    bot, emulator = both
    data = payload(message, label)
    await emulator.does("send_update", callback_data=data, callback_message_id=message_id)
    return await bot.answer()


async def test_who_we_are_is_read(both):
    bot, _ = both
    assert bot.identity.username == "telemelya_bot"
    assert bot.identity.id > 0


async def test_our_parser_reads_what_it_brings(both):
    bot, emulator = both
    await emulator.does("send_update", text="/start t_310")
    await emulator.does("send_update", callback_data="menu", callback_message_id=5)
    await emulator.does("send_update", text="Lỗi gì đây?", photo_file_id="AgAD-abc")
    started, pressed, shown = await bot.poll()
    chat = Address(ChannelId.TELEGRAM, str(CITIZEN))
    assert {one.address for one in (started, pressed, shown)} == {chat}
    assert started.utterance == Utterance(payload="t:310")
    assert (pressed.utterance, pressed.pressed_under) == (Utterance(payload="menu"), "5")
    assert (shown.utterance.text, shown.utterance.media) == ("Lỗi gì đây?", "image")


async def test_an_answer_with_bold_words_and_buttons_arrives_as_it_was_composed(both):
    _, emulator = both
    (message,) = await says(both, "quen mat khau vneid")
    assert "<b>" in message.params["text"]
    assert payload(message, "Làm từng bước")
    (call,) = await emulator.recorded("sendMessage")
    assert call["raw"] == {"chat_id": CITIZEN, **message.params}


async def test_a_citizen_is_led_in_place_and_shown_a_picture(both):
    _, emulator = both
    (asked,) = await says(both, "/start f_nfc-khong-doc")
    (first,) = await emulator.recorded("sendMessage")
    (step,) = await presses(both, asked, "iPhone", first["message_id"])
    assert step.method == "editMessageText"
    (edited,) = await emulator.recorded("editMessageText")
    assert edited["raw"] == {"chat_id": CITIZEN, **step.params}
    assert edited["message_id"] == first["message_id"]
    (card,) = await presses(both, step, "Đã xong", first["message_id"])
    (photo,) = await emulator.recorded("sendPhoto")
    assert photo["caption"] == card.params["caption"]
    assert photo["reply_markup"] == card.params["reply_markup"]
    file = PROJECT_ROOT / PICTURES_FOLDER / f"{card.picture}.png"
    assert photo["photo"][-1]["file_size"] == file.stat().st_size
    assert await emulator.recorded("sendMessage") == [first]


async def test_a_picture_is_sent_by_its_id_the_second_time(both):
    bot, emulator = both
    for _ in range(2):
        bot.forget()
        (asked,) = await says(both, "/start f_nfc-khong-doc")
        number = (await emulator.recorded("sendMessage"))[-1]["message_id"]
        (step,) = await presses(both, asked, "iPhone", number)
        await presses(both, step, "Đã xong", number)
    first, second = await emulator.recorded("sendPhoto")
    assert second["file_id"] == first["file_id"]


async def test_a_press_stops_spinning(both):
    bot, emulator = both
    done = await emulator.does("send_update", callback_data="menu", callback_message_id=5)
    await bot.poll()
    call = await emulator.eventually("answerCallbackQuery")
    assert call["callback_query_id"] == done["update"]["callback_query"]["id"]


async def test_a_card_that_was_looked_up_becomes_the_message_of_who_chose_it(both):
    bot, emulator = both
    asked = await emulator.does("send_inline_query", query="tam tru")
    assert await bot.poll() == []
    call = await emulator.eventually("answerInlineQuery")
    query = InlineQuery(asked["inline_query_id"], "tam tru")
    assert call["raw"] == bot.inline.make_answer(query)
    card = call["results"][0]
    await emulator.does("choose_inline_result", result_id=card["id"])
    (sent,) = await emulator.recorded("sendMessage")
    assert sent["text"] == card["input_message_content"]["message_text"]
    assert sent["reply_markup"] == card["reply_markup"]


async def test_typing_is_shown_and_the_webhook_left(both):
    bot, emulator = both
    await bot.client.show_typing(Address(ChannelId.TELEGRAM, str(CITIZEN)))
    (call,) = await emulator.recorded("sendChatAction")
    assert call["raw"] == {"chat_id": CITIZEN, "action": "typing"}
    assert (await bot.client.calls.get_webhook_info()).url
    await bot.client.leave_webhook()
    assert (await bot.client.calls.get_webhook_info()).url == ""
