"""Checks on pictures: each is there, says in words what it shows, is small, and is used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.content.files import Check, ContentFiles
from bot.content.issues import ContentIssue, issue
from bot.content.paths import PICTURES_PATH
from bot.content.png import DRAWING_KEY, hash_drawing, parse_png
from bot.content.readers.knowledge import TopicFile
from bot.content.readers.pictures import PictureEntry
from bot.domain.flows import Collect, Do, Say
from bot.domain.pictures import PICTURES_FOLDER, Picture

#: Longer words are not listened to before every step.
MAX_ALT_CHARS = 150
#: Loads in half a second on a slow mobile network (1 Mbit/s).
MAX_PICTURE_BYTES = 60_000
#: Of every picture, so that a page keeps its place before it has loaded.
WIDTH, HEIGHT = 960, 540
_SIZE = re.compile(rf'<svg\b[^>]*\bviewBox="0 0 {WIDTH} {HEIGHT}"')


def check_every_picture_named_is_registered(files: ContentFiles) -> Iterator[ContentIssue]:
    """Steps of flows and of topics name pictures that are there."""
    for flow in files.flows:
        for at, step in enumerate(flow.flow.steps):
            named = step.picture if isinstance(step, Collect | Do | Say) else ""
            if named and named not in files.pictures:
                yield flow.step_issue(at, "picture_unknown", "picture", value=named)
    for topic in files.topics:
        yield from _check_topic(topic, files)


def _check_topic(file: TopicFile, files: ContentFiles) -> Iterator[ContentIssue]:
    topic = file.topic
    for number, named in topic.pictures.items():
        # The mark of a number is a text, as it stands in the file.
        where = topic.path, file.head.line("pictures", str(number))
        if named not in files.pictures:
            yield issue(*where, "picture_unknown", value=named)
        if not 1 <= number <= len(topic.steps):
            count = len(topic.steps)
            yield issue(*where, "topic_step_unknown", value=number, topic=topic.id, count=count)


def check_every_picture_says_what_a_topic_says(files: ContentFiles) -> Iterator[ContentIssue]:
    """The topic behind a picture is there, and the words for it are short."""
    topics = files.topics_by_id()
    for entry in files.pictures.values():
        count = len(entry.picture.alt)
        if count > MAX_ALT_CHARS:
            yield _issue(entry, "alt", "picture_alt_too_long", count=count, limit=MAX_ALT_CHARS)
        if entry.topic and entry.topic not in topics:
            yield _issue(entry, "topic", "topic_unknown", value=entry.topic)


def check_every_picture_file_can_be_sent(files: ContentFiles) -> Iterator[ContentIssue]:
    """Small, of the one size, and the PNG shows what the drawing shows."""
    for entry in files.pictures.values():
        picture = entry.picture
        svg, png = files.raw_texts.get(picture.path), files.pngs.get(picture.png_path)
        if svg is not None:
            yield from _check_size(picture.path, len(svg.encode()), _SIZE.search(svg) is not None)
        if png is not None:
            yield from _check_png(picture, png, svg)


def _check_png(picture: Picture, data: bytes, svg: str | None) -> Iterator[ContentIssue]:
    png = parse_png(data)
    is_right = png is not None and (png.width, png.height) == (WIDTH, HEIGHT)
    yield from _check_size(picture.png_path, len(data), is_right)
    if png and svg is not None and png.texts.get(DRAWING_KEY) != hash_drawing(svg):
        yield issue(picture.png_path, 1, "picture_outdated", drawing=picture.path)


def _check_size(path: str, count: int, is_right: bool) -> Iterator[ContentIssue]:
    if count > MAX_PICTURE_BYTES:
        yield issue(path, 1, "picture_too_large", count=count, limit=MAX_PICTURE_BYTES)
    if not is_right:
        yield issue(path, 1, "picture_size_wrong", width=WIDTH, height=HEIGHT)


def check_every_picture_is_used(files: ContentFiles) -> Iterator[ContentIssue]:
    """A registered picture is named by a step; a file beside them is registered."""
    named: set[str] = {name for file in files.topics for name in file.topic.pictures.values()}
    for file in files.flows:
        named |= {one.picture for one in file.flow.steps if isinstance(one, Collect | Do | Say)}
    for picture_id, entry in files.pictures.items():
        if picture_id not in named:
            yield _issue(entry, "id", "picture_unused", value=picture_id)
    pictures = [entry.picture for entry in files.pictures.values()]
    known = {path for one in pictures for path in (one.path, one.png_path)}
    for path in files.picture_paths:
        if path not in known:
            yield issue(path, 1, "picture_unlisted", folder=PICTURES_FOLDER)


def _issue(entry: PictureEntry, key: str, code: str, **values: object) -> ContentIssue:
    return issue(PICTURES_PATH, entry.lines[key], code, **values)


PICTURE_CHECKS: tuple[Check, ...] = (
    check_every_picture_named_is_registered,
    check_every_picture_says_what_a_topic_says,
    check_every_picture_file_can_be_sent,
    check_every_picture_is_used,
)
