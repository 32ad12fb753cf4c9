"""Walks through flows: begins, answers, goes back, corrects, repeats, skips, resumes, stops.

Pure. The state is a stack of frames, the flow being walked last; below it those that wait. What is
said comes as pages, which `bot.dialogue.flow_replies` makes into messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.dialogue.conditions import way
from bot.dialogue.flow_frames import (
    Frames,
    answered,
    flat,
    groups_of,
    handed_over,
    has_room,
    kept_answer,
    known_answer,
    nearest_place,
    place_in_group,
    undone,
    way_after,
    with_slots,
)
from bot.dialogue.flow_links import linked_frame
from bot.dialogue.flow_pages import (
    Asked,
    Ended,
    Looped,
    Lost,
    NeedsPerson,
    Page,
    PutAway,
    Walk,
)
from bot.domain.flows import (
    END,
    PERSON,
    RETRY,
    Call,
    Collect,
    Do,
    Flow,
    FlowId,
    Guide,
    Inspect,
    Link,
    Say,
    SetSlots,
    Show,
    Step,
    StepId,
    Waiting,
)
from bot.domain.frames import DONE, MAX_TRAIL, TROUBLES, Frame

#: More steps than this without a question to the citizen is a loop that an author made. Answers
#: kept from before a correction are no loop: there are at most so many as are remembered.
MAX_STEPS_PER_TURN = 50 + 2 * MAX_TRAIL
#: So many flows can be begun and unfinished, not counting those that they called.
MAX_WAITING = 3


@dataclass
class _Walking:
    frames: list[Frame]
    pages: list[Page] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    ended: list[FlowId] = field(default_factory=list)

    def end(self) -> Walk:
        return Walk(tuple(self.frames), tuple(self.pages), tuple(self.taken), tuple(self.ended))


class FlowRunner:
    """Walks through the flows of one catalog. Holds no state between turns."""

    def __init__(self, flows: Mapping[FlowId, Flow]) -> None:
        """`flows` have no guides: `bot.domain.guides.expand` wrote them out."""
        self._flows = flows

    # --- beginning and ending

    def find_flow(self, flow_id: str) -> Flow | None:
        """The flow with this id."""
        return self._flows.get(FlowId(flow_id))

    def start(self, frames: Frames, flow: Flow, given: Mapping[str, str] | None = None) -> Walk:
        """Begin a flow; one that waits already goes on where it was. Others wait below."""
        if raised := self.raise_begun(frames, flow):
            return self.resume(raised)
        return self._begin(frames, Frame(flow.id, flow.steps[0].id, given=given or {}))

    def start_at(self, frames: Frames, flow: Flow, step_id: str) -> Walk | None:
        """Begin a flow at one of its steps, as if what comes before were done. Where the flow is
        under way, it goes back to the step, with what was answered before it, or else on from it.
        None when it has to begin at its beginning.
        """
        first = linked_frame(flow, step_id)
        if first is None:
            return None
        raised = self.raise_begun(frames, flow)
        if not raised:
            return self._begin(frames, first)
        at = next(at for at, one in enumerate(raised) if one.flow_id == flow.id)
        passed = [one.step_id for one in raised[at].trail]
        if raised[at].step_id == first.step_id:
            return self.resume(raised)
        if first.step_id in passed:
            there = undone(raised[at], passed.index(first.step_id))
        else:
            there = replace(first, is_called=raised[at].is_called)
        return self._go(_Walking([*raised[:at], there]))

    def _begin(self, frames: Frames, first: Frame) -> Walk:
        kept, put_away = self._made_room(frames)
        return self._go(_Walking([*kept, first], pages=[*put_away]))

    def _made_room(self, frames: Frames) -> tuple[Frames, list[PutAway]]:
        """The flows that go on waiting below another: one in which nothing was answered has to go
        first, then the oldest.
        """
        groups = groups_of(frames)
        if len(groups) < MAX_WAITING:
            return frames, []
        goes = next((one for one in groups if not self.can_go_back(one)), groups[0])
        flow = self.find_flow(goes[0].flow_id)
        is_told = flow is not None and self.can_go_back(goes)
        told = [PutAway(flow)] if flow is not None and is_told else []
        return flat(one for one in groups if one is not goes), told

    def known(self, frames: Frames) -> Frames:
        """The frames without flows that are gone, and without what those had called."""
        kept = []
        for group in groups_of(frames):
            gone = (at for at, one in enumerate(group) if self.find_flow(one.flow_id) is None)
            kept.append(group[: next(gone, len(group))])
        return flat(kept)

    def raise_begun(self, frames: Frames, flow: Flow) -> Frames:
        """The frames with the one in which this flow was begun, or called, on top; empty when it is
        not under way.
        """
        groups = groups_of(frames)
        same = next((one for one in groups if flow.id in {frame.flow_id for frame in one}), None)
        if same is None:
            return ()
        return flat([one for one in groups if one is not same] + [same])

    def resume(self, frames: Frames) -> Walk:
        """Say again where the citizen stands."""
        return self._go(_Walking(list(frames)))

    def restart(self, frames: Frames) -> Walk:
        """The flow from its beginning."""
        *below, group = groups_of(frames)
        flow = self.find_flow(group[0].flow_id)
        if flow is None:
            return self.resume(frames)
        return self._go(_Walking([*flat(below), Frame(flow.id, flow.steps[0].id)]))

    def stop(self, frames: Frames) -> Walk:
        """Leave the flow and all that it called; what waits below is not begun by itself."""
        return Walk(flat(groups_of(frames)[:-1]))

    # --- answering

    def waiting(self, frames: Frames) -> Asked | None:
        """The step that waits for an answer; None when there is none, or it is gone."""
        if not frames:
            return None
        flow = self.find_flow(frames[-1].flow_id)
        step = flow.find_step(frames[-1].step_id) if flow else None
        if flow is None or not isinstance(step, Waiting):
            return None
        return Asked(flow, step, frames[-1])

    def has_answer(self, frames: Frames, value: str) -> bool:
        """Whether the step that waits has such an answer."""
        asked = self.waiting(frames)
        return asked is not None and way_after(asked.step, value, frames[-1].slots) is not None

    def begun_flow(self, frames: Frames) -> Flow | None:
        """The flow that was begun, whatever it called since; None when there is none."""
        groups = groups_of(frames)
        return self.find_flow(groups[-1][0].flow_id) if groups else None

    def can_go_back(self, frames: Frames) -> bool:
        """Whether anything was answered in the flow that was begun last."""
        groups = groups_of(frames)
        return any(frame.trail for frame in groups[-1]) if groups else False

    def answer(self, frames: Frames, value: str) -> Walk:
        """Answer the step that waits with an option's value, `DONE`, `TROUBLE` or `UNSURE`.

        An answer that the step does not know asks it again.
        """
        asked = self.waiting(frames)
        to = way_after(asked.step, value, frames[-1].slots) if asked else None
        if asked is None or to is None:
            return self.resume(frames)
        told = f"{asked.flow.id}/{asked.step.id}={value}"
        if to == PERSON:
            # Nobody can help with this trouble here, so the task it arose at waits again.
            trail = frames[-1].trail
            is_trouble = bool(trail) and trail[-1].answer in TROUBLES
            waiting = undone(frames[-1], len(trail) - 1) if is_trouble else frames[-1]
            page = NeedsPerson(asked.flow)
            return Walk((*frames[:-1], waiting), (page,), answered=told)
        walking = _Walking([*frames[:-1], answered(frames[-1], asked.step, value)])
        walk = walking.end() if self._move(walking, to) else self._go(walking)
        return replace(walk, answered=told)

    def back(self, frames: Frames) -> Walk:
        """The step before, as it was; the first step stays where it is."""
        frame = frames[-1]
        if frame.trail:
            return self._go(_Walking([*frames[:-1], undone(frame, len(frame.trail) - 1)]))
        can_go_back = frame.is_called and self.can_go_back(frames)
        return self.back(frames[:-1]) if can_go_back else self.resume(frames)

    def correct(self, frames: Frames, step_id: str, value: str) -> Walk | None:
        """Answer an earlier step anew; what was answered after it is kept where it is still asked.

        None when that step was not answered in this flow, or has no such answer.
        """
        frame = frames[-1]
        flow = self.find_flow(frame.flow_id)
        places = [at for at, one in enumerate(frame.trail) if one.step_id == step_id]
        step = flow.find_step(step_id) if flow and places else None
        if step is None or way_after(step, value, frame.slots) is None:
            return None
        at = places[-1]
        later: dict[str, str] = {
            kept_answer(one.step_id): one.answer
            for one in frame.trail[at + 1 :]
            if one.answer not in TROUBLES
        }
        earlier = replace(undone(frame, at), given={**frame.given, **later})
        return self.answer((*frames[:-1], earlier), value)

    def answered_questions(self, frames: Frames) -> Iterator[tuple[Frames, Collect]]:
        """The questions answered so far in the flow that was begun last and in what it called, the
        latest first, each with the frames up to its flow.
        """
        for depth in range(len(groups_of(frames)[-1]) if frames else 0):
            above = frames[: len(frames) - depth]
            flow = self.find_flow(above[-1].flow_id)
            for step_id in dict.fromkeys(one.step_id for one in reversed(above[-1].trail)):
                step = flow.find_step(step_id) if flow else None
                if isinstance(step, Collect):
                    yield above, step

    # --- walking

    def _go(self, walking: _Walking) -> Walk:
        """Walk until a step waits for an answer, the flow ends, or a loop shows."""
        for _ in range(MAX_STEPS_PER_TURN):
            flow = self.find_flow(walking.frames[-1].flow_id) if walking.frames else None
            if flow is None:
                walking.pages += [Lost(None)] if walking.frames else []
                walking.frames = walking.frames[:-1]
                return walking.end()
            step = flow.find_step(walking.frames[-1].step_id)
            if step is None:
                walking.frames[-1] = nearest_place(walking.frames[-1], flow)
                walking.pages.append(Lost(flow))
            elif self._take(walking, flow, step):
                return walking.end()
        frame = walking.frames.pop()
        flow = self._flows[frame.flow_id]
        walking.pages += [Looped(flow, frame.step_id), NeedsPerson(flow)]
        return walking.end()

    def _take(self, walking: _Walking, flow: Flow, step: Step) -> bool:
        """Take one step; True when the walk is over for this turn."""
        frame = walking.frames[-1]
        walking.taken.append(f"{flow.id}/{step.id}")
        match step:
            case Collect() | Do() | Inspect():
                known = known_answer(frame, step)
                if known is None:
                    walking.pages.append(Asked(flow, step, frame))
                    return True
                walking.frames[-1] = answered(frame, step, known)
                return self._move(walking, way_after(step, known, frame.slots) or END)
            case Say() | Show():
                walking.pages.append(step)
                return self._move(walking, way(step.next, frame.slots))
            case SetSlots():
                slots = with_slots(frame.slots, step.slots)
                walking.frames[-1] = replace(frame, slots=slots)
                return self._move(walking, way(step.next, slots))
            case Link() if (at := place_in_group(walking.frames, step.flow)) is not None:
                # It is under way already: it begins anew, and what it called is left. It asks all
                # again: with the answers that led here it would only lead here again.
                is_called = walking.frames[at].is_called
                walking.frames[at:] = [self._first_frame(step.flow, {}, is_called=is_called)]
            case Call() | Link() if self.find_flow(step.flow) and has_room(walking.frames):
                walking.frames.append(self._first_frame(step.flow, frame.slots, is_called=True))
            case Call():
                return self._move(walking, PERSON)
            case Link():
                walking.frames[-1] = self._first_frame(
                    step.flow, frame.slots, is_called=frame.is_called
                )
            case Guide():
                raise AssertionError(f"flow {flow.id}: the guide {step.id} was not written out")
        return False

    def _first_frame(self, flow_id: FlowId, known: Mapping[str, str], *, is_called: bool) -> Frame:
        """The beginning of a flow; it does not ask what the slots of its caller answer."""
        flow = self.find_flow(flow_id)
        if flow is None:
            return Frame(flow_id, END, is_called=is_called)
        given = handed_over(known, flow)
        return Frame(flow_id, flow.steps[0].id, given=given, is_called=is_called)

    def _move(self, walking: _Walking, to: StepId) -> bool:
        """Put the top frame on its next step; True when the walk is over for this turn."""
        frame = walking.frames[-1]
        troubles = [at for at, one in enumerate(frame.trail) if one.answer in TROUBLES]
        if to == PERSON:
            if frame.trail:
                walking.frames[-1] = undone(frame, len(frame.trail) - 1)
            walking.pages.append(NeedsPerson(self._flows[frame.flow_id]))
            return True
        if to == RETRY and troubles:
            walking.frames[-1] = undone(frame, troubles[-1])
            return False
        if to in {END, RETRY}:
            return self._end(walking)
        walking.frames[-1] = replace(frame, step_id=to)
        return False

    def _end(self, walking: _Walking, shown: Frame | None = None) -> bool:
        """End the top frame: its caller goes on; what else waits below is not begun by itself.

        `shown` is the flow whose end is told: the last of those that linked to each other.
        """
        ended = walking.frames.pop()
        walking.ended.append(ended.flow_id)
        if not ended.is_called:
            return self._close(walking, shown or ended)
        caller = self._top_step(walking)
        if isinstance(caller, Call):
            return self._move(walking, way(caller.next, walking.frames[-1].slots))
        # A flow that linked to another is at its end too; one that was changed finds its place.
        return self._end(walking, shown or ended) if isinstance(caller, Link) else False

    def _close(self, walking: _Walking, frame: Frame) -> bool:
        flow = self.find_flow(frame.flow_id)
        has_done = any(one.answer == DONE for one in frame.trail)
        walking.pages.append(Ended(flow, has_done) if flow else Lost(None))
        return True

    def _top_step(self, walking: _Walking) -> Step | None:
        frame = walking.frames[-1]
        flow = self.find_flow(frame.flow_id)
        return flow.find_step(frame.step_id) if flow else None
