"""What goes into the rules of the router, and what comes out of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.domain.frames import Frame
from bot.domain.messages import Reply
from bot.domain.session import Outcome, ScoredTopic, Session
from bot.retrieval.retriever import Retrieval


@dataclass(frozen=True)
class Request:
    """One utterance, cleaned and masked, with all that the rules need."""

    session: Session
    text: str
    payload: str
    has_personal_data: bool
    is_too_long: bool
    today: date
    #: What was found beforehand for the text or a piece of it; for others the retriever is asked.
    found: Mapping[str, Retrieval] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What a rule makes of a request."""

    outcome: Outcome
    replies: tuple[Reply, ...]
    topics: tuple[ScoredTopic, ...] = ()
    rule: str = ""
    figures: dict[str, float] = field(default_factory=dict)
    #: The flows begun and not ended after this turn; None leaves them as they were.
    frames: tuple[Frame, ...] | None = None
    #: Stable codes of what staff should know of, such as "flow_looped:kich-hoat".
    events: tuple[str, ...] = ()
