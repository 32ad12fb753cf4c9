"""The engine with a second way to understand: what a citizen typed is ranked elsewhere first, then
the pure engine runs the turn with what was found.

What comes out of here is cleaned and masked by the engine's own rules, never raw. Where the other
way says nothing, the built-in one understands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.dialogue.choices import find_choice
from bot.dialogue.engine import Engine
from bot.dialogue.question_rules import MAX_PIECES
from bot.dialogue.questions import split_clauses, split_questions
from bot.dialogue.slash import read_slash
from bot.domain.messages import Utterance
from bot.domain.ports import Understander
from bot.domain.session import Session, Turn
from bot.retrieval.given_ranking import ConfidenceLines, judge
from bot.text.normalize import words


class AssistedEngine:
    """Runs turns with one engine, and asks another program what is meant."""

    def __init__(self, engine: Engine, understander: Understander, lines: ConfidenceLines) -> None:
        self._engine = engine
        self._understander = understander
        self._lines = lines

    def run_turn(self, session: Session, utterance: Utterance, today: date) -> Turn:
        """Process one utterance. Never raises for anything a citizen can send."""
        texts = self._texts(session, utterance)
        rankings = self._understander.rank(texts) if texts else {}
        found = {text: judge(ranking, self._lines) for text, ranking in rankings.items()}
        return self._engine.run_turn(session, utterance, today, found)

    def _texts(self, session: Session, utterance: Utterance) -> Sequence[str]:
        """What the router may look up: the message and its pieces. Nothing for a pressed button, a
        message that picks one, a command, or one that is no question whatever it means.
        """
        heard = self._engine.hear(session, utterance)
        slashed = read_slash(heard.text)
        text = slashed.text
        if utterance.payload or slashed.command or heard.is_too_long or not words(text):
            return ()
        if find_choice(text, session.choices) is not None:
            return ()
        pieces = split_questions(text)
        if len(pieces) == 1:
            pieces = split_clauses(text)
        return tuple(dict.fromkeys([text, *pieces[:MAX_PIECES]]))
