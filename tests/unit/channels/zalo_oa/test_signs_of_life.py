from __future__ import annotations

import asyncio

import pytest

from bot.channels.zalo_oa.signs_of_life import SignsOfLife
from bot.domain.errors import StoreError
from tests.unit.channels.zalo_oa.zalo_world import NOW, Clock


class Notes:
    def __init__(self):
        self.at, self.fault, self.wait = [], None, None

    async def note(self, at):
        if self.wait:
            await self.wait.wait()
        if self.fault:
            raise self.fault
        self.at.append(at)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def notes():
    return Notes()


@pytest.fixture
def life(notes, clock):
    return SignsOfLife(notes.note, clock)


async def test_signs_are_noted_once_a_minute(life, notes, clock):
    for seconds in (0, 30, 29, 1):
        clock.advance(seconds=seconds)
        life.see()
        await life.close()
    assert [(at - NOW).total_seconds() for at in notes.at] == [0, 60]


async def test_nobody_waits_for_a_note_and_it_is_finished_in_the_end(life, notes):
    notes.wait = asyncio.Event()
    life.see()
    life.see()
    assert notes.at == []
    notes.wait.set()
    await life.close()
    assert notes.at == [NOW]


async def test_what_could_not_be_noted_is_noted_with_the_next_sign(life, notes, clock, caplog):
    notes.fault = StoreError("away")
    life.see()
    await life.close()
    notes.fault = None
    clock.advance(minutes=1)
    life.see()
    await life.close()
    assert len(notes.at) == 1
    assert "not noted" in caplog.text
