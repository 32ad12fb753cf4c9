"""Intent files in Rasa's NLU training-data format, version 3.1.

Only what this project uses of it: a list `nlu` of intents, lookup tables (the phrases of an entity)
and synonyms (the value that phrases stand for), each with a block of examples.
Format: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format (read 2026-11-21).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.content.issues import ContentIssue, issue
from bot.content.marked_yaml import YamlBroken, parse_marked
from bot.content.readers.fields import FieldReader
from bot.domain.understanding import Intent, IntentName


@dataclass(frozen=True)
class IntentFile:
    """An intent as read, with the line of its name and of each example."""

    intent: Intent
    line: int
    example_lines: tuple[int, ...]


@dataclass(frozen=True)
class PhraseList:
    """The phrases that an entity is said in, or that stand for a value, with their lines."""

    #: Of the entity or the value.
    name: str
    phrases: tuple[str, ...]
    path: str
    line: int
    phrase_lines: tuple[int, ...]


@dataclass
class NluFile:
    """What one file holds."""

    intents: list[IntentFile] = field(default_factory=list)
    lookups: list[PhraseList] = field(default_factory=list)
    synonyms: list[PhraseList] = field(default_factory=list)


def read_intents(path: str, text: str) -> tuple[NluFile, list[ContentIssue]]:
    """All intents, lookup tables and synonyms of one file."""
    found = NluFile()
    try:
        marked = parse_marked(text)
    except YamlBroken as error:
        return found, [issue(path, error.line, error.code)]
    top = FieldReader.of_document(path, marked)
    top.check_keys(("version", "nlu"), ("version", "nlu"))
    for fields in top.mappings("nlu"):
        kind = next((key for key in ("lookup", "synonym") if key in fields.data), "intent")
        fields.check_keys((kind, "examples"), (kind, "examples"))
        name = fields.text(kind)
        examples, lines = _examples(fields)
        if not examples:
            fields.report("intent_without_examples", kind, value=name)
        line = fields.marked.line(*fields.at, kind)
        if kind == "intent":
            intent = Intent(IntentName(name), tuple(examples), path)
            found.intents.append(IntentFile(intent, line, tuple(lines)))
        else:
            into = found.lookups if kind == "lookup" else found.synonyms
            into.append(PhraseList(name, tuple(examples), path, line, tuple(lines)))
    return found, top.issues


def _examples(fields: FieldReader) -> tuple[list[str], list[int]]:
    """The lines of the block that begin with a dash, and where they stand."""
    block = fields.data.get("examples", "")
    if not isinstance(block, str):
        fields.report("value_not_block", "examples", key="examples")
        return [], []
    first_line = fields.marked.line(*fields.at, "examples") + 1
    examples, lines = [], []
    for number, line in enumerate(block.split("\n"), first_line):
        stripped = line.strip()
        if stripped.startswith("- ") and stripped[2:].strip():
            examples.append(stripped[2:].strip())
            lines.append(number)
        elif stripped:
            fields.issues.append(
                issue(fields.path, number, "example_not_understood", value=stripped)
            )
    return examples, lines
