"""What the store has to add to a turn: the notice for who is new, and what a citizen asked to be
done with what is kept of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.domain.cards import show_date
from bot.domain.catalog import Catalog
from bot.domain.clock import VIETNAM
from bot.domain.flows import Collect, Flow
from bot.domain.frames import Frame
from bot.domain.messages import Reply
from bot.domain.people import PILOT_CHANNELS, ChannelId, Conversation, ConversationId
from bot.domain.ports import Content
from bot.domain.privacy import PRIVACY_NOTICE_VERSION
from bot.domain.session import DataRequest, Session, Turn
from bot.domain.store import Unit
from bot.domain.system_texts import SystemText


class Additions:
    """Adds to turns what is known of the person, in the words of the content."""

    def __init__(self, content: Content) -> None:
        self._content = content

    @property
    def _catalog(self) -> Catalog:
        return self._content.catalog

    async def add(self, unit: Unit, turn: Turn, person: Conversation, now: datetime) -> Turn:
        """The turn with what is to be said besides, in the transaction of the turn."""
        if person.address.is_group:
            # What is kept of one is nothing for the others to read or to delete.
            return replace(self._warning_all(turn), data_request=None)
        if turn.data_request is DataRequest.DELETE:
            return await self.fulfil(unit, turn, person.id, now)
        if person.notice_version != PRIVACY_NOTICE_VERSION:
            await unit.people.note_notice(person.id, PRIVACY_NOTICE_VERSION)
            turn = self._noticed(person, turn)
        elif person.consented_at is None:
            await unit.people.note_consent(person.id, now)
        if turn.data_request is None:
            return turn
        return await self.fulfil(unit, turn, person.id, now)

    def _warning_all(self, turn: Turn) -> Turn:
        """In a group we can mask what we keep, but not what all members see."""
        warning = self._catalog.message(SystemText.PERSONAL_DATA)
        told = f"{warning} {self._catalog.message(SystemText.PERSONAL_DATA_IN_GROUP)}"
        replies = [replace(one, text=one.text.replace(warning, told)) for one in turn.replies]
        return replace(turn, replies=tuple(replies))

    def _noticed(self, person: Conversation, turn: Turn) -> Turn:
        """The turn with what who is new must know: behind a greeting, before any other answer. What
        to do next stands last, nearest to where one types.
        """
        notices = list(self._notices(person.address.channel))
        greeting = self._find_greeting(turn)
        if not greeting:
            return replace(turn, replies=(*map(Reply, notices), *turn.replies))
        first, *others = turn.replies
        # The welcome says some of it already.
        told = [one for one in notices if one not in first.text]
        rest = first.text.removeprefix(greeting).strip()
        text = "\n\n".join(filter(None, (greeting, *told, rest)))
        return replace(turn, replies=(replace(first, text=text), *others))

    def _notices(self, channel: ChannelId) -> Iterator[str]:
        yield self._catalog.message(SystemText.PRIVACY_SHORT)
        if channel in PILOT_CHANNELS:
            yield self._catalog.message(SystemText.PILOT_CHANNEL, channel=channel.label)

    def _find_greeting(self, turn: Turn) -> str:
        """What a turn greets with; empty when it does not."""
        greetings = map(self._catalog.message, (SystemText.WELCOME, SystemText.GREETING))
        said = turn.replies[0].text if turn.replies else ""
        return next((one for one in greetings if said.startswith(one)), "")

    async def fulfil(
        self, unit: Unit, turn: Turn, conversation: ConversationId, now: datetime
    ) -> Turn:
        """Do what the turn asks for; gives it with what came of it."""
        if turn.data_request is DataRequest.EXPORT:
            found = Reply(await self._export(unit, conversation))
            return replace(turn, replies=(*turn.replies, found))
        await unit.sessions.forget(conversation)
        await unit.inbox.forget(conversation)
        await unit.outbox.forget(conversation)
        await unit.people.forget(conversation, now)
        return turn

    async def _export(self, unit: Unit, conversation: ConversationId) -> str:
        person = await unit.people.find(conversation)
        found = await unit.sessions.find(conversation)
        lines = [
            *self._of_person(person),
            *self._of_messages(
                await unit.inbox.count_known(conversation),
                len(await unit.outbox.list_data(conversation)),
            ),
            *self._of_session(found[0] if found else None),
        ]
        return "\n".join(lines) or self._catalog.message(SystemText.DATA_NOTHING)

    def _of_person(self, person: Conversation | None) -> Iterator[str]:
        if person is None:  # on the web page, where nobody has an address
            return
        say = self._catalog.message
        yield say(SystemText.DATA_CHANNEL, channel=person.address.channel.label)
        if person.created_at is not None:
            yield say(SystemText.DATA_FIRST_SEEN, time=_show(person.created_at))
        if person.last_interaction_at is not None:
            yield say(SystemText.DATA_LAST_SEEN, time=_show(person.last_interaction_at))
        if person.consented_at is not None:
            at = _show(person.consented_at)
            yield say(SystemText.DATA_NOTICE, version=show_date(person.notice_version), time=at)
        elif person.notice_version:
            yield say(SystemText.DATA_NOTICE_SHOWN, version=show_date(person.notice_version))

    def _of_messages(self, received: int, sent: int) -> Iterator[str]:
        if received:
            yield self._catalog.message(SystemText.DATA_RECEIVED, count=received)
        if sent:
            yield self._catalog.message(SystemText.DATA_SENT, count=sent)

    def _of_session(self, session: Session | None) -> Iterator[str]:
        if session is None:
            return
        if session.last_on:
            yield self._catalog.message(SystemText.DATA_SESSION, date=show_date(session.last_on))
        topic = self._catalog.find_topic(session.topic)
        if topic is not None:
            yield self._catalog.message(SystemText.DATA_TOPIC, title=topic.title)
        for frame in (*session.frames, *session.left):
            flow = self._catalog.flows_by_id.get(frame.flow_id)
            if flow is not None:
                yield self._catalog.message(
                    SystemText.DATA_FLOW,
                    title=flow.title,
                    count=len(frame.trail),
                    answers=self._answers(flow, frame),
                )

    def _answers(self, flow: Flow, frame: Frame) -> str:
        """What was chosen in a flow or is known beforehand, as its buttons say it."""
        passed = {(one.step_id, one.answer) for one in frame.trail}
        known = {*frame.slots.items(), *frame.given.items()}
        labels = [
            option.label
            for step in flow.steps
            if isinstance(step, Collect)
            for option in step.options
            if (step.id, option.value) in passed | known or (step.slot, option.value) in known
        ]
        if not labels:
            return ""
        told = ", ".join(dict.fromkeys(labels))
        return self._catalog.message(SystemText.DATA_FLOW_ANSWERS, labels=told)


def _show(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
