"""A catalog as JSON and back is the same catalog, but for its intents."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, replace
from datetime import date
from typing import get_args

import numpy as np
import pytest

from bot.app import build_app, index_dir
from bot.content.loader import load_catalog
from bot.content.snapshot import from_snapshot, to_snapshot
from bot.domain.catalog import Catalog
from bot.domain.errors import IndexStale
from bot.domain.flows import (
    END,
    PERSON,
    AllOf,
    AnyOf,
    Branch,
    Call,
    Collect,
    Do,
    Flow,
    FlowId,
    Guide,
    Inspect,
    Is,
    Link,
    Not,
    Option,
    Say,
    SetSlots,
    Show,
    Step,
    StepId,
    only,
)
from bot.domain.knowledge import Confidence, Topic, TopicId, WhatIf
from bot.domain.pictures import Picture, PictureId
from bot.domain.scam_signs import ScamSign, ScamSigns
from bot.domain.understanding import LOOKED_UP_WHOLE, EntityPhrase
from bot.retrieval import index_store
from bot.settings import Settings
from tests.factories import citing, make_catalog, make_law, make_topic, write_content

FULL_LAW = make_law(
    amended_on=date(2020, 1, 1),
    amended_by=("a", "b"),
    lapsed_on=date(2020, 2, 29),
    lapsed_by=("c",),
    note="cần đối chiếu",
)
BARE_LAW = make_law("1-1900-nd-cp", in_force_from=None)
FULL_TOPIC = make_topic(
    confidence=Confidence.PLAN_ONLY,
    also=(TopicId("utility/dang-ky-tam-tru"),),
    aliases=("khai báo tạm trú",),
    audience=("citizen",),
    requires=("Tài khoản VNeID.",),
    documents=("Tờ khai.",),
    fee="7.000 đồng",
    time_limit="3 ngày",
    where="VNeID",
    authority="Công an cấp xã",
    legal=citing(FULL_LAW, BARE_LAW),
    related=(TopicId("account/quen-mat-khau"),),
    duties=("M071",),
    details=("Một dòng.",),
    steps=("Mở VNeID.",),
    pictures={1: PictureId("tat-may")},
    what_ifs=(WhatIf("Máy báo lỗi", "Thử lại."),),
    warnings=("Không nhờ người lạ.",),
    path="knowledge/services/dang-ky-tam-tru.md",
)
FULL_FLOW = Flow(
    FlowId("loi"),
    "Lối",
    "Dắt từng việc.",
    (
        Collect(
            StepId("hoi"), "hoi", "Hỏi gì?", (Option("Có", "co", StepId("lam"), ("ừ",)),),
            StepId("lam"), "tat-may",
        ),
        Do(
            StepId("lam"), "Làm.",
            (
                Branch(StepId("noi"), AllOf((Is("hoi", ("co", "x")), Not(Is("hoi", ("y",)))))),
                Branch(StepId("noi"), AnyOf((Is("a", ("b",)), AllOf((Is("c", ("d",)),))))),
                Branch(END),
            ),
            StepId("goi"), "được", FULL_TOPIC.id, "tat-may",
        ),
        Guide(
            StepId("dan"), FULL_TOPIC.id, only(END), 1, 2, {1: "được"}, {2: PERSON}, StepId("goi"),
        ),
        Inspect(StepId("tin"), "tin", "Dán vào.", only(END), StepId("noi")),
        Say(StepId("noi"), "Nói.", only(END), "tat-may"),
        Show(StepId("xem"), FULL_TOPIC.id, only(END)),
        SetSlots(StepId("ghi"), {"a": "b", "c": None}, only(END)),
        Call(StepId("goi"), FlowId("khac"), only(END)),
        Link(StepId("sang"), FlowId("khac")),
    ),
    (FULL_TOPIC.id,),
    "Xong.",
    "flows/loi.yaml",
)  # fmt: skip
PICTURES = {PictureId("tat-may"): Picture(PictureId("tat-may"), "Điện thoại đang tắt.")}
FULL_SIGNS = ScamSigns(
    (ScamSign("doi-ma", 2, FULL_TOPIC.id, "Tin hỏi mã.", ("đọc mã",)),),
    ScamSign("duong-dan", 2, FULL_TOPIC.id, "Tin có đường dẫn."),
    ("vneid.gov.vn",),
)


def make_full() -> Catalog:
    catalog = make_catalog([FULL_TOPIC], [FULL_LAW], flows=[FULL_FLOW])
    entities = (EntityPhrase("giay_to", "gplx", "bằng lái"),)
    return replace(catalog, scam_signs=FULL_SIGNS, entities=entities, pictures=PICTURES)


def through_json(catalog: Catalog) -> Catalog:
    return from_snapshot(json.loads(json.dumps(to_snapshot(catalog), ensure_ascii=False)))


def test_a_loaded_catalog_survives_json(tmp_path):
    catalog = load_catalog(write_content(tmp_path))
    kept = tuple(one for one in catalog.intents if one.family in LOOKED_UP_WHOLE)
    assert 0 < len(kept) < len(catalog.intents)
    assert through_json(catalog) == replace(catalog, intents=kept)
    assert through_json(catalog).flows_by_id == catalog.flows_by_id


def test_every_field_of_a_topic_and_of_a_law_survives_json():
    catalog = make_catalog([FULL_TOPIC, make_topic(id=TopicId("a/b"))], [FULL_LAW, BARE_LAW])
    assert through_json(catalog) == catalog
    assert type(through_json(catalog).topics[0].confidence) is Confidence


@pytest.mark.parametrize("name", [one.name for one in fields(Topic)])
def test_the_full_topic_of_this_test_leaves_no_field_empty(name):
    assert getattr(FULL_TOPIC, name)


def test_every_kind_of_step_and_condition_survives_json():
    again = through_json(make_full())
    assert again == make_full()
    assert {type(step) for step in again.flows[0].steps} == set(get_args(Step))


@pytest.mark.parametrize("step", FULL_FLOW.steps, ids=lambda one: one.kind)
def test_the_steps_of_this_test_leave_no_field_empty(step):
    assert all(getattr(step, one.name) for one in fields(step))


def test_a_snapshot_taken_twice_is_the_same():
    snapshot = to_snapshot(make_full())
    assert to_snapshot(from_snapshot(snapshot)) == snapshot


def without(data: dict, key: str) -> dict:
    return {name: value for name, value in data.items() if name != key}


SNAPSHOT = json.loads(json.dumps(to_snapshot(make_full())))
TOPIC, MESSAGES, FLOW = SNAPSHOT["topics"][0], SNAPSHOT["messages"], SNAPSHOT["flows"][0]
LAW_ID, LAW = next(iter(SNAPSHOT["laws"].items()))


NEEDED = {one.name for one in fields(Topic) if one.default is MISSING}
OPTIONAL = {one.name for one in fields(Topic)} - NEEDED


@pytest.mark.parametrize(
    "changes",
    [
        *({"topics": [without(TOPIC, name)]} for name in sorted(NEEDED)),
        {"topics": [TOPIC | {"confidence": "unheard-of"}]},
        {"topics": [TOPIC | {"sources": [{"name": "x"}]}]},
        {"laws": {LAW_ID: without(LAW, "title")}},
        {"laws": {LAW_ID: LAW | {"lapsed_on": "soon"}}},
        {"messages": without(MESSAGES, "clarify")},
        {"messages": MESSAGES | {"label_fee": "Lệ phí: {price}"}},
        {"messages": []},
        {"safety_phrases": []},
        {"flows": [without(FLOW, "steps")]},
        {"flows": [FLOW | {"steps": [{"id": "a", "kind": "unheard-of"}]}]},
        {"flows": [FLOW | {"steps": [{"id": "a"}]}]},
    ],
)
def test_a_snapshot_of_another_version_is_stale(changes):
    with pytest.raises(IndexStale, match="python -m bot index"):
        from_snapshot(SNAPSHOT | changes)


@pytest.mark.parametrize("key", ["topics", "laws", "intents", "messages"])
def test_a_snapshot_that_lacks_a_part_is_stale(key):
    with pytest.raises(IndexStale):
        from_snapshot(without(SNAPSHOT, key))


@pytest.mark.parametrize(
    "snapshot",
    [
        *(SNAPSHOT | {"topics": [without(TOPIC, name)]} for name in sorted(OPTIONAL)),
        *(without(SNAPSHOT, key) for key in ("flows", "safety_phrases", "scam_signs", "entities")),
        SNAPSHOT | {"laws": {LAW_ID: LAW | {"repealed": True}}},
        SNAPSHOT | {"promises": []},
    ],
)
def test_a_snapshot_with_less_or_more_than_this_version_saves_is_stale(snapshot):
    """Else an upgrade serves a catalog without emergency phrases, until the content changes."""
    with pytest.raises(IndexStale):
        from_snapshot(snapshot)


def test_an_index_with_an_older_snapshot_is_made_anew(tmp_path):
    """After an upgrade the content and the encoder are the same, but what was saved of them is
    not.
    """
    settings = Settings(
        _env_file=None, content_root=write_content(tmp_path / "root"), data_dir=tmp_path / "var"
    )
    build_app(settings)
    saved = index_dir(settings) / index_store.INDEX_FILE
    with np.load(saved) as members:
        parts = dict(members)
    older = without(json.loads(parts["catalog"].tobytes()), "messages")
    parts["catalog"] = np.frombuffer(json.dumps(older).encode(), dtype=np.uint8)
    np.savez(saved, **parts)

    with pytest.raises(IndexStale):
        build_app(settings.model_copy(update={"build_index_when_stale": False}))
    told = []
    app = build_app(settings, lambda: told.append("making the index"))

    assert told == ["making the index"]
    assert app.catalog.safety_phrases
    with np.load(saved) as members:
        assert json.loads(members["catalog"].tobytes()) == to_snapshot(app.catalog)
