"""Texts that are heard like what a citizen typed but hold no personal data: what may be stored
where the turn has still to be run.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.text.hearing import Heard, hear
from bot.text.personal_data import MASK

#: Nobody's, but taken for personal data wherever it stands.
_STAND_INS = ("0" * 12, "x@x.vn")


def say_without_personal_data(text: str, max_chars: int, *, is_led: bool) -> str:
    """A text without personal data that is heard like this one. Where none is found, which takes
    numbers in odd places, the masked text: it is answered as if nothing had been masked.
    """
    heard = hear(text, max_chars, is_led=is_led)
    # Spaces at the end make a text too long again without being heard.
    length = max_chars + 1 if heard.is_too_long else 0
    others = (one.ljust(length) for one in _other_wordings(heard))
    fallback = heard.text.ljust(length)
    return next(
        (one for one in others if hear(one, max_chars, is_led=is_led) == heard),
        fallback,
    )


def _other_wordings(heard: Heard) -> Iterator[str]:
    """The masked text as it is, or with one mark replaced by nobody's data."""
    if not heard.has_personal_data:
        yield heard.text
        return
    parts = heard.text.split(MASK)
    for at in range(1, len(parts)):
        for stand_in in _STAND_INS:
            yield MASK.join(parts[:at]) + stand_in + MASK.join(parts[at:])
