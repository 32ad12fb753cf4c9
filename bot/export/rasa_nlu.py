"""The training data of a Rasa project: every intent with its examples, the phrases of entities and
what they stand for.

Format: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.domain.catalog import Catalog
from bot.domain.rasa_names import to_rasa_name
from bot.domain.understanding import EntityPhrase
from bot.text.normalize import clean

#: What Rasa would read as the annotation of an entity, in an example as an editor wrote it.
_BRACKETS = re.compile(r"[\[\]{}]")


def classes_of(catalog: Catalog) -> tuple[str, ...]:
    """Every class in order: topics under their own ids, then the other intents."""
    return tuple(sorted(_examples(catalog)))


def nlu_files(catalog: Catalog, per_intent: int | None) -> dict[str, dict[str, Any]]:
    """Training data by file name: one file for each family of intents, one for entities.

    At most `per_intent` examples of each intent, spread evenly over those there are.
    """
    annotate = _Annotator(catalog.entities)
    files: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, examples in sorted(_examples(catalog).items()):
        shown = [annotate(one) for one in spread(examples, per_intent)]
        entry = {"intent": to_rasa_name(name), "examples": _block(shown)}
        files[f"data/nlu/{name.partition('/')[0]}.yml"].append(entry)
    files["data/nlu/entities.yml"] = [*_lookups(catalog.entities), *_synonyms(catalog.entities)]
    return {path: {"version": "3.1", "nlu": entries} for path, entries in files.items()}


def spread(examples: Sequence[str], count: int | None) -> list[str]:
    """So many of the examples, evenly spread, the same ones each time; all when None."""
    if count is None or count >= len(examples):
        return list(examples)
    return [examples[at * len(examples) // count] for at in range(count)]


def _examples(catalog: Catalog) -> dict[str, list[str]]:
    """The examples of each class. A text that two classes share is left with the first that has it:
    titles and aliases come last, for they name a topic and are seldom what somebody writes.
    """
    found: dict[str, list[str]] = defaultdict(list)
    taken: set[str] = set()

    def add(name: str, texts: Iterable[str]) -> None:
        for text in map(_plain, texts):
            if text.casefold() not in taken:
                taken.add(text.casefold())
                found[name].append(text)

    for intent in catalog.intents:
        topic = catalog.find_topic(intent.name)
        add(topic.id if topic else intent.name, intent.examples)
    for topic in catalog.topics:
        add(topic.id, (topic.title, *topic.aliases))
    return found


def _plain(text: str) -> str:
    """The text on one line, with nothing that Rasa reads as a mark; a slash first is a command."""
    return _BRACKETS.sub(" ", clean(text)).replace("\n", " ").strip().removeprefix("/")


class _Annotator:
    """Marks the phrases of entities in examples: `[sinh con](su_kien)`. Rasa uses the phrases of an
    entity only when examples show it.
    """

    def __init__(self, phrases: Iterable[EntityPhrase]) -> None:
        self._entities = {one.phrase.casefold(): one.entity for one in phrases}
        longest_first = sorted(self._entities, key=len, reverse=True)
        words = "|".join(map(re.escape, longest_first))
        self._pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None

    def __call__(self, example: str) -> str:
        return self._pattern.sub(self._mark, example) if self._pattern else example

    def _mark(self, match: re.Match[str]) -> str:
        return f"[{match.group()}]({self._entities[match.group().casefold()]})"


def _lookups(phrases: Iterable[EntityPhrase]) -> Iterator[dict[str, Any]]:
    by_entity: Mapping[str, list[str]] = _grouped((one.entity, one.phrase) for one in phrases)
    for entity, texts in by_entity.items():
        yield {"lookup": entity, "examples": _block(texts)}


def _synonyms(phrases: Iterable[EntityPhrase]) -> Iterator[dict[str, Any]]:
    by_value = _grouped((one.value, one.phrase) for one in phrases)
    for value, texts in by_value.items():
        yield {"synonym": value, "examples": _block(texts)}


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for key, text in pairs:
        groups[key].append(text)
    return groups


def _block(texts: Iterable[str]) -> str:
    return "".join(f"- {text}\n" for text in texts)
