"""What is said on a walk through flows, as messages with their buttons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from bot.dialogue.flow_pages import Asked, Ended, Looped, Lost, NeedsPerson, Page, PutAway, Walk
from bot.dialogue.flow_runner import FlowRunner
from bot.dialogue.replies import MAX_BUTTONS, ReplyMaker
from bot.domain.cards import MAX_REPLY_CHARS, source_line
from bot.domain.catalog import Catalog
from bot.domain.flows import Collect, Do, Flow, Inspect, Option, Say, Show, Waiting
from bot.domain.frames import DONE, NEVER_TOLD, TROUBLE, UNSURE, Frame
from bot.domain.knowledge import Topic
from bot.domain.messages import Button, Reply
from bot.domain.payloads import (
    ASK,
    BACK,
    PAUSE,
    RESTART,
    RESUME,
    STOP,
    answer_payload,
    flow_payload,
    move_payload,
)
from bot.domain.pictures import Picture, PictureId
from bot.domain.system_texts import SystemText

#: A topic that a task names, such as: Xem chủ đề "Quên mật khẩu VNeID".
_NAMED_TOPIC = re.compile(r'chủ đề "([^"]+)"')
#: The flow that asks how helpful it was.
RATING_FLOW = "danh-gia"


class FlowReplyMaker:
    """Makes the messages of flows from one catalog."""

    def __init__(self, catalog: Catalog, runner: FlowRunner) -> None:
        self._catalog = catalog
        self._runner = runner
        self._make = ReplyMaker(catalog)

    def replies(self, walk: Walk, today: date) -> tuple[Reply, ...]:
        """All pages of a walk; neighbouring texts become one message."""
        found: list[Reply] = []
        for page in walk.pages:
            reply = self._page(page, walk, today)
            if reply is None:
                continue
            if found and not isinstance(page, Show) and _fits(found[-1], reply):
                found[-1] = _joined(found[-1], reply)
            else:
                found.append(reply)
        if found and walk.ended and not walk.frames:
            found[-1] = self._with_way_back(found[-1])
        return tuple(found)

    def _with_way_back(self, last: Reply) -> Reply:
        """The last words of a flow, with a way back into it and, where there is none, a way on."""
        back = self._make.button(SystemText.BUTTON_BACK, move_payload(BACK))
        if not last.buttons:
            return replace(last, buttons=(back, *self._make.ways_on()))
        # Under a topic, a neighbouring topic makes room; what comes last stays last.
        *others, end = last.buttons
        kept = others[: MAX_BUTTONS - 2]
        return replace(last, buttons=(*kept, back, end))

    def _page(self, page: Page, walk: Walk, today: date) -> Reply | None:  # noqa: PLR0911 - a list
        match page:
            case Say():
                return Reply(page.text, picture=self._picture(page))
            case Show():
                topic = self._catalog.find_topic(page.topic)
                return self._make.answer(topic, today) if topic else None
            case Asked():
                return self.asked(page, walk.frames)
            case Ended():
                return self._ended(page, walk)
            case Lost():
                return self._lost(page.flow, walk.frames)
            case NeedsPerson():
                return self._needs_person(page.flow, walk.frames)
            case PutAway():
                return self._make.text(SystemText.FLOW_PUT_AWAY, title=page.flow.title)
            case Looped():
                return None

    def _needs_person(self, flow: Flow, frames: tuple[Frame, ...]) -> Reply:
        """Whom to ask: where a service is done, else the police or the hotline."""
        buttons = self._go_on(frames)
        topic = self._topic_in_hand(flow, frames)
        if topic is not None and topic.group == "service" and topic.where:
            text = self._make.text(SystemText.FLOW_NEEDS_PERSON_AT, buttons, where=topic.where)
        else:
            text = self._make.text(SystemText.FLOW_NEEDS_PERSON, buttons)
        return _with_moves(text) if frames else text

    def _topic_in_hand(self, flow: Flow, frames: tuple[Frame, ...]) -> Topic | None:
        """The topic of the task that waits, or else of the flow."""
        asked = self._runner.waiting(frames)
        of_task = asked.step.topic if asked and isinstance(asked.step, Do) else None
        return self._catalog.find_topic(of_task or next(iter(flow.topics), ""))

    def gone(self) -> Reply:
        """Tells who is being led that the flow is there no more."""
        return self._make.text(SystemText.FLOW_GONE)

    def asked(self, asked: Asked, frames: tuple[Frame, ...]) -> Reply:
        """The question or the task that waits, with its answers as buttons."""
        step = asked.step
        text = self._task(step, asked, frames[-1]) if isinstance(step, Do) else step.ask
        picture = None if isinstance(step, Inspect) else self._picture(step)
        return Reply(text, tuple(self._buttons(asked, frames)), picture)

    def _picture(self, step: Collect | Do | Say) -> Picture | None:
        return self._catalog.pictures.get(PictureId(step.picture))

    def _task(self, step: Do, asked: Asked, frame: Frame) -> str:
        say = self._catalog.message
        parts = [step.text]
        number, count = asked.progress or (0, 0)
        if count > 1:
            place = say(SystemText.FLOW_PROGRESS, number=number, count=count)
            parts[0] = f"**{place}**\n{step.text}"
        if step.check:
            parts.append(say(SystemText.FLOW_CHECK, check=step.check))
        if step.topic and self._is_first_of_topic(step, asked.flow, frame):
            topic = self._catalog.find_topic(step.topic)
            parts += [source_line(topic, self._catalog)] if topic else []
        return "\n\n".join(parts)

    def _is_first_of_topic(self, step: Do, flow: Flow, frame: Frame) -> bool:
        """Whether no earlier task of this walk came from the same topic, so its source is new."""
        told = (one for one in frame.trail if one.answer not in NEVER_TOLD)
        passed = (flow.find_step(one.step_id) for one in told)
        return not any(
            isinstance(one, Do) and one.topic == step.topic and one.id != step.id for one in passed
        )

    def _buttons(self, asked: Asked, frames: tuple[Frame, ...]) -> Iterable[Button]:
        step, flow_id = asked.step, asked.flow.id
        answers = self._answers(step)
        for label, value in answers:
            yield Button(label, answer_payload(flow_id, step.id, value))
        if isinstance(step, Do):
            named = map(self._catalog.topics_by_title.get, _NAMED_TOPIC.findall(step.text))
            yield from (self._make.topic_button(topic) for topic in named if topic)
        yield from self._moves(step, frames)

    def _answers(self, step: Waiting) -> list[tuple[str, str]]:
        """Labels and values of all answers to a step."""
        if isinstance(step, Do):
            return [
                (self._catalog.message(SystemText.BUTTON_DONE), DONE),
                (self._catalog.message(SystemText.BUTTON_TROUBLE), TROUBLE),
            ]
        answers = []
        if isinstance(step, Collect):
            answers = [(one.label, one.value) for one in step.options]
        if step.unsure:
            answers.append((self._catalog.message(SystemText.BUTTON_UNSURE), UNSURE))
        return answers

    def _moves(self, step: Waiting, frames: tuple[Frame, ...]) -> list[Button]:
        moves = []
        if self._runner.can_go_back(frames):
            moves.append(self._make.button(SystemText.BUTTON_BACK, move_payload(BACK)))
        if isinstance(step, Do):
            moves.append(self._make.button(SystemText.BUTTON_ASK, move_payload(ASK)))
        moves.append(self._make.button(SystemText.BUTTON_STOP, move_payload(STOP)))
        return moves

    def _ended(self, page: Ended, walk: Walk) -> Reply | None:
        parts, buttons = [], []
        if page.has_done:
            parts.append(
                page.flow.closing
                or self._catalog.message(SystemText.FLOW_ENDED, title=page.flow.title)
            )
            if rating := self._runner.find_flow(RATING_FLOW):
                button = self._make.button(SystemText.BUTTON_RATE, flow_payload(rating.id))
                buttons = [button, self._make.menu_button()]
        if walk.frames:
            parts.append(self._waiting(walk.frames))
            buttons = [*self._go_on(walk.frames)]
        return Reply("\n\n".join(parts), tuple(buttons)) if parts else None

    def _waiting(self, frames: Sequence[Frame]) -> str:
        flow = self._runner.begun_flow(tuple(frames))
        return self._catalog.message(SystemText.FLOW_WAITING, title=flow.title if flow else "")

    def _lost(self, flow: Flow | None, frames: tuple[Frame, ...]) -> Reply:
        if flow is None:
            return replace(self.gone(), buttons=self._go_on(frames))
        return self._make.text(SystemText.FLOW_LOST, title=flow.title)

    def _go_on(self, frames: Sequence[Frame]) -> tuple[Button, ...]:
        if not frames:
            return self._make.ways_on()
        return (
            self._make.button(SystemText.BUTTON_RESUME, move_payload(RESUME)),
            self._make.button(SystemText.BUTTON_STOP, move_payload(STOP)),
        )

    def offer_to_go_on(self, frames: tuple[Frame, ...]) -> Reply:
        """Asks whether to go on with the flow that waits."""
        place = self.place(frames)
        offer = self._make.text(SystemText.FLOW_GO_ON, self._go_on(frames), place=place)
        return _with_moves(offer)

    def ask_away(self, frames: tuple[Frame, ...]) -> Reply:
        """Lets the citizen ask something in between."""
        return self._make.text(SystemText.FLOW_ASK_AWAY, self._go_on(frames))

    def under_way(self, frames: tuple[Frame, ...]) -> Reply:
        """Asks who begins a flow that is under way whether to go on in it or to begin anew."""
        place = self.place(frames)
        text = self._make.text(SystemText.FLOW_UNDER_WAY, self._ways_from(frames), place=place)
        return _with_moves(text)

    def paused(self, frames: tuple[Frame, ...]) -> Reply:
        """Lets the citizen rest, and says where they will go on."""
        return self._make.text(
            SystemText.FLOW_PAUSED, self._go_on(frames), place=self.place(frames)
        )

    def welcome_back(self, frames: tuple[Frame, ...]) -> Reply:
        """Greets who comes back after days to a flow that is not at its end."""
        place = self.place(frames)
        text = self._make.text(SystemText.FLOW_WELCOME_BACK, self._ways_from(frames), place=place)
        return _with_moves(text)

    def _ways_from(self, frames: tuple[Frame, ...]) -> tuple[Button, ...]:
        """On, from the beginning, or out."""
        resume, stop = self._go_on(frames)
        return (resume, self._make.button(SystemText.BUTTON_RESTART, move_payload(RESTART)), stop)

    def guessed(self, asked: Asked, option: Option, others: Sequence[Button]) -> Reply:
        """Asks whether an option was meant; `others` are what else may have been, or a person."""
        payload = answer_payload(asked.flow.id, asked.step.id, option.value)
        no = self._make.button(SystemText.BUTTON_NO, move_payload(RESUME))
        buttons = (Button(option.label, payload), *others, no)
        text = self._make.text(SystemText.FLOW_GUESS, buttons, label=option.label)
        return replace(text, yes=payload, no=no.payload)

    def place(self, frames: tuple[Frame, ...]) -> str:
        """Where the citizen stands, such as: bước 3/7 của "Kích hoạt tài khoản"."""
        asked = self._runner.waiting(frames)
        flow = self._runner.find_flow(frames[-1].flow_id)
        title = flow.title if flow else ""
        progress = asked.progress if asked else None
        if progress is None:
            return f'"{title}"'
        number, count = progress
        return self._catalog.message(SystemText.FLOW_PLACE, title=title, number=number, count=count)


def _with_moves(offer: Reply) -> Reply:
    """An offer to go on, which a plain yes accepts and a plain no puts off."""
    return replace(offer, yes=move_payload(RESUME), no=move_payload(PAUSE))


def _fits(first: Reply, second: Reply) -> bool:
    """Whether both can be one message: no buttons in the middle, one picture, not too long."""
    is_short = len(first.text) + len(second.text) + 2 <= MAX_REPLY_CHARS
    return is_short and not first.buttons and not (first.picture and second.picture)


def _joined(first: Reply, second: Reply) -> Reply:
    text = f"{first.text}\n\n{second.text}"
    return replace(second, text=text, picture=first.picture or second.picture)
