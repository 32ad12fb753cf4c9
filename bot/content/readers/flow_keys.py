"""The keys of flow files, with the shape of what stands behind each. Declared once: the reader
takes no other, the JSON Schema for editors is made from them, and tests hold the guide to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, auto


class Shape(Enum):
    """What can stand behind a key."""

    TEXT = auto()
    #: What stands on a button.
    LABEL = auto()
    TEXTS = auto()
    #: The number of a topic's step, from 1.
    NUMBER = auto()
    #: For the number of a topic's step, a text.
    NUMBERED_TEXTS = auto()
    #: For the number of a topic's step, a way on.
    NUMBERED_WAYS = auto()
    #: The id of this flow, of this step; the value of an option.
    FLOW_ID = auto()
    STEP_ID = auto()
    VALUE = auto()
    #: The name of a slot; a list of slots, each with a value or none.
    SLOT = auto()
    SLOTS = auto()
    CONDITION = auto()
    #: The id of a step, or a special way such as END.
    WAY = auto()
    #: A way on, or branches.
    NEXT = auto()
    #: The id of a picture, of a topic, of a flow.
    PICTURE = auto()
    TOPIC = auto()
    TOPICS = auto()
    FLOW = auto()
    OPTIONS = auto()
    STEPS = auto()


#: A flow, a step, the value of an option.
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: Ids of the flows that are made of topics.
ID_OF_TOPIC = re.compile(r"t[0-9]+")
SLOT = re.compile(r"[a-z][a-z0-9_]*")

FLOW_KEYS: Mapping[str, Shape] = {
    "id": Shape.FLOW_ID,
    "title": Shape.LABEL,
    "description": Shape.TEXT,
    "topics": Shape.TOPICS,
    "closing": Shape.TEXT,
    "steps": Shape.STEPS,
}
FLOW_REQUIRED = ("id", "title", "description", "steps")
OPTION_KEYS: Mapping[str, Shape] = {
    "label": Shape.LABEL,
    "value": Shape.VALUE,
    "also": Shape.TEXTS,
    "next": Shape.WAY,
}
OPTION_REQUIRED = ("label", "next")
BRANCH_KEYS: Mapping[str, Shape] = {
    "if": Shape.CONDITION,
    "then": Shape.WAY,
    "else": Shape.WAY,
}
#: The keys of steps. Which of them a kind of step may and must have: `STEP_READERS`.
STEP_KEYS: Mapping[str, Shape] = {
    "id": Shape.STEP_ID,
    "collect": Shape.SLOT,
    "do": Shape.TEXT,
    "inspect": Shape.SLOT,
    "guide": Shape.TOPIC,
    "say": Shape.TEXT,
    "show": Shape.TOPIC,
    "set_slots": Shape.SLOTS,
    "call": Shape.FLOW,
    "link": Shape.FLOW,
    "ask": Shape.TEXT,
    "options": Shape.OPTIONS,
    "unsure": Shape.WAY,
    "check": Shape.TEXT,
    "topic": Shape.TOPIC,
    "trouble": Shape.WAY,
    "from": Shape.NUMBER,
    "to": Shape.NUMBER,
    "checks": Shape.NUMBERED_TEXTS,
    "troubles": Shape.NUMBERED_WAYS,
    "picture": Shape.PICTURE,
    "next": Shape.NEXT,
}
