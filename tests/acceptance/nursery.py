"""Starts processes of the bot fast: what they all import is imported once, and each is forked.

    python -m tests.acceptance.nursery

Reads one JSON object a line: `arguments` of `dying_bot`, `environment`, `folder` to run in, `log`
for standard error. Tells `{"pid": …}` for each, and `{"pid": …, "status": …}` when one has ended.
A tenth of a second instead of two; all else is as if each had been started by itself. When its
input ends, whoever is left is killed.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import sys
from typing import Any, NoReturn

import bot.cli.channel
import bot.cli.serve
import bot.cli.worker  # noqa: F401 - imported for whoever is forked
from tests.acceptance import dying_bot


def main() -> None:
    """Until the input ends."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    living: set[int] = set()
    orders = b""
    while True:
        ready, _, _ = select.select([0, reading], [], [])
        if reading in ready:
            os.read(reading, 4096)
            _tell_ended(living)
        if 0 in ready:
            read = os.read(0, 65536)
            if not read:
                break
            *lines, orders = (orders + read).split(b"\n")
            for line in lines:
                pid = _start(json.loads(line), (reading, writing))
                living.add(pid)
                _tell(pid=pid)
    for pid in living:
        os.kill(pid, signal.SIGKILL)


def _tell_ended(living: set[int]) -> None:
    for pid in tuple(living):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            living.discard(pid)
            _tell(pid=pid, status=os.waitstatus_to_exitcode(status))


def _tell(**what: int) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def _start(order: dict[str, Any], ours: tuple[int, int]) -> int:
    pid = os.fork()
    if pid == 0:
        _live(order, ours)
    return pid


def _live(order: dict[str, Any], ours: tuple[int, int]) -> NoReturn:
    status = 70
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        nothing = os.open(os.devnull, os.O_RDWR)
        for source, target in ((nothing, 0), (nothing, 1), (log, 2)):
            os.dup2(source, target)
        for one in (log, nothing, *ours):
            os.close(one)
        os.environ.clear()
        os.environ.update(order["environment"])
        os.chdir(order["folder"])
        status = dying_bot.main(order["arguments"])
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        logging.exception("CRITICAL: the command broke")
    finally:
        logging.shutdown()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
