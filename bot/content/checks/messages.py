"""Checks on the system texts: none is missing, none is left over, and all blanks can be filled."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.files import Check, ContentFiles
from bot.content.issues import ContentIssue, issue, listed
from bot.content.paths import MESSAGES_PATH
from bot.domain.system_texts import SystemText, find_blanks


def check_every_system_text_is_there(files: ContentFiles) -> Iterator[ContentIssue]:
    """The assistant is never at a loss for words. A broken file or entry was reported before."""
    marked = files.tables.get(MESSAGES_PATH)
    if marked is None or not files.messages:
        return
    for key in SystemText:
        if key not in marked.data["messages"]:
            yield issue(MESSAGES_PATH, marked.line("messages"), "message_missing", key=key)


def check_every_message_is_said(files: ContentFiles) -> Iterator[ContentIssue]:
    """No text stands under a name that the assistant does not know."""
    known = _blanks_needed_and_allowed(files)
    for key in files.messages:
        if key not in known:
            yield issue(MESSAGES_PATH, _line(files, key), "message_unknown", key=key)


def check_every_message_can_be_filled_in(files: ContentFiles) -> Iterator[ContentIssue]:
    """Braces are closed; a text has the blanks that it needs, and none that nobody fills in."""
    for key, (needed, allowed) in _blanks_needed_and_allowed(files).items():
        if key not in files.messages:
            continue
        where = MESSAGES_PATH, _line(files, key)
        blanks = find_blanks(files.messages[key])
        if blanks is None:
            yield issue(*where, "message_broken", key=key)
            continue
        for blank in sorted(blanks - allowed):
            shown = listed(f"{{{one}}}" for one in sorted(allowed))
            yield issue(*where, "message_blank_unknown", key=key, blank=blank, allowed=shown)
        for blank in sorted(needed - blanks):
            yield issue(*where, "message_blank_missing", key=key, blank=blank)


def _blanks_needed_and_allowed(
    files: ContentFiles,
) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Both for every text that is said. Small talk has no blanks: nobody could fill them in."""
    of_system = {str(key): (key.needed, key.blanks) for key in SystemText}
    return of_system | {
        key: (frozenset[str](), frozenset[str]()) for _, key in files.answered_by_text()
    }


def _line(files: ContentFiles, key: str) -> int:
    return files.tables[MESSAGES_PATH].line("messages", key)


MESSAGE_CHECKS: tuple[Check, ...] = (
    check_every_system_text_is_there,
    check_every_message_is_said,
    check_every_message_can_be_filled_in,
)
