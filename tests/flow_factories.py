"""Small flows, an engine over them that knows texts by heart, and a citizen who talks to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.dialogue.engine import Engine
from bot.dialogue.flow_runner import FlowRunner
from bot.dialogue.router import Router
from bot.domain.catalog import Catalog
from bot.domain.flows import (
    END,
    PERSON,
    RETRY,
    Branch,
    Call,
    Collect,
    Do,
    Flow,
    FlowId,
    Inspect,
    Is,
    Link,
    Option,
    Say,
    SetSlots,
    Show,
    Step,
    StepId,
    only,
)
from bot.domain.knowledge import Topic, TopicId, WhatIf
from bot.domain.messages import Button, Media, Utterance
from bot.domain.pictures import Picture, PictureId
from bot.domain.scam_signs import ScamSign, ScamSigns
from bot.domain.session import Outcome, Session, Turn
from bot.domain.understanding import Intent, IntentFamily, IntentName
from bot.nlu.safety import SafetyPhrases
from bot.retrieval.decision import Verdict
from bot.retrieval.option_guess import GuessOption, OptionGuess
from bot.retrieval.retriever import NOTHING, Candidate, Retrieval
from bot.text.fold import fold
from bot.text.normalize import words
from tests.factories import TODAY, make_catalog, make_topic

MAX_UTTERANCE_CHARS = 2000

TAM_TRU = make_topic(
    steps=("Mở VNeID.", "Chọn **Đăng ký tạm trú**.", "Bấm Gửi."),
    what_ifs=(
        WhatIf("Chủ nhà chưa xác nhận", "Nhắc chủ nhà mở VNeID."),
        WhatIf("Không vào được VNeID", 'Xem chủ đề "Quên mật khẩu VNeID".'),
    ),
)
MAT_KHAU = make_topic(
    id=TopicId("account/quen-mat-khau"),
    code=210,
    title="Quên mật khẩu VNeID",
    steps=("Mở VNeID.", "Bấm **Quên mật khẩu**."),
)
LE_PHI = make_topic(id=TopicId("service/le-phi"), code=320, title="Lệ phí tạm trú")
TOPICS = (TAM_TRU, MAT_KHAU, LE_PHI)


def option(label: str, value: str, to: str, *also: str) -> Option:
    """An answer to a question."""
    return Option(label, value, StepId(to), also)


def question(step_id: str, *options: Option, unsure: str = "", slot: str = "") -> Collect:
    """A question; who does not know goes on with `unsure`."""
    known = slot or step_id.replace("-", "_")
    return Collect(
        StepId(step_id), known, f"Hỏi {step_id}?", options, StepId(unsure) if unsure else None
    )


def task(step_id: str, to: str = END, trouble: str = PERSON, *, branches: tuple = ()) -> Do:
    """A task of the topic on temporary residence."""
    return Do(
        StepId(step_id),
        f"Làm {step_id}.",
        branches or only(StepId(to)),
        StepId(trouble),
        topic=TAM_TRU.id,
    )


def say(step_id: str, to: str = END) -> Say:
    """A sentence on the way."""
    return Say(StepId(step_id), f"Nói {step_id}.", only(StepId(to)))


def inspect(step_id: str, to: str = END, unsure: str = END) -> Inspect:
    """Asks for a suspicious message."""
    return Inspect(
        StepId(step_id), "tin", f"Dán {step_id} vào đây.", only(StepId(to)), StepId(unsure)
    )


def call(step_id: str, flow: str, to: str = END) -> Call:
    """Another flow in between."""
    return Call(StepId(step_id), FlowId(flow), only(StepId(to)))


def link(step_id: str, flow: str) -> Link:
    """Another flow from here on."""
    return Link(StepId(step_id), FlowId(flow))


def branch(slot: str, value: str, to: str) -> Branch:
    """A way on that is taken when the slot has the value."""
    return Branch(StepId(to), Is(slot, (value,)))


def make_flow(flow_id: str, *steps: Step, topics: tuple[TopicId, ...] = ()) -> Flow:
    """A flow that is titled after its id."""
    return Flow(FlowId(flow_id), f"Lối {flow_id}", f"Dắt qua {flow_id}.", steps, topics)


#: Every kind of way on: branches, a repair, another flow in between, a person, the end.
KICH_HOAT = make_flow(
    "kich-hoat",
    question(
        "muc",
        option("Mức 1", "muc-1", "noi"),
        option("Mức 2", "muc-2", "noi", "đã ra phường làm rồi"),
        unsure="noi",
    ),
    question(
        "noi",
        option("Cửa hàng ứng dụng", "cua-hang", "mo", "app store", "ch play"),
        option("Đường dẫn ai đó gửi", "duong-dan", "dung-lai"),
        unsure="mo",
    ),
    task("mo", trouble="loi", branches=(branch("muc", "muc-2", "bam"), Branch(StepId("sim")))),
    question(
        "sim",
        option("Còn SIM đó", "con", "bam"),
        option("Không còn nữa", "het", "khong-sim"),
        unsure="bam",
    ),
    task("bam", "xong", trouble="nang"),
    question(
        "loi",
        option("Mất mạng", "mang", "go-mang"),
        option("Báo câu khác", "khac", PERSON),
        unsure="go-mang",
    ),
    task("go-mang", RETRY),
    call("nang", "go-roi", RETRY),
    say("dung-lai", PERSON),
    Show(StepId("khong-sim"), LE_PHI.id),
    say("xong"),
)
GO_ROI = make_flow(
    "go-roi",
    question(
        "may", option("Máy đời mới", "moi", "tat-may"), option("Máy cũ", "cu", "hoi-sau"),
        unsure="tat-may",
    ),
    call("hoi-sau", "hoi-sau", "tat-may"),
    task("tat-may"),
)  # fmt: skip
HOI_SAU = make_flow("hoi-sau", question("tuoi", option("Trên 5 năm", "tren", END), unsure=END))
TIN_LA = make_flow(
    "tin-la",
    question("co-tin", option("Có tin đây", "co", "dan"), unsure="dan"),
    Inspect(
        StepId("dan"),
        "tin",
        "Bạn dán tin vào đây.",
        (branch("tin", "nhieu", "xoa"), Branch(StepId("can-than"))),
        StepId("can-than"),
    ),
    task("xoa"),
    say("can-than"),
)
VONG = make_flow(
    "vong",
    question("vao", option("Đi vòng", "vong", "mot"), option("Thôi", "thoi", END), unsure=END),
    say("mot", "hai"),
    SetSlots(StepId("hai"), {"vao": None}, only(StepId("mot"))),
)
#: Flows of two questions each, for being interrupted.
ONE, TWO, THREE, FOUR = (
    make_flow(
        name,
        question("dau", option("Đi tiếp", "tiep", "cuoi"), unsure="cuoi"),
        question("cuoi", option("Hết việc", "het", END), unsure=END),
    )
    for name in ("mot", "hai", "ba", "bon")
)
FLOWS = (KICH_HOAT, GO_ROI, HOI_SAU, TIN_LA, VONG, ONE, TWO, THREE, FOUR)

INTENTS = {
    "command/back": ("quay lại", "lùi lại"),
    "command/repeat": ("nhắc lại", "nói lại đi"),
    "command/skip": ("bỏ qua", "qua bước khác"),
    "command/restart": ("làm lại từ đầu",),
    "command/resume": ("làm tiếp", "tiếp tục"),
    "command/stop": ("dừng", "thôi không làm nữa"),
    "answer/yes": ("có", "dạ có", "vâng", "còn", "đúng rồi", "ừ"),
    "answer/ack": ("ok",),
    "answer/no": ("không", "không có", "chưa", "không phải"),
    "answer/done": ("xong rồi", "làm xong rồi", "rồi"),
    "answer/not-done": ("không được", "chưa xong", "máy báo lỗi"),
    "answer/unsure": ("không biết", "chịu"),
    "ask/fee": ("hết bao nhiêu tiền", "có mất phí không"),
    "ask/time": ("bao lâu thì xong",),
    "ask/place": ("làm ở đâu",),
    "ask/documents": ("cần giấy tờ gì",),
    "ask/steps": ("làm thế nào",),
    "ask/start": ("làm từng bước đi", "làm luôn"),
    "smalltalk/thanks": ("cảm ơn bạn nhiều",),
    "handoff/person": ("cho tôi gặp cán bộ",),
    "flow/kich-hoat": ("dắt tôi kích hoạt",),
    "event/kich-hoat": ("hôm qua nhà có chuyện",),
    "command/pause": ("để mai làm tiếp",),
    "smalltalk/complaint": ("bot ngu quá",),
}
PICTURES = {
    one: Picture(one, f"Hình {one}.") for one in (PictureId("tat-may"), PictureId("mo-may"))
}
SCAM_SIGNS = ScamSigns(
    (
        ScamSign("doi-ma", 2, LE_PHI.id, "Tin hỏi mã OTP.", ("đọc mã",)),
        ScamSign("xung-can-bo", 1, LE_PHI.id, "Người nhắn xưng là công an.", ("tôi là công an",)),
    ),
    ScamSign("duong-dan-la", 2, LE_PHI.id, "Tin có đường dẫn lạ."),
    ("vneid.gov.vn",),
)


def make_world(flows: Iterable[Flow] = FLOWS, topics: Iterable[Topic] = TOPICS) -> Catalog:
    """A catalog of small flows, three topics, and short lists of answers, commands and signs."""
    intents = (Intent(IntentName(name), examples) for name, examples in INTENTS.items())
    safety = {"emergency": ("cháy nhà",), "emergency_with_marks": (), "scam_pressure": ()}
    catalog = make_catalog(topics, intents=intents, flows=flows)
    return replace(catalog, safety_phrases=safety, scam_signs=SCAM_SIGNS, pictures=PICTURES)


def make_runner(*flows: Flow) -> FlowRunner:
    """A runner over flows without guides."""
    return FlowRunner({flow.id: flow for flow in flows})


class RetrieverByHeart:
    """Knows the titles of topics and the examples of intents, and nothing else."""

    def __init__(self, catalog: Catalog) -> None:
        self._topics = {_key(topic.title): topic.id for topic in catalog.topics}
        self._others = {
            _key(example): intent.name
            for intent in catalog.intents
            if intent.family != IntentFamily.ASK
            for example in intent.examples
        }

    def retrieve(self, text: str, count: int = 5) -> Retrieval:
        """What the text was learned as."""
        key = _key(text)
        if topic := self._topics.get(key):
            found = Candidate(topic, 1.0)
            return Retrieval((found,), found, Verdict.ANSWER, 1.0, 1.0)
        if other := self._others.get(key):
            return replace(NOTHING, best=Candidate(other, 1.0))
        return NOTHING


def _key(text: str) -> str:
    return fold(" ".join(words(text)))


def no_guess(step: Collect, text: str) -> OptionGuess | None:
    """Never guesses."""


def make_engine(catalog: Catalog, guess: GuessOption = no_guess) -> Engine:
    """An engine over this catalog."""
    safety = SafetyPhrases.of(**catalog.safety_phrases)
    retriever = RetrieverByHeart(catalog)
    router = Router(catalog, retriever, safety, guess, MAX_UTTERANCE_CHARS)  # type: ignore[arg-type]
    return Engine(router, MAX_UTTERANCE_CHARS)


class Conversation:
    """One citizen. The session is serialised and read back between all turns."""

    def __init__(self, catalog: Catalog | None = None, guess: GuessOption = no_guess) -> None:
        self.catalog = catalog or make_world()
        self._engine = make_engine(self.catalog, guess)
        self.session = Session("s")
        self.today = TODAY
        self.turns: list[Turn] = []

    def say(self, text: str) -> Turn:
        """Type a message."""
        return self._take(Utterance(text=text))

    def send(self, media: Media, text: str = "", payload: str = "") -> Turn:
        """Send what we cannot read, perhaps with something that we can."""
        return self._take(Utterance(text, payload, media))

    def press(self, payload: str) -> Turn:
        """Press a button, wherever it stands in the conversation."""
        return self._take(Utterance(payload=payload))

    def pick(self, label: str) -> Turn:
        """Press the button of the last turn with this label."""
        return self.press(next(one.payload for one in self.buttons if one.label == label))

    def start(self, flow: Flow, *labels: str) -> Turn:
        """Begin a flow and press buttons one after the other."""
        turn = self.press(f"f:{flow.id}")
        for label in labels:
            turn = self.pick(label)
        return turn

    def sleep(self, days: int = 1) -> None:
        """Come back on another day."""
        self.today += timedelta(days=days)

    def change_content(self, *flows: Flow, topics: Iterable[Topic] = TOPICS) -> None:
        """The editors published other flows in the meantime."""
        self.catalog = make_world(flows, topics)
        self._engine = make_engine(self.catalog)

    def _take(self, utterance: Utterance) -> Turn:
        turn = self._engine.run_turn(self.session, utterance, self.today)
        assert isinstance(turn.outcome, Outcome)
        assert turn.replies
        assert all(reply.text for reply in turn.replies)
        self.session = Session.from_data(json.loads(json.dumps(turn.session.to_data())))
        assert self.session == turn.session
        self.turns.append(turn)
        return turn

    @property
    def turn(self) -> Turn:
        """The last turn."""
        return self.turns[-1]

    @property
    def text(self) -> str:
        """All that was said in the last turn."""
        return "\n".join(reply.text for reply in self.turn.replies)

    @property
    def buttons(self) -> list[Button]:
        """All buttons of the last turn."""
        return [button for reply in self.turn.replies for button in reply.buttons]

    @property
    def labels(self) -> list[str]:
        """The labels of all buttons of the last turn."""
        return [button.label for button in self.buttons]

    @property
    def place(self) -> tuple[str, str] | None:
        """Flow and step where the citizen stands."""
        frames = self.session.frames
        return (frames[-1].flow_id, frames[-1].step_id) if frames else None

    @property
    def open_flows(self) -> list[str]:
        """Flows that were begun and not ended, the current last."""
        return [frame.flow_id for frame in self.session.frames]

    @property
    def slots(self) -> Mapping[str, str]:
        """What the current flow remembers."""
        return self.session.frames[-1].slots
