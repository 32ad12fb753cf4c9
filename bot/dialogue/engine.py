"""One turn of a conversation: session and utterance in, new session and replies out.

Pure: it sends, stores and looks up nothing, not even the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from bot.dialogue.decisions import Decision, Request
from bot.dialogue.router import Router
from bot.domain.frames import Frame
from bot.domain.messages import Utterance
from bot.domain.session import Choice, Outcome, Session, Turn
from bot.retrieval.retriever import Retrieval
from bot.text.normalize import clean, words
from bot.text.personal_data import find_personal_data, mask_personal_data

#: A code that is told in a flow stands alone, or nearly so, or beside one of these words.
MAX_WORDS_WITH_CODE = 4
#: Outcomes of turns that told a topic, or began to.
_TELLING = frozenset({Outcome.ANSWERED, Outcome.FLOW_STARTED, Outcome.SAFETY})
_CODE_WORDS = frozenset({"mã", "ma", "code", "số", "so", "pass", "otp", "pin"})
_NOTHING_FOUND: Mapping[str, Retrieval] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Heard:
    """The text of an utterance as everything after sees it."""

    #: Cleaned, cut to the longest allowed, personal data masked.
    text: str
    has_personal_data: bool
    is_too_long: bool


class Engine:
    """Runs turns with one router."""

    def __init__(self, router: Router, max_utterance_chars: int) -> None:
        self._router = router
        self._max_utterance_chars = max_utterance_chars

    def hear(self, session: Session, utterance: Utterance) -> Heard:
        """What may be looked at, stored and handed on of what a citizen typed."""
        text = clean(utterance.text[: self._max_utterance_chars])
        expects_code = _expects_code(session, text)
        return Heard(
            text=mask_personal_data(text, expects_code=expects_code),
            has_personal_data=bool(find_personal_data(text, expects_code=expects_code)),
            is_too_long=len(utterance.text) > self._max_utterance_chars,
        )

    def run_turn(
        self,
        session: Session,
        utterance: Utterance,
        today: date,
        found: Mapping[str, Retrieval] = _NOTHING_FOUND,
    ) -> Turn:
        """Process one utterance. Never raises for anything a citizen can send.

        `found` is what somebody else understood, for texts as `hear` gives them and their pieces.
        """
        heard = self.hear(session, utterance)
        decision = self._router.decide(
            Request(
                session=session,
                text=heard.text,
                payload=clean(utterance.payload),
                has_personal_data=heard.has_personal_data,
                is_too_long=heard.is_too_long,
                today=today,
                found=found,
            )
        )
        return Turn(
            session=_next_session(session, decision, today),
            replies=decision.replies,
            outcome=decision.outcome,
            topics=decision.topics,
            heard=heard.text,
            rule=decision.rule,
            figures=decision.figures,
            events=decision.events,
        )


def _expects_code(session: Session, text: str) -> bool:
    """Whether a short number is rather a code than a fee or a house number: somebody is being led,
    and sends little else, or says "mã".
    """
    said = words(text)
    is_short = len(said) <= MAX_WORDS_WITH_CODE
    return bool(session.frames) and (is_short or not _CODE_WORDS.isdisjoint(said))


def _next_session(session: Session, decision: Decision, today: date) -> Session:
    buttons = [button for reply in decision.replies for button in reply.buttons]
    unclear = decision.outcome in {Outcome.UNKNOWN, Outcome.CLARIFY} and decision.rule not in {
        "menu",
        "flow_welcome_back",
    }
    return Session(
        id=session.id,
        choices=tuple(Choice(button.label, button.payload) for button in buttons),
        unclear_count=session.unclear_count + 1 if unclear else 0,
        frames=session.frames if decision.frames is None else decision.frames,
        last_on=today.isoformat(),
        left=_left(session, decision),
        yes=decision.replies[-1].yes if decision.replies else "",
        no=decision.replies[-1].no if decision.replies else "",
        topic=_topic(session, decision),
    )


def _left(session: Session, decision: Decision) -> tuple[Frame, ...]:
    """The frames of the flow that was stopped or ended in this turn, or before it."""
    if decision.frames is None:
        return session.left
    return () if decision.frames else session.frames or session.left


def _topic(session: Session, decision: Decision) -> str:
    """The topic that was told last; a flow that goes on is about its own."""
    if decision.topics and decision.outcome in _TELLING:
        return decision.topics[0].id
    return session.topic if decision.frames is None else ""
