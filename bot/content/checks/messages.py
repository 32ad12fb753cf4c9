"""Checks on the system texts: none that a card needs is missing, and their blanks can be filled."""

from __future__ import annotations

from collections.abc import Iterator
from string import Formatter

from bot.content.files import Check, ContentFiles
from bot.content.issues import ContentIssue, issue
from bot.domain.cards import CARD_MESSAGES

MESSAGES_PATH = "config/messages.yaml"


def check_every_message_of_a_card_is_there(files: ContentFiles) -> Iterator[ContentIssue]:
    """A card never lacks one of its labels. A file that could not be read was reported before."""
    marked = files.tables.get(MESSAGES_PATH)
    if marked is None or not files.messages:
        return
    for key in CARD_MESSAGES:
        if key not in files.messages:
            yield issue(MESSAGES_PATH, marked.line("messages"), "message_missing", key=key)


def check_every_message_can_be_filled_in(files: ContentFiles) -> Iterator[ContentIssue]:
    """Braces are closed; a text of a card has no blank but those that the card fills in."""
    marked = files.tables.get(MESSAGES_PATH)
    if marked is None:
        return
    for key, text in files.messages.items():
        blanks, allowed = _blanks(text), CARD_MESSAGES.get(key)
        if blanks is None or (allowed is not None and not blanks <= allowed):
            shown = sorted(allowed) if allowed is not None else ["như trong tệp gốc"]
            yield issue(
                MESSAGES_PATH,
                marked.line("messages", key),
                "message_broken",
                key=key,
                allowed=", ".join(shown) or "không có",
            )


def _blanks(text: str) -> set[str] | None:
    """The names in braces; None when the braces are broken or hold more than a name."""
    names = set()
    try:
        for _, name, form, conversion in Formatter().parse(text):
            if name is not None:
                if not name.isidentifier() or form or conversion:
                    return None
                names.add(name)
    except ValueError:
        return None
    return names


MESSAGE_CHECKS: tuple[Check, ...] = (
    check_every_message_of_a_card_is_there,
    check_every_message_can_be_filled_in,
)
