"""Whatever a citizen does and an author wrote, flows stop, stay bounded and can be left."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.flow_frames import MAX_DEPTH
from bot.dialogue.flow_pages import Asked, Walk
from bot.dialogue.flow_runner import MAX_STEPS_PER_TURN, MAX_WAITING, FlowRunner
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
    Not,
    Option,
    Say,
    SetSlots,
    StepId,
    only,
)
from bot.domain.frames import DONE, MAX_TRAIL, TROUBLE, UNSURE, Frame
from bot.domain.payloads import MAX_PAYLOAD_BYTES
from bot.domain.scam_signs import MANY, NONE
from tests.flow_factories import FLOWS, INTENTS, KICH_HOAT, Conversation, make_world

MAX_FRAMES = MAX_WAITING * MAX_DEPTH

# --- a citizen who does anything

WORLD = make_world()
#: The same flows after the editors took steps away.
SHORTER = tuple(
    replace(flow, steps=flow.steps[:1] + flow.steps[2:]) if len(flow.steps) > 2 else flow
    for flow in FLOWS
)
WORDS = [
    *(example for examples in INTENTS.values() for example in examples),
    *("1", "2", "3", "13", "310", "cái cuối", "nhầm, mức 2", "nhầm, không rõ", "không phải, mức 1"),
    *("mức 1", "cửa hàng", "lệ phí tạm trú", "Quên mật khẩu VNeID", "cháy nhà", "alo", "", "😀"),
    *("đọc mã cho tôi", "vào vneid.top", "số 079" + "123456789", "bông hoa tím", "a:b:c:d"),
]
PAYLOADS = [
    *(f"f:{flow.id}" for flow in FLOWS),
    *("m:lui", "m:lap", "m:qua", "m:dau", "m:tiep", "m:hoi", "m:x", "f:t310", "f:t210", "t:310"),
    *("a:kich-hoat:muc:muc-2", "a:kich-hoat:mo:ket", "a:kich-hoat:bam:ket", "a:go-roi:may:cu"),
    *("a:mot:dau:tiep", "a:tin-la:dan:nhieu", "a:vong:vao:vong", "a::::", "menu", "handoff"),
]
ACTIONS = st.one_of(
    st.tuples(st.just("type"), st.sampled_from(WORDS) | st.text(max_size=30)),
    st.tuples(st.just("press"), st.sampled_from(PAYLOADS)),
    st.tuples(st.just("offered"), st.integers(0, 20)),
    st.tuples(st.just("offered"), st.integers(0, 20)),
    st.tuples(st.just("older"), st.integers(0, 200)),
    st.tuples(st.just("sleep"), st.integers(1, 400)),
    st.tuples(st.just("publish"), st.sampled_from([FLOWS, SHORTER])),
)


class AnyCitizen(Conversation):
    """Does what it is told, and watches what comes back."""

    def __init__(self):
        super().__init__(WORLD)
        self.seen = ["f:kich-hoat"]

    def act(self, what, value):
        match what:
            case "type":
                self.say(value)
            case "press":
                self.press(value)
            case "offered":
                offered = [one.payload for one in self.buttons] if self.turns else self.seen
                self.press(offered[value % len(offered)] if offered else "menu")
            case "older":
                self.press(self.seen[value % len(self.seen)])
            case "sleep":
                self.sleep(value)
            case "publish":
                self.change_content(*value)
        if self.turns:
            self.check()

    def check(self):
        self.seen += [one.payload for one in self.buttons]
        frames = self.session.frames
        assert len(frames) <= MAX_FRAMES
        assert all(len(frame.trail) <= MAX_TRAIL for frame in frames)
        begun = [frame.flow_id for frame in frames if not frame.is_called]
        assert len(begun) <= MAX_WAITING
        assert len(set(begun)) == len(begun)
        assert not frames or not frames[0].is_called
        for button in self.buttons:
            assert button.label
            assert 1 <= len(button.payload.encode()) <= MAX_PAYLOAD_BYTES


@settings(max_examples=200, deadline=None)
@given(actions=st.lists(ACTIONS, max_size=25))
def test_any_conversation_is_answered_stays_bounded_and_can_be_left(actions):
    citizen = AnyCitizen()
    for action in actions:
        citizen.act(*action)
    for _ in range(MAX_WAITING):
        citizen.press("m:dung")
    assert citizen.session.frames == ()
    citizen.start(KICH_HOAT)
    assert citizen.place == ("kich-hoat", "muc")


@settings(max_examples=100, deadline=None)
@given(actions=st.lists(ACTIONS, max_size=15))
def test_going_on_after_anything_leads_to_a_question_a_person_or_the_end(actions):
    citizen = AnyCitizen()
    for action in actions:
        citizen.act(*action)
    if citizen.session.frames:
        place = citizen.place
        citizen.press("m:tiep")
        assert citizen.place == place or citizen.turn.events
        assert citizen.buttons or not citizen.session.frames


@settings(max_examples=100, deadline=None)
@given(actions=st.lists(ACTIONS, max_size=15), offered=st.lists(st.integers(0, 20), max_size=12))
def test_whatever_ended_or_was_stopped_can_be_gone_back_into(actions, offered):
    citizen = AnyCitizen()
    for action in actions:
        if action[0] != "publish":  # a step that is gone cannot be gone back to
            citizen.act(*action)
    citizen.start(KICH_HOAT)
    for number in offered:
        if before := citizen.session.frames:
            citizen.act("offered", number)
        if before and not citizen.session.frames:
            assert citizen.session.left == before
            citizen.press("m:lui")
            assert citizen.session.frames == before


# --- an author who writes anything

NAMES = ["a", "b", "c", "d", "e"]
FLOW_NAMES = ["mot", "hai", "ba"]
SLOTS = ["x", "y"]
VALUES = ["1", "2"]
WAYS = st.sampled_from([*NAMES, END, RETRY, PERSON]).map(StepId)
CONDITIONS = st.builds(Is, st.sampled_from(SLOTS), st.tuples(st.sampled_from(VALUES)))
NEXTS = st.one_of(
    WAYS.map(only),
    st.tuples(st.builds(Branch, WAYS, CONDITIONS | CONDITIONS.map(Not)), WAYS.map(Branch)),
)
SLOT_VALUES = st.dictionaries(
    st.sampled_from(SLOTS), st.none() | st.sampled_from(VALUES), max_size=2
)


def steps(step_id):
    name = StepId(step_id)
    options = st.tuples(*(WAYS.map(lambda to, one=one: Option(one, one, to)) for one in VALUES))
    flow = st.sampled_from([*FLOW_NAMES, "khong-co"]).map(FlowId)
    return st.one_of(
        st.builds(
            lambda slot, options, unsure: Collect(name, slot, "?", options, unsure),
            st.sampled_from(SLOTS), options, st.none() | WAYS,
        ),
        st.builds(lambda to, trouble: Do(name, ".", to, trouble), NEXTS, WAYS),
        st.builds(lambda to, unsure: Inspect(name, "x", "?", to, unsure), NEXTS, WAYS),
        NEXTS.map(lambda to: Say(name, ".", to)),
        st.builds(lambda slots, to: SetSlots(name, slots, to), SLOT_VALUES, NEXTS),
        st.builds(lambda flow, to: Call(name, flow, to), flow, NEXTS),
        flow.map(lambda flow: Link(name, flow)),
    )  # fmt: skip


ANY_FLOWS = st.tuples(
    *(
        st.tuples(*map(steps, NAMES)).map(lambda all_, one=one: Flow(FlowId(one), one, one, all_))
        for one in FLOW_NAMES
    )
)
ANSWERS = [*VALUES, DONE, TROUBLE, UNSURE, MANY, NONE, "la"]
MOVES = st.one_of(
    st.tuples(st.just("answer"), st.sampled_from(ANSWERS)),
    st.tuples(st.just("answer"), st.sampled_from(ANSWERS)),
    st.tuples(st.just("answer"), st.sampled_from(ANSWERS)),
    st.tuples(st.just("start"), st.sampled_from(FLOW_NAMES)),
    st.tuples(st.just("correct"), st.tuples(st.sampled_from(NAMES), st.sampled_from(ANSWERS))),
    st.tuples(st.sampled_from(["back", "resume", "restart", "stop"]), st.none()),
)


def moved(runner, frames, what, value) -> Walk | None:
    if what == "start":
        return runner.start(frames, runner.find_flow(value))
    if not frames:
        return None
    match what:
        case "answer":
            return runner.answer(frames, value)
        case "correct":
            return runner.correct(frames, *value)
        case _:
            return getattr(runner, what)(frames)


def read_back(frames):
    return tuple(Frame.from_data(json.loads(json.dumps(one.to_data()))) for one in frames)


@settings(max_examples=300, deadline=None)
@given(flows=ANY_FLOWS, moves=st.lists(MOVES, max_size=20))
def test_any_flows_stop_and_stay_bounded_whatever_is_answered(flows, moves):
    runner = FlowRunner({flow.id: flow for flow in flows})
    frames = runner.start((), flows[0]).frames
    for what, value in moves:
        walk = moved(runner, frames, what, value)
        if walk is None:
            continue
        assert walk.pages or what == "stop"
        assert len(walk.pages) <= MAX_STEPS_PER_TURN + 2
        assert sum(isinstance(page, Asked) for page in walk.pages) <= 1
        assert read_back(walk.frames) == walk.frames
        frames = walk.frames
        assert len(frames) <= MAX_FRAMES
        assert all(len(frame.trail) <= MAX_TRAIL for frame in frames)
        if walk.pages and isinstance(asked := walk.pages[-1], Asked):
            assert runner.waiting(frames) == asked
            number, count = asked.progress or (1, 1)
            assert 1 <= number <= count
    for _ in range(MAX_WAITING):
        frames = runner.stop(frames).frames if frames else ()
    assert frames == ()


@settings(max_examples=300, deadline=None)
@given(flows=ANY_FLOWS, answers=st.lists(st.sampled_from(ANSWERS), max_size=12))
def test_back_undoes_an_answer_that_led_on_in_the_same_flow(flows, answers):
    runner = FlowRunner({flow.id: flow for flow in flows})
    frames = runner.start((), flows[0]).frames
    for answer in answers:
        if not frames or runner.waiting(frames) is None:
            return
        after = runner.answer(frames, answer).frames
        is_longer = len(after) == len(frames) and len(after[-1].trail) == len(frames[-1].trail) + 1
        if is_longer and after[-1].flow_id == frames[-1].flow_id:
            # Going back asks again what was handed over and not yet needed.
            asked_again = (*frames[:-1], replace(frames[-1], given={}))
            assert runner.back(after).frames == asked_again
        frames = after
