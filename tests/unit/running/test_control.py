"""What staff see of the channels from the command line."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.cli.main import main
from bot.domain.people import ChannelId
from bot.store.database import Database
from bot.store.hearing import SqlHearing
from bot.store.usage import Usage, count_usage


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """The address of a database in the data folder of this machine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TROLY06_DATA_DIR", str(tmp_path))
    assert main(["migrate"]) == 0
    return f"sqlite:///{tmp_path / 'troly06.db'}"


@pytest.mark.parametrize(
    ("billed", "shown"),
    [(0, "nhận 2 tin, gửi 5 tin\n"), (3, "nhận 2 tin, gửi 5 tin, trong đó 3 tin bị tính tiền\n")],
)
def test_the_month_of_a_channel_with_a_quota_is_shown(machine, capsys, billed, shown):
    async def happen():
        database, now = Database(machine), datetime.now(UTC)
        await SqlHearing(database).note(ChannelId.ZALO_OA, now)
        await SqlHearing(database).note(ChannelId.TELEGRAM, now)
        async with database.writing() as connection:
            used = Usage(received=2, sent=5, billed=billed)
            await count_usage(connection, ChannelId.ZALO_OA, now, used)
        await database.close()

    asyncio.run(happen())
    assert main(["channel"]) == 0
    told = capsys.readouterr().out
    assert told.count("Tháng này") == 1
    assert f"  Tháng này: {shown}" in told
