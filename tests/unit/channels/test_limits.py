from __future__ import annotations

from bot.channels import limits
from bot.channels.limits import RequestBudget


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
