"""Databases in every state that they can get into, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import insert, text

from bot.domain.deliveries import DeliveryStatus, Message
from bot.domain.people import Address, ChannelId
from bot.domain.updates import Update
from bot.running.checks.backlog import check_backlog, check_retention, check_switches
from bot.running.checks.database import check_database
from bot.store.database import Database
from bot.store.switches import SqlSwitches
from bot.store.tables import channel_states, conversations, deliveries, inbox, sessions
from tests.databases import fresh_postgres
from tests.unit.running.conftest import SECRET_KEY, Clock, codes, findings

PASSWORD = "mat-khau-db-khong-duoc-lo"
NOW = Clock().now()


class At:
    """A clock that stands still, at the time of what the tests put in or so much later."""

    def __init__(self, later=timedelta()):
        self.later = later

    def now(self):
        return NOW + self.later


def delivery(status=DeliveryStatus.PENDING, **values):
    ended = None if status is DeliveryStatus.PENDING else NOW
    return {
        "channel": "telegram",
        "conversation": "c",
        "lane": 0,
        "data": Message("sendMessage").to_data(),
        "is_repeatable": False,
        "status": status.value,
        "attempt": 0,
        "due_at": NOW,
        "message_id": "",
        "code": "",
        "created_at": NOW,
        "ended_at": ended,
        **values,
    }


def update(number, **values):
    one = Update(str(number), Address(ChannelId.TELEGRAM, "1"))
    return {
        "channel": "telegram",
        "update_id": one.id,
        "conversation": "c",
        "position": number,
        "data": one.to_data(),
        "state": "waiting",
        "received_at": NOW,
        **values,
    }


async def put(database, table, *rows):
    async with database.writing() as connection:
        await connection.execute(insert(table), list(rows))


@pytest.fixture
def on(scene, database_url):
    def make(**values):
        values = {"clock": At(), **values}
        return scene(database_url=database_url, secret_key=SECRET_KEY, **values)

    return make


async def test_a_good_database_is_named(on, database):
    found = await findings(check_database, on(clock=Clock()))
    assert list(found) == ["database_good"]


async def test_looking_for_a_database_makes_none(scene):
    one = scene()
    assert await codes(check_database, one) == ["database_to_come"]
    for check in (check_backlog, check_retention, check_switches):
        assert await codes(check, one) == []
    assert not one.settings.data_dir.exists()


async def test_an_address_that_cannot_be_read_is_told_without_its_password(scene):
    one = scene(database_url=f"postgresql://troly06:{PASSWORD}@127.0.0.1:cổng/troly06")
    found = await findings(check_database, one)
    assert list(found) == ["database_address_bad"]
    assert PASSWORD not in str(found)


async def test_a_server_that_is_not_there_is_told_without_its_password(scene):
    one = scene(database_url=f"postgresql://troly06:{PASSWORD}@127.0.0.1:1/troly06")
    found = await findings(check_database, one)
    assert list(found) == ["database_unreachable"]
    assert PASSWORD not in str(found)
    assert await codes(check_backlog, one) == []


async def test_a_file_that_is_no_database_is_told(scene, tmp_path):
    (tmp_path / "a.db").write_bytes(b"no database" * 1000)
    one = scene(database_url=f"sqlite:///{tmp_path / 'a.db'}")
    assert await codes(check_database, one) == ["database_unreachable"]


async def test_a_database_without_tables_is_to_be_migrated(scene, tmp_path):
    (tmp_path / "a.db").touch()
    one = scene(database_url=f"sqlite:///{tmp_path / 'a.db'}")
    found = await findings(check_database, one)
    assert "python -m bot migrate" in found["database_other_version"].remedy


async def test_a_newer_database_is_told(scene, database, on):
    async with database.writing() as connection:
        before = (
            await connection.execute(text("SELECT version_num FROM alembic_version"))
        ).scalar()
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        assert await codes(check_database, on()) == ["database_other_version"]
    finally:
        async with database.writing() as connection:
            change = text("UPDATE alembic_version SET version_num = :before")
            await connection.execute(change, {"before": before})


@pytest.fixture(scope="module")
def read_only_url():
    """A server that takes no writes, as one that is a copy of another or whose disk is full."""
    from bot.store.schema import migrate

    async def prepare(url):
        database = Database(url)
        await migrate(database)
        await database.close()
        connection = await asyncpg.connect(url)
        name = url.rsplit("/", 1)[1]
        await connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        await connection.close()

    with fresh_postgres() as url:
        asyncio.run(prepare(url))
        yield url


async def test_a_database_that_takes_no_writes_is_a_failure(scene, read_only_url):
    assert await codes(check_database, scene(database_url=read_only_url)) == [
        "database_not_writable"
    ]


@pytest.mark.parametrize(
    ("ahead", "code"),
    [
        (timedelta(minutes=2), "database_clock_drifts"),
        (-timedelta(hours=1), "database_clock_wrong"),
    ],
)
async def test_the_clock_of_a_server_is_compared_with_ours(on, database, ahead, code):
    found = await codes(check_database, on(clock=Clock(ahead)))
    assert found[1:] == ([] if database.is_sqlite else [code])


async def test_nothing_waits_in_an_empty_database(on, database):
    assert await codes(check_backlog, on()) == ["nothing_waits"]
    assert await codes(check_retention, on()) == ["old_data_deleted"]
    assert await codes(check_switches, on()) == []


async def test_updates_that_wait_for_more_than_a_minute_are_a_failure(on, database):
    await put(database, inbox, update(1), update(2))
    assert await codes(check_backlog, on()) == ["nothing_waits"]
    found = await findings(check_backlog, on(clock=At(timedelta(minutes=7))))
    assert "2 tin" in found["updates_wait"].text
    assert "7 phút" in found["updates_wait"].text


async def test_deliveries_that_are_due_for_long_are_a_failure(on, database):
    later = delivery(due_at=NOW + timedelta(hours=9), conversation="d")
    await put(database, deliveries, delivery(), later)
    assert await codes(check_backlog, on()) == ["nothing_waits"]
    found = await findings(check_backlog, on(clock=At(timedelta(hours=3))))
    assert "Telegram" in found["deliveries_wait"].text
    assert "3 giờ" in found["deliveries_wait"].text


async def test_what_waits_for_a_channel_that_is_off_waits_as_it_should(on, database):
    await put(database, deliveries, delivery())
    await SqlSwitches(database).turn(ChannelId.TELEGRAM, NOW, off=True)
    one = on(clock=At(timedelta(hours=3)))
    assert await codes(check_backlog, one) == ["nothing_waits"]
    found = await findings(check_switches, one)
    assert "python -m bot channel on telegram" in found["channel_off"].remedy


async def test_mishaps_of_the_last_day_are_counted_by_channel(on, database):
    doubtful, rejected = DeliveryStatus.DOUBTFUL, DeliveryStatus.REJECTED
    await put(
        database,
        deliveries,
        *(delivery(doubtful) for _ in range(3)),
        *(delivery(doubtful, channel="zalo_oa") for _ in range(12)),
        delivery(rejected),
        delivery(rejected, ended_at=NOW - timedelta(days=3)),
        delivery(DeliveryStatus.SENT),
    )
    await put(database, inbox, update(1, state="failed", data=None, done_at=NOW))
    found = await findings(check_backlog, on())
    assert found.keys() == {
        "nothing_waits",
        "failed_turns",
        "few_doubtful",
        "many_doubtful",
        "rejected",
    }
    assert "3 tin gửi qua Telegram" in found["few_doubtful"].text
    assert "12 tin gửi qua Zalo OA" in found["many_doubtful"].text
    assert "Telegram không nhận 1 tin" in found["rejected"].text


async def test_a_channel_that_rests_is_told_with_its_code(on, database):
    state = {"tokens": 0.0, "refilled_at": NOW, "is_off": False}
    pause = {"paused_until": NOW + timedelta(minutes=1), "pause_code": "zalo_oa_no_money"}
    await put(database, channel_states, {"channel": "zalo_oa", **state, **pause})
    found = await findings(check_backlog, on())
    assert "zalo_oa_no_money" in found["channel_paused"].text
    assert await codes(check_backlog, on(clock=At(timedelta(hours=1)))) == ["nothing_waits"]


async def test_old_things_that_are_still_there_are_a_failure(on, database):
    """Nothing deletes in this test: as when no server runs."""
    await put(database, sessions, {"id": "s", "data": {}, "version": 1, "updated_at": NOW})
    await put(database, deliveries, delivery(DeliveryStatus.SENT))
    # What still waits as well: nobody is kept words of theirs for ever.
    await put(database, inbox, update(1))
    days = 30
    fine = on(clock=At(timedelta(days=days + 1)), session_days=days, message_days=days)
    assert await codes(check_retention, fine) == ["old_data_deleted"]
    late = on(clock=At(timedelta(days=days + 3)), session_days=days, message_days=days)
    assert await codes(check_retention, late) == ["old_data_kept"] * 3
    longer = on(clock=At(timedelta(days=days + 3)), session_days=365, message_days=days)
    assert await codes(check_retention, longer) == ["old_data_kept"] * 2


async def test_a_wish_to_be_forgotten_that_waits_for_days_is_a_failure(on, database):
    person = {
        "id": "c",
        "channel": "telegram",
        "chat": "1",
        "is_group": False,
        "standing": "active",
        "last_message_id": "",
        "notice_version": "",
        "created_at": NOW,
        "forget_at": NOW,
    }
    await put(database, conversations, person)
    assert await codes(check_retention, on()) == ["old_data_deleted"]
    late = on(clock=At(timedelta(days=4)))
    assert await codes(check_retention, late) == ["wish_to_be_forgotten_waits"]
