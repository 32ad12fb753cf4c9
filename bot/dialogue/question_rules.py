"""The rules for questions: several at once, one with an answer, one with choices, one without."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.decisions import Clarity, Decision, Request
from bot.dialogue.findings import MAX_CHOICES, Findings
from bot.dialogue.flow_rules import FlowRules
from bot.dialogue.follow_ups import FollowUpRule
from bot.dialogue.questions import (
    is_question,
    looks_like_question,
    split_clauses,
    split_questions,
)
from bot.dialogue.replies import ReplyMaker
from bot.dialogue.scam_rules import ScamRules
from bot.dialogue.turns import nth_time
from bot.domain.catalog import Catalog
from bot.domain.flows import Flow
from bot.domain.messages import Reply
from bot.domain.session import Outcome
from bot.domain.system_texts import SystemText
from bot.domain.understanding import FAMILIES_ANSWERED_BY_TEXT, IntentFamily
from bot.retrieval.decision import Verdict
from bot.retrieval.retriever import Candidate, Retrieval
from bot.text.normalize import words

MIN_SEVERAL, MAX_QUESTIONS = 2, 3
#: One more tells that there is more.
MAX_PIECES = MAX_QUESTIONS + 1
#: A shorter piece that is not understood ("giúp với được không?") is no question of its own.
MIN_OPEN_QUESTION_WORDS = 6
MAX_CHOICES_BESIDE_GUESS = 2
#: A choice is at least so likely, measured by the first one.
MIN_CHOICE_SHARE = 0.05
#: Beside the flow of what was told, a topic is offered from this share of the flow's probability.
MIN_SHARE_BESIDE_EVENT = 0.1
#: A question that tells of a life event is offered its flow from this probability of being ours.
MIN_IN_SCOPE_OF_EVENT = 0.05
#: Another intent than a topic decides only when it is at least this likely.
MIN_OTHER_INTENT, MIN_OTHER_INTENT_OUT_OF_SCOPE = 0.5, 0.25
#: One or two words ask for nothing forbidden.
MIN_WORDS_OF_REFUSED = 3
#: From so many unclear turns on, choices come with a way to a person.
_COUNT_WITH_PERSON = 2
#: What is said when there is no answer, the first, second and third time running.
_UNKNOWN = (SystemText.UNKNOWN, SystemText.UNKNOWN_AGAIN, SystemText.UNKNOWN_PERSON)
#: Which outcome a turn with several questions is named after.
_OUTCOME_ORDER = (Outcome.SAFETY, Outcome.ANSWERED, Outcome.CLARIFY, Outcome.HANDOFF)


class QuestionRules:
    """Rules over one catalog. Each gives a decision, or None when it does not fit."""

    def __init__(
        self,
        catalog: Catalog,
        findings: Findings,
        flows: FlowRules,
        scams: ScamRules,
        follow_ups: FollowUpRule,
    ) -> None:
        self._catalog = catalog
        self._findings = findings
        self._flows = flows
        self._scams = scams
        self._follow_ups = follow_ups
        self._make = ReplyMaker(catalog)

    # --- several at once

    def several(self, request: Request) -> Decision | None:
        """Each question by itself, when one has an answer of its own and another differs."""
        pieces = split_questions(request.text)[:MAX_PIECES]
        if len(pieces) == 1:
            return self._several_clauses(request)
        found = [self._findings.of(piece, request) for piece in pieces]
        sure = {one.topics[0].name for one in found if self._findings.is_sure(one)}
        open_questions = [
            piece
            for piece, one in zip(pieces, found, strict=True)
            if one.verdict is Verdict.UNKNOWN
            and is_question(piece)
            and len(words(piece)) >= MIN_OPEN_QUESTION_WORDS
        ]
        if not sure or (len(sure) == 1 and not open_questions):
            return None
        return self._one_by_one(pieces, request)

    def _several_clauses(self, request: Request) -> Decision | None:
        """What stands between commas, when the whole has no answer and two pieces have theirs."""
        asking = [one for one in split_clauses(request.text)[:MAX_PIECES] if is_question(one)]
        if len(asking) < MIN_SEVERAL or self._findings.sure_topic(request.text, request):
            return None
        found = {one: self._findings.sure_topic(one, request) for one in asking}
        topics = {one: topic for one, topic in found.items() if topic}
        is_several = len(set(topics.values())) > 1
        return self._one_by_one(list(topics), request) if is_several else None

    def _one_by_one(self, pieces: list[str], request: Request) -> Decision:
        decisions: dict[object, Decision] = {}
        for piece in pieces[:MAX_QUESTIONS]:
            one = self.question(replace(request, text=piece))
            if one.frames is not None:
                return one  # a flow that one piece begins or answers cannot share its turn
            decisions.setdefault(one.topics[0].id if one.topics else piece, one)
        replies = [self._make.text(SystemText.SEVERAL_INTRO, count=len(decisions))]
        replies += [reply for one in decisions.values() for reply in one.replies]
        if len(pieces) > MAX_QUESTIONS:
            replies.append(self._make.text(SystemText.SEVERAL_LEFT))
        outcomes = [one.outcome for one in decisions.values()]
        outcome = next((one for one in _OUTCOME_ORDER if one in outcomes), Outcome.UNKNOWN)
        topics = tuple(one.topics[0] for one in decisions.values() if one.topics)
        told = [one.topic_told for one in decisions.values() if one.topic_told]
        return Decision(outcome, tuple(replies), topics, told=told[-1] if told else "")

    # --- one

    def question(self, request: Request) -> Decision:
        """The answer, or choices, or what there is to say without one. Always fits."""
        found = self._findings.of(request.text, request)
        if not self._findings.is_sure(found):
            # "…, phí bao nhiêu, làm ở đâu": what is asked of the matter hides the matter.
            rest = self._follow_ups.without_facts(request.text)
            request = replace(request, text=rest)
            found = self._findings.of(rest, request)
        figures = {"in_scope": found.in_scope, "correct": found.correct}
        return replace(self._decided(found, request), figures=figures)

    def _decided(self, found: Retrieval, request: Request) -> Decision:
        if not self._findings.is_topic_first(found):
            decision = self._not_a_topic(found, request)
            if decision is not None:
                return decision
        # A topic that is not even first is no answer, though it may be a choice.
        if self._findings.is_sure(found):
            return self._findings.answer(found, request)
        if decision := self._scams.inspect(request):
            return decision
        if found.verdict is not Verdict.UNKNOWN or self._is_life_event(found, request):
            return self._guess_or_clarify(found, request)
        return (
            self._flows.possible_guess(request, ())
            or self._flows.not_understood(request)
            or self._unknown(request)
        )

    def _unknown(self, request: Request) -> Decision:
        key = nth_time(_UNKNOWN, request.session.unclear_count)
        return Decision(Outcome.UNKNOWN, (self._make.text(key, self._make.ways_on()),))

    def _not_a_topic(self, found: Retrieval, request: Request) -> Decision | None:
        """What to do when an intent that is no topic comes first; None leaves it to the verdict."""
        best = found.best
        # What is nothing of ours anyway needs less certainty to be recognised for what it is.
        is_ours = found.verdict is not Verdict.UNKNOWN
        needed = MIN_OTHER_INTENT if is_ours else MIN_OTHER_INTENT_OUT_OF_SCOPE
        if best is None or best.score < needed or _is_hasty(best, request.text):
            return None
        if decision := self._flows.meant(best.name, request):
            return decision
        if event := self._flows.find_flow_of(best.name, request):
            return self._offer(event, best.score, found)
        return self._talked(best.name)

    def _talked(self, intent: str) -> Decision | None:
        """The answer to an intent that has a text of its own."""
        family, _, name = intent.partition("/")
        if family == IntentFamily.HANDOFF:
            return self.handoff()
        if intent == "command/menu":
            return replace(self.menu(self._make.menu()), rule=intent)
        if family == IntentFamily.REFUSAL:
            refusal = self._make.text(SystemText.REFUSAL, self._make.ways_on())
            return Decision(Outcome.SAFETY, (refusal,), rule=intent)
        if family not in FAMILIES_ANSWERED_BY_TEXT:
            return None
        return Decision(Outcome.SMALLTALK, (self._make.small_talk(name),), rule=intent)

    def menu(self, page: Reply) -> Decision:
        """A page of the menu."""
        return Decision(Outcome.CLARIFY, (page,), rule="menu", clarity=Clarity.CLEAR)

    def handoff(self) -> Decision:
        """Where to find a person."""
        buttons = (*self._flows.handoff_button(), self._make.menu_button())
        return Decision(
            Outcome.HANDOFF, (self._make.text(SystemText.HANDOFF, buttons),), rule="handoff"
        )

    # --- choices

    def _is_life_event(self, found: Retrieval, request: Request) -> bool:
        """Whether a question that is hardly ours tells of something that has a flow."""
        is_near = found.in_scope >= MIN_IN_SCOPE_OF_EVENT
        return is_near and self._flows.find_event_flow(request.text) is not None

    def _guess_or_clarify(self, found: Retrieval, request: Request) -> Decision:
        """While a question waits, an unclear message is rather an answer to it, unless it asks."""
        choices = self.clarify(found, request)
        is_safety = self._flows.is_safety(request)
        topics = () if is_safety else choices.replies[-1].buttons[:MAX_CHOICES_BESIDE_GUESS]
        if guessed := self._flows.possible_guess(request, topics):
            return guessed
        if looks_like_question(request.text) or not self._flows.is_asked(request):
            return choices
        return self._flows.not_understood(request, topics) or choices

    def clarify(self, found: Retrieval, request: Request) -> Decision:
        """The likeliest topics, and the flow of what was told, as choices."""
        # What is hardly possible beside the first is no choice but noise.
        least = found.topics[0].score * MIN_CHOICE_SHARE if found.topics else 0.0
        flow = self._flows.find_event_flow(request.text)
        if flow is None and found.best is not None:
            flow = self._flows.find_flow_of(found.best.name, request)
        choices = self._make.choices(self._findings.topics(found, least)[:MAX_CHOICES], flow)
        if request.session.unclear_count >= _COUNT_WITH_PERSON:
            choices = replace(choices, buttons=(*choices.buttons, self._make.handoff_button()))
        return Decision(Outcome.CLARIFY, (choices,), self._findings.scored(found))

    def _offer(self, event: Flow, score: float, found: Retrieval) -> Decision:
        """The flow of what was told, which nobody asked for, beside topics nearly as likely."""
        is_ours = found.verdict is not Verdict.UNKNOWN
        likely = self._findings.topics(found, score * MIN_SHARE_BESIDE_EVENT)[:MAX_CHOICES]
        topics = likely if is_ours else []
        return Decision(
            Outcome.CLARIFY,
            (self._make.choices(topics, event),),
            self._findings.scored(found) if topics else (),
            rule=f"{IntentFamily.EVENT}/{event.id}",
        )


def _is_hasty(best: Candidate, text: str) -> bool:
    """Whether too little speaks for a move, or for a warning against what must not be done."""
    family = best.name.partition("/")[0]
    if family == IntentFamily.COMMAND:
        return best.score < MIN_OTHER_INTENT
    return family == IntentFamily.REFUSAL and len(words(text)) < MIN_WORDS_OF_REFUSED
