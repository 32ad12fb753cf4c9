"""What a pressed button carries: a verb and a number or name, at most 64 bytes."""

from __future__ import annotations

import re

from bot.domain.flows import FlowId, StepId
from bot.domain.knowledge import Topic

#: https://core.telegram.org/bots/api#inlinekeyboardbutton (callback_data, 1-64 bytes; read
#: 2026-11-21).
MAX_PAYLOAD_BYTES = 64

START, MENU, HANDOFF, NONE_OF_THESE = "start", "menu", "handoff", "none"
TOPIC, WHAT_IFS, DOCUMENTS, SOURCES, GROUP = "t", "w", "d", "s", "g"
#: Begin a flow, from its beginning or at a step (`f:kich-hoat:lam.2`); answer a step of a flow;
#: move about in the flow.
FLOW, ANSWER, MOVE = "f", "a", "m"
#: Ways to move about.
BACK, REPEAT, SKIP, RESTART, RESUME = "lui", "lap", "qua", "dau", "tiep"
STOP, PAUSE, ASK = "dung", "nghi", "hoi"
#: What is kept of the citizen; the ways to ask about it.
DATA = "x"
EXPORT, ASK_TO_DELETE, DELETE, KEEP = "xem", "hoi", "xoa", "khong"

#: A button that is none of ours.
UNKNOWN = "unknown"
#: A verb and names in ASCII kebab-case, without a number that could be somebody's.
_OURS = re.compile(rf"(?!.*\d{{4}})(?=.{{1,{MAX_PAYLOAD_BYTES}}}\Z)[a-z]+(?::[a-z0-9][a-z0-9.-]*)*")


def topic_payload(verb: str, topic: Topic) -> str:
    """Such as `t:310`: show topic 310."""
    return f"{verb}:{topic.code}"


def group_payload(group: str, page: int) -> str:
    """Such as `g:service:2`: the second page of a group."""
    return f"{GROUP}:{group}:{page}"


def storable_payload(payload: str) -> str:
    """The payload if it has the shape of ours; else one that stands for a button we do not know.
    Where presses come as texts, anybody can type anything for a payload: nothing of it is stored.
    """
    return payload if not payload or _OURS.fullmatch(payload) else UNKNOWN


def parse_payload(payload: str) -> tuple[str, ...]:
    """Verb and arguments; anything may come from outside, so nothing is promised about them."""
    return tuple(payload[:MAX_PAYLOAD_BYTES].split(":"))


def flow_payload(flow_id: FlowId) -> str:
    """Such as `f:kich-hoat`: begin this flow."""
    return f"{FLOW}:{flow_id}"


def data_payload(way: str) -> str:
    """Such as `x:xoa`: delete what is kept of the citizen."""
    return f"{DATA}:{way}"


def answer_payload(flow_id: FlowId, step_id: StepId, value: str) -> str:
    """Such as `a:kich-hoat:noi-cai:cua-hang`: this answer to this step, whenever it is pressed."""
    return f"{ANSWER}:{flow_id}:{step_id}:{value}"


def move_payload(move: str) -> str:
    """Such as `m:lui`: one step back."""
    return f"{MOVE}:{move}"
