from __future__ import annotations

import asyncio

import pytest

from bot.channels import limits
from bot.channels.limits import RequestBudget, SharedCheck, client_of
from bot.domain.errors import StoreError


def test_a_client_may_spend_its_minute_at_once_and_then_waits():
    budget = RequestBudget(per_minute=3)
    assert [budget.take("a", 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert budget.take("a", 0.0) == 20.0
    assert budget.take("a", 20.0) == 0.0
    assert budget.take("a", 20.0) > 0


def test_clients_do_not_share_a_budget():
    budget = RequestBudget(per_minute=1)
    assert budget.take("a", 0.0) == 0.0
    assert budget.take("b", 0.0) == 0.0
    assert budget.take("a", 0.0) > 0


def test_the_number_of_remembered_clients_is_bounded(monkeypatch):
    monkeypatch.setattr(limits, "MAX_CLIENTS", 5)
    budget = RequestBudget(per_minute=1)
    for number in range(50):
        budget.take(str(number), 0.0)
    assert len(budget._buckets) == 5


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb:cccc:dddd:eeee", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("x" * 10_000, "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_requests_are_counted_for_an_address_or_a_network_that_one_subscriber_has(host, client):
    assert client_of(host) == client


class Watch:
    seconds = 0.0

    def __call__(self):
        return self.seconds


async def test_a_check_runs_once_a_second_however_many_ask_at_once():
    watch, runs = Watch(), []

    async def check():
        runs.append(watch.seconds)
        await asyncio.sleep(0)

    shared = SharedCheck(check, watch)
    for seconds in (0.0, 0.9, 1.0, 1.5):
        watch.seconds = seconds
        await asyncio.gather(shared(), shared(), shared())
    assert runs == [0.0, 1.0]


async def test_a_fault_is_told_to_everybody_until_the_next_check():
    watch, faults = Watch(), [StoreError("gone")]

    async def check():
        if faults:
            raise faults.pop()

    shared = SharedCheck(check, watch)
    for seconds in (0.0, 0.5):
        watch.seconds = seconds
        with pytest.raises(StoreError, match="gone"):
            await shared()
    watch.seconds = 1.0
    await shared()
