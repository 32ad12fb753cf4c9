"""The schema that editors check flow files with agrees with the reader and the guide."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from bot.cli.flows import SCHEMA, schema_text
from bot.cli.main import main
from bot.content.flow_schema import flow_schema, load_key_help
from bot.content.issues import Severity
from bot.content.loader import load_catalog, load_content
from bot.content.marked_yaml import parse_marked
from bot.content.readers.flow_keys import BRANCH_KEYS, FLOW_KEYS, OPTION_KEYS, STEP_KEYS
from bot.content.readers.flows import STEP_READERS
from bot.domain.flows import SPECIAL_STEPS
from bot.settings import PROJECT_ROOT
from tests.factories import GIU_KIN, LAY_LAI, spoil

OWN_FLOWS = sorted((PROJECT_ROOT / "flows").glob("*.yaml"))
GUIDE = PROJECT_ROOT / "docs" / "noi-dung" / "viet-mot-loi-huong-dan.md"
KEYS_OF_KINDS = {key for _, allowed, _ in STEP_READERS.values() for key in allowed}


@cache
def own_schema() -> dict:
    return flow_schema(load_catalog(PROJECT_ROOT))


def faults(schema: dict, path: Path) -> list[str]:
    """What an editor marks in a file. Its numbered keys are texts there, as in JSON."""
    data = json.loads(json.dumps(parse_marked(path.read_text(encoding="utf-8")).data))
    return [error.message for error in Draft7Validator(schema).iter_errors(data)]


def test_the_schema_file_is_up_to_date():
    written = (PROJECT_ROOT / SCHEMA).read_text(encoding="utf-8")
    assert written == schema_text(load_catalog(PROJECT_ROOT)), "run `python -m bot flows schema`"


def test_the_command_writes_the_schema(tmp_path):
    path = tmp_path / "flow.schema.json"
    assert main(["flows", "schema", "--output", str(path)]) == 0
    assert json.loads(path.read_text(encoding="utf-8")) == own_schema()


def test_the_schema_is_one():
    Draft7Validator.check_schema(own_schema())


@pytest.mark.parametrize("path", OWN_FLOWS, ids=lambda path: path.stem)
def test_our_own_flow_has_no_fault(path):
    assert faults(own_schema(), path) == []


@pytest.mark.parametrize("path", [LAY_LAI, GIU_KIN])
def test_every_kind_of_step_and_key_that_the_reader_takes_has_no_fault(root, path):
    assert faults(flow_schema(load_catalog(root)), root / path) == []


#: A name, the piece of the flow that is spoiled, and what it becomes.
SPOILED = {
    "unknown key of the flow": ("closing: Bạn", "loi_ket: Bạn"),
    "unknown key of a step": ("    check: máy báo", "    kiem: máy báo"),
    "unknown key of an option": ("        also: [để ở nhà]", "        cach_khac: [để ở nhà]"),
    "unknown key of a branch": ("      - else: dan", "      - khac: dan"),
    "key of another kind of step": ("    call: giu-kin\n", "    call: giu-kin\n    check: được\n"),
    "no kind of step": ("    say: Bạn", "    noi: Bạn"),
    "two kinds of step": ("    say: Bạn", "    link: giu-kin\n    say: Bạn"),
    "step without an id": ("  - id: chao\n    say", "  - say"),
    "option without next": ("        value: khong\n        also: [để ở nhà]\n        next: hen\n",
                            "        value: khong\n"),
    "option without a label": ("      - label: Có\n        next", "      - next"),
    "question without unsure": ("    unsure: lam\n", ""),
    "task without trouble": ("    trouble: PERSON\n", ""),
    "task without topic": ("    check: máy báo đã đổi xong\n    topic: account/quen-mat-khau\n",
                           ""),
    "sentence without next": ("    say: Bạn giữ kín mật khẩu nhé.\n    next: END",
                              "    say: Bạn giữ kín mật khẩu nhé."),
    "id of the flow with a sign": ("id: lay-lai", "id: lay_lai"),
    "id of the flow like that of a topic": ("id: lay-lai", "id: t310"),
    "id of a step in capitals": ("  - id: chao", "  - id: CHAO"),
    "value with marks": ("value: khong", "value: không"),
    "slot with a dash": ("    inspect: tin", "    inspect: tin-la"),
    "way on with marks": ("next: RETRY", "next: làm"),
    "way on that is no special one": ("next: RETRY", "next: AGAIN"),
    "topic that is not there": ("guide: account/quen-mat-khau", "guide: account/khong-co"),
    "topic of the button that is not there": ("topics: [account/quen-mat-khau]", "topics: [a/b]"),
    "flow that is not there": ("    link: giu-kin", "    link: khong-co"),
    "branches without else": ("      - else: dan\n", ""),
    "branch with if and else": ("then: goi\n      - else: dan", "then: goi\n        else: dan"),
    "branch with if alone": ("        then: goi\n", ""),
    "no branches": ("    say: Bạn giữ kín mật khẩu nhé.\n    next: END",
                    "    say: Bạn giữ kín mật khẩu nhé.\n    next: []"),
    "step number that is no number": ("checks: {1:", "checks: {một:"),
    "step number from 0": ("    to: 1", "    to: 0"),
    "topics that are no list": ("topics: [account/quen-mat-khau]", "topics: account/quen-mat-khau"),
    "empty text": ("ask: Bạn có điện thoại ở đây không?", "ask:"),
    "text that is a list": ("ask: Bạn có điện thoại ở đây không?", "ask: [Bạn có không?]"),
    "label that no button holds": ("label: Có", "label: Có" + " lắm" * 15),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), SPOILED.values(), ids=SPOILED.keys())
def test_what_the_check_refuses_in_a_key_or_value_is_a_fault(root, old, new):
    schema = flow_schema(load_catalog(root))
    spoil(root, LAY_LAI, old, new)
    issues = [one for one in load_content(root)[1] if one.severity is Severity.ERROR]
    assert LAY_LAI in {one.path for one in issues}
    assert faults(schema, root / LAY_LAI)


def test_a_flow_without_steps_is_a_fault(root):
    schema = flow_schema(load_catalog(root))
    head, _, _ = (root / GIU_KIN).read_text(encoding="utf-8").partition("steps:")
    (root / GIU_KIN).write_text(f"{head}steps: []\n", encoding="utf-8")
    assert faults(schema, root / GIU_KIN)


@pytest.mark.parametrize("kind", STEP_READERS)
def test_the_keys_of_a_kind_of_step_are_those_of_its_reader(kind):
    _, allowed, required = STEP_READERS[kind]
    of_step = own_schema()["definitions"][f"step-{kind}"]
    assert set(of_step["properties"]) == {"id", *allowed}
    assert {"id", kind, *required} <= set(of_step["required"])


def test_no_key_is_declared_that_no_kind_of_step_has():
    assert STEP_KEYS.keys() == {"id", *KEYS_OF_KINDS}


def test_every_key_and_nothing_else_has_words_for_editors():
    assert {part: set(words) for part, words in load_key_help().items()} == {
        "flow": set(FLOW_KEYS),
        "kinds": set(STEP_READERS),
        "step": set(STEP_KEYS),
        "option": set(OPTION_KEYS),
        "branch": set(BRANCH_KEYS),
        "ways": set(SPECIAL_STEPS),
    }


def test_the_table_of_the_guide_says_what_editors_show_and_names_all_keys():
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|(.*?)\|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert {kind: words for kind, words, _ in rows} == load_key_help()["kinds"]
    for kind, _, keys in rows:
        _, allowed, required = STEP_READERS[kind]
        if kind != "show":  # its row says what comes of leaving out `next`
            needed, _, _ = keys.partition(";")
            assert set(required) <= set(re.findall(r"`(\w+)`", needed)), kind
        assert {kind, *re.findall(r"`(\w+)`", keys)} == set(allowed), kind


def test_the_guide_says_of_special_ways_what_editors_show():
    found = re.findall(r"^- `([A-Z]+)`: (.+)\.$", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert dict(found) == load_key_help()["ways"]


def test_topics_flows_and_special_ways_are_offered_with_their_titles():
    catalog, offered = load_catalog(PROJECT_ROOT), own_schema()["definitions"]
    named = {
        "topic": {one: topic.title for one, topic in catalog.topics_by_id.items()},
        "flow": {one: flow.title for one, flow in catalog.flows_by_id.items()},
    }
    for name, titles in named.items():
        ids, words = offered[name]["enum"], offered[name]["enumDescriptions"]
        assert dict(zip(ids, words, strict=True)) == titles
    assert offered["way"]["anyOf"][0]["enum"] == list(SPECIAL_STEPS)


def test_the_settings_of_vs_code_put_the_schema_on_every_flow_file():
    settings = json.loads((PROJECT_ROOT / ".vscode" / "settings.json").read_text("utf-8"))
    ((schema, files),) = settings["yaml.schemas"].items()
    assert PROJECT_ROOT / schema == PROJECT_ROOT / SCHEMA
    assert all(fnmatch(path.relative_to(PROJECT_ROOT).as_posix(), files) for path in OWN_FLOWS)
