"""Ends a process that is stuck, so that whoever started it starts it again. For processes that
nobody asks over HTTP whether they are alive.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

#: How often to look.
_EVERY_SECONDS = 5.0

log = logging.getLogger(__name__)


def _end_at_once() -> None:
    logging.shutdown()
    # Not by an exception: what is stuck would not let the process end.
    os._exit(1)


@contextmanager
def end_when_stuck(
    find_stuck: Callable[[], Collection[str]],
    end: Callable[[], None] = _end_at_once,
    every_seconds: float = _EVERY_SECONDS,
) -> Iterator[None]:
    """Look after the loops from a thread of its own, for a stuck event loop would not look. While
    within, `end` is called once when some are stuck on two looks, one after the other: a process
    that was frozen with its machine has time to come round.
    """
    done = threading.Event()

    def watch() -> None:
        before: set[str] = set()
        while not done.wait(every_seconds):
            found = set(find_stuck())
            if still := before & found:
                log.critical("stuck, ending this process: %s", ", ".join(sorted(still)))
                end()
                return
            before = found

    watcher = threading.Thread(target=watch, name="stuck loops", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
