"""Checks on topics: ids, numbers, links between topics, sources and lengths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.content.files import Check, ContentFiles
from bot.content.issues import ContentIssue, issue
from bot.content.paths import IDS_PATH
from bot.content.readers.knowledge import TopicFile
from bot.domain.cards import (
    MAX_REPLY_CHARS,
    answer_card,
    documents_card,
    sources_card,
    what_ifs_card,
)
from bot.domain.catalog import Catalog
from bot.domain.knowledge import Topic, TopicId
from bot.domain.system_texts import SystemText
from bot.text.normalize import words

#: A citizen reads a step while holding the phone in the other hand.
MAX_STEP_WORDS = 30
MAX_ANSWER_WORDS = 60
MAX_ANSWER_SENTENCES = 2
#: Fits a button on Telegram and on Zalo, on a narrow phone over two lines.
MAX_TITLE_CHARS = 60
FIRST_CODE, LAST_CODE = 100, 999
#: Telephone numbers for emergencies and for reporting scams: typing one must never open a topic.
RESERVED_CODES = frozenset({*range(110, 120), 156})

_SENTENCE_END = re.compile(r"[.!?…](?=\s+[A-ZĐÀ-Ỹ]|$)")


def _at(file: TopicFile, *where: str | int) -> tuple[str, int]:
    return file.topic.path, file.head.line(*where)


def check_every_id_and_code_is_used_once(files: ContentFiles) -> Iterator[ContentIssue]:
    """No two topics share an id or a code, and codes have three digits."""
    ids: dict[str, str] = {}
    codes: dict[int, str] = {}
    taken = RESERVED_CODES | {file.topic.code for file in files.topics}
    free = next(code for code in range(FIRST_CODE, LAST_CODE + 2) if code not in taken)
    for file in files.topics:
        topic = file.topic
        if topic.id and topic.id in ids:
            yield issue(*_at(file, "id"), "id_duplicate", value=topic.id, other=ids[topic.id])
        is_usable = FIRST_CODE <= topic.code <= LAST_CODE and topic.code not in RESERVED_CODES
        if topic.code and not is_usable:
            yield issue(*_at(file, "code"), "code_out_of_range", value=topic.code, free=free)
        elif topic.code and topic.code in codes:
            yield issue(
                *_at(file, "code"),
                "code_duplicate",
                value=topic.code,
                other=codes[topic.code],
                free=free,
            )
        ids.setdefault(topic.id, topic.path)
        codes.setdefault(topic.code, topic.path)


def check_every_promised_id_resolves(files: ContentFiles) -> Iterator[ContentIssue]:
    """Every id ever given out leads to a topic, and every id of a topic was given out."""
    owners: dict[TopicId, str] = {file.topic.id: file.topic.path for file in files.topics}
    for file in files.topics:
        if file.topic.id and file.topic.id not in files.promised_ids:
            yield issue(*_at(file, "id"), "id_not_listed", value=file.topic.id)
        for index, other in enumerate(file.topic.also):
            if other not in files.promised_ids:
                yield issue(*_at(file, "also", index), "also_dead", value=other)
            if other in owners:
                yield issue(
                    *_at(file, "also", index),
                    "also_claimed_twice",
                    value=other,
                    other=owners[other],
                )
            owners.setdefault(other, file.topic.path)
    for promised, line in files.promised_ids.items():
        if promised not in owners:
            yield issue(IDS_PATH, line, "id_unresolved", value=promised)


def check_every_related_topic_exists(files: ContentFiles) -> Iterator[ContentIssue]:
    """Related ids lead to another topic."""
    known = {one for file in files.topics for one in (file.topic.id, *file.topic.also)}
    for file in files.topics:
        own = {file.topic.id, *file.topic.also}
        for index, other in enumerate(file.topic.related):
            if other not in known:
                yield issue(*_at(file, "related", index), "related_unknown", value=other)
            elif other in own:
                yield issue(*_at(file, "related", index), "related_to_itself")


def check_no_alias_belongs_to_two_topics(files: ContentFiles) -> Iterator[ContentIssue]:
    """An alias names one topic; titles count as aliases, marks do, case does not."""
    seen: dict[str, str] = {}
    for file in files.topics:
        title, path = file.topic.title, file.topic.path
        if title and (other := seen.setdefault(_alias_key(title), path)) != path:
            yield issue(*_at(file, "title"), "alias_duplicate", value=title, other=other)
    for file in files.topics:
        for index, alias in enumerate(file.topic.aliases):
            other = seen.setdefault(_alias_key(alias), file.topic.path)
            if other != file.topic.path:
                yield issue(
                    *_at(file, "aliases", index), "alias_duplicate", value=alias, other=other
                )


def _alias_key(text: str) -> str:
    return " ".join(words(text))


def check_every_topic_has_a_source(files: ContentFiles) -> Iterator[ContentIssue]:
    """No answer without a source."""
    for file in files.topics:
        if not file.topic.sources:
            yield issue(*_at(file, "sources"), "source_missing")


def check_texts_are_short(files: ContentFiles) -> Iterator[ContentIssue]:
    """Titles fit a button, answers are two sentences, a step is one action."""
    for file in files.topics:
        topic = file.topic
        if len(topic.title) > MAX_TITLE_CHARS:
            yield issue(
                *_at(file, "title"), "title_too_long", count=len(topic.title), limit=MAX_TITLE_CHARS
            )
        count = len(words(topic.answer))
        if count > MAX_ANSWER_WORDS:
            yield issue(
                topic.path,
                file.body.answer_line,
                "answer_too_long",
                count=count,
                limit=MAX_ANSWER_WORDS,
            )
        sentences = len(_SENTENCE_END.findall(topic.answer))
        if sentences > MAX_ANSWER_SENTENCES:
            yield issue(
                topic.path,
                file.body.answer_line,
                "answer_too_many_sentences",
                count=sentences,
                limit=MAX_ANSWER_SENTENCES,
            )
        for line, step in file.body.steps:
            if (length := len(words(step))) > MAX_STEP_WORDS:
                yield issue(topic.path, line, "step_too_long", count=length, limit=MAX_STEP_WORDS)


def check_every_reply_fits_every_channel(files: ContentFiles) -> Iterator[ContentIssue]:
    """The whole answer of a topic, and each of its further cards, fits one message: on any day, so
    that no law that lapses next year makes content invalid that is served today.
    """
    if not all(key.fits(files.messages.get(key)) for key in SystemText):
        return  # MESSAGE_CHECKS report it
    catalog = files.to_catalog("")
    for file in files.topics:
        topic, body = file.topic, (file.topic.path, file.body.answer_line)
        cards = (
            (topic.answer and _longest_answer(topic, catalog), body),
            (topic.what_ifs and what_ifs_card(topic, catalog), body),
            (topic.documents and documents_card(topic, catalog), _at(file, "documents")),
            (sources_card(topic, catalog), _at(file, "sources")),
        )
        for card, where in cards:
            if card and len(card) > MAX_REPLY_CHARS:
                yield issue(*where, "reply_too_long", count=len(card), limit=MAX_REPLY_CHARS)


def _longest_answer(topic: Topic, catalog: Catalog) -> str:
    """The answer on the day on which its law caution makes it longest."""
    cited = [law for basis in topic.legal if (law := catalog.laws.get(basis.law_id))]
    changes = {day for law in cited for day in (law.amended_on, law.lapsed_on) if day}
    return max((answer_card(topic, catalog, day) for day in {date.min, *changes}), key=len)


TOPIC_CHECKS: tuple[Check, ...] = (
    check_every_id_and_code_is_used_once,
    check_every_promised_id_resolves,
    check_every_related_topic_exists,
    check_no_alias_belongs_to_two_topics,
    check_every_topic_has_a_source,
    check_texts_are_short,
    check_every_reply_fits_every_channel,
)
