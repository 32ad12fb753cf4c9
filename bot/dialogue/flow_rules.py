"""The rules of the router for what is typed while a flow is under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.corrections import CorrectionReader
from bot.dialogue.decisions import Clarity, Decision, Request, WayOn
from bot.dialogue.flow_moves import FlowMoves
from bot.dialogue.flow_pages import Asked, Walk
from bot.dialogue.flow_walks import FlowWalks
from bot.dialogue.questions import looks_like_question
from bot.dialogue.replies import MAX_MENU_BUTTONS, ReplyMaker
from bot.dialogue.turns import nth_time
from bot.domain.catalog import Catalog
from bot.domain.flows import Collect, Do, Flow, Show, Waiting
from bot.domain.frames import TROUBLE
from bot.domain.messages import Button, Reply
from bot.domain.payloads import (
    BACK,
    PAUSE,
    REPEAT,
    RESTART,
    RESUME,
    SKIP,
    STOP,
    answer_payload,
    move_payload,
)
from bot.domain.session import Outcome, Session
from bot.domain.system_texts import SystemText
from bot.domain.understanding import FAMILIES_OF_FLOWS, IntentFamily
from bot.nlu.answers import AnswerReader
from bot.nlu.entities import EntityFinder
from bot.retrieval.option_guess import GuessOption, OptionGuess
from bot.text.normalize import words

#: The flow that finds the right service, and the entity whose values are flows of life events.
SERVICE_FLOW, LIFE_EVENT = "tim-dich-vu", "su_kien"
#: A longer message on coming back is a question, not a greeting.
_MAX_GREETING_WORDS = 3
#: From the third unclear message on nothing is guessed: the options and a person are offered.
_MAX_GUESSES = 2
#: What is said when an answer is not understood, the first, second and third time running.
_NOT_UNDERSTOOD = (
    SystemText.FLOW_NOT_UNDERSTOOD,
    SystemText.FLOW_NOT_UNDERSTOOD_AGAIN,
    SystemText.FLOW_NOT_UNDERSTOOD_PERSON,
)
#: What a plain yes and a plain no to an offer are called.
_YES = frozenset({"answer/yes", "answer/ack"})
_NO = frozenset({"answer/no"})
_DONE = "answer/done"
#: The move that a command intent stands for.
_MOVES_OF_INTENTS = {
    "command/back": BACK,
    "command/repeat": REPEAT,
    "command/skip": SKIP,
    "command/restart": RESTART,
    "command/stop": STOP,
    "command/pause": PAUSE,
    "command/resume": RESUME,
    # "Tiếp" where no task waits to be told as done.
    "answer/next": RESUME,
}


class FlowRules:
    """Rules over one catalog. Each gives a decision, or None when it does not fit."""

    def __init__(
        self,
        catalog: Catalog,
        walks: FlowWalks,
        moves: FlowMoves,
        reader: AnswerReader,
        guess: GuessOption,
    ) -> None:
        self._catalog = catalog
        self._walks = walks
        self._moves = moves
        self._runner = walks.runner
        self._reader = reader
        self._guess = guess
        self._corrections = CorrectionReader(walks.runner, reader, guess)
        self._entities = EntityFinder(catalog.entities, catalog.abbreviations)
        self._say = walks.say
        self._make = ReplyMaker(catalog)

    def _intents(self, request: Request, *, with_slips: bool = True) -> tuple[str, ...]:
        """What the whole message is an example of; looked up once a turn."""
        key = (request.text, with_slips)
        if key not in request.read_as:
            request.read_as[key] = self._reader.find_intents(request.text, with_slips=with_slips)
        return request.read_as[key]

    # --- answers

    def welcome_back(self, request: Request) -> Decision | None:
        """Who comes back on another day is told where they are, unless they say what they want:
        a number or an "ok" is not the answer to what was asked days ago.
        """
        frames = request.session.frames
        if not frames or not request.is_back or request.payload:
            return None
        intents = self._intents(request)
        is_plain = request.text.strip().isdecimal() or _has_family(intents, IntentFamily.ANSWER)
        is_short = len(words(request.text)) <= _MAX_GREETING_WORDS
        is_greeting = is_short and not intents and not self._find_answer(request)
        return self._welcomed(request) if is_plain or is_greeting else None

    def _welcomed(self, request: Request) -> Decision:
        reply = self._say.welcome_back(request.session.frames)
        return Decision(
            Outcome.CLARIFY,
            (reply,),
            rule="flow_welcome_back",
            clarity=Clarity.CLEAR,
            way_on=WayOn.NOT,
        )

    def answer(self, request: Request) -> Decision | None:
        """A typed answer to the step that waits, or a correction of an earlier one."""
        frames = request.session.frames
        if not frames:
            return None
        if corrected := self._corrections.read(request):
            return self._walks.decide(corrected, request, "flow_correct")
        intents = self._intents(request)
        is_plain = _has_family(intents, IntentFamily.ANSWER)
        is_move = any(one in _MOVES_OF_INTENTS for one in intents)
        is_done = _DONE in intents and request.session.yes == move_payload(RESUME)
        if not self._was_asked(request.session) and not is_done:
            # Something else was said since: "ok" is no answer to what stands further up. Where the
            # step was named again, "xong rồi" is.
            return self._moves.resume(request) if is_plain and not is_move else None
        answer = self._find_answer(request)
        if answer is not None:
            return self._walks.decide(self._runner.answer(frames, answer), request, "flow_answer")
        if troubled := self._trouble(request):
            return self._walks.decide(troubled, request, "flow_answer")
        # A yes to a question that is none of yes or no.
        return self.not_understood(request) if is_plain and not is_move else None

    def _was_asked(self, session: Session) -> bool:
        """Whether the last replies held the buttons of the step that waits."""
        asked = self._runner.waiting(session.frames)
        if asked is None or not session.choices:
            return asked is not None
        start = answer_payload(asked.flow.id, asked.step.id, "")
        return any(one.payload.startswith(start) for one in session.choices)

    def _find_answer(self, request: Request) -> str | None:
        frames = request.session.frames
        asked = self._runner.waiting(frames)
        answer = self._reader.find_answer(asked.step, request.text) if asked else None
        if asked is None or answer is None or not self._runner.has_answer(frames, answer):
            return None
        return None if _asks_instead(request.text, asked.step, answer) else answer

    def _trouble(self, request: Request) -> Walk | None:
        """Who tells at a task what went wrong need not say first that it did not work."""
        frames = request.session.frames
        asked = self._runner.waiting(frames)
        if asked is None or not isinstance(asked.step, Do) or looks_like_question(request.text):
            return None
        question = asked.flow.find_step(asked.step.trouble)
        if not isinstance(question, Collect):
            return None
        value = self._reader.find_stated_option(question, request.text)
        guess = self._guess(question, request.text)
        if value is None and guess is not None and guess.is_sure:
            value = guess.option.value
        walk = self._runner.answer(frames, TROUBLE) if value else None
        return self._runner.answer(walk.frames, value) if walk and value else None

    def confirmed(self, request: Request) -> str:
        """The payload that a plain yes or no to the last reply stands for; empty for all else."""
        session = request.session
        intents = self._intents(request, with_slips=False)
        if not session.yes or self.is_command(request):
            return ""
        if _YES.intersection(intents):
            return session.yes
        return session.no if _NO.intersection(intents) else ""

    def is_command(self, request: Request) -> bool:
        """Whether the whole message is a command such as "dừng", "quay lại"."""
        return _has_family(self._intents(request, with_slips=False), IntentFamily.COMMAND)

    def nothing_asked(self, request: Request) -> Decision | None:
        """A yes, a no or a "done" where nothing was asked."""
        intents = self._intents(request, with_slips=False)
        if request.session.frames or not _has_family(intents, IntentFamily.ANSWER):
            return None
        name = "complaint" if "answer/not-done" in intents else "acknowledgement"
        return Decision(Outcome.SMALLTALK, (self._make.small_talk(name),))

    def stated_option(self, request: Request) -> Decision | None:
        """A message that is, or holds, an option of the question that waits; a question that holds
        one is still a question.
        """
        frames = request.session.frames
        asked = self._runner.waiting(frames)
        if asked is None or not isinstance(asked.step, Collect) or request.command:
            return None
        if request.text.strip().isdecimal():
            return None
        value = self._reader.find_stated_option(asked.step, request.text)
        if value is None or _asks_instead(request.text, asked.step, value):
            return None
        return self._walks.decide(self._runner.answer(frames, value), request, "flow_answer")

    def stated_option_of_safety(self, request: Request) -> Decision | None:
        """The same before the warnings, where somebody is being led out of a scam already."""
        return self.stated_option(request) if self.is_safety(request) else None

    def is_safety(self, request: Request) -> bool:
        """Whether somebody is being led out of a scam."""
        flow = self._runner.begun_flow(request.session.frames)
        topics = map(self._catalog.find_topic, flow.topics if flow else ())
        return any(topic is not None and topic.group == "safety" for topic in topics)

    # --- guesses

    def sure_guess(self, request: Request) -> Decision | None:
        """An answer in other words than those of the options, when there is hardly a doubt; the
        citizen is told how it was understood.
        """
        _, guess = self._guessed(request)
        if guess is None or not guess.is_sure or looks_like_question(request.text):
            return None
        walk = self._runner.answer(request.session.frames, guess.option.value)
        label = guess.option.label
        told = self._catalog.message(SystemText.FLOW_GUESSED, label=label)
        return self._walks.decide(walk, request, "flow_guess").after(told)

    def possible_guess(self, request: Request, others: Sequence[Button]) -> Decision | None:
        """Asks whether the likeliest option was meant; `others` are what else may have been."""
        asked, guess = self._guessed(request)
        count = request.session.unclear_count
        if asked is None or guess is None or count >= _MAX_GUESSES:
            return None
        if looks_like_question(request.text):
            return None
        person = (self._make.handoff_button(),) if count else ()
        reply = self._say.guessed(asked, guess.option, (*others, *person))
        return Decision(Outcome.CLARIFY, (reply,), rule="flow_guess", way_on=WayOn.NOT)

    def _guessed(self, request: Request) -> tuple[Asked | None, OptionGuess | None]:
        asked = self._runner.waiting(request.session.frames)
        if asked is None or not isinstance(asked.step, Collect):
            return None, None
        return asked, self._guess(asked.step, request.text)

    def is_asked(self, request: Request) -> bool:
        """Whether a question with options waits."""
        asked = self._runner.waiting(request.session.frames)
        return asked is not None and isinstance(asked.step, Collect)

    def not_understood(self, request: Request, others: Sequence[Button] = ()) -> Decision | None:
        """The step again when nothing else fits, with what else may have been meant; the second
        time with a way to a person.
        """
        told = self._catalog.message(nth_time(_NOT_UNDERSTOOD, request.session.unclear_count))
        reply = self.again(request, told, others)
        if reply is None:
            return None
        if request.is_back:
            return self._welcomed(request)
        return Decision(Outcome.CLARIFY, (reply,), rule="flow_not_understood", way_on=WayOn.NOT)

    def again(self, request: Request, told: str, others: Sequence[Button] = ()) -> Reply | None:
        """The step that waits, after something that could not be used; after the second such thing
        with a way to a person. None when no step waits.
        """
        frames = request.session.frames
        asked = self._runner.waiting(frames)
        if asked is None:
            return None
        step = self._say.asked(asked, frames)
        person = (self._make.handoff_button(),) if request.session.unclear_count else ()
        return Reply(f"{told}\n\n{step.text}", (*step.buttons, *others, *person), step.picture)

    # --- commands and intents

    def handoff_button(self) -> tuple[Button, ...]:
        """A button to the flow that finds the right person; none when there is no such flow."""
        return self._moves.handoff_button()

    def command(self, request: Request) -> Decision | None:
        """A whole message such as "quay lại", "nhắc lại", "dừng"."""
        is_led = bool(request.session.frames)
        intents = self._intents(request, with_slips=is_led)
        found = (_MOVES_OF_INTENTS.get(one) for one in intents)
        move = next((one for one in found if one is not None), None)
        if move is None or (not is_led and move == STOP):
            return None
        return self._moves.move(move, request)

    def meant(self, intent: str, request: Request) -> Decision | None:
        """What an intent that the classifier found means here: a beginning, or a move."""
        family, _, name = intent.partition("/")
        if family == IntentFamily.FLOW:
            return self._begin(name, request)
        if family == IntentFamily.EVENT and _is_under_way(name, request):
            return self._moves.resume(request)
        move = _MOVES_OF_INTENTS.get(intent)
        is_led = bool(request.session.frames)
        return self._moves.move(move, request) if move and is_led else None

    def _begin(self, flow_id: str, request: Request) -> Decision | None:
        """Begin a flow that was asked for in words, with what the words tell already."""
        event = self.find_event_flow(request.text)
        if flow_id == SERVICE_FLOW and event is not None:
            return self._moves.start(event.id, request)
        given = {one.entity: one.value for one in self._entities.find(request.text)}
        return self._moves.start(flow_id, request, given)

    def find_event_flow(self, text: str) -> Flow | None:
        """The flow of the life event that a text tells of; None unless it tells of just one."""
        events = {one.value for one in self._entities.find(text) if one.entity == LIFE_EVENT}
        return self._runner.find_flow(events.pop()) if len(events) == 1 else None

    def find_flow_of(self, intent: str, request: Request) -> Flow | None:
        """The flow that an intent is named after, if any; None when it is under way."""
        family, _, name = intent.partition("/")
        if family not in FAMILIES_OF_FLOWS or _is_under_way(name, request):
            return None
        return self._runner.find_flow(name)

    def topic_under_way(self, request: Request) -> str:
        """The id of the topic that the step which waits comes from, or else its flow; empty when
        there is none.
        """
        asked = self._runner.waiting(request.session.frames)
        if asked is None:
            return ""
        if isinstance(asked.step, Do) and asked.step.topic:
            return asked.step.topic
        ahead = _topics_ahead(asked)
        return ahead.pop() if len(ahead) == 1 else next(iter(asked.flow.topics), "")

    # --- before and after all rules

    def without_gone(self, request: Request) -> Request:
        """The request without flows that are no more in the catalog."""
        session = request.session
        frames, left = self._runner.known(session.frames), self._runner.known(session.left)
        if frames == session.frames and left == session.left:
            return request
        return replace(request, session=replace(session, frames=frames, left=left))

    def tell_gone(self, decision: Decision, request: Request) -> Decision:
        """The decision for a session from which `request` had a flow taken."""
        frames = request.session.frames if decision.frames is None else decision.frames
        return replace(
            decision,
            replies=(self._say.gone(), *decision.replies),
            frames=frames,
            events=("flow_lost:", *decision.events),
        )

    def go_on(self, decision: Decision, request: Request) -> Decision:
        """What was answered in between, with the offer to go on where the citizen stood."""
        frames = request.session.frames
        if not frames or not decision.replies or decision.offers is WayOn.NOT:
            return decision
        last = decision.replies[-1]
        if decision.offers is WayOn.BY_BUTTON and len(last.buttons) <= MAX_MENU_BUTTONS:
            # One more message would bury the choices: a button under them is enough, even under a
            # full menu.
            resume = self._make.button(SystemText.BUTTON_RESUME, move_payload(RESUME))
            last = replace(last, buttons=(*last.buttons, resume))
            return replace(decision, replies=(*decision.replies[:-1], last))
        offer = self._say.offer_to_go_on(frames)
        return replace(decision, replies=(*decision.replies, offer))


def _topics_ahead(asked: Asked) -> set[str]:
    """The topics that the options of a question lead to at once."""
    options = asked.step.options if isinstance(asked.step, Collect) else ()
    steps = (asked.flow.find_step(option.next) for option in options)
    topics = (one.topic for one in steps if isinstance(one, Do | Show))
    return {topic for topic in topics if topic}


def _asks_instead(text: str, step: Waiting, value: str) -> bool:
    """Whether a text asks something though it holds an option; some options are questions."""
    if not isinstance(step, Collect) or not looks_like_question(text):
        return False
    option = next((one for one in step.options if one.value == value), None)
    return option is not None and not any(map(looks_like_question, option.phrasings))


def _has_family(intents: Sequence[str], family: IntentFamily) -> bool:
    return any(one.startswith(f"{family}/") for one in intents)


def _is_under_way(flow_id: str, request: Request) -> bool:
    return any(one.flow_id == flow_id for one in request.session.frames)
