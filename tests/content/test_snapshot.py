"""A catalog as JSON and back is the same catalog, but for its intents."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest

from bot.app import build_app, index_dir
from bot.content.loader import load_catalog
from bot.content.snapshot import from_snapshot, to_snapshot
from bot.domain.catalog import Catalog
from bot.domain.errors import IndexStale
from bot.domain.knowledge import Confidence, Topic, TopicId, WhatIf
from bot.retrieval.index_store import INDEX_FILE
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
    what_ifs=(WhatIf("Máy báo lỗi", "Thử lại."),),
    warnings=("Không nhờ người lạ.",),
    path="knowledge/services/dang-ky-tam-tru.md",
)


def through_json(catalog: Catalog) -> Catalog:
    return from_snapshot(json.loads(json.dumps(to_snapshot(catalog), ensure_ascii=False)))


def read_members(path):
    with np.load(path) as members:
        return dict(members)


def test_a_loaded_catalog_survives_json(tmp_path):
    catalog = load_catalog(write_content(tmp_path))
    assert catalog.intents
    assert through_json(catalog) == replace(catalog, intents=())


def test_every_field_of_a_topic_and_of_a_law_survives_json():
    catalog = make_catalog([FULL_TOPIC, make_topic(id=TopicId("a/b"))], [FULL_LAW, BARE_LAW])
    assert through_json(catalog) == catalog
    assert type(through_json(catalog).topics[0].confidence) is Confidence


@pytest.mark.parametrize("name", [one.name for one in fields(Topic)])
def test_the_full_topic_of_this_test_leaves_no_field_empty(name):
    assert getattr(FULL_TOPIC, name)


def test_a_snapshot_taken_twice_is_the_same():
    snapshot = to_snapshot(make_catalog([FULL_TOPIC], [FULL_LAW]))
    assert to_snapshot(from_snapshot(snapshot)) == snapshot


def without(data: dict, key: str) -> dict:
    return {name: value for name, value in data.items() if name != key}


SNAPSHOT = json.loads(json.dumps(to_snapshot(make_catalog([FULL_TOPIC], [FULL_LAW]))))
TOPIC, LAW, MESSAGES = SNAPSHOT["topics"][0], SNAPSHOT["laws"][0], SNAPSHOT["messages"]


@pytest.mark.parametrize(
    "changes",
    [
        *({"topics": [without(TOPIC, one.name)]} for one in fields(Topic)),
        {"topics": [TOPIC | {"confidence": "unheard-of"}]},
        {"topics": [TOPIC | {"sources": [{"name": "x"}]}]},
        {"laws": [without(LAW, "title")]},
        {"laws": [LAW | {"repealed": True}]},
        {"laws": [LAW | {"lapsed_on": "soon"}]},
        {"messages": without(MESSAGES, "clarify")},
        {"messages": MESSAGES | {"label_fee": "Lệ phí: {price}"}},
        {"messages": []},
        {"safety_phrases": []},
    ],
)
def test_a_snapshot_of_another_version_is_stale(changes):
    with pytest.raises(IndexStale, match="python -m bot index"):
        from_snapshot(SNAPSHOT | changes)


@pytest.mark.parametrize("key", SNAPSHOT)
def test_a_snapshot_that_lacks_a_part_is_stale(key):
    with pytest.raises(IndexStale):
        from_snapshot(without(SNAPSHOT, key))


def test_an_index_with_an_older_snapshot_is_made_anew(tmp_path):
    """After an upgrade the content and the encoder are the same, but what was saved of them is
    not.
    """
    settings = Settings(
        _env_file=None, content_root=write_content(tmp_path / "root"), data_dir=tmp_path / "var"
    )
    build_app(settings)
    saved = index_dir(settings) / INDEX_FILE
    members = read_members(saved)
    older = json.dumps(without(json.loads(members["catalog"].tobytes()), "safety_phrases"))
    np.savez(saved, **{**members, "catalog": np.frombuffer(older.encode(), dtype=np.uint8)})

    with pytest.raises(IndexStale):
        build_app(settings.model_copy(update={"build_index_when_stale": False}))
    told = []
    app = build_app(settings, lambda: told.append("making the index"))

    assert told == ["making the index"]
    assert app.catalog.safety_phrases
    assert "safety_phrases" in json.loads(read_members(saved)["catalog"].tobytes())
