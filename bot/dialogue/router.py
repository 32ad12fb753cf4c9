"""Decides what one utterance is. The rules are a list, tried in order; the first that fits
decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from bot.dialogue.choices import find_choice, is_number_beyond
from bot.dialogue.data_rules import DataRules
from bot.dialogue.decisions import Clarity, Decision, Request
from bot.dialogue.findings import Findings
from bot.dialogue.flow_moves import FlowMoves
from bot.dialogue.flow_rules import FlowRules
from bot.dialogue.flow_runner import FlowRunner
from bot.dialogue.flow_walks import FlowWalks
from bot.dialogue.follow_ups import FollowUpRule
from bot.dialogue.lookup import TopicLookup
from bot.dialogue.media_rules import MediaRules
from bot.dialogue.question_rules import QuestionRules
from bot.dialogue.replies import ReplyMaker
from bot.dialogue.safety_rules import SafetyRules
from bot.dialogue.scam_rules import ScamRules
from bot.dialogue.slash_rules import SlashRules
from bot.dialogue.turns import nth_time
from bot.domain.catalog import Catalog
from bot.domain.knowledge import Topic
from bot.domain.messages import Button, Reply
from bot.domain.payloads import (
    DOCUMENTS,
    GROUP,
    HANDOFF,
    MENU,
    NONE_OF_THESE,
    SOURCES,
    START,
    TOPIC,
    WHAT_IFS,
    parse_payload,
)
from bot.domain.session import Outcome, ScoredTopic
from bot.domain.system_texts import SystemText
from bot.nlu.answers import AnswerReader
from bot.nlu.safety import SafetyPhrases
from bot.retrieval.option_guess import GuessOption
from bot.retrieval.retriever import Retriever
from bot.text.normalize import words

#: What is said to "none of these", the first, second and third time running. Choices come before
#: each, and are unclear turns too.
_NONE = (SystemText.CLARIFY_NONE, SystemText.UNKNOWN_AGAIN, SystemText.UNKNOWN_PERSON)


#: What a decision is known by, and what decides.
NamedRule: TypeAlias = tuple[str, Callable[[Request], Decision | None]]


class Router:
    """The rules over one catalog and one retriever. Holds no state between turns."""

    def __init__(
        self,
        catalog: Catalog,
        retriever: Retriever,
        phrases: SafetyPhrases,
        guess: GuessOption,
        max_utterance_chars: int,
    ) -> None:
        self._catalog = catalog
        self._max_utterance_chars = max_utterance_chars
        self._make = ReplyMaker(catalog)
        reader = AnswerReader.of(catalog.intents, catalog.abbreviations)
        walks = FlowWalks(catalog, FlowRunner(catalog.flows_by_id))
        findings = Findings(catalog, retriever)
        scams = ScamRules(catalog, walks, reader)
        self._moves = FlowMoves(catalog, walks)
        self._flows = FlowRules(catalog, walks, self._moves, reader, guess)
        self._follow_ups = FollowUpRule(catalog, self._moves)
        self._questions = QuestionRules(catalog, findings, self._flows, scams, self._follow_ups)
        self._data = DataRules(catalog, self._flows)
        lookup = TopicLookup(catalog, retriever)
        self._slash = SlashRules(catalog, lookup, self._questions, self._moves, self._data)
        self._media = media = MediaRules(catalog, self._flows)
        safety = SafetyRules(catalog, findings, self._questions, phrases)
        self.rules = self._in_order(media, scams, safety)

    def _in_order(
        self, media: MediaRules, scams: ScamRules, safety: SafetyRules
    ) -> tuple[NamedRule, ...]:
        """Every rule, the first to be tried first."""
        return (
            ("media", media.decline),
            ("unreadable", self._unreadable),
            ("flow_inspect", scams.inspect_sure),
            ("emergency", safety.emergency),
            ("flow_answer", self._flows.stated_option_of_safety),
            ("scam_in_progress", safety.scam_in_progress),
            ("flow_inspect", scams.inspect_long),
            ("scam_message", scams.pasted_scam),
            ("slash_command", self._slash.command),
            ("personal_data", safety.personal_data),
            ("too_long", self._too_long),
            ("look_up", self._slash.look_up),
            ("button", self._button),
            ("data_answer", self._data.answer),
            ("flow_welcome_back", self._flows.welcome_back),
            ("flow_answer", self._flows.stated_option),
            ("choice", self._choice),
            ("code", self._code),
            ("number_beyond", self._number_beyond),
            ("confirmation", self._confirmation),
            ("flow_answer", self._flows.answer),
            ("command", self._flows.command),
            ("nothing_asked", self._flows.nothing_asked),
            ("follow_up", self._follow_up),
            ("flow_guess", self._flows.sure_guess),
            ("several_questions", self._questions.several),
            ("question", self._questions.question),
        )

    def decide(self, request: Request) -> Decision:
        """The decision of the first rule that fits; the last rule always fits. Who is being led is
        then offered to go on, and told when the flow is there no more.
        """
        known = self._flows.without_gone(request)
        for name, rule in self.rules:
            decision = rule(known)
            if decision is not None:
                named = replace(decision, rule=decision.rule or name)
                decided = self._flows.go_on(self._media.mention(named, known), known)
                is_gone = known.session.frames != request.session.frames
                return self._flows.tell_gone(decided, known) if is_gone else decided
        raise AssertionError("the last rule answers everything")

    # --- before any question

    def _unreadable(self, request: Request) -> Decision | None:
        if request.payload or request.has_personal_data or request.command:
            return None
        if not request.text:
            return self._unknown(SystemText.EMPTY)
        if words(request.text):
            return None
        return self._flows.not_understood(request) or self._unknown(SystemText.ONLY_SYMBOLS)

    def _unknown(self, key: SystemText, **values: object) -> Decision:
        text = self._make.text(key, self._make.ways_on(), **values)
        return Decision(Outcome.UNKNOWN, (text,))

    def _too_long(self, request: Request) -> Decision | None:
        if not request.is_too_long:
            return None
        return self._unknown(SystemText.TOO_LONG, limit=self._max_utterance_chars)

    # --- buttons, and what is typed instead of them

    def _button(self, request: Request) -> Decision | None:
        return self._press(request.payload, request) if request.payload else None

    def _press(self, payload: str, request: Request) -> Decision:
        verb, *arguments = parse_payload(payload)
        alone: dict[str, Callable[[], Decision]] = {
            START: self._slash.welcome,
            MENU: lambda: self._questions.menu(self._make.menu()),
            HANDOFF: self._questions.handoff,
            NONE_OF_THESE: lambda: self._none_of_these(request),
        }
        if verb in alone:
            return alone[verb]()
        if verb == GROUP and len(arguments) == 2 and arguments[1].isdecimal():
            page = self._make.group(arguments[0], int(arguments[1]))
            if page is not None:
                return self._questions.menu(page)
        shown = (
            self._moves.press(payload, request)
            or self._data.press(payload)
            or self._press_topic(verb, arguments, request)
        )
        if shown is not None:
            return shown
        menu = self._make.text(SystemText.STALE_BUTTON, self._make.menu().buttons)
        return Decision(Outcome.CLARIFY, (menu,), rule="stale_button")

    def _none_of_these(self, request: Request) -> Decision:
        key = nth_time(_NONE, request.session.unclear_count // 2)
        return Decision(Outcome.UNKNOWN, (self._make.text(key, self._make.ways_on()),), rule="none")

    def _press_topic(self, verb: str, arguments: list[str], request: Request) -> Decision | None:
        topic = self._topic_of_code(arguments[0]) if len(arguments) == 1 else None
        return self._show(verb, topic, request) if topic is not None else None

    def _show(self, verb: str, topic: Topic, request: Request) -> Decision | None:
        cards: dict[str, Callable[[], Reply]] = {
            TOPIC: lambda: self._make.answer(topic, request.today),
            WHAT_IFS: lambda: self._make.what_ifs(topic),
            DOCUMENTS: lambda: self._make.documents(topic),
            SOURCES: lambda: self._make.sources(topic),
        }
        card = cards.get(verb)
        if card is None:
            return None
        return Decision(Outcome.ANSWERED, (card(),), (ScoredTopic(topic.id, 1.0),))

    def _topic_of_code(self, code: str) -> Topic | None:
        return (
            self._catalog.topics_by_code.get(int(code))
            if code.isdecimal() and len(code) == 3
            else None
        )

    def _confirmation(self, request: Request) -> Decision | None:
        """A plain yes or no to what the last reply asked. A no makes nothing clearer."""
        payload = self._flows.confirmed(request)
        if not payload:
            return None
        decision = self._press(payload, request)
        is_no = payload == request.session.no
        return replace(decision, clarity=Clarity.AS_BEFORE) if is_no else decision

    def _choice(self, request: Request) -> Decision | None:
        choice = find_choice(request.text, request.session.choices)
        return self._press(choice.payload, request) if choice is not None else None

    def _number_beyond(self, request: Request) -> Decision | None:
        """A number that no button has: the same buttons again."""
        choices = request.session.choices
        if not is_number_beyond(request.text, choices):
            return None
        buttons = [Button(one.label, one.payload) for one in choices]
        text = self._make.text(SystemText.NUMBER_BEYOND, buttons, count=len(choices))
        return self._flows.not_understood(request) or Decision(Outcome.CLARIFY, (text,))

    def _code(self, request: Request) -> Decision | None:
        topic = self._topic_of_code(request.text.strip())
        return self._show(TOPIC, topic, request) if topic is not None else None

    def _follow_up(self, request: Request) -> Decision | None:
        return self._follow_ups.decide(request, self._flows.topic_under_way(request))
