from __future__ import annotations

import asyncio

import pytest

from bot.channels.zalo_bot.polling import MAX_PAUSE_SECONDS, MISCONFIGURED_SECONDS, ZaloBotPoller
from tests.unit.channels.zalo_bot.conftest import CHAT, NAMES


class Pauses:
    """Pauses that take no time; after so many of them it is time to stop."""

    def __init__(self, stopping: asyncio.Event, limit: int) -> None:
        self.seconds: list[float] = []
        self._stopping = stopping
        self._limit = limit

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) == self._limit:
            self._stopping.set()


@pytest.fixture
def stopping() -> asyncio.Event:
    return asyncio.Event()


async def run_until(poller, receiver, stopping, count: int) -> None:
    """Run until so many updates are stored."""
    task = asyncio.create_task(poller.run(stopping))
    accept = receiver.accept

    async def stop_at_the_last(updates):
        await accept(updates)
        if len(receiver.taken) >= count:
            stopping.set()

    receiver.accept = stop_at_the_last
    async with asyncio.timeout(5):
        await task


async def test_updates_are_stored_in_the_order_in_which_they_came(cloud, api, receiver, stopping):
    citizen = cloud.bot_citizen(CHAT)
    for text in ("một", "hai", "ba"):
        await citizen.say(text)
    poller = ZaloBotPoller(api, receiver, NAMES, 1)
    await run_until(poller, receiver, stopping, 3)
    assert receiver.texts == ["một", "hai", "ba"]
    assert cloud.ledger.violations == []


async def test_what_cannot_be_stored_is_tried_again_before_the_next_is_asked_for(
    cloud, api, receiver, stopping
):
    citizen = cloud.bot_citizen(CHAT)
    await citizen.say("một")
    await citizen.say("hai")
    receiver.failures = 8
    pauses = Pauses(stopping, 100)
    await run_until(ZaloBotPoller(api, receiver, NAMES, 1, pauses), receiver, stopping, 2)
    assert receiver.texts == ["một", "hai"]
    assert pauses.seconds == [1, 2, 4, 8, 16, MAX_PAUSE_SECONDS, MAX_PAUSE_SECONDS, 30]
    assert cloud.ledger.calls["bot:getUpdates"] == 2


async def test_when_it_is_time_to_stop_storing_is_tried_a_few_times_more(
    cloud, api, receiver, stopping
):
    await cloud.bot_citizen(CHAT).say("một")
    receiver.failures = 100
    poller = ZaloBotPoller(api, receiver, NAMES, 1, Pauses(stopping, 2))
    await poller.run(stopping)
    assert (poller.lost_count, receiver.failures) == (1, 95)


async def test_what_was_not_stored_before_listening_ended_is_stored_when_it_begins_again(
    cloud, api, receiver, stopping
):
    await cloud.bot_citizen(CHAT).say("một")
    receiver.failures = 5
    poller = ZaloBotPoller(api, receiver, NAMES, 1, Pauses(stopping, 2))
    await poller.run(stopping)
    assert (poller.lost_count, receiver.failures) == (1, 0)
    stopping.clear()
    await run_until(poller, receiver, stopping, 1)
    assert (poller.lost_count, receiver.texts) == (0, ["một"])


class Answers:
    """An API that answers with each in turn, at once or after a second."""

    def __init__(self, *answers, seconds=0.0):
        self.answers, self.seconds, self.moment = list(answers), seconds, 0.0

    async def get_update(self, wait_seconds):
        self.moment += self.seconds
        return self.answers.pop(0)

    def now(self):
        return self.moment


async def test_answers_of_no_use_that_come_at_once_make_it_wait_longer_and_longer(
    receiver, stopping
):
    useless = [{}, [1], {"message": {}}, "x", {}, {}, {}]
    api, pauses = Answers(*useless), Pauses(stopping, 7)
    await ZaloBotPoller(api, receiver, NAMES, 1, pauses, now=api.now).run(stopping)
    assert pauses.seconds == [1, 2, 4, 8, 16, MAX_PAUSE_SECONDS, MAX_PAUSE_SECONDS]


async def test_an_event_that_asks_nothing_of_us_is_not_waited_after(receiver, stopping):
    group = {"event_name": "message.text.received", "message": {"chat": {"chat_type": "GROUP"}}}
    api, pauses = Answers({}, {}, group, group, {}), Pauses(stopping, 3)
    await ZaloBotPoller(api, receiver, NAMES, 1, pauses, now=api.now).run(stopping)
    assert (pauses.seconds, api.answers) == ([1, 2, 1], [])


async def test_a_server_that_never_waits_is_asked_once_a_second(receiver, stopping):
    api, pauses = Answers(None, None, None), Pauses(stopping, 3)
    await ZaloBotPoller(api, receiver, NAMES, 1, pauses, now=api.now).run(stopping)
    assert pauses.seconds == [1, 1, 1]


async def test_nothing_came_is_no_failure(cloud, api, receiver, stopping):
    pauses = Pauses(stopping, 100)
    poller = ZaloBotPoller(api, receiver, NAMES, 5, pauses, now=cloud.clock.now)
    task = asyncio.create_task(poller.run(stopping))
    await cloud.bot.updates.wait_for_listener()
    cloud.clock.advance(5)
    await cloud.bot.updates.wait_for_listener(2)
    stopping.set()
    await cloud.bot_citizen(CHAT).say("một")
    await task
    assert (receiver.texts, pauses.seconds) == (["một"], [])


async def test_an_event_that_comes_while_stopping_is_not_lost(cloud, api, receiver, stopping):
    task = asyncio.create_task(ZaloBotPoller(api, receiver, NAMES, 30).run(stopping))
    await cloud.bot.updates.wait_for_listener()
    stopping.set()
    await cloud.bot_citizen(CHAT).say("một")
    await task
    assert receiver.texts == ["một"]


async def test_failures_make_it_wait_longer_and_longer(cloud, api, receiver, stopping):
    await cloud.control.do("faults.add", product="bot", kind="html", times=3)
    pauses = Pauses(stopping, 3)
    await ZaloBotPoller(api, receiver, NAMES, 1, pauses).run(stopping)
    assert pauses.seconds == [1, 2, 4]


async def test_a_wrong_token_makes_it_wait_for_a_person(cloud, api, receiver, stopping):
    cloud.bot.rules.token = "another"
    pauses = Pauses(stopping, 1)
    await ZaloBotPoller(api, receiver, NAMES, 1, pauses).run(stopping)
    assert pauses.seconds == [MISCONFIGURED_SECONDS]


async def test_the_used_up_quota_does_not_keep_it_from_listening_for_an_hour(
    cloud, api, receiver, stopping
):
    await cloud.control.do("faults.add", product="bot", kind="error", code=429)
    pauses = Pauses(stopping, 1)
    await ZaloBotPoller(api, receiver, NAMES, 1, pauses).run(stopping)
    assert pauses.seconds == [MISCONFIGURED_SECONDS]
