"""Links that open a private chat at an exact topic, flow or step: `https://t.me/<bot>?start=t_304`.

A payload may hold colons, a start parameter only `A-Za-z0-9_-`, at most 64 of them
(https://core.telegram.org/bots/features#deep-linking, read 2026-11-20). Ids of content are ASCII
kebab-case, those of steps made of a guide have a dot (`lam.1`): a colon becomes one underscore and
a dot two.
"""

from __future__ import annotations

import re

from bot.domain.payloads import (
    ASK_TO_DELETE,
    DATA,
    DOCUMENTS,
    EXPORT,
    FLOW,
    GROUP,
    HANDOFF,
    MENU,
    SOURCES,
    START,
    TOPIC,
    WHAT_IFS,
)

MAX_PARAMETER_CHARS = 64
#: What can be begun from outside a conversation, with how many arguments it has. Answers to a step
#: and moves within a flow mean nothing to who opens a link.
_ARGUMENT_COUNTS = {
    **dict.fromkeys((START, MENU, HANDOFF), (0,)),
    **dict.fromkeys((TOPIC, WHAT_IFS, DOCUMENTS, SOURCES), (1,)),
    GROUP: (2,),
    #: A flow, or a flow at one of its steps.
    FLOW: (1, 2),
}
_PART = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


def to_start_parameter(payload: str) -> str | None:
    """The payload as a start parameter; None when a link cannot carry it."""
    parts = payload.split(":")
    if not _is_linkable(parts):
        return None
    parameter = "_".join(parts).replace(".", "__")
    return parameter if len(parameter) <= MAX_PARAMETER_CHARS else None


def from_start_parameter(parameter: str) -> str:
    """The payload that gave a start parameter; that of a plain /start for anything else."""
    parts = parameter.replace("__", ".").split("_")
    if len(parameter) > MAX_PARAMETER_CHARS or not _is_linkable(parts):
        return START
    return ":".join(parts)


def deep_link(bot_username: str, payload: str) -> str | None:
    """The link that has the effect of pressing a button with this payload in a private chat; None
    when there is none. Where the names of a flow and its step are too long together, it begins the
    flow.
    """
    parameter = to_start_parameter(payload)
    if parameter is None and payload.startswith(f"{FLOW}:"):
        parameter = to_start_parameter(":".join(payload.split(":")[:2]))
    return f"{chat_link(bot_username)}?start={parameter}" if parameter else None


def chat_link(bot_username: str) -> str:
    """The link that opens the private chat."""
    return f"https://t.me/{bot_username}"


def _is_linkable(parts: list[str]) -> bool:
    verb, *arguments = parts
    # Nothing is deleted by a link that somebody else may have made: it asks.
    if verb == DATA:
        return arguments in ([EXPORT], [ASK_TO_DELETE])
    return len(arguments) in _ARGUMENT_COUNTS.get(verb, ()) and all(
        _PART.fullmatch(one) for one in arguments
    )
