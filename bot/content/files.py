"""Everything read from the content folders, with lines, before and while it is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath
from typing import TypeAlias

from bot.content.issues import ContentIssue
from bot.content.marked_yaml import Marked
from bot.content.readers.config import ScamSignFile
from bot.content.readers.flows import FlowFile
from bot.content.readers.intents import IntentFile, PhraseList
from bot.content.readers.knowledge import LawRegister, TopicFile
from bot.content.readers.pictures import PictureEntry
from bot.domain.catalog import Catalog
from bot.domain.guides import MIN_STEPS, topic_flow_id
from bot.domain.knowledge import Topic, TopicId
from bot.domain.pictures import PictureId
from bot.domain.understanding import (
    FAMILIES_ANSWERED_BY_TEXT,
    MOVE_COMMANDS,
    EntityPhrase,
    Intent,
    IntentName,
)


@dataclass
class ContentFiles:
    """What the readers found. Checks look across it; `to_catalog` freezes it."""

    #: The day as of which laws are looked at.
    today: date
    topics: list[TopicFile] = field(default_factory=list)
    register: LawRegister = field(default_factory=lambda: LawRegister({}, {}))
    promised_ids: dict[TopicId, int] = field(default_factory=dict)
    intents: list[IntentFile] = field(default_factory=list)
    #: The phrases of each entity, and those that stand for each value.
    lookups: list[PhraseList] = field(default_factory=list)
    synonyms: list[PhraseList] = field(default_factory=list)
    flows: list[FlowFile] = field(default_factory=list)
    pictures: dict[PictureId, PictureEntry] = field(default_factory=dict)
    #: The files in the folder of pictures, and the bytes of those PNGs that are registered.
    picture_paths: tuple[str, ...] = ()
    pngs: dict[str, bytes] = field(default_factory=dict)
    abbreviations: dict[str, str] = field(default_factory=dict)
    fillers: tuple[str, ...] = ()
    scam_signs: ScamSignFile = field(default_factory=ScamSignFile)
    messages: dict[str, str] = field(default_factory=dict)
    officialese: dict[str, str] = field(default_factory=dict)
    safety_phrases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: The YAML of each table file, for the lines of its entries.
    tables: dict[str, Marked] = field(default_factory=dict)
    #: The text of every file as it stands on disk.
    raw_texts: dict[str, str] = field(default_factory=dict)

    def topics_by_id(self) -> dict[str, Topic]:
        """Topics by their own id and by every id listed under `also`."""
        found: dict[str, Topic] = {}
        for file in self.topics:
            found |= dict.fromkeys([file.topic.id, *file.topic.also], file.topic)
        return found

    def flow_ids(self) -> set[str]:
        """The flows that may be named: those of files, even of files too broken to be read, and
        those made of topics.
        """
        of_files = {PurePath(path).stem for path in self.raw_texts if path.startswith("flows/")}
        long_enough = (one.topic for one in self.topics if len(one.topic.steps) >= MIN_STEPS)
        return (
            of_files | {file.flow.id for file in self.flows} | set(map(topic_flow_id, long_enough))
        )

    def answered_by_text(self) -> Iterator[tuple[IntentFile, str]]:
        """Intents that are answered by a system text, each with the key of that text."""
        for file in self.intents:
            family, _, name = file.intent.name.partition("/")
            is_move = file.intent.name in MOVE_COMMANDS
            if family in FAMILIES_ANSWERED_BY_TEXT and not is_move:
                yield file, name

    def _entities(self) -> Iterator[EntityPhrase]:
        """Every phrase of every entity that stands for a value."""
        values = {phrase: one.name for one in self.synonyms for phrase in one.phrases}
        for lookup in self.lookups:
            for phrase in lookup.phrases:
                if phrase in values:
                    yield EntityPhrase(lookup.name, values[phrase], phrase)

    def to_catalog(self, content_hash: str) -> Catalog:
        """The same as an immutable snapshot; an intent spread over files becomes one."""
        examples: dict[IntentName, list[str]] = {}
        paths: dict[IntentName, str] = {}
        for file in self.intents:
            examples.setdefault(file.intent.name, []).extend(file.intent.examples)
            paths.setdefault(file.intent.name, file.intent.path)
        return Catalog(
            topics=tuple(file.topic for file in self.topics),
            laws=self.register.laws,
            intents=tuple(
                Intent(name, tuple(lines), paths[name]) for name, lines in examples.items()
            ),
            messages=self.messages,
            flows=tuple(file.flow for file in self.flows),
            pictures={one: entry.picture for one, entry in self.pictures.items()},
            abbreviations=self.abbreviations,
            fillers=self.fillers,
            entities=tuple(self._entities()),
            scam_signs=self.scam_signs.signs,
            safety_phrases=self.safety_phrases,
            content_hash=content_hash,
        )


#: A check across files: what it finds wrong.
Check: TypeAlias = Callable[[ContentFiles], Iterator[ContentIssue]]
