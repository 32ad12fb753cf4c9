"""The rules that come before all others: danger, a scam that is going on, personal data."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.decisions import Decision, Request, WayOn
from bot.dialogue.findings import MAX_CHOICES, Findings
from bot.dialogue.question_rules import QuestionRules
from bot.dialogue.replies import ReplyMaker
from bot.domain.catalog import Catalog
from bot.domain.messages import Reply
from bot.domain.session import Outcome
from bot.domain.system_texts import SystemText
from bot.nlu.safety import SafetyPhrases
from bot.text.normalize import words

#: What is said after a warning of personal data, when the message asks for more.
_WORTH_ADDING = frozenset({Outcome.ANSWERED, Outcome.CLARIFY, Outcome.HANDOFF, Outcome.SAFETY})
#: With fewer words around it, personal data was all that the message brought.
MIN_WORDS_BESIDE_PERSONAL_DATA = 6


class SafetyRules:
    """Rules over one catalog. Each gives a decision, or None when it does not fit."""

    def __init__(
        self,
        catalog: Catalog,
        findings: Findings,
        questions: QuestionRules,
        phrases: SafetyPhrases,
    ) -> None:
        self._catalog = catalog
        self._findings = findings
        self._questions = questions
        self._phrases = phrases
        self._make = ReplyMaker(catalog)

    def emergency(self, request: Request) -> Decision | None:
        """Danger to life: whom to call, and nothing else but what a topic on safety surely says.
        Nobody in danger is asked to go on with an app.
        """
        if not self._phrases.is_emergency(request.text):
            return None
        warning = self._make.text(SystemText.EMERGENCY, self._make.ways_on())
        alone = Decision(Outcome.SAFETY, (warning,), rule=SystemText.EMERGENCY, way_on=WayOn.NOT)
        found = self._findings.of(request.text, request)
        topics = self._findings.topics(found)
        if not self._findings.is_sure(found) or topics[0].group != "safety":
            return alone
        rest = self._findings.answer(found, request)
        replies = (replace(warning, buttons=()), *rest.replies)
        return replace(alone, replies=replies, topics=rest.topics)

    def scam_in_progress(self, request: Request) -> Decision | None:
        """Somebody is pressing the citizen now: stop first, then the nearest safety topic."""
        if not self._phrases.is_scam_pressure(request.text):
            return None
        found = self._findings.of(request.text, request)
        near = self._findings.topics(found)[:MAX_CHOICES]
        topics = [topic for topic in near if topic.group == "safety"][:1]
        stop = self._make.text(SystemText.SCAM_IN_PROGRESS, () if topics else self._make.ways_on())
        warning = [self._warning()] if request.has_personal_data else []
        told = [self._make.answer(topic, request.today) for topic in topics]
        return Decision(
            Outcome.SAFETY,
            (*warning, stop, *told),
            self._findings.scored(found) if topics else (),
            way_on=WayOn.BY_BUTTON,
            told=topics[0].id if topics else "",
        )

    def personal_data(self, request: Request) -> Decision | None:
        """A warning first, then what else the message asks for, if anything of ours."""
        if not request.has_personal_data:
            return None
        warning = self._warning()
        is_sure = self._findings.is_sure(self._findings.of(request.text, request))
        rest = self._questions.question(request) if is_sure or self._is_asking(request) else None
        if rest is None or rest.outcome not in _WORTH_ADDING or rest.frames is not None:
            alone = replace(warning, buttons=self._make.ways_on())
            return Decision(Outcome.SAFETY, (alone,), rule=SystemText.PERSONAL_DATA)
        return replace(
            rest,
            outcome=Outcome.SAFETY,
            replies=(warning, *rest.replies),
            rule=SystemText.PERSONAL_DATA,
            told=rest.topic_told,
        )

    def _warning(self) -> Reply:
        return self._make.text(SystemText.PERSONAL_DATA)

    def _is_asking(self, request: Request) -> bool:
        """Whether enough is left beside what was masked to offer choices on."""
        return len(words(request.text)) >= MIN_WORDS_BESIDE_PERSONAL_DATA
