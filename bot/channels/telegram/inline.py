"""Look-up in any chat: `@our_bot muc do 2` shows topics as cards to send there.

https://core.telegram.org/bots/api#answerinlinequery (read 2026-11-20). All is computed here,
without a call to anybody. Nothing of a query is stored or logged, and who asked is not even read.
"""

from __future__ import annotations

import asyncio
from typing import Any

from bot.channels.telegram.deep_links import deep_link
from bot.channels.telegram.incoming import InlineQuery
from bot.channels.telegram.keyboards import one_link
from bot.channels.telegram.rich_text import parse_rich_text, split
from bot.domain.cards import answer_card
from bot.domain.catalog import Catalog
from bot.domain.clock import vietnam_day
from bot.domain.knowledge import Topic
from bot.domain.lookup import Lookup
from bot.domain.payloads import START, TOPIC, topic_payload
from bot.domain.ports import Clock, Content
from bot.domain.system_texts import SystemText

#: Telegram takes 50; nobody reads further than this while typing.
MAX_RESULTS = 10
#: How long Telegram may show the same to all who ask the same. Cards change with the content and
#: with the day.
CACHE_SECONDS = 300
#: What fits into the two lines under a title.
_MAX_SUMMARY_CHARS = 120


class InlineLookup:
    """Answers inline queries from the content."""

    def __init__(self, lookup: Lookup, content: Content, clock: Clock, bot_username: str) -> None:
        self._lookup = lookup
        self._content = content
        self._clock = clock
        self._bot_username = bot_username

    @property
    def _catalog(self) -> Catalog:
        return self._content.catalog

    async def answer(self, query: InlineQuery) -> dict[str, Any]:
        """The parameters of answerInlineQuery. Takes milliseconds, off the event loop."""
        return await asyncio.to_thread(self.make_answer, query)

    def make_answer(self, query: InlineQuery) -> dict[str, Any]:
        """The same at once: what was found, or the first topic of each group for an empty query."""
        topics: tuple[Topic, ...] = ()
        if not query.offset:
            asked = query.text.strip()
            topics = self._lookup.find(asked, MAX_RESULTS) if asked else _beginnings(self._catalog)
        answer = {
            "inline_query_id": query.id,
            "results": [self._card(topic) for topic in topics[:MAX_RESULTS]],
            "cache_time": CACHE_SECONDS,
            "is_personal": False,
        }
        if not topics and not query.offset:
            nothing = self._catalog.message(SystemText.INLINE_NOTHING)
            answer["button"] = {"text": nothing, "start_parameter": START}
        return answer

    def _card(self, topic: Topic) -> dict[str, Any]:
        """One result: what is shown in the list, and the message it becomes."""
        today = vietnam_day(self._clock.now())
        card, *_ = split(parse_rich_text(answer_card(topic, self._catalog, today)))
        content = {
            "message_text": card.to_html(),
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        result: dict[str, Any] = {
            "type": "article",
            "id": topic_payload(TOPIC, topic),
            "title": parse_rich_text(topic.title).plain,
            "description": _summary(topic),
            "input_message_content": content,
        }
        if link := deep_link(self._bot_username, topic_payload(TOPIC, topic)):
            label = self._catalog.message(SystemText.BUTTON_OPEN_TOPIC)
            result["reply_markup"] = one_link(label, link)
        return result


def _beginnings(catalog: Catalog) -> tuple[Topic, ...]:
    """The first topic of each group, in the order of their codes."""
    firsts: dict[str, Topic] = {}
    for topic in sorted(catalog.topics, key=lambda one: one.code):
        firsts.setdefault(topic.group, topic)
    return tuple(firsts.values())[:MAX_RESULTS]


def _summary(topic: Topic) -> str:
    """The beginning of the answer, on one line, cut between words."""
    said = " ".join(parse_rich_text(topic.answer).plain.split())
    if len(said) <= _MAX_SUMMARY_CHARS:
        return said
    return said[: said.rfind(" ", 0, _MAX_SUMMARY_CHARS)] + "…"
