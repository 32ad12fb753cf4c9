"""The rules of the router that lead through flows: buttons, typed answers, moving about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.dialogue.decisions import Decision, Request
from bot.dialogue.flow_replies import FlowReplyMaker
from bot.dialogue.flow_runner import (
    Asked,
    FlowRunner,
    Frames,
    Looped,
    Lost,
    NeedsPerson,
    Walk,
    kept_answer,
)
from bot.dialogue.questions import looks_like_question
from bot.dialogue.replies import MAX_MENU_BUTTONS, ReplyMaker
from bot.domain.catalog import Catalog
from bot.domain.flows import Collect, Do, Flow, Inspect, Show
from bot.domain.frames import SKIPPED, UNSURE
from bot.domain.messages import Button, Reply
from bot.domain.payloads import (
    ANSWER,
    ASK,
    BACK,
    FLOW,
    MOVE,
    PAUSE,
    REPEAT,
    RESTART,
    RESUME,
    SKIP,
    STOP,
    flow_payload,
    move_payload,
    parse_payload,
)
from bot.domain.scam_signs import ScamSign
from bot.domain.session import Outcome, ScoredTopic, Session
from bot.domain.system_texts import SystemText
from bot.domain.understanding import FAMILIES_OF_FLOWS, IntentFamily
from bot.nlu.answers import AnswerReader
from bot.nlu.entities import EntityFinder
from bot.nlu.scam_signs import ScamInspector, is_scam_message, verdict
from bot.retrieval.option_guess import GuessOption, OptionGuess
from bot.text.fold import fold
from bot.text.normalize import words

#: The flow that finds the right service, and the entity whose values are flows of life events.
SERVICE_FLOW, LIFE_EVENT = "tim-dich-vu", "su_kien"
#: The flow that finds the right person to ask.
PERSON_FLOW = "gap-can-bo"
#: The flow that looks at a message.
SCAM_FLOW = "tin-that-gia"
#: How a message begins that corrects an earlier answer.
_CORRECTS = (
    "nham roi", "toi nham", "em nham", "bac nham", "a nham", "nham", "lon roi",
    "y toi la", "y em la", "y bac la", "sua lai la", "sua lai", "doi lai la", "doi lai",
)  # fmt: skip
#: A shorter message is no pasted one.
MIN_PASTED_WORDS = 4
#: A longer message on coming back is a question, not a greeting.
_MAX_GREETING_WORDS = 3
#: What is said when an answer is not understood, the first, second and third time running; then
#: from the beginning, so that nobody reads the same thrice.
_NOT_UNDERSTOOD = (
    SystemText.FLOW_NOT_UNDERSTOOD,
    SystemText.FLOW_NOT_UNDERSTOOD_AGAIN,
    SystemText.FLOW_NOT_UNDERSTOOD_PERSON,
)
#: Outcomes after which the offer to go on is a button, no message of its own.
_CHOICES_OR_NOTHING = frozenset({Outcome.CLARIFY, Outcome.UNKNOWN, Outcome.HANDOFF})
#: What a plain yes and a plain no to an offer are called.
_YES = frozenset({"answer/yes", "answer/ack"})
_NO = frozenset({"answer/no"})
#: Moves that lead back into a flow that was stopped or came to its end.
_MOVES_OF_LEFT = frozenset({BACK, RESUME, RESTART})
#: The move that a command intent stands for.
_MOVES_OF_INTENTS = {
    "command/back": BACK,
    "command/repeat": REPEAT,
    "command/skip": SKIP,
    "command/restart": RESTART,
    "command/stop": STOP,
    "command/pause": PAUSE,
    "command/resume": RESUME,
}


class FlowRules:
    """Rules over one catalog. Each gives a decision, or None when it does not fit."""

    def __init__(
        self, catalog: Catalog, runner: FlowRunner, reader: AnswerReader, guess: GuessOption
    ) -> None:
        self._catalog = catalog
        self._runner = runner
        self._reader = reader
        self._guess = guess
        self._entities = EntityFinder(catalog.entities, catalog.abbreviations)
        self._inspector = ScamInspector(catalog.scam_signs)
        self._say = FlowReplyMaker(catalog, runner)
        self._make = ReplyMaker(catalog)

    # --- buttons

    def press(self, payload: str, request: Request) -> Decision | None:
        """A button of a flow, fresh or from further up in the conversation."""
        verb, *arguments = parse_payload(payload)
        if verb == FLOW and len(arguments) == 1:
            return self.start(arguments[0], request)
        if verb == MOVE and len(arguments) == 1:
            return self.move(arguments[0], request)
        if verb == ANSWER and len(arguments) == 3:
            return self._press_answer(*arguments, request=request)
        return None

    def _press_answer(
        self, flow_id: str, step_id: str, value: str, *, request: Request
    ) -> Decision | None:
        frames = self._frames_in_hand(request.session)
        at = next((at for at, one in enumerate(frames) if one.flow_id == flow_id), None)
        if at is None or any(not one.is_called for one in frames[at + 1 :]):
            # The flow was left and begins again, or it waits below another and has its turn.
            begun = self.start(flow_id, request)
            notice = self._catalog.message(SystemText.FLOW_STALE_BUTTON_OF_LEFT)
            return _noticed(begun, notice) if begun else None
        frames = frames[: at + 1]
        if frames[-1].step_id == step_id:
            return self._walked(self._runner.answer(frames, value), request, "flow_answer")
        if corrected := self._runner.correct(frames, step_id, value):
            return self._walked(corrected, request, "flow_correct")
        again = self._walked(self._runner.resume(frames), request, "flow_stale_button")
        return _noticed(again, self._catalog.message(SystemText.FLOW_STALE_BUTTON))

    def _frames_in_hand(self, session: Session) -> Frames:
        """The flows under way; when there is none, those that were left last, as they were."""
        return session.frames or session.left

    def start(
        self, flow_id: str, request: Request, given: Mapping[str, str] | None = None
    ) -> Decision | None:
        """Begin a flow, with what is known already; who is in the middle of it is asked whether to
        go on there. None when there is no such flow.
        """
        flow = self._runner.find_flow(flow_id)
        if flow is None:
            return None
        raised = self._runner.raise_begun(request.session.frames, flow)
        if self._runner.can_go_back(raised):
            reply = self._say.under_way(raised)
            return Decision(Outcome.FLOW_STARTED, (reply,), rule="flow_under_way", frames=raised)
        walk = self._runner.start(request.session.frames, flow, given)
        topics = tuple(
            ScoredTopic(topic.id, 1.0)
            for topic in map(self._catalog.find_topic, flow.topics)
            if topic is not None
        )
        return self._walked(walk, request, "flow_start", Outcome.FLOW_STARTED, topics)

    def _begin(self, flow_id: str, request: Request) -> Decision | None:
        """Begin a flow that was asked for in words, with what the words tell already."""
        event = self.find_event_flow(request.text)
        if flow_id == SERVICE_FLOW and event is not None:
            return self.start(event.id, request)
        given = {one.entity: one.value for one in self._entities.find(request.text)}
        return self.start(flow_id, request, given)

    def handoff_button(self) -> tuple[Button, ...]:
        """A button to the flow that finds the right person; none when there is no such flow."""
        flow = self._runner.find_flow(PERSON_FLOW)
        return (Button(flow.title, flow_payload(flow.id)),) if flow else ()

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

    def move(self, move: str, request: Request) -> Decision | None:
        """Go back, repeat, skip, begin again, stop, pause, go on, or ask something in between."""
        session = request.session
        if not session.frames and move not in _MOVES_OF_LEFT:
            return self._nothing_to_move(move)
        frames = self._frames_in_hand(session)
        if not frames:
            return self._nothing_to_move(move)
        if move == STOP:
            return self._stopped(request)
        if move == PAUSE:
            # Nothing is left: whoever comes back is asked whether to go on.
            return Decision(Outcome.SMALLTALK, (self._say.paused(frames),), rule="flow_pause")
        if not session.frames and move == BACK:
            move = RESUME  # the last step, as it was before its answer ended the flow
        if move == ASK:
            return Decision(Outcome.ANSWERED, (self._say.ask_away(frames),), rule="flow_ask")
        moves: Mapping[str, Callable[[Frames], Walk]] = {
            BACK: self._runner.back,
            REPEAT: self._runner.resume,
            RESUME: self._runner.resume,
            RESTART: self._runner.restart,
            SKIP: self._skip,
        }
        walk = moves.get(move)
        return self._walked(walk(frames), request, f"flow_{move}") if walk else None

    def _nothing_to_move(self, move: str) -> Decision | None:
        if move not in {BACK, REPEAT, SKIP, RESTART, RESUME, ASK, STOP}:
            return None
        return Decision(
            Outcome.CLARIFY,
            (self._make.text(SystemText.FLOW_NONE, self._make.menu().buttons),),
            rule="menu",
        )

    def _skip(self, frames: Frames) -> Walk:
        """Pass over the step that waits; a question counts as not known."""
        answer = SKIPPED if self._runner.has_answer(frames, SKIPPED) else UNSURE
        return self._runner.answer(frames, answer)

    def _stopped(self, request: Request) -> Decision:
        frames = request.session.frames
        left = self._runner.begun_flow(frames)
        walk = self._runner.stop(frames)
        title = left.title if left else ""
        resume = self._make.button(SystemText.BUTTON_RESUME, move_payload(RESUME))
        buttons = (self._make.menu_button(), *(() if walk.frames else (resume,)))
        replies = [self._make.text(SystemText.FLOW_STOPPED, buttons, title=title)]
        if walk.frames:
            replies.append(self._say.offer_to_go_on(walk.frames))
        return Decision(Outcome.SMALLTALK, tuple(replies), rule="flow_stop", frames=walk.frames)

    # --- typed messages while a flow is under way

    def welcome_back(self, request: Request) -> Decision | None:
        """Who comes back on another day and does not answer right away is told where they are."""
        session = request.session
        is_back = session.last_on and session.last_on != request.today.isoformat()
        if not session.frames or not is_back or self._find_answer(request.text, session):
            return None
        if len(words(request.text)) > _MAX_GREETING_WORDS:
            return None
        if self._reader.find_intents(request.text):
            return None
        reply = self._say.welcome_back(session.frames)
        return Decision(Outcome.CLARIFY, (reply,), rule="flow_welcome_back")

    def answer(self, request: Request) -> Decision | None:
        """A typed answer to the step that waits, or a correction of an earlier one."""
        frames = request.session.frames
        if not frames:
            return None
        if corrected := self._correction(request):
            return self._walked(corrected, request, "flow_correct")
        answer = self._find_answer(request.text, request.session)
        if answer is not None:
            return self._walked(self._runner.answer(frames, answer), request, "flow_answer")
        intents = self._reader.find_intents(request.text)
        is_move = any(one in _MOVES_OF_INTENTS for one in intents)
        is_vague = not is_move and any(one.startswith(f"{IntentFamily.ANSWER}/") for one in intents)
        # A yes to a question that is none of yes or no.
        return self.not_understood(request) if is_vague else None

    def confirmed(self, request: Request) -> str:
        """The payload that a plain yes or no to the last reply stands for; empty for all else."""
        session = request.session
        intents = self._reader.find_intents(request.text, with_slips=False)
        is_move = any(one.startswith(f"{IntentFamily.COMMAND}/") for one in intents)
        if not session.yes or is_move or self._answers_instead(request):
            return ""
        if _YES.intersection(intents):
            return session.yes
        return session.no if _NO.intersection(intents) else ""

    def _answers_instead(self, request: Request) -> bool:
        """Whether "có" or "chưa" is rather the answer to the question behind an offer to go on."""
        asked = self._runner.waiting(request.session.frames)
        is_offer = request.session.yes == move_payload(RESUME)
        is_asked = asked is not None and isinstance(asked.step, Collect)
        return is_offer and is_asked and bool(self._find_answer(request.text, request.session))

    def sure_guess(self, request: Request) -> Decision | None:
        """An answer in other words than those of the options, when there is hardly a doubt; the
        citizen is told how it was understood.
        """
        asked, guess = self._guessed(request)
        if asked is None or guess is None or not guess.is_sure:
            return None
        if looks_like_question(request.text):
            return None
        walk = self._runner.answer(request.session.frames, guess.option.value)
        decision = self._walked(walk, request, "flow_guess")
        label = guess.option.label
        return _noticed(decision, self._catalog.message(SystemText.FLOW_GUESSED, label=label))

    def possible_guess(self, request: Request, others: Sequence[Button]) -> Decision | None:
        """Asks whether the likeliest option was meant; `others` are what else may have been."""
        asked, guess = self._guessed(request)
        if asked is None or guess is None:
            return None
        reply = self._say.guessed(asked, guess.option, others)
        return Decision(Outcome.CLARIFY, (reply,), rule="flow_guess")

    def _guessed(self, request: Request) -> tuple[Asked | None, OptionGuess | None]:
        asked = self._runner.waiting(request.session.frames)
        if asked is None or not isinstance(asked.step, Collect):
            return None, None
        return asked, self._guess(asked.step, request.text)

    def stated_option(self, request: Request) -> Decision | None:
        """A message that is, or holds, an option of the question that waits."""
        frames = request.session.frames
        asked = self._runner.waiting(frames)
        if asked is None or not isinstance(asked.step, Collect) or request.text.strip().isdecimal():
            return None
        value = self._reader.find_stated_option(asked.step, request.text)
        if value is None:
            return None
        return self._walked(self._runner.answer(frames, value), request, "flow_answer")

    def stated_option_of_safety(self, request: Request) -> Decision | None:
        """The same before the warnings, where somebody is being led out of a scam already."""
        flow = self._runner.begun_flow(request.session.frames)
        topics = map(self._catalog.find_topic, flow.topics if flow else ())
        if not any(topic is not None and topic.group == "safety" for topic in topics):
            return None
        return self.stated_option(request)

    def inspect(self, request: Request) -> Decision | None:
        """What a pasted message looks like. The message goes no further than this, so what it says
        of emergencies or numbers is not the citizen's.
        """
        asked = self._runner.waiting(request.session.frames)
        if asked is None or not isinstance(asked.step, Inspect) or request.payload:
            return None
        if len(words(request.text)) < MIN_PASTED_WORDS or self._reader.find_intents(request.text):
            return None
        signs = self._inspector.find(request.text)
        walk = self._runner.answer(request.session.frames, verdict(signs))
        return self._inspected(walk, signs, request, "flow_inspect")

    def pasted_scam(self, request: Request) -> Decision | None:
        """A message that can only be a pasted one and looks like a scam: the flow that asks what
        was done about it begins, as if it had been pasted there.
        """
        flow = self._runner.find_flow(SCAM_FLOW)
        if flow is None or request.payload:
            return None
        signs = self._inspector.find(request.text)
        if not is_scam_message(signs, request.text):
            return None
        steps = (one for one in flow.steps if isinstance(one, Inspect))
        given = {kept_answer(one.id): verdict(signs) for one in steps}
        walk = self._runner.start(request.session.frames, flow, given)
        return self._inspected(walk, signs, request, "scam_message")

    def _inspected(
        self, walk: Walk, signs: Sequence[ScamSign], request: Request, rule: str
    ) -> Decision:
        """What the signs say, then the walk."""
        decision = self._walked(walk, request, rule, Outcome.SAFETY)
        key = SystemText.SCAM_SIGNS_FOUND if signs else SystemText.SCAM_SIGNS_NONE
        lines = [self._catalog.message(key), *(f"- {one.reason}" for one in signs)]
        figures = {f"sign_{one.id}": 1.0 for one in signs}
        replies = (Reply("\n".join(lines)), *decision.replies)
        return replace(decision, replies=replies, figures=figures)

    def _find_answer(self, text: str, session: Session) -> str | None:
        asked = self._runner.waiting(session.frames)
        answer = self._reader.find_answer(asked.step, text) if asked else None
        is_known = answer is not None and self._runner.has_answer(session.frames, answer)
        return answer if is_known else None

    def _correction(self, request: Request) -> Walk | None:
        """The walk after "à nhầm, mức 1 cơ": the latest question that has such an answer."""
        key = fold(" ".join(words(request.text)))
        start = next((one for one in _CORRECTS if key.startswith(f"{one} ")), None)
        if start is None:
            return None
        rest = " ".join(request.text.split()[len(start.split()) :])
        for frames, question in self._runner.answered_questions(request.session.frames):
            value = self._reader.find_answer(question, rest)
            if value is not None and (walk := self._runner.correct(frames, question.id, value)):
                return walk
        return None

    def command(self, request: Request) -> Decision | None:
        """A whole message such as "quay lại", "nhắc lại", "dừng"."""
        is_led = bool(request.session.frames)
        intents = self._reader.find_intents(request.text, with_slips=is_led)
        found = (_MOVES_OF_INTENTS.get(one) for one in intents)
        move = next((one for one in found if one is not None), None)
        if move is None or (not request.session.frames and move == STOP):
            return None
        return self.move(move, request)

    def meant(self, intent: str, request: Request) -> Decision | None:
        """What an intent that the classifier found means here: a beginning, an answer, a move."""
        family, _, name = intent.partition("/")
        if family == IntentFamily.FLOW:
            return self._begin(name, request)
        if family == IntentFamily.EVENT and _is_under_way(name, request):
            return self.move(RESUME, request)
        if move := _MOVES_OF_INTENTS.get(intent):
            is_plain_stop = move == STOP and not request.session.frames
            return None if is_plain_stop else self.move(move, request)
        return None

    def topic_under_way(self, request: Request) -> str:
        """The id of the topic that the step which waits comes from, or else its flow; empty when
        there is none.
        """
        asked = self._runner.waiting(request.session.frames)
        if asked is None:
            return ""
        of_step = asked.step.topic if isinstance(asked.step, Do) else None
        return of_step or next(iter(asked.flow.topics), "")

    def is_asked(self, request: Request) -> bool:
        """Whether a question with options waits."""
        asked = self._runner.waiting(request.session.frames)
        return asked is not None and isinstance(asked.step, Collect)

    def not_understood(self, request: Request, others: Sequence[Button] = ()) -> Decision | None:
        """The step again when nothing else fits, with what else may have been meant; the second
        time with a way to a person.
        """
        frames = request.session.frames
        asked = self._runner.waiting(frames)
        if asked is None:
            return None
        turn = request.session.unclear_count % len(_NOT_UNDERSTOOD)
        step = self._say.asked(asked, frames)
        person = (self._make.handoff_button(),) if turn else ()
        buttons = (*step.buttons, *others, *person)
        text = f"{self._catalog.message(_NOT_UNDERSTOOD[turn])}\n\n{step.text}"
        return Decision(
            Outcome.CLARIFY, (Reply(text, buttons, step.picture),), rule="flow_not_understood"
        )

    def go_on(self, decision: Decision, request: Request) -> Decision:
        """What was answered in between, with the offer to go on where the citizen stood."""
        frames = request.session.frames
        is_flow_rule = decision.rule.startswith("flow_")
        if not frames or decision.frames is not None or is_flow_rule or not decision.replies:
            return decision
        if decision.rule == "emergency":
            return decision  # nobody in danger is asked to go on with an app
        is_warned = decision.rule == "scam_in_progress"
        if is_warned or decision.outcome in _CHOICES_OR_NOTHING:
            # One more message would bury the choices: a button under them is enough.
            last = decision.replies[-1]
            if len(last.buttons) >= MAX_MENU_BUTTONS:
                offer = self._say.offer_to_go_on(frames)
                return replace(decision, replies=(*decision.replies, offer))
            resume = self._make.button(SystemText.BUTTON_RESUME, move_payload(RESUME))
            last = replace(last, buttons=(*last.buttons, resume))
            return replace(decision, replies=(*decision.replies[:-1], last))
        offer = self._say.offer_to_go_on(frames)
        return replace(decision, replies=(*decision.replies, offer))

    def _walked(
        self,
        walk: Walk,
        request: Request,
        rule: str,
        outcome: Outcome = Outcome.ANSWERED,
        topics: tuple[ScoredTopic, ...] = (),
    ) -> Decision:
        if any(isinstance(page, NeedsPerson) for page in walk.pages):
            outcome = Outcome.HANDOFF
        shown = (page.topic for page in walk.pages if isinstance(page, Show))
        found = (self._catalog.find_topic(one) for one in shown)
        topics = topics or tuple(ScoredTopic(topic.id, 1.0) for topic in found if topic)
        replies = self._say.replies(walk, request.today)
        return Decision(
            outcome,
            replies or (self._make.menu(),),
            topics,
            rule=rule,
            frames=walk.frames,
            events=tuple(_events(walk)),
        )


def _is_under_way(flow_id: str, request: Request) -> bool:
    return any(one.flow_id == flow_id for one in request.session.frames)


def _noticed(decision: Decision, notice: str) -> Decision:
    """The decision with a line before what it says."""
    first, *others = decision.replies
    noticed = replace(first, text=f"{notice}\n\n{first.text}")
    return replace(decision, replies=(noticed, *others))


def _events(walk: Walk) -> Iterator[str]:
    """What staff should know of a walk: where it led, and what went wrong."""
    if walk.answered:
        yield f"flow_answer:{walk.answered}"
    for place in walk.taken:
        yield f"flow_step:{place}"
    for ended in walk.ended:
        yield f"flow_ended:{ended}"
    for page in walk.pages:
        match page:
            case Lost(flow):
                yield f"flow_lost:{flow.id if flow else ''}"
            case Looped(flow, step_id):
                yield f"flow_looped:{flow.id}:{step_id}"
            case NeedsPerson(flow):
                yield f"flow_needs_person:{flow.id}"
            case _:
                pass
