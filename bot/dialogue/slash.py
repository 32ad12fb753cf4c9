"""Reads `/name …`: the command that a message begins with, and the text after it. What commands do
is `bot.dialogue.slash_rules`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.commands import COMMANDS_BY_NAME, HELP, MENU, START
from bot.text.fold import fold
from bot.text.normalize import words

#: A first word "/name". "và/hoặc", "1/2", "/2" and "/home/an" are ordinary text.
_COMMAND = re.compile(r"/([a-z][a-z0-9_]{0,31})(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
#: What a name that is none of ours is read as.
UNKNOWN = "?"
#: Who types a question behind these wants it answered.
_OPENINGS = frozenset({START.name, MENU.name, HELP.name})


@dataclass(frozen=True, slots=True)
class Slashed:
    """A message as it is understood."""

    #: The name of the command, `UNKNOWN`, or empty for ordinary text.
    command: str
    #: What is typed behind the command; ordinary text as it is.
    text: str


def read_slash(text: str) -> Slashed:
    """The command of a cleaned message, in any case, with spaces and marks in it or without
    ("/xóa dữ liệu"). Behind a name that is none of ours, and behind one that only opens the talk,
    readable text is ordinary text.
    """
    if not text.startswith("/"):
        return Slashed("", text)
    if spaced := _find_spaced(text):
        return Slashed(spaced, "")
    match = _COMMAND.fullmatch(text)
    if match is None:
        return Slashed("", text)
    known = COMMANDS_BY_NAME.get(match[1].lower())
    name, rest = known.name if known else UNKNOWN, match[2] or ""
    is_question = name in {UNKNOWN, *_OPENINGS} and bool(words(rest))
    return Slashed("" if is_question else name, rest)


def _find_spaced(text: str) -> str:
    """The command that a message of several words spells; empty when it spells none. One word with
    marks is another word: "/đúng" is not "/dung".
    """
    said = words(text)
    known = COMMANDS_BY_NAME.get(fold("".join(said))) if len(said) > 1 else None
    return known.name if known else ""
