"""Checks on wording: composed Unicode, full diacritics, plain words, no personal numbers, and no
topic named that is not there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TypeAlias

from bot.content.checks.flow_questions import flow_texts
from bot.content.files import Check, ContentFiles
from bot.content.issues import PERSONAL_DATA_NAMES, ContentIssue, issue
from bot.content.paths import MESSAGES_PATH, PICTURES_PATH
from bot.content.readers.knowledge import TopicFile
from bot.text.fold import is_folded
from bot.text.normalize import words
from bot.text.personal_data import find_personal_data

#: A run of this many words without any mark is no Vietnamese sentence.
MIN_BARE_WORDS = 5

# Addresses are no sentences; names on a screen are quoted as they are, in bold.
_LINK = re.compile(r"https?://\S+")
_ADDRESS = re.compile(rf"{_LINK.pattern}|\b[\w-]+(?:\.[\w-]+)+\b")
_ON_SCREEN = re.compile(r"\*\*.+?\*\*")
#: How texts send people to another topic: by its title in quotes, or several of them.
_NAMED_TOPICS = re.compile(r'chủ đề ((?:"[^"]+"(?:,? (?:(?:hoặc|và) )?(?="))?)+)', re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]+)"')
#: What is written in a drawing, each line of words in a line of the file.
_DRAWN = re.compile(r"<text\b[^>]*>([^<]+)<")
_HEAD_TEXTS = ("title", "fee", "time_limit", "where", "authority")

#: Path, line, text.
PlacedText: TypeAlias = tuple[str, int, str]


def _shown_texts(file: TopicFile) -> Iterator[PlacedText]:
    """Every text of a topic that a citizen reads: path, line, text."""
    path, head = file.topic.path, file.head
    for key in _HEAD_TEXTS:
        if isinstance(head.data.get(key), str):
            yield path, head.line(key), head.data[key]
    for key in ("requires", "documents"):
        items = head.data.get(key)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, str):
                yield path, head.line(key, index), item
    for line, text in file.body.lines():
        yield path, line, text


def _source_titles(file: TopicFile) -> Iterator[PlacedText]:
    """What a citizen reads too, but others have worded it."""
    for index, source in enumerate(file.topic.sources):
        yield file.topic.path, file.head.line("sources", index, "title"), source.title


def _messages(files: ContentFiles) -> Iterator[PlacedText]:
    if marked := files.tables.get(MESSAGES_PATH):
        for key, text in files.messages.items():
            yield MESSAGES_PATH, marked.line("messages", key), text


def _pictures(files: ContentFiles) -> Iterator[PlacedText]:
    """The words for each picture, and those written in it."""
    for entry in files.pictures.values():
        yield PICTURES_PATH, entry.lines["alt"], entry.picture.alt
        path = entry.picture.path
        for number, line in enumerate(files.raw_texts.get(path, "").split("\n"), 1):
            yield from ((path, number, text) for text in _DRAWN.findall(line))


def _read_by_citizens(files: ContentFiles) -> Iterator[PlacedText]:
    for file in files.topics:
        yield from _shown_texts(file)
        yield from _source_titles(file)
    for flow in files.flows:
        yield from flow_texts(flow)
    yield from _messages(files)
    yield from _pictures(files)


def _aliases(file: TopicFile) -> Iterator[PlacedText]:
    for index, alias in enumerate(file.topic.aliases):
        yield file.topic.path, file.head.line("aliases", index), alias


def check_every_text_is_nfc(files: ContentFiles) -> Iterator[ContentIssue]:
    """Every line of every file is in composed Unicode."""
    for path, text in files.raw_texts.items():
        for number, line in enumerate(text.split("\n"), 1):
            if not unicodedata.is_normalized("NFC", line):
                yield issue(path, number, "not_nfc")


def check_every_sentence_has_its_diacritics(files: ContentFiles) -> Iterator[ContentIssue]:
    """What a citizen reads is written with all marks. Aliases may be written as people type."""
    for path, line, text in _read_by_citizens(files):
        bare = _ADDRESS.sub("", text)
        if len(words(bare)) >= MIN_BARE_WORDS and is_folded(bare):
            yield issue(path, line, "diacritics_missing", value=text[:60])


def check_no_word_is_officialese(files: ContentFiles) -> Iterator[ContentIssue]:
    """Words of the list in config/plain_words.yaml do not appear in what a citizen reads."""
    if not files.officialese:
        return
    plain = {word.lower(): better for word, better in files.officialese.items()}
    any_word = re.compile(
        r"\b(?!App Store)("
        + "|".join(re.escape(word) for word in sorted(plain, key=len, reverse=True))
        + r")\b",
        re.IGNORECASE,
    )
    topic_texts = (text for file in files.topics for text in _shown_texts(file))
    flow_parts = (text for flow in files.flows for text in flow_texts(flow))
    for path, line, text in (*topic_texts, *flow_parts, *_messages(files), *_pictures(files)):
        for match in any_word.finditer(_ON_SCREEN.sub("", _ADDRESS.sub("", text))):
            found = match.group(1)
            yield issue(path, line, "officialese", value=found, better=plain[found.lower()])


def check_every_topic_that_a_text_names_is_there(files: ContentFiles) -> Iterator[ContentIssue]:
    """What stands in quotes after "chủ đề" is the title of a topic, so that it can be found."""
    titles = {file.topic.title for file in files.topics}
    topic_texts = (text for file in files.topics for text in _shown_texts(file))
    flow_parts = (text for flow in files.flows for text in flow_texts(flow))
    for path, line, text in (*topic_texts, *flow_parts):
        for named in _NAMED_TOPICS.finditer(text):
            for title in _QUOTED.findall(named.group(1)):
                if title not in titles:
                    yield issue(path, line, "topic_title_unknown", value=title)


def check_no_personal_numbers(files: ContentFiles) -> Iterator[ContentIssue]:
    """No number in topics, messages or examples looks like an ID, a phone, a code or an account."""
    aliases = (alias for file in files.topics for alias in _aliases(file))
    for path, line, text in (*_read_by_citizens(files), *aliases):
        yield from _personal(path, line, text)
    for intent_file in files.intents:
        for line, example in zip(
            intent_file.example_lines, intent_file.intent.examples, strict=True
        ):
            yield from _personal(intent_file.intent.path, line, example)


def _personal(path: str, line: int, text: str) -> Iterator[ContentIssue]:
    for span in find_personal_data(_LINK.sub("", text)):
        yield issue(path, line, "personal_number", value=PERSONAL_DATA_NAMES[span.kind])


WORDING_CHECKS: tuple[Check, ...] = (
    check_every_text_is_nfc,
    check_every_sentence_has_its_diacritics,
    check_no_word_is_officialese,
    check_every_topic_that_a_text_names_is_there,
    check_no_personal_numbers,
)
