"""The last guard before a log line: no personal data gets past it, however it came in."""

from __future__ import annotations

import asyncio
import gc
import logging
import re
import sys
import threading

import pytest

from bot.domain.errors import StoreError
from bot.observability import set_up_logging

ID_NUMBER = "079" + "555444333"
PHONE = "09" + "87654321"
EMAIL = "nguyen.van.a" + "@example.vn"
SECRETS = (ID_NUMBER, PHONE, EMAIL)
NAME = "Lê Thị Thử Nghiệm"

log = logging.getLogger("bot.test")


@pytest.fixture
def written(capsys):
    """What an act writes to standard error in a process that called `set_up_logging`."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    hooks = sys.excepthook, threading.excepthook

    def write(act, at=logging.INFO) -> str:
        root.handlers = []
        set_up_logging(level=at)
        try:
            act()
        finally:
            root.handlers = handlers
            root.setLevel(level)
            sys.excepthook, threading.excepthook = hooks
        return capsys.readouterr().err

    return write


def fail() -> None:
    raise ValueError(f"cannot read {ID_NUMBER}")


def log_message() -> None:
    log.info(f"heard {ID_NUMBER} of {EMAIL}, call {PHONE}")


def log_arguments() -> None:
    log.warning("heard %s, %r and %s", ID_NUMBER, {"to": EMAIL}, [PHONE])


def log_mapping() -> None:
    log.warning("heard %(text)s", {"text": f"số {ID_NUMBER}"})


def log_exception() -> None:
    try:
        fail()
    except ValueError:
        log.exception("turn of %s failed", PHONE)


def log_chained_exception() -> None:
    try:
        try:
            fail()
        except ValueError as error:
            raise RuntimeError(f"no answer for {EMAIL}") from error
    except RuntimeError:
        log.exception("request failed")


def log_note_and_stack() -> None:
    error = ValueError("failed")
    error.add_note(f"while reading {ID_NUMBER}")
    log.error("failed", exc_info=error, stack_info=True)


@pytest.mark.parametrize(
    ("act", "kept"),
    [
        (log_message, "INFO bot.test: heard ••• of •••, call •••"),
        (log_arguments, "WARNING bot.test: heard •••"),
        (log_mapping, "heard số •••"),
        (log_exception, "builtins.ValueError"),
        (log_chained_exception, "builtins.RuntimeError"),
        (log_note_and_stack, "builtins.ValueError"),
    ],
)
def test_no_personal_data_reaches_a_log_line(written, act, kept):
    text = written(act)
    assert kept in text
    assert [one for one in SECRETS if one in text] == []


def test_a_traceback_still_names_file_and_function(written):
    text = written(log_exception)
    assert "Traceback (most recent call last)" in text
    assert "test_observability.py" in text
    assert "in fail" in text


def raise_with(message: str, kind: type[Exception] = ValueError) -> None:
    raise kind(message)


def test_what_an_exception_says_is_not_written_since_it_may_quote_a_citizen(written):
    """No pattern finds a name, or a code without a word before it."""

    def act() -> None:
        try:
            try:
                raise_with(f"cannot understand {NAME!r}")
            except ValueError as error:
                error.add_note(f"said by {NAME}")
                raise ExceptionGroup(NAME, [KeyError(NAME)]) from error
        except ExceptionGroup:
            log.exception("a turn failed")

    text = written(act)
    assert NAME not in text
    assert all(one in text for one in ("ValueError", "ExceptionGroup", "KeyError", "raise_with"))


def test_what_our_own_faults_say_is_written(written):
    def act() -> None:
        try:
            raise_with("the database failed: DiskFullError", StoreError)
        except StoreError:
            log.exception("cannot store")

    assert "bot.domain.errors.StoreError: the database failed: DiskFullError" in written(act)


def test_asyncio_says_what_happened_and_nothing_of_tasks_and_arguments(written):
    async def fail_unseen() -> None:
        raise ValueError(NAME)

    async def forget_a_task() -> None:
        task = asyncio.create_task(fail_unseen())
        await asyncio.wait({task})
        del task
        gc.collect()
        asyncio.get_running_loop().call_soon(raise_with, NAME)
        await asyncio.sleep(0)

    text = written(lambda: asyncio.run(forget_a_task()))
    assert "Task exception was never retrieved" in text
    assert "Exception in callback raise_with" in text
    assert NAME not in text


def test_what_ends_the_program_or_a_thread_is_told_without_its_words(written):
    def act() -> None:
        try:
            raise_with(NAME)
        except ValueError as error:
            sys.excepthook(type(error), error, error.__traceback__)
        thread = threading.Thread(target=raise_with, args=[NAME])
        thread.start()
        thread.join()

    text = written(act)
    assert "the program broke" in text
    assert "a thread broke" in text
    assert text.count("in raise_with") == 2
    assert NAME not in text


@pytest.mark.parametrize("library", ["aiosqlite", "sqlalchemy.engine", "httpx", "httpcore.http11"])
def test_libraries_that_tell_values_are_quiet_however_much_is_logged(written, library):
    assert written(lambda: logging.getLogger(library).debug("%s", NAME), logging.DEBUG) == ""


def test_lines_of_other_libraries_go_through_the_same_guard(written):
    def act() -> None:
        logging.getLogger("uvicorn.error").error("bad request from %s", ID_NUMBER)

    assert written(act) == "ERROR uvicorn.error: bad request from •••\n"


def test_a_line_that_cannot_be_written_names_its_place_and_nothing_of_its_content(written):
    def act() -> None:
        log.error("count %d", ID_NUMBER + "x")

    assert re.fullmatch(
        r"cannot write the log line of \S+test_observability\.py:\d+\n", written(act)
    )
