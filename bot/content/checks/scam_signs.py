"""Checks on the signs of a scam: a topic says each of them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.files import Check, ContentFiles
from bot.content.issues import ContentIssue, issue
from bot.content.paths import SCAM_SIGNS_PATH


def check_every_sign_names_a_topic(files: ContentFiles) -> Iterator[ContentIssue]:
    """The topic that supports a sign is there."""
    topics = files.topics_by_id()
    for topic_id, line in files.scam_signs.topics:
        if topic_id not in topics:
            yield issue(SCAM_SIGNS_PATH, line, "topic_unknown", value=topic_id)


SCAM_SIGN_CHECKS: tuple[Check, ...] = (check_every_sign_names_a_topic,)
