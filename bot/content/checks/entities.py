"""Checks on entities: every phrase belongs to one of them and stands for one value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.content.files import Check, ContentFiles
from bot.content.issues import ContentIssue, issue
from bot.content.readers.intents import PhraseList
from bot.text.fold import fold
from bot.text.normalize import words


def check_entities_and_values_are_listed_once(files: ContentFiles) -> Iterator[ContentIssue]:
    """No two lists are of one entity or of one value, and no phrase is in two of a kind."""
    for lists in (files.lookups, files.synonyms):
        yield from _repeated_names(lists)
        yield from _repeated_phrases(lists)


def _repeated_names(lists: Iterable[PhraseList]) -> Iterator[ContentIssue]:
    seen: dict[str, PhraseList] = {}
    for one in lists:
        other = seen.setdefault(one.name, one)
        if other is not one:
            where = f"{other.path}:{other.line}"
            yield issue(one.path, one.line, "phrases_duplicate", value=one.name, other=where)


def _repeated_phrases(lists: Iterable[PhraseList]) -> Iterator[ContentIssue]:
    """Compared without marks, as they are found in what people type."""
    seen: dict[str, str] = {}
    for one, line, phrase in _phrases(lists):
        other = seen.setdefault(fold(" ".join(words(phrase))), one.name)
        if other != one.name:
            yield issue(one.path, line, "phrase_in_two_lists", value=phrase, other=other)


def check_every_phrase_has_an_entity_and_a_value(files: ContentFiles) -> Iterator[ContentIssue]:
    """What a lookup table lists stands for a value, and what stands for a value is looked up."""
    of_entities = {phrase for one in files.lookups for phrase in one.phrases}
    of_values = {phrase for one in files.synonyms for phrase in one.phrases}
    for one, line, phrase in _phrases(files.lookups):
        if phrase not in of_values:
            yield issue(one.path, line, "phrase_without_value", value=phrase, entity=one.name)
    for one, line, phrase in _phrases(files.synonyms):
        if phrase not in of_entities:
            yield issue(one.path, line, "phrase_without_entity", value=phrase)


def _phrases(lists: Iterable[PhraseList]) -> Iterator[tuple[PhraseList, int, str]]:
    for one in lists:
        for line, phrase in zip(one.phrase_lines, one.phrases, strict=True):
            yield one, line, phrase


ENTITY_CHECKS: tuple[Check, ...] = (
    check_entities_and_values_are_listed_once,
    check_every_phrase_has_an_entity_and_a_value,
)
