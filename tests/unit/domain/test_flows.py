"""Flows as data: where a step leads, guides written out, and frames that serialise."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    Guide,
    Is,
    SetSlots,
    Show,
    StepId,
    only,
    ways_on,
)
from bot.domain.frames import Frame, Passed
from bot.domain.guides import MAX_LABEL_CHARS, shorten, topic_flow
from bot.domain.knowledge import TopicId, WhatIf
from bot.domain.pictures import PictureId
from tests.factories import make_catalog, make_topic
from tests.flow_factories import (
    LE_PHI,
    MAT_KHAU,
    TAM_TRU,
    call,
    inspect,
    link,
    make_flow,
    option,
    question,
    say,
    task,
)

BRANCHES = (Branch(StepId("x"), Is("a", ("1",))), Branch(StepId("y")))


@pytest.mark.parametrize(
    ("step", "ways"),
    [
        (question("q", option("A", "a", "x"), option("B", "b", "x"), unsure="y"), ("x", "y")),
        (question("q", option("A", "a", "x")), ("x",)),
        (task("t", branches=BRANCHES, trouble="z"), ("x", "y", "z")),
        (task("t"), (END, PERSON)),
        (inspect("i", "x", "y"), ("x", "y")),
        (say("s", "x"), ("x",)),
        (Show(StepId("s"), LE_PHI.id), (END,)),
        (SetSlots(StepId("s"), {}, BRANCHES), ("x", "y")),
        (call("c", "f", "x"), ("x",)),
        (link("l", "f"), (END,)),
        (Guide(StepId("g"), TAM_TRU.id, only(StepId("x")), troubles={2: StepId("y")}), ("x", "y")),
        (Guide(StepId("g"), TAM_TRU.id, only(StepId("x")), trouble=RETRY), ("x", RETRY)),
    ],
)
def test_a_step_leads_to_each_of_its_ways_once(step, ways):
    assert ways_on(step) == ways


def expanded(guide, *more, topics=(TAM_TRU, MAT_KHAU, LE_PHI)):
    first = question("dau", option("Đi tiếp", "di", guide.id), unsure=guide.id)
    flow = make_flow("loi", first, guide, *more)
    return make_catalog(topics, flows=[flow]).flows_by_id[flow.id]


def test_a_guide_becomes_one_task_for_each_step_of_its_topic():
    guide = Guide(
        StepId("lam"), TAM_TRU.id, only(StepId("cuoi")),
        checks={2: "máy hiện tờ khai"},
        troubles={1: StepId("cuoi")},
    )  # fmt: skip
    flow = expanded(guide, say("cuoi"))
    tasks = [flow.find_step(f"lam.{number}") for number in (1, 2, 3)]
    assert [one.text for one in tasks] == list(TAM_TRU.steps)
    assert [one.check for one in tasks] == ["", "máy hiện tờ khai", ""]
    assert [one.trouble for one in tasks] == ["cuoi", "lam.ket", "lam.ket"]
    assert [one.next for one in tasks] == [only(StepId(to)) for to in ("lam.2", "lam.3", "cuoi")]
    assert {one.topic for one in tasks} == {TAM_TRU.id}
    assert flow.find_step("lam") is None


def test_the_picture_of_a_topics_step_is_that_of_the_task():
    topic = replace(TAM_TRU, pictures={3: PictureId("tat-may")})
    flow = expanded(Guide(StepId("lam"), topic.id, only(END), first=2), topics=(topic,))
    assert [flow.find_step(f"lam.{number}").picture for number in (2, 3)] == ["", "tat-may"]


def test_every_way_to_a_guide_leads_to_its_first_part():
    guide = Guide(StepId("lam"), TAM_TRU.id, only(StepId("hoi")), first=2, trouble=PERSON)
    more = (
        inspect("hoi", "lam", "lam"),
        task("viec", "lam", "lam"),
        say("noi", "lam"),
        Show(StepId("xem"), LE_PHI.id, only(StepId("lam"))),
        SetSlots(StepId("ghi"), {}, (Branch(StepId("lam"), Is("dau", ("di",))), Branch(END))),
        Call(StepId("goi"), FlowId("t210"), only(StepId("lam"))),
    )
    flow = expanded(guide, *more)
    for step in flow.steps:
        assert "lam" not in ways_on(step)
    for step_id in ("dau", "hoi", "viec", "noi", "xem", "ghi", "goi"):
        assert "lam.2" in ways_on(flow.find_step(step_id))


def test_a_guide_may_tell_some_of_the_steps():
    guide = Guide(StepId("lam"), TAM_TRU.id, only(END), first=2, last=2, trouble=PERSON)
    flow = expanded(guide)
    assert [step.id for step in flow.steps] == ["dau", "lam.2"]


def test_a_guide_may_be_of_an_id_that_a_topic_also_has():
    also = TopicId("utility/tam-tru")
    guide = Guide(StepId("lam"), also, only(END), trouble=PERSON)
    flow = expanded(guide, topics=(replace(TAM_TRU, also=(also,)),))
    assert flow.find_step("lam.1").topic == TAM_TRU.id


def test_trouble_is_asked_about_with_what_the_topic_knows():
    flow = expanded(Guide(StepId("lam"), TAM_TRU.id, only(END)))
    asked = flow.find_step("lam.ket")
    assert [(one.label, one.next) for one in asked.options] == [
        ("Chủ nhà chưa xác nhận", "lam.ket.1"),
        ("Không vào được VNeID", "lam.ket.2"),
        ("Chuyện khác", PERSON),
    ]
    assert flow.find_step("lam.ket.1") == Do(
        StepId("lam.ket.1"), "Nhắc chủ nhà mở VNeID.", only(RETRY), topic=TAM_TRU.id
    )


@pytest.mark.parametrize(
    ("named", "repair"),
    [
        (MAT_KHAU.title, Call(StepId("lam.ket.1"), FlowId("t210"), only(RETRY))),
        (LE_PHI.title, Show(StepId("lam.ket.1"), LE_PHI.id, only(RETRY))),
    ],
)
def test_a_remedy_that_names_a_topic_leads_to_its_flow_or_its_answer(named, repair):
    topic = replace(TAM_TRU, what_ifs=(WhatIf("Hỏng", f'Xem chủ đề "{named}".'),))
    flow = expanded(Guide(StepId("lam"), topic.id, only(END)), topics=(topic, MAT_KHAU, LE_PHI))
    assert flow.find_step("lam.ket.1") == repair


def test_a_remedy_that_says_more_or_names_no_topic_is_a_task():
    for remedy in (f'Xem chủ đề "{MAT_KHAU.title}" rồi thử lại.', 'Xem chủ đề "Gì đó".'):
        topic = replace(TAM_TRU, what_ifs=(WhatIf("Hỏng", remedy),))
        flow = expanded(Guide(StepId("lam"), topic.id, only(END)), topics=(topic, MAT_KHAU))
        assert flow.find_step("lam.ket.1").text == remedy


def test_a_topic_with_steps_is_a_flow_of_its_own():
    flow = topic_flow(TAM_TRU)
    assert (flow.id, flow.title, flow.topics) == ("t310", TAM_TRU.title, (TAM_TRU.id,))
    assert topic_flow(replace(TAM_TRU, steps=("Một.",))) is None
    assert topic_flow(LE_PHI) is None


def test_an_authors_flow_takes_the_place_of_the_one_made_of_a_topic():
    flow = make_flow("dang-ky", say("noi"), topics=(TAM_TRU.id,))
    catalog = make_catalog([TAM_TRU, MAT_KHAU], flows=[flow])
    assert catalog.flows_of_topics == {TAM_TRU.id: flow, MAT_KHAU.id: topic_flow(MAT_KHAU)}
    assert set(catalog.flows_by_id) == {"dang-ky", "t310", "t210"}


@given(st.text(alphabet="abc đề .,:?;", max_size=120))
def test_a_shortened_label_fits_a_button_and_begins_as_the_text_does(text):
    label = shorten(text)
    assert len(label) <= MAX_LABEL_CHARS
    assert text.lower().startswith(label.rstrip("…").lower())


def test_a_label_is_cut_between_words():
    assert shorten("máy báo lỗi.") == "Máy báo lỗi"
    long = "khi bạn bấm nút thì " + "máy " * 20
    assert shorten(long).endswith("máy…")


TEXTS = st.text(max_size=8)
SLOTS = st.dictionaries(TEXTS, TEXTS, max_size=3)
FRAMES = st.builds(
    Frame,
    TEXTS.map(FlowId),
    TEXTS.map(StepId),
    SLOTS,
    st.lists(st.builds(Passed, TEXTS.map(StepId), TEXTS, SLOTS), max_size=4).map(tuple),
    SLOTS,
    st.booleans(),
)


@given(FRAMES)
def test_a_frame_that_is_stored_comes_back_equal(frame):
    assert Frame.from_data(json.loads(json.dumps(frame.to_data()))) == frame


def test_a_step_is_found_by_its_id():
    first = Collect(StepId("a"), "a", "?", ())
    flow = Flow(FlowId("f"), "F", "F", (first,))
    assert flow.find_step("a") is first
    assert flow.find_step("b") is None


def test_a_topic_with_the_limit_of_troubles_is_a_question_that_can_be_answered():
    what_ifs = tuple(WhatIf(f"Lỗi số {number}", "Thử lại.") for number in range(9))
    topic = make_topic(steps=("Một.", "Hai."), what_ifs=what_ifs)
    flow = make_catalog([topic]).flows_by_id[FlowId("t310")]
    options = flow.find_step("lam.ket").options
    assert len({one.value for one in options}) == len(options) == 10
