"""A citizen's conversation: plain data that serialises, and how a turn can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.domain.frames import Frame
from bot.domain.messages import Reply


class Outcome(StrEnum):
    """Every way a turn can end."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    UNKNOWN = "unknown"
    SMALLTALK = "smalltalk"
    SAFETY = "safety"
    HANDOFF = "handoff"
    FLOW_STARTED = "flow_started"

    @property
    def label(self) -> str:
        """What staff see, in Vietnamese."""
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS = {
    Outcome.ANSWERED: "đã trả lời",
    Outcome.CLARIFY: "đưa lựa chọn",
    Outcome.UNKNOWN: "chưa có thông tin",
    Outcome.SMALLTALK: "chuyện trò",
    Outcome.SAFETY: "cảnh báo an toàn",
    Outcome.HANDOFF: "chuyển cán bộ",
    Outcome.FLOW_STARTED: "bắt đầu hướng dẫn từng bước",
}


class DataRequest(StrEnum):
    """What a citizen asks about the data that is kept of them. Whoever keeps it does it."""

    EXPORT = "export"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Choice:
    """A button that was offered and can be taken by its number or its label."""

    label: str
    payload: str


@dataclass(frozen=True, slots=True)
class Session:
    """What is remembered between two turns."""

    id: str
    #: The buttons under all replies of the last turn, in order: number 1 is the first of the first.
    choices: tuple[Choice, ...] = ()
    #: How many turns in a row ended without an answer.
    unclear_count: int = 0
    #: Flows that were begun and not ended, the one being walked through last.
    frames: tuple[Frame, ...] = ()
    #: The day of the last turn in Vietnam, as 2026-11-21; empty before the first.
    last_on: str = ""
    #: The frames as they were before a flow was stopped or came to its end, so that one can go back
    #: into it; empty once another flow is begun.
    left: tuple[Frame, ...] = ()
    #: The payloads that a plain yes and a plain no mean now; empty when nothing was asked so.
    yes: str = ""
    no: str = ""
    #: The id of the topic that was told last, which "hết bao nhiêu tiền?" is about.
    topic: str = ""

    def to_data(self) -> dict[str, Any]:
        """JSON-ready data; `from_data` gives an equal session back."""
        return {
            "id": self.id,
            "choices": [[choice.label, choice.payload] for choice in self.choices],
            "unclear_count": self.unclear_count,
            "frames": [frame.to_data() for frame in self.frames],
            "last_on": self.last_on,
            "left": [frame.to_data() for frame in self.left],
            "yes": self.yes,
            "no": self.no,
            "topic": self.topic,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Session:
        """The session that gave this data."""
        choices = tuple(Choice(label, payload) for label, payload in data["choices"])
        # Sessions saved by an earlier version lack the others.
        return cls(
            data["id"],
            choices,
            data["unclear_count"],
            frames=tuple(Frame.from_data(one) for one in data.get("frames", ())),
            last_on=data.get("last_on", ""),
            left=tuple(Frame.from_data(one) for one in data.get("left", ())),
            yes=data.get("yes", ""),
            no=data.get("no", ""),
            topic=data.get("topic", ""),
        )


@dataclass(frozen=True, slots=True)
class ScoredTopic:
    """A topic found for a turn, with the probability that it was meant."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance processed: the session after it, what is said, and why."""

    session: Session
    replies: tuple[Reply, ...]
    outcome: Outcome
    topics: tuple[ScoredTopic, ...] = ()
    #: The utterance, cleaned and with personal data masked.
    heard: str = ""
    #: The routing rule that decided, and its figures.
    rule: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    #: Stable codes of what staff should know of, such as "flow_looped:kich-hoat:hoi-sim".
    events: tuple[str, ...] = ()
    #: EXPORT: the replies introduce what is kept, which follows them. DELETE: the replies say that
    #: it is deleted, and the session is empty.
    data_request: DataRequest | None = None
