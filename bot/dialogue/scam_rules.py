"""The rules that look at a message which somebody else wrote: is it a scam?

Nothing of the message is kept but which signs it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.decisions import Decision, Request
from bot.dialogue.flow_frames import kept_answer
from bot.dialogue.flow_pages import Walk
from bot.dialogue.flow_walks import FlowWalks
from bot.dialogue.questions import looks_like_question
from bot.domain.catalog import Catalog
from bot.domain.flows import Inspect
from bot.domain.messages import Reply
from bot.domain.scam_signs import ScamSign
from bot.domain.session import Outcome
from bot.domain.system_texts import SystemText
from bot.nlu.answers import AnswerReader
from bot.nlu.scam_signs import ScamInspector, has_strange_link, is_scam_message, verdict
from bot.text.normalize import words

#: The flow that looks at a message.
SCAM_FLOW = "tin-that-gia"
#: A shorter message is no pasted one; a longer one is hardly anything else.
MIN_PASTED_WORDS, MIN_SURELY_PASTED_WORDS = 4, 15
SIGNS_OF_SURELY_PASTED = 2


class ScamRules:
    """Rules over one catalog. Each gives a decision, or None when it does not fit."""

    def __init__(self, catalog: Catalog, walks: FlowWalks, reader: AnswerReader) -> None:
        self._catalog = catalog
        self._walks = walks
        self._reader = reader
        self._inspector = ScamInspector(catalog.scam_signs)

    def inspect_sure(self, request: Request) -> Decision | None:
        """What was asked for and surely was pasted: it holds an address, or several signs. What
        such a message says of emergencies or numbers is not the citizen's, so this comes before all
        warnings.
        """
        if not self._is_waiting(request):
            return None
        signs = self._inspector.find(request.text)
        is_pasted = has_strange_link(signs) or len(signs) >= SIGNS_OF_SURELY_PASTED
        return self.inspect(request) if is_pasted else None

    def inspect_long(self, request: Request) -> Decision | None:
        """What was asked for and probably was pasted, as it is long and asks nothing."""
        is_long = len(words(request.text)) >= MIN_SURELY_PASTED_WORDS
        is_asking = looks_like_question(request.text)
        return self.inspect(request) if is_long and not is_asking else None

    def inspect(self, request: Request) -> Decision | None:
        """What a message looks like that was asked for. None where none was, or what was typed is
        a command.
        """
        if not self._is_waiting(request):
            return None
        if len(words(request.text)) < MIN_PASTED_WORDS or self._reader.find_intents(request.text):
            return None
        signs = self._inspector.find(request.text)
        walk = self._walks.runner.answer(request.session.frames, verdict(signs))
        return self._inspected(walk, signs, request, "flow_inspect")

    def _is_waiting(self, request: Request) -> bool:
        """Whether a message was asked for, and this may be it."""
        asked = self._walks.runner.waiting(request.session.frames)
        is_asked = asked is not None and isinstance(asked.step, Inspect)
        return is_asked and not request.payload and not request.command

    def pasted_scam(self, request: Request) -> Decision | None:
        """A message that can only be a pasted one and looks like a scam: the flow that asks what
        was done about it begins, as if it had been pasted there.
        """
        flow = self._walks.runner.find_flow(SCAM_FLOW)
        if flow is None or request.payload:
            return None
        signs = self._inspector.find(request.text)
        if not is_scam_message(signs, request.text):
            return None
        steps = (one for one in flow.steps if isinstance(one, Inspect))
        given = {kept_answer(one.id): verdict(signs) for one in steps}
        walk = self._walks.runner.start(request.session.frames, flow, given)
        return self._inspected(walk, signs, request, "scam_message")

    def _inspected(
        self, walk: Walk, signs: Sequence[ScamSign], request: Request, rule: str
    ) -> Decision:
        """What the signs say, then the walk."""
        decision = self._walks.decide(walk, request, rule, Outcome.SAFETY)
        key = SystemText.SCAM_SIGNS_FOUND if signs else SystemText.SCAM_SIGNS_NONE
        lines = [self._catalog.message(key), *(f"- {one.reason}" for one in signs)]
        told = [Reply("\n".join(lines))]
        if request.has_personal_data:
            told.insert(0, Reply(self._catalog.message(SystemText.PERSONAL_DATA)))
        figures = {f"sign_{one.id}": 1.0 for one in signs}
        return replace(decision, replies=(*told, *decision.replies), figures=figures)
