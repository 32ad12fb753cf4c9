"""Loops that do not come round any more are noticed, and end the process where nobody asks."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.domain.errors import StoreError
from bot.running.loops import Loops
from bot.running.stuck import end_when_stuck

#: A deadlock in a test is a failure, not a wait.
PATIENCE_SECONDS = 10


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def loops(seconds):
    return Loops(seconds)


def test_a_loop_that_never_came_round_is_stuck_after_that_long(loops, seconds):
    loops.watch("look")
    seconds.at = 119.9
    assert loops.stuck(120) == []
    seconds.at = 120
    assert loops.stuck(120) == ["look"]


def test_only_the_loop_that_does_not_come_round_is_stuck(loops, seconds):
    turns = loops.watch("turns 0")
    loops.watch("send telegram")
    seconds.at = 100
    turns()
    seconds.at = 150
    assert loops.stuck(120) == ["send telegram"]


async def test_a_loop_that_fails_and_begins_again_is_not_stuck(loops, seconds):
    """Starting again would not bring a database back."""
    beat = loops.watch("look")

    async def fail():
        seconds.at += 100
        beat()
        if seconds.at >= 300:
            loops.stopping.set()
        raise StoreError("away")

    loops.rest = lambda _: asyncio.sleep(0)
    await asyncio.wait_for(loops.start("look", fail), PATIENCE_SECONDS)
    assert loops.stuck(120) == []


def test_a_process_with_a_stuck_loop_ends_and_says_which(caplog):
    ended = threading.Event()
    with end_when_stuck(lambda: ["turns 0"], ended.set, every_seconds=0.001):
        assert ended.wait(PATIENCE_SECONDS)
    assert "stuck, ending this process: turns 0" in caplog.text


def test_a_process_that_comes_round_again_after_a_freeze_lives_on():
    ended, seen = threading.Event(), threading.Event()
    looks = iter([["look"], [], ["look"], []])

    def find_stuck():
        found = next(looks, None)
        if found is None:
            seen.set()
        return found or []

    with end_when_stuck(find_stuck, ended.set, every_seconds=0.001):
        assert seen.wait(PATIENCE_SECONDS)
    assert not ended.is_set()
