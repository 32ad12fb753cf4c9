"""What a citizen is told of the data that is kept of them, may see and may delete: with the real
assistant, on every database.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from bot.dialogue import additions
from bot.dialogue.additions import Additions
from bot.dialogue.receiving import StoringReceiver
from bot.dialogue.turn_taker import TurnTaker
from bot.dialogue.turn_worker import TurnWorker
from bot.domain.bell import Bell
from bot.domain.deliveries import DeliveryStatus, Message, Verdict
from bot.domain.frames import Frame
from bot.domain.identity import ConversationNames
from bot.domain.messages import Utterance
from bot.domain.people import Address, ChannelId
from bot.domain.privacy import PRIVACY_NOTICE_VERSION
from bot.domain.session import Session
from bot.domain.store import Budget
from bot.domain.system_texts import SystemText
from bot.domain.updates import Update, UpdateKind
from bot.metrics import Metrics
from bot.store.deliveries import SqlDeliveries
from bot.store.store import Limits, SqlStore
from bot.store.tables import metadata
from bot.store.upkeep import Retention, Upkeep

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LAN = Address(ChannelId.ZALO_OA, "77000770007700077000")
NAMES = ConversationNames(b"a key for tests only")
RETENTION = Retention(session_days=30, message_days=30)

_EXCUSED_ID = "a name of ours that says nothing of anybody"
_EXCUSED_WORK = "how the work goes on; nothing of a person"
#: Every column that can hold something of a person, with what /dulieu says of it, or why nothing.
LISTED: dict[str, SystemText | str] = {
    "conversations.id": _EXCUSED_ID,
    "conversations.channel": SystemText.DATA_CHANNEL,
    "conversations.chat": SystemText.DATA_CHANNEL,
    "conversations.is_group": "groups are told nothing",
    "conversations.standing": "who asks can be reached",
    "conversations.last_interaction_at": SystemText.DATA_LAST_SEEN,
    "conversations.last_message_id": "empty once they have written, as who asks has",
    "conversations.notice_version": SystemText.DATA_NOTICE,
    "conversations.consented_at": SystemText.DATA_NOTICE,
    "conversations.created_at": SystemText.DATA_FIRST_SEEN,
    "conversations.forget_at": "empty once they write again, as who asks does",
    "sessions.id": _EXCUSED_ID,
    "sessions.data": "see SESSION and FRAME below",
    "sessions.version": _EXCUSED_WORK,
    "sessions.updated_at": SystemText.DATA_SESSION,
    "sessions.last_message": SystemText.DATA_SESSION,
    "sessions.last_turn": SystemText.DATA_SESSION,
    "inbox.id": _EXCUSED_WORK,
    "inbox.channel": SystemText.DATA_CHANNEL,
    "inbox.update_id": SystemText.DATA_RECEIVED,
    "inbox.conversation": _EXCUSED_ID,
    "inbox.position": SystemText.DATA_RECEIVED,
    "inbox.data": "erased with the turn; what waits now is what they ask this with",
    "inbox.state": _EXCUSED_WORK,
    "inbox.received_at": SystemText.DATA_RECEIVED,
    "inbox.done_at": SystemText.DATA_RECEIVED,
    "deliveries.id": _EXCUSED_WORK,
    "deliveries.channel": SystemText.DATA_CHANNEL,
    "deliveries.conversation": _EXCUSED_ID,
    "deliveries.lane": _EXCUSED_WORK,
    "deliveries.data": SystemText.DATA_SENT,
    "deliveries.is_repeatable": _EXCUSED_WORK,
    "deliveries.status": _EXCUSED_WORK,
    "deliveries.attempt": _EXCUSED_WORK,
    "deliveries.failures": _EXCUSED_WORK,
    "deliveries.due_at": _EXCUSED_WORK,
    "deliveries.leased_until": _EXCUSED_WORK,
    "deliveries.message_id": SystemText.DATA_SENT,
    "deliveries.code": _EXCUSED_WORK,
    "deliveries.created_at": SystemText.DATA_SENT,
    "deliveries.ended_at": SystemText.DATA_SENT,
}
#: The same for what is in `sessions.data`.
SESSION: dict[str, SystemText | str] = {
    "id": _EXCUSED_ID,
    "choices": SystemText.DATA_SESSION,
    "unclear_count": SystemText.DATA_SESSION,
    "frames": SystemText.DATA_FLOW,
    "last_on": SystemText.DATA_SESSION,
    "left": SystemText.DATA_FLOW,
    "yes": SystemText.DATA_SESSION,
    "no": SystemText.DATA_SESSION,
    "topic": SystemText.DATA_TOPIC,
}
FRAME: dict[str, SystemText | str] = {
    "flow_id": SystemText.DATA_FLOW,
    "step_id": SystemText.DATA_FLOW,
    "slots": SystemText.DATA_FLOW_ANSWERS,
    "trail": SystemText.DATA_FLOW,
    "given": SystemText.DATA_FLOW_ANSWERS,
    "is_called": _EXCUSED_WORK,
}
#: Tables that hold nothing of a person.
IMPERSONAL = {"channel_states", "leases", "grants", "uploads", "usage"}


class PlainComposer:
    """One message a reply."""

    def compose(self, turn, occasion):
        return tuple(Message("message/cs", {"text": one.text}) for one in turn.replies)


class Assistant:
    """The real assistant, with everything but a vendor."""

    def __init__(self, app, database):
        self.at = NOW
        self.catalog, self.database = app.catalog, database
        self.store = SqlStore(database, NAMES, Limits(1000, 1000))
        self.upkeep = Upkeep(database, NAMES, RETENTION)
        live = SimpleNamespace(run_turn=app.engine.run_turn, catalog=app.catalog)
        metrics = Metrics()
        taker = TurnTaker(live, self, metrics)
        composers = {LAN.channel: PlainComposer()}
        self.worker = TurnWorker(taker, Additions(live), self.store, composers)
        self.receiver = StoringReceiver(self.store, self, Bell(), metrics, 2000)
        self.count = 0

    def now(self):
        return self.at

    async def hear(self, utterance, address=LAN, kind=UpdateKind.UTTERANCE):
        """One thing happens; what is promised to be said about it."""
        self.count += 1
        self.at += timedelta(minutes=1)
        before = {row["id"] for row in (await self.rows())["deliveries"]}
        update = Update(f"u{self.count}", address, kind, utterance, position=self.count)
        await self.receiver.accept([update])
        await self.worker.work_once()
        rows = (await self.rows())["deliveries"]
        return [row["data"]["params"]["text"] for row in rows if row["id"] not in before]

    async def say(self, text, address=LAN):
        return await self.hear(Utterance(text), address)

    async def press(self, payload):
        return await self.hear(Utterance(payload=payload))

    async def send_all(self):
        """Everything that is promised arrives."""
        sender, plenty = SqlDeliveries(self.database), Budget(1000, 1000)
        self.at += timedelta(minutes=1)
        while claimed := await sender.claim(LAN.channel, 100, 40, plenty, self.at):
            sent = Verdict(DeliveryStatus.SENT, message_id="m")
            await sender.record([(one, sent) for one in claimed], self.at)

    async def rows(self):
        async with self.database.reading() as connection:
            return {
                table.name: [
                    dict(row) for row in (await connection.execute(select(table))).mappings()
                ]
                for table in metadata.sorted_tables
            }

    async def person(self, address=LAN):
        rows = (await self.rows())["conversations"]
        return next((row for row in rows if row["chat"] == address.chat), None)

    async def traces_of(self, address):
        """Every column that holds the address of somebody or the name of their conversation."""
        wanted = (address.chat, NAMES.of(address))
        return {
            f"{table}.{column}"
            for table, rows in (await self.rows()).items()
            for row in rows
            for column, value in row.items()
            if any(one in str(value) for one in wanted)
        }


@pytest.fixture
def assistant(app, database):
    return Assistant(app, database)


async def test_the_notice_is_shown_once_and_going_on_after_it_is_kept_as_consent(assistant):
    notice = assistant.catalog.message(SystemText.PRIVACY_SHORT)
    first = await assistant.say("quên mật khẩu vneid")
    assert first[0] == notice
    person = await assistant.person()
    assert (person["notice_version"], person["consented_at"]) == (PRIVACY_NOTICE_VERSION, None)
    second = await assistant.say("lệ phí tạm trú")
    assert notice not in second
    assert (await assistant.person())["consented_at"] == assistant.at
    agreed_at = assistant.at
    await assistant.say("cảm ơn")
    assert (await assistant.person())["consented_at"] == agreed_at


async def test_a_new_notice_is_shown_again_and_asks_for_consent_anew(assistant, monkeypatch):
    await assistant.say("quên mật khẩu vneid")
    await assistant.say("cảm ơn")
    monkeypatch.setattr(additions, "PRIVACY_NOTICE_VERSION", "2027-01-01")
    told = await assistant.say("lệ phí tạm trú")
    assert told[0] == assistant.catalog.message(SystemText.PRIVACY_SHORT)
    person = await assistant.person()
    assert (person["notice_version"], person["consented_at"]) == ("2027-01-01", None)
    await assistant.say("cảm ơn")
    assert (await assistant.person())["consented_at"] == assistant.at


async def test_to_look_at_ones_data_is_going_on_too(assistant):
    await assistant.say("quên mật khẩu vneid")
    await assistant.say("/dulieu")
    assert (await assistant.person())["consented_at"] == assistant.at


def test_all_that_is_kept_is_listed_or_excused():
    """A new column fails here until /dulieu tells of it."""
    tables = [one for one in metadata.sorted_tables if one.name not in IMPERSONAL]
    assert set(LISTED) == {f"{one.name}.{column.name}" for one in tables for column in one.columns}
    assert set(SESSION) == {one.name for one in fields(Session)}
    assert set(FRAME) == {one.name for one in fields(Frame)}


async def test_all_that_is_listed_is_told(assistant):
    await assistant.say("quên mật khẩu vneid")
    await assistant.press("f:kich-hoat")
    flow = assistant.catalog.flows_by_id["kich-hoat"]
    step = flow.steps[0]
    await assistant.press(f"a:kich-hoat:{step.id}:{step.options[0].value}")
    await assistant.say("lệ phí đăng ký tạm trú")
    told = "\n".join(await assistant.say("/dulieu"))
    keys = {one for table in (LISTED, SESSION, FRAME) for one in table.values()}
    for key in keys & set(SystemText):
        beginning = assistant.catalog.messages[key].partition("{")[0]
        assert beginning.strip("- ") in told, key
    assert flow.title in told
    assert step.options[0].label in told


async def test_what_is_deleted_is_gone_once_the_answer_arrived(assistant):
    await assistant.say("quên mật khẩu vneid")
    await assistant.press("f:kich-hoat")
    await assistant.send_all()
    await assistant.say("/xoadulieu")
    told = await assistant.say("có")
    assert told == [assistant.catalog.message(SystemText.DATA_DELETED)]
    rows = await assistant.rows()
    assert rows["sessions"] == []
    assert [one["data"]["params"]["text"] for one in rows["deliveries"]] == told
    assert all(one["data"] is None for one in rows["inbox"])
    # Where to send the answer is known until it is sent.
    assert await assistant.upkeep.forget_those_who_asked() == 0
    await assistant.send_all()
    assert await assistant.upkeep.forget_those_who_asked() == 1
    assert await assistant.traces_of(LAN) == set()


async def test_who_writes_again_begins_anew(assistant):
    await assistant.say("quên mật khẩu vneid")
    await assistant.press("f:kich-hoat")
    await assistant.say("/xoadulieu")
    await assistant.say("xóa hết")
    told = await assistant.say("lệ phí tạm trú")
    assert told[0] == assistant.catalog.message(SystemText.PRIVACY_SHORT)
    person = await assistant.person()
    assert (person["forget_at"], person["consented_at"]) == (None, None)
    (session,) = (await assistant.rows())["sessions"]
    assert session["data"]["frames"] == []
    await assistant.send_all()
    assert await assistant.upkeep.forget_those_who_asked() == 0


async def test_addresses_are_in_one_column_and_names_of_conversations_say_nothing(assistant):
    await assistant.say("quên mật khẩu vneid")
    await assistant.press("f:kich-hoat")
    rows = await assistant.rows()
    holding = {
        f"{table}.{column}"
        for table, found in rows.items()
        for row in found
        for column, value in row.items()
        if LAN.chat in str(value)
    }
    assert holding == {"conversations.chat"}
    other = ConversationNames(b"another key, for tests")
    assert other.of(LAN) != NAMES.of(LAN)


async def test_in_a_group_nothing_is_told_of_anybody_and_nothing_deleted(assistant):
    group = Address(LAN.channel, "990099", is_group=True)
    await assistant.say("quên mật khẩu vneid", group)
    told = "\n".join(await assistant.say("/dulieu", group))
    assert assistant.catalog.messages[SystemText.DATA_LAST_SEEN].partition("{")[0] not in told
    assert (await assistant.person(group))["notice_version"] == ""
    await assistant.hear(Utterance(payload="x:xoa"), group)
    assert (await assistant.person(group))["forget_at"] is None


async def test_who_unfollows_gets_nothing_more_until_they_come_back(assistant):
    await assistant.say("quên mật khẩu vneid")
    await assistant.hear(Utterance(), kind=UpdateKind.LEFT)
    assert (await assistant.person())["standing"] == "unreachable"
    rows = (await assistant.rows())["deliveries"]
    assert {(row["status"], row["code"]) for row in rows} == {("unreachable", "left")}
    await assistant.hear(Utterance(), kind=UpdateKind.JOINED)
    assert (await assistant.person())["standing"] == "active"


async def test_who_is_silent_for_long_is_forgotten_with_everything(assistant):
    await assistant.say("quên mật khẩu vneid")
    await assistant.press("f:kich-hoat")
    await assistant.send_all()
    await assistant.upkeep.forget_old(assistant.at + timedelta(days=29))
    assert "sessions.id" in await assistant.traces_of(LAN)
    await assistant.upkeep.forget_old(assistant.at + timedelta(days=31))
    assert await assistant.traces_of(LAN) == set()


async def test_what_was_said_is_gone_from_the_disk_once_it_is_answered(assistant, database_url):
    if not database_url.startswith("sqlite:"):
        pytest.skip("how PostgreSQL keeps its files is its own")
    path = database_url.removeprefix("sqlite:///")
    said = "thach bom o khom tra long bay"
    await assistant.say(said)
    await assistant.upkeep.clear_traces()
    assert said not in disk(path)


def disk(path):
    files = (Path(path + suffix) for suffix in ("", "-wal", "-shm"))
    return b"".join(one.read_bytes() for one in files).decode(errors="ignore")
