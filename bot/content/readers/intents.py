"""Intent files in Rasa's NLU training-data format, version 3.1.

Only what this project uses of it: a list `nlu` of intents, each with a block of examples.
Format: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format (read 2026-11-21).
"""

from __future__ import annotations

from dataclasses import dataclass

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


def read_intents(path: str, text: str) -> tuple[list[IntentFile], list[ContentIssue]]:
    """All intents of one file."""
    try:
        marked = parse_marked(text)
    except YamlBroken as error:
        return [], [issue(path, error.line, error.code)]
    top = FieldReader.of_document(path, marked)
    top.check_keys(("version", "nlu"), ("version", "nlu"))
    files = []
    for fields in top.mappings("nlu"):
        fields.check_keys(("intent", "examples"), ("intent", "examples"))
        name = fields.text("intent")
        examples, lines = _examples(fields)
        line = fields.marked.line(*fields.at, "intent")
        if not examples:
            fields.report("intent_without_examples", "intent", value=name)
        files.append(
            IntentFile(Intent(IntentName(name), tuple(examples), path), line, tuple(lines))
        )
    return files, top.issues


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
