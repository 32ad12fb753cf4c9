"""What a pressed button carries: a verb and a number or name, at most 64 bytes."""

from __future__ import annotations

from bot.domain.flows import FlowId, StepId
from bot.domain.knowledge import Topic

#: https://core.telegram.org/bots/api#inlinekeyboardbutton (callback_data, 1-64 bytes; read
#: 2026-11-21).
MAX_PAYLOAD_BYTES = 64

MENU, HANDOFF, NONE_OF_THESE = "menu", "handoff", "none"
TOPIC, WHAT_IFS, DOCUMENTS, SOURCES, GROUP = "t", "w", "d", "s", "g"
#: Begin a flow; answer a step of a flow; move about in the flow.
FLOW, ANSWER, MOVE = "f", "a", "m"
#: Ways to move about.
BACK, REPEAT, SKIP, RESTART, RESUME = "lui", "lap", "qua", "dau", "tiep"
STOP, PAUSE, ASK = "dung", "nghi", "hoi"


def topic_payload(verb: str, topic: Topic) -> str:
    """Such as `t:310`: show topic 310."""
    return f"{verb}:{topic.code}"


def group_payload(group: str, page: int) -> str:
    """Such as `g:service:2`: the second page of a group."""
    return f"{GROUP}:{group}:{page}"


def parse_payload(payload: str) -> tuple[str, ...]:
    """Verb and arguments; anything may come from outside, so nothing is promised about them."""
    return tuple(payload[:MAX_PAYLOAD_BYTES].split(":"))


def flow_payload(flow_id: FlowId) -> str:
    """Such as `f:kich-hoat`: begin this flow."""
    return f"{FLOW}:{flow_id}"


def answer_payload(flow_id: FlowId, step_id: StepId, value: str) -> str:
    """Such as `a:kich-hoat:noi-cai:cua-hang`: this answer to this step, whenever it is pressed."""
    return f"{ANSWER}:{flow_id}:{step_id}:{value}"


def move_payload(move: str) -> str:
    """Such as `m:lui`: one step back."""
    return f"{MOVE}:{move}"
