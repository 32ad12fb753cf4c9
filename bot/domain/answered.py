"""A turn as it is kept, so that a message that comes again is answered as it was, and not twice.

What the citizen typed is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.knowledge import TopicId
from bot.domain.messages import Button, Reply
from bot.domain.pictures import Picture, PictureId
from bot.domain.session import Outcome, ScoredTopic, Session, Turn


@dataclass(frozen=True, slots=True)
class Answered:
    """The last message by its name, and the turn that it led to where it may be told again."""

    #: Given by the client, or made of the button that was pressed.
    message: str
    turn: Turn | None = None


def turn_to_data(turn: Turn) -> dict[str, Any]:
    """JSON-ready data of what was told; `turn_from_data` tells it again."""
    return {
        "outcome": turn.outcome.value,
        "topics": [[one.id, one.score] for one in turn.topics],
        "replies": [
            {
                "text": reply.text,
                "buttons": [[one.label, one.payload] for one in reply.buttons],
                "picture": [reply.picture.id, reply.picture.alt] if reply.picture else [],
            }
            for reply in turn.replies
        ],
    }


def turn_from_data(data: Mapping[str, Any], session: Session) -> Turn:
    """The turn that gave this data, as far as it is told; `session` as it was left by it."""
    return Turn(
        session=session,
        replies=tuple(_reply(one) for one in data["replies"]),
        outcome=Outcome(data["outcome"]),
        topics=tuple(ScoredTopic(TopicId(name), score) for name, score in data["topics"]),
        rule="told_again",
    )


def _reply(data: Mapping[str, Any]) -> Reply:
    picture = (
        Picture(PictureId(data["picture"][0]), data["picture"][1]) if data["picture"] else None
    )
    buttons = tuple(Button(label, payload) for label, payload in data["buttons"])
    return Reply(data["text"], buttons, picture)
