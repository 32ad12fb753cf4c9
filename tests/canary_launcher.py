"""`python -m bot`, with everything logged and an engine that breaks at a word, for the search after
personal strings: `python -m tests.canary_launcher serve …`.
"""

from __future__ import annotations

import logging
import sys
from datetime import date
from functools import partial

from bot import observability
from bot.cli.main import main as run
from bot.domain.messages import Utterance
from bot.domain.session import Session, Turn
from bot.running.live import LiveApp

#: Whoever says it meets a fault of ours, which tells all that it knows.
BREAKING = "tra cứu hỏng hóc"

_run_turn = LiveApp.run_turn


def _break_at_a_word(self: LiveApp, session: Session, utterance: Utterance, today: date) -> Turn:
    said = utterance.text + utterance.payload
    if BREAKING not in said:
        return _run_turn(self, session, utterance, today)
    try:
        raise KeyError(said)
    except KeyError as error:
        error.add_note(f"it was said in {session}")
        raise ValueError(f"cannot understand {utterance!r}") from error


def main() -> int:
    """Run a command of the bot."""
    observability.set_up_logging = partial(  # type: ignore[assignment]
        observability.set_up_logging, level=logging.DEBUG
    )
    LiveApp.run_turn = _break_at_a_word  # type: ignore[method-assign]
    return run()


if __name__ == "__main__":
    sys.exit(main())
