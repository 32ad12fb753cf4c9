"""The questions that are asked many times a second are answered by an index, however much is kept.

SQLite reads a whole table where a query does not repeat the condition of a partial index, and
PostgreSQL where a status is a parameter.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy import event, insert, text

from bot.domain.deliveries import DeliveryStatus
from bot.store.deliveries import SqlDeliveries
from bot.store.tables import conversations, deliveries, inbox
from tests.promises import NAMES, NOW, PLENTY, TELEGRAM, claim, fill_bucket, message, person
from tests.turn_factories import said

#: Enough for a planner to prefer an index.
MANY, FEW = 5000, 50
SMALL = {"channel_states", "leases"}


@dataclass
class Plans:
    """Every statement that was executed, with its plan."""

    statements: dict = field(default_factory=dict)

    def listen(self, statement, parameters, is_many):
        if statement.startswith(("SELECT", "UPDATE", "DELETE")) and not is_many:
            self.statements[statement] = parameters

    async def explain(self, database):
        command = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        async with database.engine.connect() as connection:
            for statement, parameters in list(self.statements.items()):
                found = await connection.exec_driver_sql(f"{command} {statement}", parameters)
                yield statement, [row[-1].strip() for row in found.all()]


def reads_too_much(line):
    """Whether a step of a plan reads a table from end to end, or all that ever came."""
    if "inbox_by_age" in line:
        return True
    if "Seq Scan on " in line:
        return line.split("Seq Scan on ")[1].split()[0] not in SMALL
    if line.startswith("SCAN ") and "INDEX" not in line:
        return line.split()[1] in {"deliveries", "before", "inbox", "conversations", "sessions"}
    return False


@pytest.fixture
async def much(database):
    """A database in which most is done with; the planner of PostgreSQL knows it."""
    await fill_bucket(database)
    people = [person(number) for number in range(MANY)]
    async with database.writing() as connection:
        await connection.execute(insert(conversations), [a_conversation(one) for one in people])
        await connection.execute(insert(deliveries), list(map(a_delivery, range(MANY))))
        await connection.execute(insert(inbox), list(map(an_update, range(MANY))))
        # In SQLite nobody does so while the program runs.
        if not database.is_sqlite:
            await connection.execute(text("ANALYZE"))
    return database


def a_conversation(address):
    return {
        "id": NAMES.of(address),
        "channel": "telegram",
        "chat": address.chat,
        "is_group": False,
        "standing": "active",
        "last_message_id": "",
        "notice_version": "",
        "created_at": NOW,
    }


def a_delivery(number):
    is_open = number % (MANY // FEW) == 0
    return {
        "channel": "telegram",
        "conversation": NAMES.of(person(number)),
        "lane": number % 2,
        "data": message("x").to_data(),
        "is_repeatable": False,
        "status": DeliveryStatus.PENDING if is_open else DeliveryStatus.SENT,
        "attempt": 0,
        "due_at": NOW,
        "message_id": "",
        "code": "",
        "created_at": NOW,
        "ended_at": None if is_open else NOW,
    }


def an_update(number):
    waits = number % (MANY // FEW) == 0
    one = said(number, "chào", person(number))
    return {
        "channel": "telegram",
        "update_id": one.id,
        "conversation": NAMES.of(one.address),
        "position": number,
        "data": one.to_data() if waits else None,
        "state": "waiting" if waits else "done",
        "received_at": NOW,
    }


async def test_nothing_that_is_asked_often_reads_a_whole_table(much, roomy):
    plans = Plans()

    @event.listens_for(much.engine.sync_engine, "before_cursor_execute")
    def listen(connection, cursor, statement, parameters, context, executemany):  # noqa: PLR0917
        plans.listen(statement, parameters, executemany)

    outbox = SqlDeliveries(much)
    await outbox.next_due_at(TELEGRAM, NOW)
    await outbox.claim(TELEGRAM, 5, 40, PLENTY, NOW)
    await outbox.settle(NOW)
    async with roomy.transaction() as unit:
        people = await unit.people.meet([person(number) for number in range(20)], NOW)
        names = [one.id for one in people.values()]
        await unit.inbox.have_waiting(names)
        await unit.inbox.count_waiting()
        await unit.inbox.claim(4, 4, [TELEGRAM])
        await unit.outbox.drop(names[0], "left", NOW)
        await unit.inbox.forget(names[0])
        await unit.people.forget_those_who_asked()
    plans_found = {statement: plan async for statement, plan in plans.explain(much)}
    assert len(plans_found) >= 10
    assert {
        statement: plan for statement, plan in plans_found.items() if any(map(reads_too_much, plan))
    } == {}


async def test_what_is_due_is_found_among_much_that_is_not(much):
    assert len(await claim(much, limit=FEW + 1)) == FEW
