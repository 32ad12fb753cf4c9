"""Reads all content under a root folder: `load_content` gives what was read and every issue.

`load_catalog` is for running: it refuses content with errors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.content.checks.entities import ENTITY_CHECKS
from bot.content.checks.examples import EXAMPLE_CHECKS
from bot.content.checks.flow_questions import QUESTION_CHECKS
from bot.content.checks.flows import FLOW_CHECKS
from bot.content.checks.messages import MESSAGE_CHECKS
from bot.content.checks.pictures import PICTURE_CHECKS
from bot.content.checks.register import REGISTER_CHECKS
from bot.content.checks.scam_signs import SCAM_SIGN_CHECKS
from bot.content.checks.topics import TOPIC_CHECKS
from bot.content.checks.wording import WORDING_CHECKS
from bot.content.files import ContentFiles
from bot.content.issues import ContentIssue, count_errors, issue, listed
from bot.content.paths import (
    ABBREVIATIONS_PATH,
    FILLERS_PATH,
    FOLDERS,
    IDS_PATH,
    LAWS_PATH,
    MESSAGES_PATH,
    PATTERNS,
    PICTURE_PATTERNS,
    PICTURES_PATH,
    PLAIN_WORDS_PATH,
    SAFETY_PATH,
    SCAM_SIGNS_PATH,
    content_paths,
    stray_paths,
)
from bot.content.readers.config import (
    read_phrases,
    read_safety_phrases,
    read_scam_signs,
    read_text_table,
)
from bot.content.readers.flows import read_flow
from bot.content.readers.intents import read_intents
from bot.content.readers.knowledge import read_laws, read_promised_ids, read_topic
from bot.content.readers.pictures import read_pictures
from bot.domain.catalog import Catalog
from bot.domain.clock import vietnam_today
from bot.domain.errors import ContentInvalid

T = TypeVar("T")

#: Every check across files, in the order in which they run.
CHECKS = (
    *TOPIC_CHECKS,
    *REGISTER_CHECKS,
    *WORDING_CHECKS,
    *EXAMPLE_CHECKS,
    *ENTITY_CHECKS,
    *FLOW_CHECKS,
    *QUESTION_CHECKS,
    *PICTURE_CHECKS,
    *SCAM_SIGN_CHECKS,
    *MESSAGE_CHECKS,
)


def hash_content(root: Path) -> str:
    """SHA-256 over the names and bytes of all content files, in hexadecimal."""
    digest = hashlib.sha256()
    for path in content_paths(root):
        data = _bytes(path)
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _bytes(path: Path) -> bytes:
    """Nothing when the file cannot be opened; `load_content` reports that."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


