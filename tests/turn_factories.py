"""A small assistant at the ports, for tests of what stores updates and takes their turns."""

from __future__ import annotations

import threading
from dataclasses import replace

from bot.dialogue.additions import Additions
from bot.dialogue.receiving import StoringReceiver
from bot.dialogue.turn_taker import TurnTaker
from bot.dialogue.turn_worker import TurnWorker
from bot.domain.bell import Bell
from bot.domain.catalog import Catalog
from bot.domain.deliveries import Message
from bot.domain.messages import Reply, Utterance
from bot.domain.observer import NobodyWatching
from bot.domain.people import ChannelId
from bot.domain.session import Choice, DataRequest, Outcome, Turn
from bot.domain.system_texts import SystemText
from bot.domain.updates import Update
from tests.promises import Clock

NOTICE, APOLOGY = "Thông báo về dữ liệu.", "Xin lỗi, bạn thử lại sau nhé."
MESSAGES = {
    SystemText.PRIVACY_SHORT: NOTICE,
    SystemText.UNAVAILABLE: APOLOGY,
    SystemText.PERSONAL_DATA: "Có số cá nhân.",
    SystemText.PERSONAL_DATA_IN_GROUP: "Xóa tin đó đi.",
    SystemText.DATA_NOTHING: "Không lưu gì.",
    SystemText.DATA_CHANNEL: "Kênh: {channel}",
    SystemText.DATA_FIRST_SEEN: "Nhắn lần đầu: {time}",
    SystemText.DATA_LAST_SEEN: "Nhắn lần cuối: {time}",
    SystemText.WELCOME: "Chào bạn.",
    SystemText.GREETING: "Chào bạn. Hỏi gì?",
    SystemText.DATA_NOTICE: "Thông báo {version}, {time}",
    SystemText.DATA_NOTICE_SHOWN: "Thông báo {version}",
    SystemText.DATA_RECEIVED: "Đã nhận: {count}",
    SystemText.DATA_SESSION: "Ngày gần nhất: {date}",
    SystemText.DATA_TOPIC: "Chủ đề: {title}",
    SystemText.DATA_FLOW: "Hướng dẫn: {title}, {count} bước{answers}",
    SystemText.DATA_FLOW_ANSWERS: " ({labels})",
    SystemText.DATA_SENT: "Đã gửi: {count}",
}
CATALOG = Catalog((), {}, (), {str(key): text for key, text in MESSAGES.items()})
MAX_CHARS = 500


class RememberingEngine:
    """Answers with what was said, and remembers all of it as choices of the session. Some words do
    what some content would: `hỏng` fails, `xuất` and `xóa` ask for one's data or its end.
    """

    def __init__(self):
        self.heard = []
        self._lock = threading.Lock()

    def run_turn(self, session, utterance, today):
        with self._lock:
            self.heard.append((session.id, utterance.text))
        if utterance.text == "hỏng":
            raise RuntimeError("a fault of ours")
        after = replace(session, choices=(*session.choices, Choice(utterance.text, "x")))
        asked = {"xuất": DataRequest.EXPORT, "xóa": DataRequest.DELETE}.get(utterance.text)
        reply = Reply(f"trả lời {utterance.text}{utterance.payload}")
        return Turn(after, (reply,), Outcome.ANSWERED, data_request=asked)


class PlainComposer:
    """One message a reply. Cannot make out an answer to `khó`."""

    def __init__(self):
        self.occasions = []

    def compose(self, turn, occasion):
        self.occasions.append(occasion)
        if occasion.update.utterance.text == "khó":
            raise ValueError("a fault of ours")
        if occasion.update.utterance.text == "lạ":
            return (Message("sendMessage", {"text": object()}),)
        return tuple(Message("sendMessage", {"text": one.text}) for one in turn.replies)


class CountingObserver(NobodyWatching):
    """Keeps what it is told of updates, turns and attempts to send."""

    def __init__(self):
        self.told = []

    def stored(self, channel, count):
        self.told.append(("stored", channel, count))

    def dropped(self, channel, count):
        self.told.append(("dropped", channel, count))

    def turned(self, channel, outcome, seconds):
        self.told.append(("turned", channel, outcome))

    def failed(self, channel):
        self.told.append(("failed", channel))

    def sent(self, channel, status, code, seconds):
        self.told.append(("sent", status, code))


class Assistant:
    """A receiver and a turn worker on one store."""

    def __init__(self, store, clock=None, engine=None, typing=None):
        self.store = store
        self.typing = typing or {}
        self.clock = clock or Clock()
        self.engine = engine or RememberingEngine()
        self.composer = PlainComposer()
        self.observer = CountingObserver()
        self.work = Bell()
        #: Channels that a person switched off.
        self.off = set()
        self.receiver = StoringReceiver(
            store, self.clock, self.work, self.observer, MAX_CHARS, is_off=self.off.__contains__
        )
        self.worker = self.new_worker(store)

    def new_worker(self, store):
        """One more worker, perhaps of another process."""
        self.engine.catalog = CATALOG
        taker = TurnTaker(self.engine, self.clock, self.observer)
        composers = dict.fromkeys(ChannelId, self.composer)
        return TurnWorker(taker, Additions(self.engine), store, composers, self.typing)

    async def accept(self, *updates):
        await self.receiver.accept(updates)

    async def work_off(self):
        """Take turns until nothing waits; gives how many updates were dealt with."""
        count = 0
        while done := await self.worker.work_once():
            count += done
        return count


def said(number, text, who, **others):
    """Somebody wrote something; `number` is both id and position."""
    return Update(str(number), who, utterance=Utterance(text), position=number, **others)
