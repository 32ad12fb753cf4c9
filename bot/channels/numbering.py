"""Choices as numbered lines, where they cannot be buttons, or not all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.channels.plain_text import plain_text
from bot.domain.messages import Button

_OWN_NUMBER = re.compile(r"[\W_]*(\d+)(?![^\W_])")
#: Stands before a choice that is picked by its words.
BULLET = "- "


def number_choices(buttons: Sequence[Button]) -> list[str]:
    """A line for each button of a turn, with the number that picks it when it is typed.

    Numbers run on over all replies, since a typed number is counted so (`bot.dialogue.choices`). A
    label that begins with a number of its own, such as "5 điểm", is picked by that one, if no other
    label begins so; whose place it takes is picked by its words.
    """
    labels = [" ".join(plain_text(button.label).split()) for button in buttons]
    own = [match[1] if (match := _OWN_NUMBER.match(label)) else "" for label in labels]
    called = {number for number in own if number and own.count(number) == 1}
    return [
        label if number in called else f"{BULLET}{label}" if str(at) in called else f"{at}. {label}"
        for at, (label, number) in enumerate(zip(labels, own, strict=True), 1)
    ]


def without_told(lines: Sequence[str], text: str) -> list[str]:
    """The lines that a text does not have yet: what a look-up found is numbered in its own words.
    One is told where a line of the text, in plain words, begins with the same number and words.
    """
    told = text.splitlines()
    return [
        one for one in lines if not any(line == one or line.startswith(f"{one} (") for line in told)
    ]
