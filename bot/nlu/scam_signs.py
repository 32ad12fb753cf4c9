"""Looks for signs of a scam in a pasted message, by rules that can be told to the citizen."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.scam_signs import FEW, MANY, NONE, ScamSign, ScamSigns
from bot.nlu.safety import phrase_pattern
from bot.text.normalize import words

#: From this weight on a message counts as a scam.
ENOUGH = 2
#: So many signs and words make a message a scam without any address in it.
MIN_SIGNS_WITHOUT_LINK, MIN_WORDS_WITHOUT_LINK = 3, 15

# With a scheme or www anything is an address; without, only under endings that scams and banks use:
# "mai.Toi" is two sentences.
_ENDINGS = (
    "com|net|org|vn|info|xyz|top|cc|vip|club|online|site|app|link|shop|me|ly|asia|icu|live|pro"
)
_HOST = re.compile(
    r"(?:https?://|www\.)([a-z0-9.-]+)|\b((?:[a-z0-9-]+\.)+(?:" + _ENDINGS + r"))(?![a-z0-9-])",
    re.IGNORECASE,
)


class ScamInspector:
    """Finds signs in messages. Remembers nothing."""

    def __init__(self, signs: ScamSigns) -> None:
        self._signs = signs
        self._patterns = [
            (sign, phrase_pattern(sign.phrases, marks_needed=False)) for sign in signs.signs
        ]

    def find(self, text: str) -> tuple[ScamSign, ...]:
        """The signs of a message, heaviest first."""
        typed = " ".join(words(text))
        found = [sign for sign, pattern in self._patterns if pattern.search(typed)]
        if self._signs.link is not None and self._has_strange_link(text):
            found.append(self._signs.link)
        return tuple(sorted(found, key=lambda sign: -sign.weight))

    def _has_strange_link(self, text: str) -> bool:
        hosts = [(one.group(1) or one.group(2)).lower().strip(".") for one in _HOST.finditer(text)]
        return any(not self._is_trusted(host) for host in hosts)

    def _is_trusted(self, host: str) -> bool:
        """Whether a host is a trusted one or stands below one: ".gov.vn" names only those below."""
        return any(
            host == one or host.endswith(f".{one.removeprefix('.')}")
            for one in self._signs.trusted_hosts
        )


def has_strange_link(signs: Sequence[ScamSign]) -> bool:
    """Whether one of the signs is a strange address."""
    return any(not sign.phrases for sign in signs)


def is_scam_message(signs: Sequence[ScamSign], text: str) -> bool:
    """Whether a text can only be a scam that somebody passes on, and is no question about one: it
    has a strange address and another sign, or it is long and has many signs.
    """
    has_link = has_strange_link(signs)
    is_long = len(words(text)) >= MIN_WORDS_WITHOUT_LINK
    return len(signs) >= (2 if has_link else MIN_SIGNS_WITHOUT_LINK) and (has_link or is_long)


def verdict(signs: Sequence[ScamSign]) -> str:
    """What the signs of a message amount to together."""
    weight = sum(sign.weight for sign in signs)
    if weight >= ENOUGH:
        return MANY
    return FEW if weight else NONE
