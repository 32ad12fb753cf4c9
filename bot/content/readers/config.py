"""Word lists and system texts of `config/`."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field

from bot.content.issues import ContentIssue, issue, listed
from bot.content.marked_yaml import Marked, YamlBroken, parse_marked
from bot.content.readers.fields import FieldReader
from bot.domain.knowledge import TopicId
from bot.domain.scam_signs import ScamSign, ScamSigns
from bot.text.blanks import BLANK


def read_text_table(
    path: str, text: str, key: str
) -> tuple[dict[str, str], Marked, list[ContentIssue]]:
    """A file with one mapping from text to text under `key`, in NFC."""
    try:
        marked = parse_marked(text)
    except YamlBroken as error:
        return {}, Marked({}), [issue(path, error.line, error.code)]
    top = FieldReader.of_document(path, marked)
    top.check_keys((key,), (key,))
    value = top.data.get(key, {})
    if not isinstance(value, dict):
        top.report("value_not_table", key, key=key)
        return {}, marked, top.issues
    table = {}
    for name, meaning in value.items():
        if isinstance(name, (str, int)) and isinstance(meaning, str) and meaning.strip():
            table[unicodedata.normalize("NFC", str(name))] = unicodedata.normalize(
                "NFC", meaning.rstrip("\n")
            )
        else:
            top.report("value_not_text", key, str(name), key=name)
    return table, marked, top.issues


def read_phrases(path: str, text: str, key: str) -> tuple[tuple[str, ...], list[ContentIssue]]:
    """A file with one list of phrases under `key`."""
    try:
        marked = parse_marked(text)
    except YamlBroken as error:
        return (), [issue(path, error.line, error.code)]
    top = FieldReader.of_document(path, marked)
    top.check_keys((key,), (key,))
    return top.texts(key), top.issues


#: The lists of `config/safety.yaml`.
SAFETY_KINDS = ("emergency", "emergency_with_marks", "scam_pressure")
OPTIONAL_SAFETY_KINDS = ("no_scam_pressure",)
#: Its lists of words that fill the blanks of the phrases.
SAFETY_BLANKS = (
    "person", "they", "tell", "give", "code", "secret", "threat", "few", "machine", "call", "to",
    "office",
)  # fmt: skip


def read_safety_phrases(
    path: str, text: str
) -> tuple[dict[str, tuple[str, ...]], list[ContentIssue]]:
    """The phrases that come before everything else, by kind, and the words for their blanks."""
    try:
        marked = parse_marked(text)
    except YamlBroken as error:
        return {}, [issue(path, error.line, error.code)]
    top = FieldReader.of_document(path, marked)
    kinds = (*SAFETY_KINDS, *OPTIONAL_SAFETY_KINDS)
    top.check_keys((*kinds, *SAFETY_BLANKS), SAFETY_KINDS)
    blanks = {name: found for name in SAFETY_BLANKS if (found := top.texts(name))}
    phrases = {kind: _fillable(kind, top, blanks) for kind in kinds}
    return {**phrases, **blanks}, top.issues


def _fillable(kind: str, top: FieldReader, blanks: Collection[str]) -> tuple[str, ...]:
    """The phrases of one kind; one with a blank that no list fills, or that may end in nothing, is
    reported and left out.
    """
    fillable = []
    for index, phrase in enumerate(top.texts(kind)):
        names = [name for name, _ in BLANK.findall(phrase)]
        if phrase.endswith("?}") or not all(name in blanks for name in names):
            allowed = listed(f"{{{name}}}" for name in blanks)
            top.report("value_not_allowed", kind, index, key=kind, value=phrase, allowed=allowed)
        else:
            fillable.append(phrase)
    return tuple(fillable)


SIGN_KEYS = ("id", "weight", "topic", "reason")
WEIGHTS = (1, 2)


@dataclass
class ScamSignFile:
    """The signs as read, and every topic that one of them names, with its line."""

    signs: ScamSigns = field(default_factory=ScamSigns)
    topics: list[tuple[TopicId, int]] = field(default_factory=list)


def read_scam_signs(path: str, text: str) -> tuple[ScamSignFile, list[ContentIssue]]:
    """The signs of `config/scam_signs.yaml`, and the addresses that are none."""
    found = ScamSignFile()
    try:
        marked = parse_marked(text)
    except YamlBroken as error:
        return found, [issue(path, error.line, error.code)]
    top = FieldReader.of_document(path, marked)
    top.check_keys(("signs", "link"), ("signs", "link"))
    signs = []
    for one in top.mappings("signs"):
        one.check_keys((*SIGN_KEYS, "phrases"), (*SIGN_KEYS, "phrases"))
        signs.append(_scam_sign(one, found))
    link = top.mapping("link")
    if link is None:
        found.signs = ScamSigns(tuple(signs))
    else:
        link.check_keys((*SIGN_KEYS, "trusted"), (*SIGN_KEYS, "trusted"))
        found.signs = ScamSigns(tuple(signs), _scam_sign(link, found), link.texts("trusted"))
    return found, top.issues


def _scam_sign(fields: FieldReader, found: ScamSignFile) -> ScamSign:
    topic = TopicId(fields.text("topic"))
    if topic:
        found.topics.append((topic, fields.marked.line(*fields.at, "topic")))
    return ScamSign(
        id=fields.text("id"),
        weight=_weight(fields),
        topic=topic,
        reason=fields.text("reason"),
        phrases=fields.texts("phrases"),
    )


def _weight(fields: FieldReader) -> int:
    weight = fields.number("weight")
    if isinstance(fields.data.get("weight"), int) and weight not in WEIGHTS:
        allowed = listed(map(str, WEIGHTS))
        fields.report("value_not_allowed", "weight", key="weight", value=weight, allowed=allowed)
    return weight
