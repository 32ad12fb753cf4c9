"""One turn of a conversation: session and utterance in, new session and replies out.

Pure: it sends, stores and looks up nothing, not even the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from bot.dialogue.decisions import Clarity, Decision, Request
from bot.dialogue.router import Router
from bot.dialogue.slash import read_slash
from bot.domain.frames import Frame
from bot.domain.messages import Utterance
from bot.domain.session import Choice, DataRequest, Outcome, Session, Turn
from bot.retrieval.retriever import Retrieval
from bot.text.hearing import Heard, hear
from bot.text.normalize import clean

_NOTHING_FOUND: Mapping[str, Retrieval] = MappingProxyType({})


class Engine:
    """Runs turns with one router."""

    def __init__(self, router: Router, max_utterance_chars: int) -> None:
        self._router = router
        self._max_utterance_chars = max_utterance_chars

    def hear(self, session: Session, utterance: Utterance) -> Heard:
        """What may be looked at, stored and handed on of what a citizen typed."""
        return hear(utterance.text, self._max_utterance_chars, is_led=bool(session.frames))

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
        slashed = read_slash(heard.text)
        decision = self._router.decide(
            Request(
                session=session,
                text=slashed.text,
                payload=clean(utterance.payload),
                has_personal_data=heard.has_personal_data,
                is_too_long=heard.is_too_long,
                today=today,
                command=slashed.command,
                media=utterance.media,
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
            data_request=decision.data_request,
        )


def _next_session(session: Session, decision: Decision, today: date) -> Session:
    if decision.data_request is DataRequest.DELETE:
        return Session(session.id)
    buttons = [button for reply in decision.replies for button in reply.buttons]
    is_as_before = decision.understood is Clarity.AS_BEFORE
    keeps_topic = is_as_before or (decision.outcome is Outcome.UNKNOWN and decision.told is None)
    counts = {Clarity.CLEAR: 0, Clarity.UNCLEAR: session.unclear_count + 1}
    return Session(
        id=session.id,
        choices=tuple(Choice(button.label, button.payload) for button in buttons),
        unclear_count=counts.get(decision.understood, session.unclear_count),
        frames=session.frames if decision.frames is None else decision.frames,
        last_on=today.isoformat(),
        left=_left(session, decision),
        yes=decision.replies[-1].yes if decision.replies else "",
        no=decision.replies[-1].no if decision.replies else "",
        topic=session.topic if keeps_topic else decision.topic_told,
    )


def _left(session: Session, decision: Decision) -> tuple[Frame, ...]:
    """The frames of the flow that was stopped or ended in this turn, or before it."""
    if decision.frames is None:
        return session.left
    return () if decision.frames else session.frames or session.left
