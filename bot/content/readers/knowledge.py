"""Topic files, the register of laws and the list of promised ids."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.content.issues import ContentIssue, issue
from bot.content.marked_yaml import Marked, YamlBroken, parse_front_matter, parse_marked
from bot.content.paths import FOLDERS
from bot.content.readers.fields import FieldReader
from bot.content.readers.topic_body import TopicBody, read_topic_body
from bot.domain.knowledge import Confidence, Law, LawId, LegalBasis, Source, Topic, TopicId
from bot.domain.pictures import PictureId

AUDIENCES = (
    "citizen",
    "elder",
    "parent",
    "student",
    "tenant",
    "landlord",
    "driver",
    "worker",
    "farmer",
    "business",
    "overseas",
    "foreigner",
    "martyr_kin",
    "staff",
    "team",
)
REQUIRED_KEYS = ("id", "code", "title", "aliases", "audience", "sources", "as_of", "confidence")
ALLOWED_KEYS = (
    *REQUIRED_KEYS,
    "also",
    "requires",
    "documents",
    "fee",
    "time_limit",
    "where",
    "authority",
    "legal",
    "related",
    "duties",
    "pictures",
)
SOURCE_KEYS = ("title", "ref", "date")
LAW_KEYS = (
    "id",
    "number",
    "title",
    "in_force_from",
    "amended_on",
    "amended_by",
    "lapsed_on",
    "lapsed_by",
    "note",
)

_ID = re.compile(rf"({'|'.join(FOLDERS)})/[a-z0-9]+(-[a-z0-9]+)*")
_DUTY = re.compile(r"M\d{3}")


@dataclass(frozen=True)
class TopicFile:
    """A topic as read, with what is needed to name the line of each of its parts."""

    topic: Topic
    head: Marked
    body: TopicBody


def read_topic(path: str, text: str) -> tuple[TopicFile | None, list[ContentIssue]]:
    """One topic file. None when it is so broken that nothing else can be checked."""
    try:
        parts = parse_front_matter(text)
    except YamlBroken as error:
        return None, [issue(path, error.line, error.code)]
    fields = FieldReader.of_document(path, parts.head)
    fields.check_keys(ALLOWED_KEYS, REQUIRED_KEYS)
    body, body_issues = read_topic_body(path, parts.body, parts.body_line)
    topic = Topic(
        id=_topic_id(fields),
        code=fields.number("code"),
        title=fields.text("title"),
        answer=body.answer,
        as_of=fields.partial_date("as_of"),
        confidence=Confidence(
            fields.one_of("confidence", tuple(Confidence)) or Confidence.RECALLED
        ),
        sources=_sources(fields),
        also=tuple(TopicId(value) for value in _well_formed_ids(fields, "also")),
        aliases=fields.texts("aliases"),
        audience=_audience(fields),
        requires=fields.texts("requires"),
        documents=fields.texts("documents"),
        fee=fields.text("fee"),
        time_limit=fields.text("time_limit"),
        where=fields.text("where"),
        authority=fields.text("authority"),
        legal=tuple(_legal_basis(value) for value in fields.texts("legal")),
        related=tuple(TopicId(value) for value in _well_formed_ids(fields, "related")),
        duties=_duties(fields),
        details=tuple(detail for _, detail in body.details),
        steps=tuple(step for _, step in body.steps),
        pictures={at: PictureId(one) for at, one in fields.by_number("pictures").items()},
        what_ifs=tuple(what_if for _, what_if in body.what_ifs),
        warnings=tuple(warning for _, warning in body.warnings),
        path=path,
    )
    return TopicFile(topic, parts.head, body), fields.issues + body_issues


def _topic_id(fields: FieldReader) -> TopicId:
    value = fields.text("id")
    if value and not _ID.fullmatch(value):
        fields.report("id_malformed", "id", value=value)
    elif value:
        group, slug = value.split("/")
        expected = f"knowledge/{FOLDERS[group]}/{slug}.md"
        if fields.path != expected:
            fields.report("id_not_like_file", "id", value=value, expected=expected)
    return TopicId(value)


def _well_formed_ids(fields: FieldReader, key: str) -> tuple[str, ...]:
    values = fields.texts(key)
    for index, value in enumerate(values):
        if not _ID.fullmatch(value):
            fields.report("id_malformed", key, index, value=value)
    return values


def _audience(fields: FieldReader) -> tuple[str, ...]:
    values = fields.texts("audience")
    for index, value in enumerate(values):
        if value not in AUDIENCES:
            fields.report(
                "value_not_allowed",
                "audience",
                index,
                key="audience",
                value=value,
                allowed=", ".join(AUDIENCES),
            )
    return values


def _duties(fields: FieldReader) -> tuple[str, ...]:
    values = fields.texts("duties")
    for index, value in enumerate(values):
        if not _DUTY.fullmatch(value):
            fields.report("duty_malformed", "duties", index, value=value)
    return values


def _sources(fields: FieldReader) -> tuple[Source, ...]:
    sources = []
    for source in fields.mappings("sources"):
        source.check_keys(SOURCE_KEYS, SOURCE_KEYS)
        sources.append(Source(source.text("title"), source.text("ref"), source.text("date")))
    return tuple(sources)


def _legal_basis(value: str) -> LegalBasis:
    law_id, _, place = value.partition(" ")
    return LegalBasis(LawId(law_id), place.strip())


@dataclass(frozen=True)
class LawRegister:
    """The laws as read, with the line of each."""

    laws: dict[LawId, Law]
    lines: dict[LawId, int]


def read_laws(path: str, text: str) -> tuple[LawRegister, list[ContentIssue]]:
    """`knowledge/laws.yaml`: a mapping with one list, `laws`."""
    try:
        marked = parse_marked(text)
    except YamlBroken as error:
        return LawRegister({}, {}), [issue(path, error.line, error.code)]
    top = FieldReader.of_document(path, marked)
    top.check_keys(("laws",), ("laws",))
    register = LawRegister({}, {})
    for fields in top.mappings("laws"):
        fields.check_keys(LAW_KEYS, ("id", "number", "title"))
        law = Law(
            id=LawId(fields.text("id")),
            number=fields.text("number"),
            title=fields.text("title"),
            in_force_from=fields.day("in_force_from"),
            amended_on=fields.day("amended_on"),
            amended_by=fields.texts("amended_by"),
            lapsed_on=fields.day("lapsed_on"),
            lapsed_by=fields.texts("lapsed_by"),
            note=fields.text("note"),
        )
        if law.id in register.laws:
            fields.report(
                "id_duplicate", "id", value=law.id, other=f"{path}:{register.lines[law.id]}"
            )
        register.laws[law.id] = law
        register.lines[law.id] = fields.marked.line(*fields.at, "id")
    return register, top.issues


def read_promised_ids(path: str, text: str) -> tuple[dict[TopicId, int], list[ContentIssue]]:
    """`knowledge/ids.yaml`: every id ever given out, each with its line."""
    try:
        marked = parse_marked(text)
    except YamlBroken as error:
        return {}, [issue(path, error.line, error.code)]
    fields = FieldReader.of_document(path, marked)
    fields.check_keys(("ids",), ("ids",))
    values = _well_formed_ids(fields, "ids")
    return {
        TopicId(value): marked.line("ids", index) for index, value in enumerate(values)
    }, fields.issues
