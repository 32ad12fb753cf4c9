"""What goes into the rules of the router, and what comes out of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum, auto

from bot.domain.frames import Frame
from bot.domain.messages import Media, Reply
from bot.domain.session import DataRequest, Outcome, ScoredTopic, Session
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
    #: The name of the typed `/command` that stood before the text; empty for none.
    command: str = ""
    media: Media | None = None
    #: What was found beforehand for the text or a piece of it; for others the retriever is asked.
    found: Mapping[str, Retrieval] = field(default_factory=dict)
    #: What the rules found for texts in this turn, so that none is searched twice.
    searched: dict[str, Retrieval] = field(default_factory=dict, compare=False)
    #: The same for what whole messages were read as, with slips or without.
    read_as: dict[tuple[str, bool], tuple[str, ...]] = field(default_factory=dict, compare=False)

    @property
    def is_back(self) -> bool:
        """Whether the citizen comes back on another day."""
        last_on = self.session.last_on
        return bool(last_on) and last_on != self.today.isoformat()


class Clarity(Enum):
    """What a turn says of how well the citizen is understood."""

    CLEAR = auto()
    UNCLEAR = auto()
    #: Small talk and the like neither help nor harm.
    AS_BEFORE = auto()


class WayOn(Enum):
    """How who is being led is offered to go on after something in between."""

    NOT = auto()
    BY_BUTTON = auto()
    BY_MESSAGE = auto()


_UNCLEAR = frozenset({Outcome.UNKNOWN, Outcome.CLARIFY})
_BY_BUTTON = frozenset({Outcome.CLARIFY, Outcome.UNKNOWN, Outcome.HANDOFF})
#: Outcomes of turns that told a topic, or began to.
_TELLING = frozenset({Outcome.ANSWERED, Outcome.FLOW_STARTED, Outcome.SAFETY})


@dataclass(frozen=True)
class Decision:
    """What a rule makes of a request."""

    outcome: Outcome
    replies: tuple[Reply, ...]
    topics: tuple[ScoredTopic, ...] = ()
    rule: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    #: The flows begun and not ended after this turn; None leaves them as they were.
    frames: tuple[Frame, ...] | None = None
    #: Stable codes of what staff should know of, such as "flow_looped:kich-hoat".
    events: tuple[str, ...] = ()
    #: None: as the outcome says.
    clarity: Clarity | None = None
    way_on: WayOn | None = None
    #: The id of the topic that was told, which "hết bao nhiêu tiền?" is about; None: the first of
    #: the topics, when the outcome says that one was told.
    told: str | None = None
    #: What has to be done about the data that is kept of the citizen.
    data_request: DataRequest | None = None

    @property
    def understood(self) -> Clarity:
        """What this turn says of how well the citizen is understood."""
        if self.clarity is not None:
            return self.clarity
        if self.outcome is Outcome.SMALLTALK:
            return Clarity.AS_BEFORE
        return Clarity.UNCLEAR if self.outcome in _UNCLEAR else Clarity.CLEAR

    @property
    def offers(self) -> WayOn:
        """How to offer to go on with the flow that waits."""
        if self.frames is not None:
            return WayOn.NOT
        by_outcome = WayOn.BY_BUTTON if self.outcome in _BY_BUTTON else WayOn.BY_MESSAGE
        return self.way_on or by_outcome

    @property
    def topic_told(self) -> str:
        """The topic that was told; empty when none was."""
        if self.told is not None:
            return self.told
        return self.topics[0].id if self.topics and self.outcome in _TELLING else ""

    def after(self, notice: str) -> Decision:
        """The same with a line before what it says."""
        first, *others = self.replies
        noticed = replace(first, text=f"{notice}\n\n{first.text}")
        return replace(self, replies=(noticed, *others))
