"""The JSON Schema of flow files, so that editors complete and check them while they are written.

Draft 7 (https://json-schema.org/draft-07, read 2026-11-21), which is what the YAML extension of
VS Code and yaml-language-server know best. It says what the reader says, without what needs a look
at several places at once, such as whether a step is there: that is `python -m bot check`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from bot.content.checks.flow_questions import MAX_LABEL_CHARS, MAX_OPTIONS
from bot.content.marked_yaml import parse_marked
from bot.content.readers.flow_keys import (
    BRANCH_KEYS,
    FLOW_KEYS,
    FLOW_REQUIRED,
    ID,
    ID_OF_TOPIC,
    OPTION_KEYS,
    OPTION_REQUIRED,
    SLOT,
    STEP_KEYS,
    Shape,
)
from bot.content.readers.flows import STEP_READERS
from bot.domain.catalog import Catalog
from bot.domain.flows import SPECIAL_STEPS

Schema: TypeAlias = dict[str, Any]
#: What the keys are for, in the words that an editor shows: part of a file, key, words.
KeyHelp: TypeAlias = Mapping[str, Mapping[str, str]]

_HELP_PATH = Path(__file__).with_name("flow_key_help.yaml")
#: One line of text as editors read it. To our reader 8.000 is a text, as it is to people.
_ONE_LINE = ["string", "number"]
_NOT_BLANK = r"\S"
_STEP_NUMBER = "^[1-9][0-9]*$"
#: What a kind of step lacks in no file without an issue, though its reader can do without.
_NEEDED_TOO: Mapping[str, tuple[str, ...]] = {"collect": ("unsure",)}


def load_key_help() -> KeyHelp:
    """What every key of a flow file is for."""
    data: KeyHelp = parse_marked(_HELP_PATH.read_text(encoding="utf-8")).data
    return data


def flow_schema(catalog: Catalog) -> Schema:
    """The schema of a flow file that names the topics and flows of this catalog."""
    help_ = load_key_help()
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$comment": "Made by `python -m bot flows schema`. Do not edit.",
        **_mapping(FLOW_KEYS, FLOW_KEYS, FLOW_REQUIRED, help_["flow"]),
        "definitions": {
            **_SHAPES,
            **_named(catalog),
            "way": _way(help_["ways"]),
            "branch": _branch(help_["branch"]),
            "option": _mapping(OPTION_KEYS, OPTION_KEYS, OPTION_REQUIRED, help_["option"]),
            "step": {"oneOf": [_ref(f"step-{kind}") for kind in STEP_READERS]},
            **{f"step-{kind}": _step(kind, help_) for kind in STEP_READERS},
        },
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _whole(pattern: str) -> str:
    return f"^({pattern})$"


def _list_of(name: str, **limits: object) -> Schema:
    return {"type": "array", "items": _ref(name), **limits}


def _numbered(name: str) -> Schema:
    return {
        "type": "object",
        "patternProperties": {_STEP_NUMBER: _ref(name)},
        "additionalProperties": False,
    }


_TEXT: Schema = {"type": _ONE_LINE, "pattern": _NOT_BLANK}
_ID: Schema = {"type": ["string", "integer"], "pattern": _whole(ID.pattern)}
#: What can stand behind a key, by the name of its shape. The rest hangs on catalog and words.
_SHAPES: Mapping[str, Schema] = {
    "text": _TEXT,
    "label": {**_TEXT, "maxLength": MAX_LABEL_CHARS},
    "texts": _list_of("text"),
    "number": {"type": "integer", "minimum": 1},
    "numbered-texts": _numbered("text"),
    "numbered-ways": _numbered("way"),
    "flow-id": {**_ID, "not": {"type": "string", "pattern": _whole(ID_OF_TOPIC.pattern)}},
    "step-id": _ID,
    "value": _ID,
    "slot": {"type": "string", "pattern": _whole(SLOT.pattern)},
    "slots": {
        "type": "array",
        "items": {"type": "object", "additionalProperties": {"type": [*_ONE_LINE, "null"]}},
    },
    "condition": {"type": "string", "pattern": _NOT_BLANK},
    "next": {
        "anyOf": [
            _ref("way"),
            _list_of("branch", minItems=1, contains={"type": "object", "required": ["else"]}),
        ]
    },
    "topics": _list_of("topic"),
    "options": _list_of("option", minItems=1, maxItems=MAX_OPTIONS),
    "steps": _list_of("step", minItems=1),
}


def _named(catalog: Catalog) -> Schema:
    """The ids that can be named, each with its title; an older id of a topic too."""
    topics, flows = catalog.topics_by_id, catalog.flows_by_id
    pictures = sorted(catalog.pictures.values(), key=lambda one: one.id)
    return {
        "picture": _one_of({one.id: one.alt for one in pictures}),
        "topic": _one_of({one: topics[one].title for one in sorted(topics)}),
        "flow": _one_of({one: flows[one].title for one in sorted(flows)}),
    }


def _one_of(words: Mapping[str, str]) -> Schema:
    """One of some values. Editors show what is said of each, validators pass it over."""
    return {"enum": list(words), "enumDescriptions": list(words.values())}


def _way(words: Mapping[str, str]) -> Schema:
    special = _one_of({step: words[step] for step in SPECIAL_STEPS})
    return {"anyOf": [special, _ref(_name(Shape.STEP_ID))]}


def _branch(words: Mapping[str, str]) -> Schema:
    return {
        **_mapping(BRANCH_KEYS, BRANCH_KEYS, (), words),
        "if": {"required": ["else"]},
        "then": {"maxProperties": 1},
        "else": {"required": ["if", "then"]},
    }


def _step(kind: str, help_: KeyHelp) -> Schema:
    _, allowed, required = STEP_READERS[kind]
    does = help_["kinds"][kind]
    words = {**help_["step"], kind: f"{does[0].upper()}{does[1:]}. {help_['step'][kind]}"}
    needed = ("id", kind, *required, *_NEEDED_TOO.get(kind, ()))
    # The title names the whole step among the suggestions for a new one.
    return {"title": f"{kind}: {does}", **_mapping(STEP_KEYS, ("id", *allowed), needed, words)}


def _mapping(
    shapes: Mapping[str, Shape],
    allowed: Sequence[str] | Mapping[str, Shape],
    required: Sequence[str],
    words: Mapping[str, str],
) -> Schema:
    """A mapping with these keys and no other, of which some must be there."""
    properties = {key: {**_ref(_name(shapes[key])), "description": words[key]} for key in allowed}
    return {
        "type": "object",
        "properties": properties,
        "required": list(dict.fromkeys(required)),
        "additionalProperties": False,
    }


def _name(shape: Shape) -> str:
    return shape.name.lower().replace("_", "-")
