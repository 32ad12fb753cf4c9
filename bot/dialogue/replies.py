"""Builds the replies of the assistant: cards with their buttons, menus and system texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.domain.cards import (
    answer_card,
    documents_card,
    shows_documents,
    sources_card,
    what_ifs_card,
)
from bot.domain.catalog import Catalog
from bot.domain.flows import Flow
from bot.domain.knowledge import Topic
from bot.domain.messages import Button, Reply
from bot.domain.payloads import (
    DOCUMENTS,
    HANDOFF,
    MENU,
    NONE_OF_THESE,
    SOURCES,
    TOPIC,
    WHAT_IFS,
    flow_payload,
    group_payload,
    topic_payload,
)
from bot.domain.system_texts import SystemText

#: Under an answer or a question back. Zalo shows at most five buttons under a message.
MAX_BUTTONS = 5
#: In a menu, which is first of all a list of choices. A channel that shows fewer buttons writes
#: them out as numbered lines: a typed number picks one on every channel.
MAX_MENU_BUTTONS = 10
#: The groups of topics, in the order of the menu, with what they are called.
GROUPS = {
    "activation": SystemText.GROUP_ACTIVATION,
    "account": SystemText.GROUP_ACCOUNT,
    "trouble": SystemText.GROUP_TROUBLE,
    "service": SystemText.GROUP_SERVICE,
    "utility": SystemText.GROUP_UTILITY,
    "safety": SystemText.GROUP_SAFETY,
    "campaign": SystemText.GROUP_CAMPAIGN,
}
#: Small talk of those whom a person may help better.
_NEEDS_PERSON = frozenset({"complaint", "language"})
#: Two places are for the next page and for the way back.
_PAGE_SIZE = MAX_MENU_BUTTONS - 2


class ReplyMaker:
    """Makes replies from one catalog. `today` decides which laws count as changed."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def text(self, key: SystemText, buttons: Sequence[Button] = (), **values: object) -> Reply:
        """A system text of `config/messages.yaml`."""
        return Reply(self._catalog.message(key, **values), tuple(buttons))

    def small_talk(self, name: str) -> Reply:
        """The answer to small talk or a command, with a way to the menu, or to a person too."""
        buttons = self.ways_on() if name in _NEEDS_PERSON else (self.menu_button(),)
        return Reply(self._catalog.small_talk(name), buttons)

    def button(self, key: SystemText, payload: str) -> Button:
        """A button with a system text as its label."""
        return Button(self._catalog.message(key), payload)

    def menu_button(self) -> Button:
        """A button that shows the menu."""
        return self.button(SystemText.BUTTON_MENU, MENU)

    def handoff_button(self) -> Button:
        """A button that leads to a person."""
        return self.button(SystemText.BUTTON_HANDOFF, HANDOFF)

    def topic_button(self, topic: Topic) -> Button:
        """A button that shows a topic."""
        return Button(topic.title, topic_payload(TOPIC, topic))

    def answer(self, topic: Topic, today: date) -> Reply:
        """The main card of a topic, with what one may need next."""
        buttons = []
        if flow := self._catalog.flows_of_topics.get(topic.id):
            buttons.append(self.button(SystemText.BUTTON_START, flow_payload(flow.id)))
        if topic.what_ifs:
            buttons.append(self.button(SystemText.BUTTON_WHAT_IFS, topic_payload(WHAT_IFS, topic)))
        if topic.documents and not shows_documents(topic, self._catalog, today):
            buttons.append(
                self.button(SystemText.BUTTON_DOCUMENTS, topic_payload(DOCUMENTS, topic))
            )
        last = self.button(SystemText.BUTTON_SOURCES, topic_payload(SOURCES, topic))
        room = MAX_BUTTONS - 1 - len(buttons)
        buttons += [self.topic_button(other) for other in self._related(topic)[:room]]
        return Reply(answer_card(topic, self._catalog, today), (*buttons, last))

    def _related(self, topic: Topic) -> list[Topic]:
        found = (self._catalog.find_topic(one) for one in topic.related)
        return list(
            {one.id: one for one in found if one is not None and one.id != topic.id}.values()
        )

    def what_ifs(self, topic: Topic) -> Reply:
        """What can go wrong, and a way to a person."""
        buttons = (self.topic_button(topic), self.handoff_button())
        return Reply(what_ifs_card(topic, self._catalog), buttons)

    def documents(self, topic: Topic) -> Reply:
        """The papers of a topic."""
        return Reply(documents_card(topic, self._catalog), (self.topic_button(topic),))

    def sources(self, topic: Topic) -> Reply:
        """All sources of a topic."""
        return Reply(sources_card(topic, self._catalog), (self.topic_button(topic),))

    def choices(self, topics: Sequence[Topic], flow: Flow | None = None) -> Reply:
        """A question back: which of these? The flow, if any, leads to more of the same kind."""
        more = [Button(flow.title, flow_payload(flow.id))] if flow else []
        buttons = [
            *map(self.topic_button, topics),
            *more,
            self.button(SystemText.BUTTON_NONE_OF_THESE, NONE_OF_THESE),
        ]
        if len(buttons) > 2:
            return self.text(SystemText.CLARIFY, buttons)
        only = self.text(SystemText.CLARIFY_ONE, buttons)
        return replace(only, yes=buttons[0].payload, no=NONE_OF_THESE)

    def ways_on(self) -> tuple[Button, ...]:
        """What one can do when there is no answer."""
        return (self.menu_button(), self.handoff_button())

    def menu(self) -> Reply:
        """All groups of topics."""
        groups = [
            group for group in GROUPS if any(topic.group == group for topic in self._catalog.topics)
        ]
        return self.text(
            SystemText.MENU,
            [self.button(GROUPS[group], group_payload(group, 1)) for group in groups],
        )

    def group(self, group: str, page: int) -> Reply | None:
        """One page of the topics of a group; None when there is no such page."""
        topics = sorted(
            (topic for topic in self._catalog.topics if topic.group == group),
            key=lambda one: one.code,
        )
        shown = topics[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
        if page < 1 or not shown:
            return None
        buttons = [self.topic_button(topic) for topic in shown]
        if page * _PAGE_SIZE < len(topics):
            buttons.append(self.button(SystemText.BUTTON_MORE, group_payload(group, page + 1)))
        buttons.append(self.menu_button())
        return self.text(SystemText.MENU_GROUP, buttons, title=self._catalog.message(GROUPS[group]))
