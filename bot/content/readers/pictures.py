"""The register of pictures: `knowledge/pictures.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.content.issues import ContentIssue, issue
from bot.content.marked_yaml import YamlBroken, parse_marked
from bot.content.readers.fields import FieldReader
from bot.domain.knowledge import TopicId
from bot.domain.pictures import Picture, PictureId

PICTURE_KEYS = ("id", "alt", "topic")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class PictureEntry:
    """A picture as registered, with the topic that says what it shows, and its lines."""

    picture: Picture
    topic: TopicId
    #: The line of the entry, then of each of its keys.
    line: int
    lines: dict[str, int] = field(default_factory=dict)


def read_pictures(path: str, text: str) -> tuple[dict[PictureId, PictureEntry], list[ContentIssue]]:
    """A mapping with one list, `pictures`."""
    try:
        marked = parse_marked(text)
    except YamlBroken as error:
        return {}, [issue(path, error.line, error.code)]
    top = FieldReader.of_document(path, marked)
    top.check_keys(("pictures",), ("pictures",))
    found: dict[PictureId, PictureEntry] = {}
    for fields in top.mappings("pictures"):
        fields.check_keys(PICTURE_KEYS, PICTURE_KEYS)
        entry = _entry(fields)
        picture_id = entry.picture.id
        if picture_id in found:
            other = f"{path}:{found[picture_id].line}"
            fields.report("id_duplicate", "id", value=picture_id, other=other)
        elif _ID.fullmatch(picture_id):
            found[picture_id] = entry
        elif picture_id:
            fields.report("flow_id_malformed", "id", value=picture_id)
    return found, top.issues


def _entry(fields: FieldReader) -> PictureEntry:
    return PictureEntry(
        Picture(PictureId(fields.text("id")), fields.text("alt")),
        TopicId(fields.text("topic")),
        fields.marked.line(*fields.at),
        {key: fields.marked.line(*fields.at, key) for key in PICTURE_KEYS},
    )
