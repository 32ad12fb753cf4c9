"""What is added to a turn, with a unit that remembers what it was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

from bot.dialogue.additions import Additions
from bot.domain.cards import show_date
from bot.domain.flows import Collect
from bot.domain.frames import Frame
from bot.domain.messages import Reply
from bot.domain.people import Address, ChannelId, Conversation, ConversationId
from bot.domain.privacy import PRIVACY_NOTICE_VERSION
from bot.domain.session import DataRequest, Outcome, Session, Turn
from bot.domain.system_texts import SystemText
from tests.flow_factories import make_world
from tests.promises import NOW
from tests.turn_factories import CATALOG, MESSAGES, NOTICE

LAN = Conversation(ConversationId("lan"), Address(ChannelId.TELEGRAM, "1"))
SEEN = replace(LAN, notice_version=PRIVACY_NOTICE_VERSION)
GROUP = replace(LAN, address=Address(ChannelId.TELEGRAM, "-1", is_group=True))
TURN = Turn(Session("lan"), (Reply("chào"),), Outcome.SMALLTALK)


class Unit:
    """All parts of a unit in one. Keeps the names of what was asked of it, in order."""

    def __init__(self, person=None, session=None, sent=0, received=0):
        self.asked, self.received = [], received
        self.person, self.session, self.sent = person, session, sent
        self.sessions = Part(self, "sessions", session and (session, 1))
        self.people = Part(self, "people", person)
        self.inbox = Part(self, "inbox", None)
        self.outbox = Part(self, "outbox", None)


class Part:
    def __init__(self, unit, name, found):
        self.unit, self.name, self.found = unit, name, found

    async def find(self, conversation):
        return self.found

    async def list_data(self, conversation):
        return [{}] * self.unit.sent

    async def count_known(self, conversation):
        return self.unit.received

    def __getattr__(self, verb):
        async def ask(*args):
            self.unit.asked.append((f"{self.name}.{verb}", *args))

        return ask


async def add(turn, person, unit=None, catalog=CATALOG):
    unit = unit or Unit(person)
    return await Additions(SimpleNamespace(catalog=catalog)).add(unit, turn, person, NOW), unit


def texts(turn):
    return [one.text for one in turn.replies]


async def test_who_is_new_is_shown_the_notice_before_the_answer():
    turn, unit = await add(TURN, LAN)
    assert texts(turn) == [NOTICE, "chào"]
    assert unit.asked == [("people.note_notice", "lan", PRIVACY_NOTICE_VERSION)]


async def test_who_is_new_and_says_hello_is_greeted_first():
    greeted = (Reply("Chào bạn. Hỏi gì?"), Reply("thêm"))
    turn, _ = await add(replace(TURN, replies=greeted), LAN)
    assert texts(turn) == [f"Chào bạn.\n\n{NOTICE}\n\nHỏi gì?", "thêm"]


async def test_a_greeting_that_holds_the_notice_stays_as_it_is():
    greeted = (Reply(f"Chào bạn.\n\n{NOTICE}\n\nHỏi gì?"),)
    turn, _ = await add(replace(TURN, replies=greeted), LAN)
    assert turn.replies == greeted


async def test_who_saw_an_older_notice_is_shown_the_new_one():
    turn, _ = await add(TURN, replace(LAN, notice_version="2020-01-01", consented_at=NOW))
    assert texts(turn) == [NOTICE, "chào"]


async def test_who_goes_on_after_the_notice_agrees_once():
    turn, unit = await add(TURN, SEEN)
    assert turn == TURN
    assert unit.asked == [("people.note_consent", "lan", NOW)]
    turn, unit = await add(TURN, replace(SEEN, consented_at=NOW - timedelta(days=1)))
    assert (turn, unit.asked) == (TURN, [])


async def test_a_group_is_shown_no_notice():
    turn, unit = await add(TURN, GROUP)
    assert (turn, unit.asked) == (TURN, [])


async def test_a_group_is_told_to_delete_what_all_of_it_can_read():
    told = CATALOG.message(SystemText.PERSONAL_DATA)
    warned = replace(TURN, replies=(Reply(told), Reply("chào")))
    turn, _ = await add(warned, GROUP)
    more = CATALOG.message(SystemText.PERSONAL_DATA_IN_GROUP)
    assert texts(turn) == [f"{told} {more}", "chào"]
    turn, _ = await add(warned, SEEN)
    assert texts(turn) == [told, "chào"]


async def test_deleting_deletes_all_there_is_and_says_what_the_engine_says():
    turn, unit = await add(replace(TURN, data_request=DataRequest.DELETE), LAN)
    assert texts(turn) == ["chào"]
    assert unit.asked == [
        ("sessions.forget", "lan"),
        ("inbox.forget", "lan"),
        ("outbox.forget", "lan"),
        ("people.forget", "lan", NOW),
    ]


async def test_what_is_kept_of_one_is_neither_told_nor_deleted_in_a_group():
    for request in DataRequest:
        turn, unit = await add(replace(TURN, data_request=request), GROUP)
        assert (turn, unit.asked) == (TURN, [])


async def test_somebody_of_whom_nothing_is_kept_is_told_so():
    asked = replace(TURN, data_request=DataRequest.EXPORT)
    turn, unit = await add(asked, replace(SEEN, consented_at=NOW), Unit())
    assert texts(turn) == ["chào", "Không lưu gì."]
    assert unit.asked == []


async def test_an_export_tells_channel_times_notice_and_numbers_of_messages():
    person = replace(SEEN, created_at=NOW, last_interaction_at=NOW, consented_at=NOW)
    asked = replace(TURN, data_request=DataRequest.EXPORT)
    turn, _ = await add(asked, person, Unit(person, sent=3, received=2))
    assert texts(turn)[-1].splitlines() == [
        "Kênh: Telegram",
        "Nhắn lần đầu: 15:00 21/11/2026",
        "Nhắn lần cuối: 15:00 21/11/2026",
        f"Thông báo {show_date(PRIVACY_NOTICE_VERSION)}, 15:00 21/11/2026",
        "Đã nhận: 2",
        "Đã gửi: 3",
    ]


async def test_a_notice_that_was_shown_and_not_yet_agreed_to_is_told_as_such():
    asked = replace(TURN, data_request=DataRequest.EXPORT)
    turn, _ = await add(asked, SEEN)
    assert texts(turn)[-1].splitlines() == [
        "Kênh: Telegram",
        f"Thông báo {show_date(PRIVACY_NOTICE_VERSION)}",
    ]


async def test_an_export_holds_no_address_and_no_name_of_the_conversation():
    person = replace(SEEN, address=Address(ChannelId.TELEGRAM, "5551234"))
    asked = replace(TURN, data_request=DataRequest.EXPORT)
    turn, _ = await add(asked, person, Unit(person, Session("lan"), 1))
    assert "5551234" not in texts(turn)[-1]
    assert "lan" not in texts(turn)[-1]


async def test_an_export_tells_of_the_flow_and_what_was_chosen_as_its_buttons_say_it():
    world = make_world()
    flow, step = next(
        (flow, step)
        for flow in world.flows_by_id.values()
        for step in flow.steps
        if isinstance(step, Collect)
    )
    catalog = replace(
        world,
        messages={**world.messages, **{str(key): text for key, text in MESSAGES.items()}},
    )
    frame = Frame(flow.id, step.id, slots={step.slot: step.options[0].value})
    asked = replace(TURN, data_request=DataRequest.EXPORT)
    session = Session("lan", frames=(frame,), left=(Frame("gone", "buoc"),))
    turn, _ = await add(asked, SEEN, Unit(SEEN, session), catalog)
    line = f"Hướng dẫn: {flow.title}, 0 bước ({step.options[0].label})"
    assert line in texts(turn)[-1].splitlines()
    assert "gone" not in texts(turn)[-1]


async def test_who_is_new_and_asks_for_their_data_is_shown_the_notice_first():
    turn, _ = await add(replace(TURN, data_request=DataRequest.EXPORT), LAN)
    assert texts(turn) == [NOTICE, "chào", "Kênh: Telegram"]


async def test_who_has_all_deleted_is_not_shown_the_notice_as_well():
    turn, _ = await add(replace(TURN, data_request=DataRequest.DELETE), LAN)
    assert NOTICE not in texts(turn)
