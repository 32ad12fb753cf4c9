"""What is indexed: for every class the texts that speak of it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.catalog import Catalog
from bot.domain.knowledge import Topic
from bot.retrieval.question_text import question_reader


@dataclass(frozen=True, slots=True)
class Passage:
    """One indexed text: which class it speaks of, and its normalised syllables."""

    name: str
    syllables: tuple[str, ...]


def passages_of(catalog: Catalog) -> list[Passage]:
    """Everything that is indexed."""
    return topic_passages(catalog) + example_passages(catalog)


def topic_passages(catalog: Catalog) -> list[Passage]:
    """Titles, aliases and answers of the topics."""
    read = question_reader(catalog)
    found = (
        Passage(topic.id, tuple(read(text))) for topic in catalog.topics for text in _texts(topic)
    )
    return [passage for passage in found if passage.syllables]


def example_passages(catalog: Catalog) -> list[Passage]:
    """The examples of all intents, those of topics included."""
    read = question_reader(catalog)
    found = (
        Passage(_class_of(catalog, intent.name), tuple(read(example)))
        for intent in catalog.intents
        if intent.is_searched
        for example in intent.examples
    )
    return [passage for passage in found if passage.syllables]


def _texts(topic: Topic) -> tuple[str, ...]:
    return (topic.title, *topic.aliases, topic.answer)


def _class_of(catalog: Catalog, name: str) -> str:
    topic = catalog.find_topic(name)
    return topic.id if topic is not None else name
