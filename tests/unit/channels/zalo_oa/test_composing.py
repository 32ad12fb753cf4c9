from __future__ import annotations

import json
import unicodedata
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo_oa.composing import ZaloOaComposer, cut_title
from bot.channels.zalo_oa.updates import parse_event
from bot.dialogue.choices import find_choice
from bot.dialogue.flow_pages import Asked
from bot.dialogue.flow_replies import FlowReplyMaker
from bot.dialogue.flow_runner import FlowRunner
from bot.dialogue.replies import GROUPS, ReplyMaker
from bot.domain.catalog import Catalog
from bot.domain.deliveries import Message
from bot.domain.flows import Collect, Do
from bot.domain.frames import DONE, TROUBLE, UNSURE
from bot.domain.intake import Occasion
from bot.domain.messages import Button, Reply
from bot.domain.people import Address, ChannelId
from bot.domain.pictures import Picture, PictureId
from bot.domain.scam_signs import FEW, MANY, NONE
from bot.domain.session import Choice, Outcome, Session, Turn
from bot.domain.updates import Update
from tests.unit.channels.zalo_oa.zalo_world import APP_ID, CITIZEN, NAMES, OA_ID, make_settings

TODAY = date(2026, 11, 21)
PICTURE = Picture(PictureId("mo-vneid"), "Màn hình chính của VNeID")
SAID = {
    "choose_by_button": "Bấm một nút.",
    "choose_by_number": "Gõ số.",
    "choose_by_button_or_number": "Bấm nút hoặc gõ số.",
    "label_picture": "[Hình: {alt}]",
}
CATALOG = Catalog((), {}, (), SAID)


def compose(*replies, catalog=CATALOG, **changed):
    composer = ZaloOaComposer(catalog, make_settings(**changed))
    occasion = Occasion(Update("1", Address(ChannelId.ZALO_OA, CITIZEN)))
    return composer.compose(Turn(Session("s"), replies, Outcome.ANSWERED), occasion)


def bodies(*replies, **changed):
    return [message.params["message"] for message in compose(*replies, **changed)]


def buttons(count, first=1):
    return tuple(Button(f"Mục {number}", f"t:{number}") for number in range(first, first + count))


def made(*pairs):
    return [
        {"title": title, "type": "oa.query.hide", "payload": f"#t06:{payload}"}
        for title, payload in pairs
    ]


def buttons_of(body):
    return body.get("attachment", {}).get("payload", {}).get("buttons", [])


def test_a_text_without_marks_is_one_message():
    assert compose(Reply("Bấm **Đăng nhập** nhé.")) == (
        Message("message/cs", {"message": {"text": "Bấm Đăng nhập nhé."}}),
    )


def test_letters_are_counted_and_sent_in_one_piece():
    apart = unicodedata.normalize("NFD", "ế" * 2000)
    assert [len(body["text"]) for body in bodies(Reply(apart))] == [2000]


def test_the_longest_text_is_a_setting():
    lengths = [len(body["text"]) for body in bodies(Reply("dài " * 400), text_chars=500)]
    assert sum(lengths) > 1500
    assert max(lengths) <= 500


def test_five_choices_are_five_buttons():
    (body,) = bodies(Reply("Chọn đi.", buttons(5)))
    assert body["text"] == "Chọn đi."
    assert body["attachment"] == {
        "type": "template",
        "payload": {"buttons": made(*((f"Mục {one}", f"t:{one}") for one in range(1, 6)))},
    }


def test_the_shape_of_buttons_is_a_setting():
    (body,) = bodies(Reply("Chọn đi.", buttons(1)), names_button_template=True)
    assert body["attachment"]["payload"]["template_type"] == "button"


def test_of_more_than_five_choices_all_are_numbered_and_the_first_five_are_buttons_too():
    (body,) = bodies(Reply("Chọn đi.", buttons(7)))
    lines = "\n".join(f"{number}. Mục {number}" for number in range(1, 8))
    assert body["text"] == f"Chọn đi.\n\n{lines}\n\nBấm nút hoặc gõ số."
    assert buttons_of(body) == made(*((f"{one}. Mục {one}", f"t:{one}") for one in range(1, 6)))


