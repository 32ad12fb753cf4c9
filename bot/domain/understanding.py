"""What an utterance can mean: intents as written by editors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

IntentName = NewType("IntentName", str)


@dataclass(frozen=True, slots=True)
class Intent:
    """An intent and its example utterances.

    A topic's intent has the topic's id as its name (`service/dang-ky-tam-tru`); every other
    intent belongs to one of the families in `IntentFamily`.
    """

    name: IntentName
    examples: tuple[str, ...]
    path: str = ""

    @property
    def family(self) -> str:
        """The part of the name before the slash."""
        return self.name.split("/", 1)[0]

    @property
    def is_searched(self) -> bool:
        """Whether questions are compared with the examples; an answer, a move or "how much?" only
        mean something after what was said before, and are looked up as whole messages.
        """
        is_whole = self.family in {IntentFamily.ANSWER, IntentFamily.ASK}
        return not is_whole and self.name not in MOVE_COMMANDS


@dataclass(frozen=True, slots=True)
class IntentMatch:
    """An intent that may have been meant, and how likely that is, between 0 and 1."""

    name: IntentName
    score: float


@dataclass(frozen=True, slots=True)
class EntityPhrase:
    """One way to say a value of an entity: `giay_to`, `gplx`, "bằng lái"."""

    entity: str
    value: str
    phrase: str


@dataclass(frozen=True, slots=True)
class EntityMatch:
    """A value found in a text; `start` and `end` count syllables, `end` excluded."""

    entity: str
    value: str
    start: int
    end: int


class IntentFamily(StrEnum):
    """Families of intents that are not topics."""

    #: Greetings, thanks, praise, insults, who are you.
    SMALLTALK = "smalltalk"
    #: Wants a person.
    HANDOFF = "handoff"
    #: Menu, help, stop; back, repeat and the like while being led through a flow.
    COMMAND = "command"
    #: Yes, no, done, not done, not sure.
    ANSWER = "answer"
    #: Asks one more thing about what was told last.
    ASK = "ask"
    #: Wants to be led through something; the name after the slash is that of the flow.
    FLOW = "flow"
    #: Tells what happened in life and asks for nothing by name; the name after the slash is that of
    #: the flow, which is offered.
    EVENT = "event"
    #: Asks for what must not be helped with: buying accounts, forging papers.
    REFUSAL = "refusal"
    #: Other matters, which this assistant has no published content on.
    OUT_OF_SCOPE = "oos"


#: Families whose intents are named after a flow.
FAMILIES_OF_FLOWS = frozenset({IntentFamily.FLOW, IntentFamily.EVENT})

#: Small talk and commands are answered by the system text of the same name.
FAMILIES_ANSWERED_BY_TEXT = frozenset({IntentFamily.SMALLTALK, IntentFamily.COMMAND})

#: Commands that move about in a flow; they have no text of their own.
MOVE_COMMANDS = frozenset(
    {"command/back", "command/repeat", "command/skip", "command/restart", "command/resume"}
)
#: Short messages of these families are recognised as a whole, before anything is searched.
LOOKED_UP_WHOLE = frozenset({IntentFamily.COMMAND, IntentFamily.ANSWER, IntentFamily.ASK})


class FollowUp(StrEnum):
    """What can be asked about what was told last; each is an intent of the family `ask`."""

    FEE = "ask/fee"
    TIME = "ask/time"
    PLACE = "ask/place"
    DOCUMENTS = "ask/documents"
    STEPS = "ask/steps"
    #: To be led through it.
    START = "ask/start"
