"""Backups: from either database, into either."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import resource
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import JSON, Boolean, Float, Integer, LargeBinary, String, delete, insert, select
from sqlalchemy import update as change

from bot.domain.backups import Origin, Wishes
from bot.domain.deliveries import Message
from bot.domain.errors import BackupUnusable, SchemaMismatch, StoreError
from bot.domain.messages import Utterance
from bot.domain.people import Address, ChannelId
from bot.domain.tokens import TokenPair
from bot.domain.updates import Update
from bot.store.backup import BATCH_ROWS, _save_table, save_backup
from bot.store.backup_file import BackupFile, Header, writing_backup
from bot.store.backup_rows import columns_of, saved_columns, saved_tables
from bot.store.database import Database
from bot.store.grants import SqlTokenVault
from bot.store.leases import SqlLeases
from bot.store.restore import check_backup, restore_backup
from bot.store.schema import newest_revision
from bot.store.sealing import Seal
from bot.store.store import Limits, SqlStore
from bot.store.switches import SqlSwitches
from bot.store.tables import UtcDateTime, channel_states, deliveries, inbox, metadata, usage
from tests.contract.conftest import NAMES
from tests.databases import KINDS, fresh_database

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
KEY = "fingerprint of the key"
ORIGIN = Origin("1.2.3", KEY)
LAN = Address(ChannelId.TELEGRAM, "1001")


class Still:
    """A clock that stands."""

    def now(self):
        return NOW


@pytest.fixture(scope="session", params=KINDS)
def target_url(request, tmp_path_factory):
    with fresh_database(request.param, tmp_path_factory.mktemp("target")) as url:
        yield url


@pytest.fixture
async def target(target_url):
    """Where backups are restored to: another database, of each kind."""
    one = Database(target_url)
    await empty(one)
    yield one
    await one.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "backup.gz"


async def empty(database):
    async with database.writing() as connection:
        for table in metadata.sorted_tables:
            await connection.execute(delete(table))


def store_on(database):
    return SqlStore(database, NAMES, Limits(max_sessions=10_000, max_waiting_updates=10_000))


async def rows_of(database, table):
    async with database.reading() as connection:
        query = select(*columns_of(table)).order_by(*table.primary_key)
        return [tuple(row) for row in await connection.execute(query)]


async def everything(database):
    return {table.name: await rows_of(database, table) for table in saved_tables()}


async def back_up(database, path):
    return await save_backup(database, path, ORIGIN, NOW)


async def restore(database, path, key=KEY, **wishes):
    return await restore_backup(database, path, key, Wishes(**wishes), LATER)


#: What a column can hold, another value for each number.
SAMPLES = {
    UtcDateTime: lambda number: NOW + timedelta(days=number, microseconds=number),
    Boolean: lambda number: bool(number % 2),
    Integer: lambda number: 7 * number,
    Float: lambda number: number / 3,
    JSON: lambda number: {"chữ": "ăn 😀 \ud800 \u0000", "list": [number, 1.5, None, True]},
    LargeBinary: lambda number: bytes(range(256)) * number,
    String: lambda number: f"ữ{number}",
}


def sample_row(table, number):
    """A row with nothing where that may be, for every second number."""
    row = {}
    for column in table.columns:
        make = next(make for kind, make in SAMPLES.items() if isinstance(column.type, kind))
        row[column.name] = None if column.nullable and number % 2 else make(number)
    return row


async def fill(database, rows=3):
    """Rows in every table, of things that are done with."""
    async with database.writing() as connection:
        for table in saved_tables():
            for number in range(1, rows + 1):
                await connection.execute(insert(table).values(sample_row(table, number)))


async def promise(store, *texts):
    async with store.transaction() as unit:
        people = await unit.people.meet({LAN}, NOW)
        messages = [Message("sendMessage", {"text": one}) for one in texts]
        await unit.outbox.add(people[LAN], messages, NOW)


async def hear(store, *numbers):
    async with store.transaction() as unit:
        people = await unit.people.meet({LAN}, NOW)
        said = [
            (people[LAN].id, Update(str(one), LAN, utterance=Utterance("xin chào"), position=one))
            for one in numbers
        ]
        return await unit.inbox.add(said, NOW)


async def set_status(database, which, status):
    """Of the delivery that was promised as the nth, from 0, or of a slice of them."""
    async with database.writing() as connection:
        ids = (await connection.execute(select(deliveries.c.id).order_by("id"))).scalars().all()
        values = {"status": status, "leased_until": NOW if status == "sending" else None}
        chosen = deliveries.c.id.in_(ids[which] if isinstance(which, slice) else [ids[which]])
        await connection.execute(change(deliveries).where(chosen).values(values))


def lines_of(path):
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def write_lines(path, lines):
    """A backup with these lines, and a trailer that fits them but for the counts."""
    trailer = json.loads(lines[-1])
    trailer["sha256"] = hashlib.sha256(b"".join(lines[:-1])).hexdigest()
    last = json.dumps(trailer).encode() + b"\n"
    path.write_bytes(gzip.compress(b"".join([*lines[:-1], last])))


def change_header(path, **changes):
    first, *others = lines_of(path)
    header = json.dumps({**json.loads(first), **changes}).encode() + b"\n"
    write_lines(path, [header, *others])


async def test_everything_comes_back_equal(database, target, path):
    await fill(database)
    before = await everything(database)
    assert all(len(rows) == 3 for rows in before.values())
    counts = await back_up(database, path)
    restored = await restore(target, path)
    assert await everything(target) == before
    assert counts == restored.contents.counts == dict.fromkeys(before, 3)
    assert (restored.doubtful, restored.unanswered) == (0, 0)


async def test_budgets_and_leases_are_of_the_moment_and_stay_as_they_are(database, target, path):
    await fill(database)
    await back_up(database, path)
    there = sample_row(channel_states, 1) | {"tokens": 5.0, "pause_code": "here"}
    async with target.writing() as connection:
        await connection.execute(insert(channel_states).values(there))
    await restore(target, path)
    async with target.reading() as connection:
        states = (await connection.execute(select(channel_states).order_by("channel"))).all()
    assert dict(states[0]._mapping) == there
    fresh = [(one.tokens, one.refilled_at, one.paused_until, one.pause_code) for one in states[1:]]
    assert fresh == [(0.0, LATER, None, "")] * 2
    assert saved_columns()["channel_states"] == ["channel", "is_off"]
    assert "leases" not in saved_columns()


async def test_a_channel_that_was_off_is_off_after_a_restoring(database, target, path):
    await SqlSwitches(database).turn(ChannelId.TELEGRAM, NOW, off=True)
    await SqlSwitches(database).turn(ChannelId.ZALO_BOT, NOW, off=False)
    await back_up(database, path)
    await SqlSwitches(target).turn(ChannelId.ZALO_BOT, NOW, off=True)
    await SqlSwitches(target).turn(ChannelId.TELEGRAM, NOW, off=False)
    await restore(target, path)
    assert await SqlSwitches(target).look() == {ChannelId.TELEGRAM, ChannelId.ZALO_BOT}


async def test_a_backup_from_before_switches_were_kept_can_be_restored(database, target, path):
    await promise(store_on(database), "một")
    await back_up(database, path)
    header = json.loads(lines_of(path)[0])
    trailer = json.loads(lines_of(path)[-1])
    del header["tables"]["channel_states"], trailer["rows"]["channel_states"]
    write_lines(path, [*lines_of(path)[:-1], json.dumps(trailer).encode() + b"\n"])
    change_header(path, tables=header["tables"])
    await restore(target, path)
    assert len(await rows_of(target, deliveries)) == 1


async def test_an_empty_database_comes_back_empty(database, target, path):
    await back_up(database, path)
    restored = await restore(target, path)
    assert set(restored.contents.counts.values()) == {0}
    assert not any((await everything(target)).values())


async def test_more_rows_than_fit_into_one_batch_come_back(database, target, path):
    await promise(store_on(database), *map(str, range(2 * BATCH_ROWS + 1)))
    await set_status(database, slice(None), "sent")
    await back_up(database, path)
    await restore(target, path)
    assert await everything(target) == await everything(database)


async def test_new_rows_get_new_ids_after_a_restoring(database, target, path):
    await fill(database, 5)
    await back_up(database, path)
    await restore(target, path)
    await promise(store_on(target), "một", "hai")
    assert await hear(store_on(target), 1001) != []
    for table in (deliveries, inbox):
        ids = [row[0] for row in await rows_of(target, table)]
        assert max(ids) > 35
        assert len(set(ids)) == len(ids) > 5


async def test_ids_of_rows_that_were_replaced_are_not_given_again(database, target, path):
    await promise(store_on(database), "một")
    await back_up(database, path)
    await promise(store_on(target), *"abcdefgh")
    highest = max(row[0] for row in await rows_of(target, deliveries))
    await restore(target, path, replace=True)
    await promise(store_on(target), "hai")
    assert (await rows_of(target, deliveries))[-1][0] > highest


async def test_what_was_promised_may_have_been_sent_since_and_is_not_sent(database, target, path):
    await promise(store_on(database), "đã gửi", "đang gửi", "chờ gửi")
    await set_status(database, 0, "sent")
    await set_status(database, 1, "sending")
    await back_up(database, path)
    restored = await restore(target, path)
    query = select(deliveries).order_by(deliveries.c.id)
    async with target.reading() as connection:
        rows = (await connection.execute(query)).all()
    assert [(row.status, row.code, row.leased_until) for row in rows] == [
        ("sent", "", None),
        ("doubtful", "restored", None),
        ("doubtful", "restored", None),
    ]
    assert [row.ended_at for row in rows] == [None, LATER, LATER]
    assert (restored.doubtful, restored.unanswered) == (2, 0)


async def test_what_was_promised_is_sent_where_the_old_installation_had_stopped(
    database, target, path
):
    """What was just being sent stays doubtful: its sender was killed."""
    await promise(store_on(database), "đang gửi", "chờ gửi")
    await set_status(database, 0, "sending")
    await back_up(database, path)
    restored = await restore(target, path, send_pending=True)
    async with target.reading() as connection:
        query = select(deliveries.c.status, deliveries.c.code).order_by(deliveries.c.id)
        rows = (await connection.execute(query)).all()
    assert rows == [("doubtful", "restored"), ("pending", "")]
    assert restored.doubtful == 1


async def test_what_waited_may_have_been_answered_since_and_is_not_answered(database, target, path):
    """Its words are erased, and it is not taken again when the vendor sends it again."""
    await hear(store_on(database), 1, 2)
    await back_up(database, path)
    restored = await restore(target, path)
    assert restored.unanswered == 2
    async with target.reading() as connection:
        query = select(inbox.c.state, inbox.c.data, inbox.c.done_at)
        rows = (await connection.execute(query)).all()
    assert rows == [("failed", None, LATER)] * 2
    assert [one.id for one in await hear(store_on(target), 2, 3)] == ["3"]


async def test_what_waited_is_answered_where_the_old_installation_had_stopped(
    database, target, path
):
    await hear(store_on(database), 1, 2)
    await back_up(database, path)
    assert (await restore(target, path, send_pending=True)).unanswered == 0
    async with store_on(target).transaction() as unit:
        claimed = await unit.inbox.claim(10, 10, ChannelId)
    assert [one.update.utterance.text for one in claimed] == ["xin chào"] * 2


async def test_a_database_with_rows_is_left_as_it_is(database, target, path):
    await fill(database)
    await back_up(database, path)
    await hear(store_on(target), 1)
    before = await everything(target)
    with pytest.raises(BackupUnusable, match="target not empty"):
        await restore(target, path)
    assert await everything(target) == before


async def test_a_database_with_rows_is_replaced_where_that_is_wanted(database, target, path):
    await fill(database)
    await back_up(database, path)
    await promise(store_on(target), "khác")
    await restore(target, path, replace=True)
    assert await everything(target) == await everything(database)


async def test_access_that_was_renewed_since_stays(database, path):
    """A refresh token works once: the one in the backup is used up."""
    vault = SqlTokenVault(database, Seal(b"a key for tests only"), Still())
    old = TokenPair("access 1", "refresh 1", NOW, NOW, 1)
    await vault.save("zalo_oa", old)
    await back_up(database, path)
    new = replace(old, access="access 2", refresh="refresh 2", version=2)
    await vault.save("zalo_oa", new)
    await vault.save("later", old)
    await restore(database, path, replace=True)
    assert await vault.find("zalo_oa") == new
    assert await vault.find("later") == old


async def test_access_comes_back_where_there_is_none_or_an_older_one(database, target, path):
    seal = Seal(b"a key for tests only")
    old = TokenPair("access 1", "refresh 1", NOW, NOW, 1)
    new = replace(old, access="access 2", version=2)
    for one in (old, new):
        await SqlTokenVault(database, seal, Still()).save("zalo_oa", one)
    await back_up(database, path)
    vault = SqlTokenVault(target, seal, Still())
    await vault.save("zalo_oa", old)
    await restore(target, path, replace=True)
    assert await vault.find("zalo_oa") == new


async def test_a_database_in_use_is_left_alone(database, path):
    await back_up(database, path)
    await SqlLeases(database).take("listen:telegram", "somebody", 30, LATER)
    with pytest.raises(BackupUnusable, match="target in use"):
        await restore(database, path)
    await SqlLeases(database).give_back("listen:telegram", "somebody")
    await restore(database, path)


async def test_writing_goes_on_during_a_backup_which_sees_none_of_it(database, path, monkeypatch):
    """Each message is counted in the transaction that promises it: a backup holds both or
    neither, though it reads the one table long before the other.
    """
    await fill(database)
    store = store_on(database)
    written = []

    async def promise_and_count():
        async with asyncio.timeout(10), database.writing() as connection:
            row = sample_row(deliveries, 100 + len(written))
            await connection.execute(insert(deliveries).values(row))
            await connection.execute(change(usage).values(sent=usage.c.sent + 1))
        written.append(row)

    async def save_table_while_others_write(*arguments):
        await promise_and_count()
        await _save_table(*arguments)
        await promise_and_count()

    before = await everything(database)
    monkeypatch.setattr("bot.store.backup._save_table", save_table_while_others_write)
    await back_up(database, path)
    assert len(written) == 2 * len(saved_tables())
    assert len(await rows_of(database, deliveries)) == 3 + len(written)
    await empty(database)
    await restore(database, path)
    assert await everything(database) == before
    assert await hear(store, 1) != []


async def test_a_backup_is_for_the_eyes_of_its_owner_and_leaves_nothing_else(database, path):
    await back_up(database, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


async def test_a_backup_overwrites_nothing(database, path):
    path.write_text("mine")
    with pytest.raises(BackupUnusable, match="backup exists"):
        await back_up(database, path)
    assert path.read_text() == "mine"
    assert list(path.parent.iterdir()) == [path]


async def test_a_file_that_appeared_meanwhile_is_not_overwritten(path):
    header = Header("1", "1.0", KEY, NOW, saved_columns())
    with pytest.raises(BackupUnusable, match="backup exists"), writing_backup(path, header):
        path.write_text("mine")
    assert path.read_text() == "mine"
    assert list(path.parent.iterdir()) == [path]


async def test_a_full_disk_leaves_no_backup(database, path):
    await promise(store_on(database), *map(str, range(2 * BATCH_ROWS)))
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limit[1]))
    try:
        with pytest.raises(BackupUnusable, match="backup unwritable"):
            await back_up(database, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert list(path.parent.iterdir()) == []


async def test_a_folder_that_is_not_there_is_told(database, tmp_path):
    with pytest.raises(BackupUnusable, match="backup unwritable"):
        await back_up(database, tmp_path / "nowhere" / "backup.gz")


async def test_a_database_that_fails_leaves_no_backup(database, path):
    async with database.writing() as connection:
        await connection.exec_driver_sql("ALTER TABLE usage RENAME TO away")
    try:
        with pytest.raises(StoreError):
            await back_up(database, path)
    finally:
        async with database.writing() as connection:
            await connection.exec_driver_sql("ALTER TABLE away RENAME TO usage")
    assert list(path.parent.iterdir()) == []


async def test_a_database_of_another_version_is_not_backed_up_nor_restored_to(database, path):
    other = path.with_name("other.gz")
    await back_up(database, path)
    await set_revision(database, "0000")
    try:
        with pytest.raises(SchemaMismatch):
            await back_up(database, other)
        with pytest.raises(SchemaMismatch):
            await restore(database, path)
    finally:
        await set_revision(database, newest_revision())
    assert not other.exists()


async def set_revision(database, revision):
    async with database.writing() as connection:
        await connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


@pytest.fixture
async def backup(database, path):
    """A backup with a few rows."""
    await fill(database)
    await back_up(database, path)
    await empty(database)
    return path


async def assert_refused(database, path, match):
    with pytest.raises(BackupUnusable, match=match):
        await restore(database, path)
    assert not any((await everything(database)).values())


async def test_a_backup_can_be_checked_without_a_database(backup):
    contents = check_backup(backup, KEY)
    assert (contents.made_at, contents.program) == (NOW, "1.2.3")
    assert set(contents.counts.values()) == {3}


async def test_a_file_that_was_cut_off_is_refused(backup, database):
    data = backup.read_bytes()
    backup.write_bytes(data[: len(data) // 2])
    await assert_refused(database, backup, "backup damaged")


def test_a_file_that_was_cut_off_anywhere_is_refused(tmp_path):
    path = small_backup(tmp_path)
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(BackupUnusable):
            read(path)


def test_no_changed_byte_goes_unnoticed(tmp_path):
    """But for those in the head of gzip that say nothing of the contents, such as its clock."""
    path = small_backup(tmp_path)
    data, whole = path.read_bytes(), read(path)
    harmless = []
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 0x01
        path.write_bytes(changed)
        try:
            assert read(path) == whole
        except BackupUnusable:
            continue
        harmless.append(position)
    assert set(harmless) <= set(range(3, 10))


def small_backup(folder):
    path = folder / "small.gz"
    header = Header(newest_revision(), "1.0", KEY, NOW, {"usage": ["channel", "sent"]})
    with writing_backup(path, header) as writer:
        writer.add("usage", [["web", number] for number in range(5)])
    return path


def read(path):
    file = BackupFile(path)
    return file.read_header(), list(file.read_rows())


async def test_a_row_that_was_left_out_or_added_is_noticed(backup, database):
    lines = lines_of(backup)
    write_lines(backup, [*lines[:3], *lines[4:]])
    await assert_refused(database, backup, "backup damaged")
    write_lines(backup, [*lines[:3], lines[2], *lines[3:]])
    await assert_refused(database, backup, "backup damaged")


async def test_a_changed_value_is_noticed(backup, database):
    text = gzip.decompress(backup.read_bytes())
    assert text.count(b'"usage",["\\u1eef1"') == 1
    changed = text.replace(b'"usage",["\\u1eef1"', b'"usage",["\\u1eef7"')
    backup.write_bytes(gzip.compress(changed))
    await assert_refused(database, backup, "backup damaged")


async def test_anything_after_the_end_is_refused(backup, database):
    backup.write_bytes(backup.read_bytes() + gzip.compress(b"more\n"))
    await assert_refused(database, backup, "backup damaged")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        gzip.compress(b""),
        gzip.compress(b"text\n"),
        gzip.compress(b"[" * 100_000 + b"\n"),
        gzip.compress(b"5\n"),
        gzip.compress(b"{}\n"),
        gzip.compress(b'{"format": "other"}\n'),
        gzip.compress(b'{"format": "troly06-backup", "version": 1}\n'),
    ],
)
async def test_a_file_that_is_no_backup_is_refused(data, path):
    path.write_bytes(data)
    with pytest.raises(BackupUnusable, match="backup not ours"):
        check_backup(path, KEY)


def test_a_file_that_is_not_there_is_told(path):
    with pytest.raises(BackupUnusable, match="backup unreadable"):
        check_backup(path, KEY)


async def test_a_backup_of_another_version_is_refused(backup, database, monkeypatch):
    change_header(backup, revision="9999")
    await assert_refused(database, backup, r"backup newer: .* 1\.2\.3")
    change_header(backup, version=2)
    await assert_refused(database, backup, "backup newer format")
    change_header(backup, version=1, revision=newest_revision())
    monkeypatch.setattr("bot.store.restore.newest_revision", lambda: "9999")
    await assert_refused(database, backup, r"backup older: .* 1\.2\.3")


async def test_a_backup_of_another_installation_is_refused(backup, database):
    with pytest.raises(BackupUnusable, match="backup other key"):
        await restore(database, backup, key="another")
    assert not any((await everything(database)).values())


async def test_a_backup_with_other_columns_is_refused(backup, database):
    columns = {**saved_columns(), "usage": ["channel"]}
    change_header(backup, tables=columns)
    await assert_refused(database, backup, "backup foreign")


async def test_a_restoring_that_fails_half_way_changes_nothing(backup, database):
    """Two rows with one key: only the database notices."""
    lines = lines_of(backup)
    at = next(number for number, line in enumerate(lines) if line.startswith(b'["usage"'))
    lines[at + 1] = lines[at]
    write_lines(backup, lines)
    check_backup(backup, KEY)
    await fill(database)
    before = await everything(database)
    with pytest.raises(StoreError):
        await restore(database, backup, replace=True)
    assert await everything(database) == before


def test_nothing_can_be_both_null_and_json_null():
    """A backup does not tell the one from the other."""
    for table in saved_tables():
        for column in table.columns:
            if isinstance(column.type, JSON):
                assert not column.nullable or column.type.none_as_null, column
