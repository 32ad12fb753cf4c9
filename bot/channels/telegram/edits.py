"""Whether the pressed message turns into the answer, instead of a new one coming under it."""

from __future__ import annotations

from bot.domain.frames import TROUBLE
from bot.domain.intake import Occasion
from bot.domain.payloads import ANSWER, BACK, GROUP, MOVE, RESTART, RESUME, SKIP, parse_payload
from bot.domain.session import Turn

#: Moves that put one step in the place of another. What is said to somebody who rests, stops or
#: asks something in between comes below: they still want to read the step.
_STEPPING = frozenset({BACK, SKIP, RESTART, RESUME})


def is_better_edited(turn: Turn, occasion: Occasion) -> bool:
    """True for the next page of a list and for the next step of a flow: the chat stays short, and
    old buttons go away. Only right under the last message, where it is seen, and only for one
    answer.

    A task that did not work stays to be read while it is being mended, and an answer from the
    knowledge is never written over.
    """
    update = occasion.update
    if not (occasion.is_under_last_message and update.pressed_under.isdecimal()):
        return False
    if len(turn.replies) != 1 or turn.replies[0].picture is not None:
        return False
    verb, *arguments = parse_payload(update.utterance.payload)
    if verb == GROUP:
        return True
    if not (occasion.was_led and turn.session.frames and arguments):
        return False
    if verb == MOVE:
        return arguments[0] in _STEPPING
    return verb == ANSWER and arguments[-1] != TROUBLE
