"""On a real store in a file of SQLite; engine and channel are small."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.bell import Bell
from bot.domain.cards import show_date
from bot.domain.deliveries import DeliveryStatus
from bot.domain.errors import StoreError
from bot.domain.messages import Utterance
from bot.domain.people import Address, ChannelId, Standing
from bot.domain.privacy import PRIVACY_NOTICE_VERSION
from bot.domain.updates import Update, UpdateKind
from bot.store.database import Database
from bot.store.deliveries import SqlDeliveries
from bot.store.schema import migrate
from bot.store.store import Limits, SqlStore
from bot.store.tables import conversations, deliveries, inbox, sessions
from tests.promises import (
    NAMES,
    NOW,
    TELEGRAM,
    Clock,
    claim,
    fill_bucket,
    person,
    promise,
    record,
    sent,
)
from tests.turn_factories import APOLOGY, NOTICE, Assistant, RememberingEngine, said

LAN, MINH = person(1), person(2)
GROUP = Address(TELEGRAM, "-1", is_group=True)


@pytest.fixture
async def database(tmp_path):
    one = Database(f"sqlite:///{tmp_path / 'test.db'}")
    await migrate(one)
    yield one
    await one.close()


@pytest.fixture
def store(database):
    return SqlStore(database, NAMES, Limits(1000, 1000))


@pytest.fixture
def assistant(store):
    return Assistant(store)


async def rows(database, table):
    async with database.reading() as connection:
        return (await connection.execute(select(table).order_by(*table.primary_key))).all()


async def promised(database, who=None):
    """The texts promised, of one person or of all."""
    return [
        row.data["params"]["text"]
        for row in await rows(database, deliveries)
        if who is None or row.conversation == NAMES.of(who)
    ]


async def states(database):
    return {row.update_id: row.state for row in await rows(database, inbox)}


async def find(store, who):
    async with store.transaction() as unit:
        return await unit.people.find(NAMES.of(who))


async def find_session(store, who):
    async with store.transaction() as unit:
        return await unit.sessions.find(NAMES.of(who))


# A turn


async def test_an_update_becomes_one_promise_and_one_save(assistant, database, store):
    await assistant.accept(said(1, "tạm trú", MINH))
    await assistant.work_off()
    await assistant.accept(said(2, "phí", MINH))
    assert await assistant.work_off() == 1
    assert await promised(database) == [NOTICE, "trả lời tạm trú", "trả lời phí"]
    session, version = await find_session(store, MINH)
    assert ([one.label for one in session.choices], version) == (["tạm trú", "phí"], 2)
    assert await states(database) == {"1": "done", "2": "done"}


async def test_an_update_that_comes_again_is_answered_once(assistant, database):
    for _ in range(3):
        await assistant.accept(said(1, "chào", LAN), said(1, "chào", LAN))
        await assistant.work_off()
    assert await promised(database) == [NOTICE, "trả lời chào"]


async def test_turns_are_taken_in_their_order(assistant, database):
    numbers = [5, 3, 9, 1, 7, 2, 8, 4, 6]
    await assistant.accept(*(said(number, str(number), LAN) for number in numbers))
    await assistant.work_off()
    assert await promised(database) == [NOTICE, *(f"trả lời {number}" for number in range(1, 10))]


async def test_nothing_is_promised_when_the_transaction_fails(assistant, database, store):
    """The turn was thought about and then forgotten; the next time it is taken once."""
    await assistant.accept(said(1, "chào", LAN))

    class Failing:
        def __init__(self, real):
            self.real = real

        async def __aenter__(self):
            self.unit = await self.real.__aenter__()
            return self.unit

        async def __aexit__(self, *_):
            error = StoreError("the power is gone")
            await self.real.__aexit__(StoreError, error, None)
            raise error

    class FailingStore:
        def transaction(self):
            return Failing(store.transaction())

    with pytest.raises(StoreError):
        await assistant.new_worker(FailingStore()).work_once()
    assert len(assistant.engine.heard) == 1
    assert await promised(database) == []
    await assistant.work_off()
    assert await promised(database) == [NOTICE, "trả lời chào"]


async def test_a_worker_cancelled_at_any_point_loses_and_repeats_nothing(assistant, database):
    texts = [str(number) for number in range(30)]
    await assistant.accept(*(said(int(one), one, person(int(one) % 3)) for one in texts))
    for steps in range(1, 60):
        task = asyncio.create_task(assistant.worker.work_once())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
    await assistant.work_off()
    found = [one for one in await promised(database) if one != NOTICE]
    assert sorted(found) == sorted(f"trả lời {one}" for one in texts)
    for who in range(3):
        mine = [one for one in await promised(database, person(who)) if one != NOTICE]
        assert mine == [f"trả lời {number}" for number in range(who, 30, 3)]


async def test_a_transaction_of_slow_turns_ends_early_and_the_rest_wait(store, database):
    """While it lasts nobody can store anything on SQLite."""
    clock = Clock()

    class SlowEngine(RememberingEngine):
        def run_turn(self, session, utterance, today):
            clock.pass_by(1)
            return super().run_turn(session, utterance, today)

    assistant = Assistant(store, clock, SlowEngine())
    await assistant.accept(*(said(number, str(number), person(number)) for number in range(5)))
    assert await assistant.worker.work_once() == 1
    assert await assistant.work_off() == 4


async def test_the_worker_rings_when_something_is_promised_and_wakes_when_something_came(
    assistant, database
):
    promised_bell = Bell()
    running = asyncio.create_task(
        assistant.worker.run(assistant.work, [promised_bell], asyncio.Event())
    )
    await assistant.accept(said(1, "chào", LAN))
    async with asyncio.timeout(5):
        await promised_bell.wait(5)
    assert await promised(database) == [NOTICE, "trả lời chào"]
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled()


# Faults


async def test_a_fault_of_the_engine_is_apologised_for_and_the_next_go_on(
    assistant, database, store
):
    await assistant.accept(said(1, "chào", LAN), said(2, "hỏng", LAN), said(3, "phí", LAN))
    await assistant.accept(said(4, "chào", MINH))
    await assistant.work_off()
    assert await promised(database, LAN) == [NOTICE, "trả lời chào", APOLOGY, "trả lời phí"]
    assert await promised(database, MINH) == [NOTICE, "trả lời chào"]
    session, _ = await find_session(store, LAN)
    assert [one.label for one in session.choices] == ["chào", "phí"]
    assert set((await states(database)).values()) == {"done"}
    assert ("failed", TELEGRAM) in assistant.observer.told


@pytest.mark.parametrize("text", ["khó", "lạ"])
async def test_a_reply_that_cannot_be_made_out_or_stored_fails_alone(assistant, database, text):
    """`khó` cannot be composed, `lạ` gives what no database can keep."""
    await assistant.accept(said(1, "chào", LAN), said(2, text, LAN), said(3, "phí", LAN))
    await assistant.accept(said(4, "chào", MINH))
    await assistant.work_off()
    assert await promised(database, LAN) == [NOTICE, "trả lời chào", "trả lời phí"]
    assert await promised(database, MINH) == [NOTICE, "trả lời chào"]
    assert await states(database) == {"1": "done", "2": "failed", "3": "done", "4": "done"}
    assert assistant.observer.told.count(("failed", TELEGRAM)) == 1
    assert all(row.data is None for row in await rows(database, inbox))


async def test_nothing_is_noted_of_a_turn_that_failed(assistant, store):
    """Who never saw the notice is shown it with the next answer."""
    await assistant.accept(said(1, "khó", LAN))
    await assistant.work_off()
    assert (await find(store, LAN)).notice_version == ""


async def test_an_update_that_cannot_be_read_fails_alone(assistant, database):
    """Another version of the program may have stored it."""
    await assistant.accept(said(1, "chào", LAN), said(2, "phí", LAN))
    async with database.writing() as connection:
        broken = inbox.update().where(inbox.c.update_id == "1")
        await connection.execute(broken.values(data={"kind": "new"}))
    await assistant.work_off()
    assert await promised(database) == [NOTICE, "trả lời phí"]
    assert await states(database) == {"1": "failed", "2": "done"}


async def test_an_update_of_a_channel_that_is_not_ready_waits_for_it(store, database):
    assistant = Assistant(store)
    worker = assistant.worker
    worker._composers = {TELEGRAM: assistant.composer}
    zalo = person(1, ChannelId.ZALO_OA)
    await assistant.accept(said(1, "chào", zalo), said(2, "chào", LAN))
    await assistant.work_off()
    assert await states(database) == {"1": "waiting", "2": "done"}
    worker._composers[ChannelId.ZALO_OA] = assistant.composer
    await assistant.work_off()
    assert await states(database) == {"1": "done", "2": "done"}


async def test_a_worker_goes_on_after_faults_of_every_kind(assistant, database, monkeypatch):
    monkeypatch.setattr("bot.dialogue.turn_worker._SECONDS_AFTER_FAULT", 0)
    work_once, faults = assistant.worker.work_once, [StoreError("away"), RuntimeError("ours")]

    async def failing():
        if faults:
            raise faults.pop()
        return await work_once()

    monkeypatch.setattr(assistant.worker, "work_once", failing)
    promised_bell = Bell()
    running = asyncio.create_task(
        assistant.worker.run(assistant.work, [promised_bell], asyncio.Event())
    )
    await assistant.accept(said(1, "chào", LAN))
    async with asyncio.timeout(5):
        await promised_bell.wait(5)
    running.cancel()
    await asyncio.wait({running})
    assert await promised(database) == [NOTICE, "trả lời chào"]


# Who comes, goes and moves


async def test_who_left_is_sent_nothing_more(assistant, database, store):
    await promise(store, LAN, "cũ")
    await assistant.accept(said(1, "chào", LAN))
    await assistant.work_off()
    await assistant.accept(Update("2", LAN, UpdateKind.LEFT, position=2))
    await assistant.work_off()
    found = await rows(database, deliveries)
    assert {row.status for row in found} == {DeliveryStatus.UNREACHABLE}
    assert {row.code for row in found} == {"left"}
    assert (await find(store, LAN)).standing is Standing.UNREACHABLE


async def test_who_joins_again_can_be_reached_and_is_greeted_where_the_channel_says_so(
    assistant, database, store
):
    joined = Utterance(payload="menu")
    await assistant.accept(
        Update("1", LAN, UpdateKind.LEFT, position=1),
        Update("2", LAN, UpdateKind.JOINED, position=2),
        Update("3", MINH, UpdateKind.JOINED, utterance=joined, position=3),
    )
    await assistant.work_off()
    assert (await find(store, LAN)).standing is Standing.ACTIVE
    assert await promised(database, LAN) == []
    assert await promised(database, MINH) == [NOTICE, "trả lời menu"]


async def test_a_group_that_moved_is_answered_at_its_new_address(assistant, database, store):
    await assistant.accept(said(1, "chào", GROUP))
    moved = Update("2", GROUP, UpdateKind.MOVED, position=2, moved_to="-1001")
    await assistant.accept(moved)
    await assistant.work_off()
    await fill_bucket(database)
    [one] = await claim(database)
    assert one.address == Address(TELEGRAM, "-1001", is_group=True)


async def test_in_a_group_each_question_stands_for_itself_and_nothing_is_kept(
    assistant, database, store
):
    await assistant.accept(said(1, "chào", GROUP, reply_to="8"), said(2, "phí", GROUP))
    await assistant.work_off()
    assert await promised(database) == ["trả lời chào", "trả lời phí"]
    assert await find_session(store, GROUP) is None
    assert await rows(database, sessions) == []
    assert (await find(store, GROUP)).notice_version == ""
    assert assistant.composer.occasions[0].update.reply_to == "8"


# What channels are told of the occasion


async def test_a_button_under_the_last_message_is_known_as_such(assistant, database):
    await fill_bucket(database)
    await assistant.accept(said(1, "chào", LAN))
    await assistant.work_off()
    for number in ("54", "55"):
        [one] = await claim(database)
        await record(database, one, sent(number))
    press = Utterance(payload="t:304")
    for position, under in ((2, "55"), (3, "55"), (4, "54")):
        update = Update(str(position), LAN, utterance=press, position=position, pressed_under=under)
        assistant.clock.pass_by(5)  # no double tap
        await assistant.accept(update)
        await assistant.work_off()
    under_last = [one.is_under_last_message for one in assistant.composer.occasions]
    assert under_last == [False, True, False, False]


# Notice, consent and data of one's own


async def test_the_notice_comes_first_once_and_who_goes_on_agrees(assistant, database, store):
    await assistant.accept(said(1, "một", LAN))
    await assistant.work_off()
    found = await find(store, LAN)
    assert (found.notice_version, found.consented_at) == (PRIVACY_NOTICE_VERSION, None)
    assistant.clock.pass_by(60)
    await assistant.accept(said(2, "hai", LAN))
    await assistant.work_off()
    await assistant.accept(said(3, "ba", LAN))
    assistant.clock.pass_by(60)
    await assistant.work_off()
    assert await promised(database) == [NOTICE, "trả lời một", "trả lời hai", "trả lời ba"]
    assert (await find(store, LAN)).consented_at == NOW + timedelta(seconds=60)


async def test_who_asks_for_their_data_is_told_what_is_kept(assistant, database):
    await assistant.accept(said(1, "chào", LAN))
    await assistant.work_off()
    await assistant.accept(said(2, "xuất", LAN))
    await assistant.work_off()
    *_, answer, data = await promised(database)
    assert answer == "trả lời xuất"
    assert data.splitlines() == [
        "Kênh: Telegram",
        "Nhắn lần đầu: 15:00 21/11/2026",
        "Nhắn lần cuối: 15:00 21/11/2026",
        f"Thông báo {show_date(PRIVACY_NOTICE_VERSION)}, 15:00 21/11/2026",
        "Đã nhận: 2",
        "Đã gửi: 2",
    ]


async def test_who_has_their_data_deleted_is_told_so_and_then_unknown(assistant, database, store):
    await fill_bucket(database)
    await assistant.accept(said(1, "chào", LAN))
    await assistant.work_off()
    await assistant.accept(said(2, "xóa", LAN))
    await assistant.work_off()
    assert await promised(database) == ["trả lời xóa"]
    assert await find_session(store, LAN) is None
    [one] = await claim(database)
    await SqlDeliveries(database).record([(one, sent("9"))], NOW)
    async with store.transaction() as unit:
        assert await unit.people.forget_those_who_asked() == 1
    for table in (conversations, deliveries, sessions):
        assert await rows(database, table) == []
    assert [(row.conversation, row.data) for row in await rows(database, inbox)] == [("", None)] * 2


async def test_what_waits_is_deleted_with_all_else_however_much_is_taken_at_once(
    assistant, database, store
):
    await assistant.accept(*(said(number, text, LAN) for number, text in enumerate(["xóa", "sau"])))
    await assistant.accept(said(9, "chào", MINH))
    await assistant.work_off()
    assert await promised(database, LAN) == ["trả lời xóa"]
    assert await promised(database, MINH) == [NOTICE, "trả lời chào"]
    assert set((await states(database)).values()) == {"done"}


async def test_who_writes_after_the_deletion_begins_anew(assistant, database, store):
    await assistant.accept(said(1, "chào", LAN))
    await assistant.work_off()
    await assistant.accept(said(2, "xóa", LAN))
    await assistant.work_off()
    await assistant.accept(said(3, "lại", LAN))
    await assistant.work_off()
    assert await promised(database) == ["trả lời xóa", NOTICE, "trả lời lại"]
    session, version = await find_session(store, LAN)
    assert ([one.label for one in session.choices], version) == (["lại"], 1)
    async with store.transaction() as unit:
        assert await unit.people.forget_those_who_asked() == 0


async def test_typing_is_shown_to_few_of_those_who_wait_long(store):
    shown = []

    async def show(address):
        shown.append(address)
        await asyncio.Event().wait()

    assistant = Assistant(store, typing={TELEGRAM: show})
    await assistant.accept(*(said(number, "chào", person(number)) for number in range(1, 11)))
    assistant.clock.pass_by(3)
    await assistant.work_off()
    assert shown == [person(1), person(2)]


async def test_typing_is_not_shown_to_who_waits_for_a_moment(store):
    shown = []

    async def show(address):
        shown.append(address)

    assistant = Assistant(store, typing={TELEGRAM: show})
    await assistant.accept(said(1, "chào", LAN))
    await assistant.work_off()
    assert shown == []


# A button that is tapped twice


def pressed(number, payload, under="40", who=LAN):
    return Update(
        str(number), who, utterance=Utterance("", payload), position=number, pressed_under=under
    )


async def answered(database):
    return [one for one in await promised(database) if one != NOTICE]


async def test_a_button_that_is_tapped_twice_is_answered_once(assistant, database, store):
    await assistant.accept(pressed(1, "f:kich-hoat"), pressed(2, "f:kich-hoat"))
    await assistant.work_off()
    await assistant.accept(pressed(3, "f:kich-hoat"))
    await assistant.work_off()
    assert await answered(database) == ["trả lời f:kich-hoat"]
    assert set((await states(database)).values()) == {"done"}
    assert (await find_session(store, LAN))[1] == 1


async def test_a_second_tap_while_the_answer_is_slow_is_no_other_wish(assistant, database):
    await assistant.accept(pressed(1, "m:back"))
    assistant.clock.pass_by(3)
    await assistant.accept(pressed(2, "m:back"))
    assistant.clock.pass_by(2)
    await assistant.work_off()
    assert await answered(database) == ["trả lời m:back"]


async def test_who_presses_again_after_the_answer_means_it(assistant, database):
    await assistant.accept(pressed(1, "m:back"))
    await assistant.work_off()
    assistant.clock.pass_by(2)
    await assistant.accept(pressed(2, "m:back"))
    await assistant.work_off()
    assert await answered(database) == ["trả lời m:back"] * 2


@pytest.mark.parametrize(
    "between",
    [pressed(2, "f:dong-ho"), pressed(2, "f:kich-hoat", under="41"), said(2, "khoan", LAN)],
    ids=["another button", "under another message", "words"],
)
async def test_what_comes_between_makes_it_another_press(assistant, database, between):
    await assistant.accept(pressed(1, "f:kich-hoat"), between, pressed(3, "f:kich-hoat"))
    await assistant.work_off()
    assert len(await answered(database)) == 3


async def test_words_may_be_said_twice_and_two_people_may_press_the_same(assistant, database):
    await assistant.accept(said(1, "1", LAN), said(2, "1", LAN))
    await assistant.accept(pressed(3, "f:a"), pressed(4, "f:a", who=MINH))
    await assistant.work_off()
    assert sorted(await answered(database)) == ["trả lời 1"] * 2 + ["trả lời f:a"] * 2


async def test_who_follows_again_is_greeted_again(assistant, database, store):
    """Their second greeting is no double tap: they had left in between."""

    def joined(number):
        return Update(
            str(number), LAN, UpdateKind.JOINED, utterance=Utterance("", "start"), position=number
        )

    await assistant.accept(joined(1), Update("2", LAN, UpdateKind.LEFT, position=2), joined(3))
    await assistant.work_off()
    assert (await find(store, LAN)).standing is Standing.ACTIVE
    assert await claim_pending(database) == ["trả lời start"]


async def claim_pending(database):
    return [
        row.data["params"]["text"]
        for row in await rows(database, deliveries)
        if row.status == "pending" and row.data["params"]["text"] != NOTICE
    ]


async def test_what_was_kept_before_it_was_stored_was_said_when_it_was_said(assistant, store):
    """Zalo tells the moment in milliseconds; the window for answers is counted from it."""
    said_at = NOW - timedelta(minutes=10)
    await assistant.accept(said(int(said_at.timestamp() * 1000), "chào", MINH))
    await assistant.work_off()
    assert (await find(store, MINH)).last_interaction_at == said_at
