"""Word lists and system texts of `config/`."""

from __future__ import annotations

import unicodedata

from bot.content.issues import ContentIssue, issue
from bot.content.marked_yaml import Marked, YamlBroken, parse_marked
from bot.content.readers.fields import FieldReader
from bot.domain.knowledge import TopicId
from bot.domain.scam_signs import ScamSign, ScamSigns


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


def read_safety_phrases(
    path: str, text: str
) -> tuple[dict[str, tuple[str, ...]], list[ContentIssue]]:
    """The phrases that come before everything else, by kind."""
    try:
        marked = parse_marked(text)
    except YamlBroken as error:
        return {}, [issue(path, error.line, error.code)]
    top = FieldReader.of_document(path, marked)
    top.check_keys(SAFETY_KINDS, SAFETY_KINDS)
    return {kind: top.texts(kind) for kind in SAFETY_KINDS}, top.issues


SIGN_KEYS = ("id", "weight", "topic", "reason")


def read_scam_signs(path: str, text: str) -> tuple[ScamSigns, list[ContentIssue]]:
    """The signs of `config/scam_signs.yaml`, and the addresses that are none."""
    try:
        marked = parse_marked(text)
    except YamlBroken as error:
        return ScamSigns(), [issue(path, error.line, error.code)]
    top = FieldReader.of_document(path, marked)
    top.check_keys(("signs", "link"), ("signs", "link"))
    signs = []
    for one in top.mappings("signs"):
        one.check_keys((*SIGN_KEYS, "phrases"), (*SIGN_KEYS, "phrases"))
        signs.append(_scam_sign(one))
    link = top.mapping("link")
    if link is None:
        return ScamSigns(tuple(signs)), top.issues
    link.check_keys((*SIGN_KEYS, "trusted"), (*SIGN_KEYS, "trusted"))
    return ScamSigns(tuple(signs), _scam_sign(link), link.texts("trusted")), top.issues


def _scam_sign(fields: FieldReader) -> ScamSign:
    return ScamSign(
        id=fields.text("id"),
        weight=fields.number("weight"),
        topic=TopicId(fields.text("topic")),
        reason=fields.text("reason"),
        phrases=fields.texts("phrases"),
    )