def test_without_buttons_every_choice_is_numbered():
    (body,) = bodies(Reply("Chọn đi.", buttons(2)), sends_buttons=False)
    assert body == {"text": "Chọn đi.\n\n1. Mục 1\n2. Mục 2\n\nGõ số."}


def test_numbers_run_on_over_all_replies_and_mean_what_was_typed():
    replies = Reply("Một.", buttons(3)), Reply("Hai.", buttons(6, first=4))
    first, second = bodies(*replies)
    assert "1." not in first["text"]
    assert "4. Mục 4\n5. Mục 5" in second["text"]
    assert buttons_of(second)[0]["title"] == "4. Mục 4"
    choices = [Choice(one.label, one.payload) for reply in replies for one in reply.buttons]
    assert find_choice("9", choices).payload == "t:9"
    assert "9. Mục 9" in second["text"]


def test_a_label_with_a_number_of_its_own_is_called_by_it():
    labels = ["5 điểm", "4 điểm", "3 điểm", "2 điểm", "1 điểm", "Quay lại"]
    given = tuple(Button(one, one) for one in labels)
    (body,) = bodies(Reply("Bạn chấm mấy điểm?", given))
    assert body["text"].splitlines()[2:-2] == [*labels[:5], "6. Quay lại"]
    assert [one["title"] for one in buttons_of(body)] == labels[:5]
    choices = [Choice(one, one) for one in labels]
    assert find_choice("5", choices).payload == "5 điểm"


def test_what_the_words_number_already_is_not_listed_again():
    told = "\n".join(f"{one}. **Mục {one}** (mã {one})" for one in range(1, 6))
    (body,) = bodies(Reply(told, buttons(6)))
    assert body["text"].splitlines()[-3:] == ["6. Mục 6", "", "Bấm nút hoặc gõ số."]
    assert body["text"].count("1. Mục 1") == 1


def test_buttons_stand_under_the_last_part_of_a_long_text():
    text = "\n\n".join(["Một đoạn khá dài. " * 40] * 5)
    parts = bodies(Reply(text, buttons(2)))
    assert len(parts) > 1
    assert [len(buttons_of(body)) for body in parts] == [0] * (len(parts) - 1) + [2]


def test_buttons_without_any_text_get_one():
    (body,) = bodies(Reply("", buttons(1)))
    assert body["text"] == "Bấm một nút."


def test_a_reply_of_nothing_is_no_message():
    assert bodies(Reply(" \n ")) == []


def test_a_picture_is_a_message_of_its_own_before_its_text():
    picture, text = compose(Reply("Mở ứng dụng.", buttons(1), PICTURE))
    payload = {"template_type": "media", "elements": [{"media_type": "image"}]}
    assert picture == Message(
        "message/cs",
        {"message": {"text": PICTURE.alt, "attachment": {"type": "template", "payload": payload}}},
        PICTURE.id,
    )
    assert text.picture is None
    assert len(buttons_of(text.params["message"])) == 1


def test_where_pictures_are_not_sent_they_are_described():
    (body,) = bodies(Reply("Mở ứng dụng.", picture=PICTURE), sends_pictures=False)
    assert body["text"] == "[Hình: Màn hình chính của VNeID]\n\nMở ứng dụng."


def test_a_label_that_is_too_long_is_cut_behind_a_word():
    label = "Đăng ký tạm trú, " * 10
    (body,) = bodies(Reply("Chọn đi.", (Button(label, "t:1"),)))
    title = buttons_of(body)[0]["title"]
    assert title == "Đăng ký tạm trú, " * 5 + "Đăng ký tạm…"


def test_a_label_is_one_plain_line():
    (body,) = bodies(Reply("Chọn đi.", (Button("Bấm **Đăng\nnhập**", "t:1"),)))
    assert buttons_of(body)[0]["title"] == "Bấm Đăng nhập"


@given(st.text(min_size=1, max_size=300).filter(str.strip))
def test_no_title_is_over_the_limit(label):
    title = cut_title(" ".join(label.split()))
    assert 0 < len(title) <= 100


