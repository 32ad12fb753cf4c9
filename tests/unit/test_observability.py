"""The last guard before a log line: no personal data gets past it, however it came in."""

from __future__ import annotations

import logging
import re

import pytest

from bot.observability import set_up_logging

ID_NUMBER = "079" + "555444333"
PHONE = "09" + "87654321"
EMAIL = "nguyen.van.a" + "@example.vn"
SECRETS = (ID_NUMBER, PHONE, EMAIL)

log = logging.getLogger("bot.test")


@pytest.fixture
def written(capsys):
    """What an act writes to standard error in a process that called `set_up_logging`."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def write(act) -> str:
        root.handlers = []
        set_up_logging()
        try:
            act()
        finally:
            root.handlers = handlers
            root.setLevel(level)
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
        (log_exception, "ValueError: cannot read •••"),
        (log_chained_exception, "RuntimeError: no answer for •••"),
        (log_note_and_stack, "while reading •••"),
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
