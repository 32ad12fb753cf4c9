"""Decides what one utterance is. The rules are a list, tried in order; the first that fits
decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.dialogue.choices import find_choice
from bot.dialogue.decisions import Decision, Request
from bot.dialogue.flow_rules import FlowRules
from bot.dialogue.flow_runner import FlowRunner
from bot.dialogue.follow_ups import FollowUpRule
from bot.dialogue.questions import is_question, looks_like_question, split_clauses, split_questions
from bot.dialogue.replies import ReplyMaker
from bot.domain.catalog import Catalog
from bot.domain.flows import Flow
from bot.domain.knowledge import Topic
from bot.domain.messages import Reply
from bot.domain.payloads import (
    DOCUMENTS,
    GROUP,
    HANDOFF,
    MENU,
    NONE_OF_THESE,
    SOURCES,
    TOPIC,
    WHAT_IFS,
    parse_payload,
)
from bot.domain.session import Outcome, ScoredTopic
from bot.domain.system_texts import SystemText
from bot.domain.understanding import FAMILIES_ANSWERED_BY_TEXT, IntentFamily
from bot.nlu.answers import AnswerReader
from bot.nlu.safety import SafetyPhrases
from bot.retrieval.decision import Verdict
from bot.retrieval.option_guess import GuessOption
from bot.retrieval.retriever import Retrieval, Retriever
from bot.text.normalize import words

MAX_QUESTIONS = 3
#: One more tells that there is more.
MAX_PIECES = MAX_QUESTIONS + 1
#: A shorter piece that is not understood ("giúp với được không?") is no question of its own.
MIN_OPEN_QUESTION_WORDS = 6
MAX_CHOICES = 3
MAX_CHOICES_BESIDE_GUESS = 2
#: A choice is at least so likely, measured by the first one.
MIN_CHOICE_SHARE = 0.02
#: Beside the flow of what was told, a topic is offered from this share of the flow's probability.
MIN_SHARE_BESIDE_EVENT = 0.1
MAX_TOPICS_REPORTED = 5
#: With fewer words around it, personal data was all that the message brought.
MIN_WORDS_BESIDE_PERSONAL_DATA = 6
#: A question that tells of a life event is offered its flow from this probability of being ours.
MIN_IN_SCOPE_OF_EVENT = 0.05
#: Another intent than a topic decides only when it is at least this likely.
MIN_OTHER_INTENT, MIN_OTHER_INTENT_OUT_OF_SCOPE = 0.5, 0.25


#: What is said when there is no answer, the first, second and third time running; then from the
#: beginning, so that nobody reads the same thrice.
_UNKNOWN = (SystemText.UNKNOWN, SystemText.UNKNOWN_AGAIN, SystemText.UNKNOWN_PERSON)
#: Which outcome a turn with several questions is named after.
_OUTCOME_ORDER = (Outcome.SAFETY, Outcome.ANSWERED, Outcome.CLARIFY, Outcome.HANDOFF)


class Router:
    """The rules over one catalog and one retriever. Holds no state between turns."""

    def __init__(
        self,
        catalog: Catalog,
        retriever: Retriever,
        safety: SafetyPhrases,
        guess: GuessOption,
        max_utterance_chars: int,
    ) -> None:
        self._catalog = catalog
        self._retriever = retriever
        self._safety = safety
        self._max_utterance_chars = max_utterance_chars
        self._make = ReplyMaker(catalog)
        reader = AnswerReader.of(catalog.intents, catalog.abbreviations)
        self._flows = FlowRules(catalog, FlowRunner(catalog.flows_by_id), reader, guess)
        self._follow_ups = FollowUpRule(catalog)
        self.rules: tuple[tuple[str, Callable[[Request], Decision | None]], ...] = (
            ("unreadable", self._unreadable),
            ("flow_inspect", self._flows.inspect),
            ("emergency", self._emergency),
            ("flow_answer", self._flows.stated_option_of_safety),
            ("scam_in_progress", self._scam_in_progress),
            ("scam_message", self._flows.pasted_scam),
            ("personal_data", self._personal_data),
            ("too_long", self._too_long),
            ("button", self._button),
            ("flow_answer", self._flows.stated_option),
            ("choice", self._choice),
            ("code", self._code),
            ("confirmation", self._confirmation),
            ("flow_welcome_back", self._flows.welcome_back),
            ("flow_answer", self._flows.answer),
            ("command", self._flows.command),
            ("follow_up", self._follow_up),
            ("flow_guess", self._flows.sure_guess),
            ("several_questions", self._several_questions),
            ("question", self._question),
        )

    def decide(self, request: Request) -> Decision:
        """The decision of the first rule that fits; the last rule always fits."""
        for name, rule in self.rules:
            decision = rule(request)
            if decision is not None:
                named = replace(decision, rule=decision.rule or name)
                return self._flows.go_on(named, request)
        raise AssertionError("the last rule answers everything")

    # --- before any question

    def _unreadable(self, request: Request) -> Decision | None:
        if request.payload:
            return None
        if not request.text:
            return self._unknown(self._make.text(SystemText.EMPTY))
        if not words(request.text):
            return self._unknown(self._make.text(SystemText.ONLY_SYMBOLS))
        return None

    def _too_long(self, request: Request) -> Decision | None:
        if not request.is_too_long:
            return None
        return self._unknown(self._make.text(SystemText.TOO_LONG, limit=self._max_utterance_chars))

    def _unknown(self, reply: Reply) -> Decision:
        return Decision(Outcome.UNKNOWN, (replace(reply, buttons=self._make.ways_on()),))

    def _emergency(self, request: Request) -> Decision | None:
        if not self._safety.is_emergency(request.text):
            return None
        return self._warned(SystemText.EMERGENCY, request)

    def _scam_in_progress(self, request: Request) -> Decision | None:
        """Somebody is pressing the citizen now: stop first, then the nearest safety topic."""
        if not self._safety.is_scam_pressure(request.text):
            return None
        retrieval = self._retrieve(request.text, request)
        near = self._topics(retrieval)[:MAX_CHOICES]
        topics = [topic for topic in near if topic.group == "safety"]
        if retrieval.verdict is Verdict.UNKNOWN or not topics:
            return None
        replies = [
            self._make.text(SystemText.SCAM_IN_PROGRESS),
            self._make.answer(topics[0], request.today),
        ]
        if request.has_personal_data:
            replies.insert(1, self._make.text(SystemText.PERSONAL_DATA))
        return Decision(Outcome.SAFETY, tuple(replies), self._scored(retrieval))

    def _personal_data(self, request: Request) -> Decision | None:
        if not request.has_personal_data:
            return None
        return self._warned(SystemText.PERSONAL_DATA, request)

    def _warned(self, key: SystemText, request: Request) -> Decision:
        """A warning first, then what else the message asks for, if anything of ours."""
        warning = self._make.text(key, self._make.ways_on())
        retrieval = self._retrieve(request.text, request)
        if retrieval.verdict is Verdict.UNKNOWN or not self._is_topic_first(retrieval):
            return Decision(Outcome.SAFETY, (warning,), rule=key)
        is_sure = retrieval.verdict is Verdict.ANSWER
        is_told = len(words(request.text)) >= MIN_WORDS_BESIDE_PERSONAL_DATA
        if not is_sure and request.has_personal_data and not is_told:
            # What is left of a masked message is too little to offer choices on.
            return Decision(Outcome.SAFETY, (warning,), rule=key)
        rest = self._answer(retrieval, request) if is_sure else self._clarify(retrieval, request)
        first = replace(warning, buttons=())
        return Decision(Outcome.SAFETY, (first, *rest.replies), rest.topics, rule=key)

    # --- buttons, and what is typed instead of them

    def _button(self, request: Request) -> Decision | None:
        return self._press(request.payload, request) if request.payload else None

    def _press(self, payload: str, request: Request) -> Decision:  # noqa: PLR0911 - a list
        verb, *arguments = parse_payload(payload)
        if verb == MENU:
            return Decision(Outcome.CLARIFY, (self._make.menu(),), rule="menu")
        if verb == HANDOFF:
            return self._handoff()
        if verb == NONE_OF_THESE:
            return Decision(
                Outcome.UNKNOWN,
                (self._make.text(SystemText.CLARIFY_NONE, self._make.ways_on()),),
                rule="none",
            )
        if verb == GROUP and len(arguments) == 2 and arguments[1].isdecimal():
            page = self._make.group(arguments[0], int(arguments[1]))
            if page is not None:
                return Decision(Outcome.CLARIFY, (page,), rule="menu")
        if decision := self._flows.press(payload, request):
            return decision
        topic = self._topic_of_code(arguments[0]) if len(arguments) == 1 else None
        if topic is not None:
            return self._show(verb, topic, request)
        menu = self._make.text(SystemText.STALE_BUTTON, self._make.menu().buttons)
        return Decision(Outcome.CLARIFY, (menu,), rule="stale_button")

    def _show(self, verb: str, topic: Topic, request: Request) -> Decision:
        cards: dict[str, Callable[[], Reply]] = {
            TOPIC: lambda: self._make.answer(topic, request.today),
            WHAT_IFS: lambda: self._make.what_ifs(topic),
            DOCUMENTS: lambda: self._make.documents(topic),
            SOURCES: lambda: self._make.sources(topic),
        }
        reply = cards.get(verb, cards[TOPIC])()
        return Decision(Outcome.ANSWERED, (reply,), (ScoredTopic(topic.id, 1.0),))

    def _topic_of_code(self, code: str) -> Topic | None:
        return (
            self._catalog.topics_by_code.get(int(code))
            if code.isdecimal() and len(code) == 3
            else None
        )

    def _confirmation(self, request: Request) -> Decision | None:
        """A plain yes or no to what the last reply asked."""
        payload = self._flows.confirmed(request)
        return self._press(payload, request) if payload else None

    def _choice(self, request: Request) -> Decision | None:
        choice = find_choice(request.text, request.session.choices)
        return self._press(choice.payload, request) if choice is not None else None

    def _code(self, request: Request) -> Decision | None:
        topic = self._topic_of_code(request.text.strip())
        return self._show(TOPIC, topic, request) if topic is not None else None

    # --- questions

    def _follow_up(self, request: Request) -> Decision | None:
        return self._follow_ups.decide(request, self._flows.topic_under_way(request))

    def _several_questions(self, request: Request) -> Decision | None:
        """Each question by itself, when one has an answer of its own and another differs."""
        pieces = split_questions(request.text)[:MAX_PIECES]
        if len(pieces) == 1:
            return self._several_clauses(request)
        retrievals = [self._retrieve(piece, request) for piece in pieces]
        sure = {
            one.topics[0].name
            for one in retrievals
            if one.verdict is Verdict.ANSWER and self._is_topic_first(one)
        }
        open_questions = [
            piece
            for piece, one in zip(pieces, retrievals, strict=True)
            if one.verdict is Verdict.UNKNOWN
            and is_question(piece)
            and len(words(piece)) >= MIN_OPEN_QUESTION_WORDS
        ]
        if not sure or (len(sure) == 1 and not open_questions):
            return None
        return self._one_by_one(pieces, request)

    def _several_clauses(self, request: Request) -> Decision | None:
        """What stands between commas, when the whole has no answer and two pieces have theirs."""
        pieces = split_clauses(request.text)[:MAX_PIECES]
        if len(pieces) == 1 or self._sure_topic(request.text, request):
            return None
        topics = {
            one: topic
            for one in pieces
            if is_question(one) and (topic := self._sure_topic(one, request))
        }
        is_several = len(set(topics.values())) > 1
        return self._one_by_one(list(topics), request) if is_several else None

    def _sure_topic(self, text: str, request: Request) -> str:
        """The topic that answers a text outright; empty when none does."""
        found = self._retrieve(text, request)
        is_sure = found.verdict is Verdict.ANSWER and self._is_topic_first(found)
        return found.topics[0].name if is_sure else ""

    def _one_by_one(self, pieces: list[str], request: Request) -> Decision:
        decisions: dict[object, Decision] = {}
        for piece in pieces[:MAX_QUESTIONS]:
            one = self._question(replace(request, text=piece))
            decisions.setdefault(one.topics[0].id if one.topics else piece, one)
        replies = [self._make.text(SystemText.SEVERAL_INTRO, count=len(decisions))]
        replies += [reply for one in decisions.values() for reply in one.replies]
        if len(pieces) > MAX_QUESTIONS:
            replies.append(self._make.text(SystemText.SEVERAL_LEFT))
        outcomes = [one.outcome for one in decisions.values()]
        outcome = next((one for one in _OUTCOME_ORDER if one in outcomes), Outcome.UNKNOWN)
        topics = tuple(one.topics[0] for one in decisions.values() if one.topics)
        return Decision(outcome, tuple(replies), topics)

    def _question(self, request: Request) -> Decision:
        retrieval = self._retrieve(request.text, request)
        figures = {"in_scope": retrieval.in_scope, "correct": retrieval.correct}
        if not self._is_topic_first(retrieval):
            decision = self._not_a_topic(retrieval, request)
            if decision is not None:
                return replace(decision, figures=figures)
        # A topic that is not even first is no answer, though it may be a choice.
        if retrieval.verdict is Verdict.ANSWER and self._is_topic_first(retrieval):
            return replace(self._answer(retrieval, request), figures=figures)
        if retrieval.verdict is not Verdict.UNKNOWN or self._is_life_event(retrieval, request):
            decision = self._guess_or_clarify(retrieval, request)
            return replace(decision, figures=figures)
        if decision := self._flows.possible_guess(request, ()):
            return replace(decision, figures=figures)
        if decision := self._flows.not_understood(request):
            return replace(decision, figures=figures)
        key = _UNKNOWN[request.session.unclear_count % len(_UNKNOWN)]
        return replace(self._unknown(self._make.text(key)), figures=figures)

    def _retrieve(self, text: str, request: Request) -> Retrieval:
        return request.found.get(text) or self._retriever.retrieve(text)

    def _is_topic_first(self, retrieval: Retrieval) -> bool:
        best = retrieval.best
        return best is None or self._catalog.find_topic(best.name) is not None

    def _not_a_topic(  # noqa: PLR0911 - a list
        self, retrieval: Retrieval, request: Request
    ) -> Decision | None:
        """What to do when an intent that is no topic comes first; None leaves it to the verdict."""
        best = retrieval.best
        # What is nothing of ours anyway needs less certainty to be recognised for what it is.
        is_ours = retrieval.verdict is not Verdict.UNKNOWN
        needed = MIN_OTHER_INTENT if is_ours else MIN_OTHER_INTENT_OUT_OF_SCOPE
        if best is None or best.score < needed:
            return None
        if decision := self._flows.meant(best.name, request):
            return decision
        if event := self._flows.find_flow_of(best.name, request):
            return self._offer(event, best.score, retrieval)
        family, _, name = best.name.partition("/")
        if family == IntentFamily.HANDOFF:
            return self._handoff()
        if best.name == "command/menu":
            return Decision(Outcome.CLARIFY, (self._make.menu(),), rule=best.name)
        if family == IntentFamily.REFUSAL:
            refusal = self._make.text(SystemText.REFUSAL, self._make.ways_on())
            return Decision(Outcome.SAFETY, (refusal,), rule=best.name)
        if family == IntentFamily.ANSWER:
            name = "acknowledgement"  # nothing was asked
        elif family not in FAMILIES_ANSWERED_BY_TEXT:
            return None
        return Decision(Outcome.SMALLTALK, (self._make.small_talk(name),), rule=best.name)

    def _handoff(self) -> Decision:
        buttons = (*self._flows.handoff_button(), self._make.menu_button())
        return Decision(
            Outcome.HANDOFF, (self._make.text(SystemText.HANDOFF, buttons),), rule="handoff"
        )

    def _answer(self, retrieval: Retrieval, request: Request) -> Decision:
        reply = self._make.answer(self._topics(retrieval)[0], request.today)
        return Decision(Outcome.ANSWERED, (reply,), self._scored(retrieval))

    def _is_life_event(self, retrieval: Retrieval, request: Request) -> bool:
        """Whether a question that is hardly ours tells of something that has a flow."""
        is_near = retrieval.in_scope >= MIN_IN_SCOPE_OF_EVENT
        return is_near and self._flows.find_event_flow(request.text) is not None

    def _guess_or_clarify(self, retrieval: Retrieval, request: Request) -> Decision:
        """While a question waits, an unclear message is rather an answer to it, unless it asks."""
        choices = self._clarify(retrieval, request)
        topics = choices.replies[-1].buttons[:MAX_CHOICES_BESIDE_GUESS]
        if guessed := self._flows.possible_guess(request, topics):
            return guessed
        if looks_like_question(request.text) or not self._flows.is_asked(request):
            return choices
        return self._flows.not_understood(request, topics) or choices

    def _clarify(self, retrieval: Retrieval, request: Request) -> Decision:
        # What is hardly possible beside the first is no choice but noise.
        least = retrieval.topics[0].score * MIN_CHOICE_SHARE if retrieval.topics else 0.0
        flow = self._flows.find_event_flow(request.text)
        if flow is None and retrieval.best is not None:
            flow = self._flows.find_flow_of(retrieval.best.name, request)
        choices = self._make.choices(self._likely_topics(retrieval, least), flow)
        return Decision(Outcome.CLARIFY, (choices,), self._scored(retrieval))

    def _offer(self, event: Flow, score: float, retrieval: Retrieval) -> Decision:
        """The flow of what was told, which nobody asked for, beside topics nearly as likely."""
        is_ours = retrieval.verdict is not Verdict.UNKNOWN
        topics = self._likely_topics(retrieval, score * MIN_SHARE_BESIDE_EVENT) if is_ours else []
        scored = self._scored(retrieval) if topics else ()
        return Decision(
            Outcome.CLARIFY,
            (self._make.choices(topics, event),),
            scored,
            rule=f"{IntentFamily.EVENT}/{event.id}",
        )

    def _likely_topics(self, retrieval: Retrieval, least: float) -> list[Topic]:
        """The few topics with at least this probability."""
        likely = [one.name for one in retrieval.topics if one.score >= least]
        return [one for one in self._topics(retrieval) if one.id in likely][:MAX_CHOICES]

    def _topics(self, retrieval: Retrieval) -> list[Topic]:
        found = (self._catalog.find_topic(one.name) for one in retrieval.topics)
        return [topic for topic in found if topic is not None]

    def _scored(self, retrieval: Retrieval) -> tuple[ScoredTopic, ...]:
        return tuple(
            ScoredTopic(one.name, one.score) for one in retrieval.topics[:MAX_TOPICS_REPORTED]
        )
