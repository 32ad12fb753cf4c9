"""Checks on laws: every citation is registered, and nobody relies unknowingly on a lapsed text."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.files import Check, ContentFiles
from bot.content.issues import ContentIssue, by_laws, issue
from bot.content.paths import LAWS_PATH
from bot.content.readers.knowledge import TopicFile
from bot.domain.knowledge import Law, LawId

_SAYS_LAPSED = "hết hiệu lực"


def check_every_cited_law_is_registered(files: ContentFiles) -> Iterator[ContentIssue]:
    """Citations, and the amending texts named in the register itself, are in the register."""
    laws = files.register.laws
    for file in files.topics:
        for index, basis in enumerate(file.topic.legal):
            if basis.law_id not in laws:
                yield issue(
                    file.topic.path,
                    file.head.line("legal", index),
                    "law_unknown",
                    value=basis.law_id,
                )
    for law in laws.values():
        for other in (*law.amended_by, *law.lapsed_by):
            if LawId(other) not in laws:
                yield issue(
                    LAWS_PATH, files.register.lines[law.id], "law_reference_unknown", value=other
                )


def check_no_topic_rests_on_a_lapsed_law(files: ContentFiles) -> Iterator[ContentIssue]:
    """A lapsed basis is an error unless the topic's warnings say so; an amended one is named."""
    laws = files.register.laws
    for file in files.topics:
        for index, basis in enumerate(file.topic.legal):
            law = laws.get(basis.law_id)
            where = (file.topic.path, file.head.line("legal", index))
            if law is None:
                continue
            if law.is_lapsed(files.today):
                code = "law_lapsed_told" if _tells_of_lapse(file, law) else "law_lapsed"
                yield issue(
                    *where,
                    code,
                    value=law.number,
                    since=law.lapsed_on,
                    by=_by(law.lapsed_by, files),
                )
            elif law.is_amended(files.today):
                yield issue(
                    *where,
                    "law_amended",
                    value=law.number,
                    since=law.amended_on,
                    by=_by(law.amended_by, files),
                )


def check_every_law_is_used(files: ContentFiles) -> Iterator[ContentIssue]:
    """A registered law is cited by a topic, or amends or replaces another."""
    laws = files.register.laws
    used = {str(basis.law_id) for file in files.topics for basis in file.topic.legal}
    used.update(other for law in laws.values() for other in (*law.amended_by, *law.lapsed_by))
    for law in laws.values():
        if law.id not in used:
            yield issue(LAWS_PATH, files.register.lines[law.id], "law_uncited", value=law.number)


def _tells_of_lapse(file: TopicFile, law: Law) -> bool:
    return any(law.number in line and _SAYS_LAPSED in line for line in file.topic.warnings)


def _by(law_ids: tuple[str, ...], files: ContentFiles) -> str:
    laws = files.register.laws
    return by_laws([laws[LawId(one)].number for one in law_ids if LawId(one) in laws])


REGISTER_CHECKS: tuple[Check, ...] = (
    check_every_cited_law_is_registered,
    check_no_topic_rests_on_a_lapsed_law,
    check_every_law_is_used,
)
