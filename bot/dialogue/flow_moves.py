"""Buttons of flows, and moving about in them: begin, back, repeat, skip, again, stop, rest, on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.dialogue.decisions import Clarity, Decision, Request, WayOn
from bot.dialogue.flow_frames import Frames
from bot.dialogue.flow_pages import Walk
from bot.dialogue.flow_walks import FlowWalks
from bot.dialogue.replies import ReplyMaker
from bot.domain.catalog import Catalog
from bot.domain.flows import Flow
from bot.domain.frames import SKIPPED, UNSURE
from bot.domain.messages import Button
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
from bot.domain.session import Outcome, ScoredTopic, Session
from bot.domain.system_texts import SystemText

#: The flow that finds the right person to ask.
PERSON_FLOW = "gap-can-bo"
#: Moves that lead back into a flow that was stopped or came to its end.
_MOVES_OF_LEFT = frozenset({BACK, RESUME, RESTART})
_MOVES = frozenset({BACK, REPEAT, SKIP, RESTART, RESUME, ASK, STOP})


class FlowMoves:
    """Moves over one catalog. Each gives a decision, or None when it does not fit."""

    def __init__(self, catalog: Catalog, walks: FlowWalks) -> None:
        self._catalog = catalog
        self._walks = walks
        self._runner = walks.runner
        self._make = ReplyMaker(catalog)

    def press(self, payload: str, request: Request) -> Decision | None:
        """A button of a flow, fresh or from further up in the conversation."""
        verb, *arguments = parse_payload(payload)
        if verb == FLOW and len(arguments) == 1:
            return self.start(arguments[0], request)
        if verb == FLOW and len(arguments) == 2:
            return self._start_at(*arguments, request=request)
        if verb == MOVE and len(arguments) == 1:
            return self.move(arguments[0], request)
        if verb == ANSWER and len(arguments) == 3:
            return self._press_answer(*arguments, request=request)
        return None

    def _press_answer(
        self, flow_id: str, step_id: str, value: str, *, request: Request
    ) -> Decision | None:
        """An answer to the step that waits, or to an earlier one, or to one that is gone."""
        flow = self._runner.find_flow(flow_id)
        if flow is None:
            return None
        raised = self._runner.raise_begun(_frames_in_hand(request.session), flow)
        if not raised:
            begun = self.start(flow_id, request)
            stopped = self._catalog.message(SystemText.FLOW_STALE_BUTTON_OF_LEFT)
            return begun.after(stopped) if begun else None
        at = next(at for at, one in enumerate(raised) if one.flow_id == flow_id)
        frames = raised[: at + 1]
        if frames[-1].step_id == step_id and self._runner.has_answer(frames, value):
            return self._walks.decide(self._runner.answer(frames, value), request, "flow_answer")
        if corrected := self._runner.correct(frames, step_id, value):
            return self._walks.decide(corrected, request, "flow_correct")
        again = self._walks.decide(self._runner.resume(raised), request, "flow_stale_button")
        return again.after(self._catalog.message(SystemText.FLOW_STALE_BUTTON))

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
            reply = self._walks.say.under_way(raised)
            return Decision(Outcome.FLOW_STARTED, (reply,), rule="flow_under_way", frames=raised)
        return self._started(self._runner.start(request.session.frames, flow, given), flow, request)

    def _start_at(self, flow_id: str, step_id: str, *, request: Request) -> Decision | None:
        """Begin a flow at one of its steps, or at its beginning where it cannot."""
        flow = self._runner.find_flow(flow_id)
        walk = self._runner.start_at(request.session.frames, flow, step_id) if flow else None
        if flow is None or walk is None:
            return self.start(flow_id, request)
        return self._started(walk, flow, request)

    def _started(self, walk: Walk, flow: Flow, request: Request) -> Decision:
        topics = tuple(
            ScoredTopic(topic.id, 1.0)
            for topic in map(self._catalog.find_topic, flow.topics)
            if topic is not None
        )
        return self._walks.decide(walk, request, "flow_start", Outcome.FLOW_STARTED, topics)

    def handoff_button(self) -> tuple[Button, ...]:
        """A button to the flow that finds the right person; none when there is no such flow."""
        flow = self._runner.find_flow(PERSON_FLOW)
        return (Button(flow.title, flow_payload(flow.id)),) if flow else ()

    def move(self, move: str, request: Request) -> Decision | None:
        """Go back, repeat, skip, begin again, stop, rest, go on, or ask something in between."""
        session = request.session
        is_left = not session.frames and move in _MOVES_OF_LEFT
        frames = session.left if is_left else session.frames
        if not frames:
            return self._nothing_to_move(move)
        if said := self._saying(move, frames, request):
            return said
        moves: Mapping[str, Callable[[Frames], Walk]] = {
            # What was left goes on where it was before its last answer.
            BACK: self._runner.resume if is_left else self._runner.back,
            REPEAT: self._runner.resume,
            RESUME: self._runner.resume,
            RESTART: self._runner.restart,
            SKIP: self._skip,
        }
        walk = moves.get(move)
        return self._walks.decide(walk(frames), request, f"flow_{move}") if walk else None

    def resume(self, request: Request) -> Decision | None:
        """Say again where the citizen stands."""
        return self.move(RESUME, request)

    def _saying(self, move: str, frames: Frames, request: Request) -> Decision | None:
        """The moves that walk nowhere."""
        if move == STOP:
            return self._stopped(request)
        if move == PAUSE:
            # Nothing is left: whoever comes back is asked whether to go on.
            reply, outcome = self._walks.say.paused(frames), Outcome.SMALLTALK
        elif move == ASK:
            reply, outcome = self._walks.say.ask_away(frames), Outcome.ANSWERED
        else:
            return None
        return Decision(outcome, (reply,), rule=f"flow_{move}", way_on=WayOn.NOT)

    def _nothing_to_move(self, move: str) -> Decision | None:
        if move not in _MOVES:
            return None
        none = self._make.text(SystemText.FLOW_NONE, self._make.menu().buttons)
        return Decision(Outcome.CLARIFY, (none,), rule="menu", clarity=Clarity.CLEAR)

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
            replies.append(self._walks.say.offer_to_go_on(walk.frames))
        return Decision(Outcome.SMALLTALK, tuple(replies), rule="flow_stop", frames=walk.frames)


def _frames_in_hand(session: Session) -> Frames:
    """The flows under way; when there is none, those that were left last, as they were."""
    return session.frames or session.left
