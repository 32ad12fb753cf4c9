"""Looks topics up by a few words, a code or a title, for people who choose among what is found."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.catalog import Catalog
from bot.domain.knowledge import Topic
from bot.retrieval.retriever import Retriever
from bot.text.fold import fold
from bot.text.normalize import words

#: What is hardly possible is noise. Of words that have nothing to do with any topic ("bóng đá",
#: "con mèo", "xin chào") nothing comes as near; "lỗi" and "giá vàng" still find some (2026-11-21).
MIN_SCORE = 0.002
#: Of what is certainly not about our topics, only a topic that clearly comes nearest is shown:
#: "qwertyuiop" has ten at 0.01, "mục2" has one at 0.14 (2026-11-22).
MIN_IN_SCOPE, MIN_SCORE_OUT_OF_SCOPE = 0.0005, 0.1


class TopicLookup:
    """Over one catalog and one retriever: `bot.domain.lookup.Lookup`. Remembers nothing; safe to
    share between threads. Takes about 3 ms.
    """

    def __init__(self, catalog: Catalog, retriever: Retriever) -> None:
        self._catalog = catalog
        self._retriever = retriever
        self._by_title = {_key(topic.title): topic for topic in catalog.topics}

    def find(self, text: str, limit: int) -> tuple[Topic, ...]:
        """Up to `limit` topics, best first; one whose code or title is the text comes before all
        others. A number is a code and nothing else. Empty when nothing fits.
        """
        return tuple({topic.id: topic for topic in self._found(text, limit)}.values())[:limit]

    def _found(self, text: str, limit: int) -> Iterator[Topic]:
        key = _key(text)
        if key.isdecimal():
            if topic := self._catalog.topics_by_code.get(int(key)):
                yield topic
            return
        if topic := self._by_title.get(key):
            yield topic
        found = self._retriever.retrieve(text, max(limit, 0))
        least = MIN_SCORE if found.in_scope >= MIN_IN_SCOPE else MIN_SCORE_OUT_OF_SCOPE
        for one in found.topics:
            ranked = self._catalog.find_topic(one.name) if one.score >= least else None
            if ranked is not None:
                yield ranked


def _key(text: str) -> str:
    return fold(" ".join(words(text)))