def test_a_press_of_a_composed_button_comes_back_as_its_payload():
    (body,) = bodies(Reply("Chọn đi.", (Button("Xem", "a:kich-hoat:noi-cai:cua-hang"),)))
    event = {
        "app_id": APP_ID,
        "sender": {"id": CITIZEN},
        "recipient": {"id": OA_ID},
        "event_name": "user_send_text",
        "message": {"text": buttons_of(body)[0]["payload"], "msg_id": "a"},
        "timestamp": "1540363714987",
    }
    payload = parse_event(event, APP_ID, OA_ID, NAMES).update.utterance.payload
    assert payload == "a:kich-hoat:noi-cai:cua-hang"


@given(
    st.lists(
        st.builds(
            Reply,
            st.text(st.sampled_from("aáĐ. \n!*😀1-"), max_size=5000),
            st.lists(
                st.builds(Button, st.text(max_size=150), st.text("abc:", max_size=64)), max_size=12
            ).map(tuple),
            st.none() | st.just(PICTURE),
        ),
        max_size=3,
    ),
    st.booleans(),
)
def test_everything_composed_is_within_the_limits(replies, sends_buttons):
    for message in compose(*replies, sends_buttons=sends_buttons):
        assert_fits(message)


def assert_fits(message):
    body = message.params["message"]
    assert 0 < len(body["text"]) <= 2000
    assert len(buttons_of(body)) <= 5
    for button in buttons_of(body):
        assert len(button["title"]) <= 100
        assert button["payload"].startswith("#t06:")
        assert len(button["payload"]) <= 1000
    # It lies in the outbox as JSON.
    assert Message.from_data(json.loads(json.dumps(message.to_data()))) == message


# all of our content


def assert_told(reply, catalog):
    messages = compose(reply, catalog=catalog)
    for message in messages:
        assert_fits(message)
        assert "**" not in message.params["message"]["text"]
    texts = " ".join(message.params["message"]["text"] for message in messages)
    titles = [one["title"] for message in messages for one in buttons_of(message.params["message"])]
    for button in reply.buttons:
        assert button.label in [title.split(". ", 1)[-1] for title in titles] or (
            f". {button.label}" in texts
        )


def test_every_card_and_menu_of_our_content_is_told_whole(app):
    catalog, make = app.catalog, ReplyMaker(app.catalog)
    replies = [make.menu(), make.choices(catalog.topics[:4])]
    for topic in catalog.topics:
        replies += [make.answer(topic, TODAY), make.sources(topic)]
        replies += [make.what_ifs(topic)] if topic.what_ifs else []
        replies += [make.documents(topic)] if topic.documents else []
    for group in GROUPS:
        pages = (make.group(group, page) for page in range(1, 99))
        replies += [page for page in pages if page]
    for reply in replies:
        assert_told(reply, catalog)


def test_every_step_of_our_flows_is_told_whole(app):
    catalog = app.catalog
    runner = FlowRunner(catalog.flows_by_id)
    say = FlowReplyMaker(catalog, runner)
    seen = set()
    for flow in catalog.flows_by_id.values():
        walks = [runner.start((), flow)]
        while walks:
            walk = walks.pop()
            for reply in say.replies(walk, TODAY):
                assert_told(reply, catalog)
            asked = walk.pages[-1] if walk.pages else None
            if isinstance(asked, Asked) and (asked.flow.id, asked.step.id) not in seen:
                seen.add((asked.flow.id, asked.step.id))
                walks += [runner.answer(walk.frames, one) for one in answers(asked.step)]
    waiting = {
        flow.id
        for flow in catalog.flows_by_id.values()
        if any(isinstance(step, Do | Collect) for step in flow.steps)
    }
    assert waiting <= {flow_id for flow_id, _ in seen}


def answers(step):
    if isinstance(step, Collect):
        return [*(one.value for one in step.options), *([UNSURE] if step.unsure else [])]
    return [DONE, TROUBLE] if isinstance(step, Do) else [MANY, FEW, NONE, UNSURE]


def test_every_picture_of_our_content_is_within_the_limit_of_an_upload(app, settings):
    for picture in app.catalog.pictures.values():
        size = (Path(settings.content_root) / picture.png_path).stat().st_size
        assert size <= 1_000_000