@dataclass
class _Reading:
    root: Path
    files: ContentFiles
    issues: list[ContentIssue] = field(default_factory=list)

    def text(self, path: str) -> str | None:
        """The text of a file; None (with an issue) when it cannot be read."""
        text = self.read(path, partial(Path.read_text, encoding="utf-8-sig"))
        if text is not None:
            self.files.raw_texts[path] = text
        return text

    def read(self, path: str, reader: Callable[[Path], T]) -> T | None:
        """What the reader makes of a file; None (with an issue) when it cannot be read."""
        try:
            return reader(self.root / path)
        except UnicodeDecodeError:
            code = "file_not_utf8"
        except FileNotFoundError:
            code = "file_missing"
        except OSError:
            code = "file_unreadable"
        self.issues.append(issue(path, 1, code))
        return None

    def texts(self, folder: str, pattern: str) -> Iterator[tuple[str, str]]:
        for found in sorted((self.root / folder).glob(pattern)):
            path = found.relative_to(self.root).as_posix()
            text = self.text(path)
            if text is not None:
                yield path, text

    def read_topics(self) -> None:
        for folder in FOLDERS.values():
            for path, text in self.texts(f"knowledge/{folder}", "*.md"):
                topic, issues = read_topic(path, text)
                self.issues += issues
                if topic is not None:
                    self.files.topics.append(topic)

    def read_registers(self) -> None:
        if (laws := self.text(LAWS_PATH)) is not None:
            self.files.register, issues = read_laws(LAWS_PATH, laws)
            self.issues += issues
        if (ids := self.text(IDS_PATH)) is not None:
            self.files.promised_ids, issues = read_promised_ids(IDS_PATH, ids)
            self.issues += issues

    def read_intents(self) -> None:
        for path, text in self.texts("intents", "*.yml"):
            found, issues = read_intents(path, text)
            self.files.intents += found.intents
            self.files.lookups += found.lookups
            self.files.synonyms += found.synonyms
            self.issues += issues

    def read_flows(self) -> None:
        for path, text in self.texts("flows", "*.yaml"):
            flow, issues = read_flow(path, text)
            self.issues += issues
            if flow is not None:
                self.files.flows.append(flow)

    def read_pictures(self) -> None:
        found = (path for pattern in PICTURE_PATTERNS for path in self.root.glob(pattern))
        paths = sorted(path.relative_to(self.root).as_posix() for path in found)
        self.files.picture_paths = tuple(paths)
        if (text := self.text(PICTURES_PATH)) is not None:
            self.files.pictures, issues = read_pictures(PICTURES_PATH, text)
            self.issues += issues
        for entry in self.files.pictures.values():
            self.text(entry.picture.path)
            png = self.read(entry.picture.png_path, Path.read_bytes)
            if png is not None:
                self.files.pngs[entry.picture.png_path] = png

    def read_config(self) -> None:
        self.files.abbreviations = self.table(ABBREVIATIONS_PATH, "abbreviations")
        if (fillers := self.text(FILLERS_PATH)) is not None:
            self.files.fillers, issues = read_phrases(FILLERS_PATH, fillers, "fillers")
            self.issues += issues
        self.files.messages = self.table(MESSAGES_PATH, "messages")
        self.files.officialese = self.table(PLAIN_WORDS_PATH, "officialese")
        if (text := self.text(SAFETY_PATH)) is not None:
            self.files.safety_phrases, issues = read_safety_phrases(SAFETY_PATH, text)
            self.issues += issues
        if (text := self.text(SCAM_SIGNS_PATH)) is not None:
            self.files.scam_signs, issues = read_scam_signs(SCAM_SIGNS_PATH, text)
            self.issues += issues

    def table(self, path: str, key: str) -> dict[str, str]:
        text = self.text(path)
        if text is None:
            return {}
        table, marked, issues = read_text_table(path, text, key)
        self.files.tables[path] = marked
        self.issues += issues
        return table


def _stray_files(root: Path) -> Iterator[ContentIssue]:
    for path in stray_paths(root):
        shown = path.relative_to(root)
        allowed = (pattern for pattern in PATTERNS if pattern.startswith(f"{shown.parts[0]}/"))
        yield issue(shown.as_posix(), 1, "file_stray", allowed=listed(allowed))


def load_content(root: Path, today: date | None = None) -> tuple[ContentFiles, list[ContentIssue]]:
    """Read and check everything under `root`; the issues come sorted by file and line.

    Laws are looked at as of `today`, in Vietnam unless given.
    """
    reading = _Reading(root, ContentFiles(today=today or vietnam_today()))
    files, issues = reading.files, reading.issues
    reading.read_topics()
    reading.read_registers()
    reading.read_intents()
    reading.read_flows()
    reading.read_pictures()
    reading.read_config()
    issues += _stray_files(root)
    for check in CHECKS:
        issues += check(files)
    return files, sorted(set(issues))


def load_catalog(root: Path, today: date | None = None) -> Catalog:
    """The content under `root`, ready to be served.

    Raises:
        ContentInvalid: the content has errors.
    """
    content_hash = hash_content(root)
    files, issues = load_content(root, today)
    if errors := count_errors(issues):
        raise ContentInvalid(errors)
    return files.to_catalog(content_hash)
