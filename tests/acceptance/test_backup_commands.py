"""`backup` and `restore` as an operator runs them: real commands, on both databases."""

from __future__ import annotations

import asyncio
import re
import shutil
import stat
from datetime import UTC, datetime
from secrets import token_hex
from socket import gethostname

import pytest

from bot.domain.deliveries import Message
from bot.domain.identity import ConversationNames
from bot.domain.messages import Utterance
from bot.domain.people import Address, ChannelId
from bot.domain.session import Session
from bot.domain.updates import Update
from bot.store.database import Database
from bot.store.store import Limits, SqlStore
from tests.databases import fresh_postgres
from tests.processes import run_python, serving

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LAN = Address(ChannelId.TELEGRAM, "1001")
COUNTS = [
    "người và nhóm đã nhắn tin: 1",
    "tin gửi đi: 1",
    "tin nhận được: 1",
    "cuộc trò chuyện: 1",
]


class Installation:
    """A data folder, a secret key, and a database: the embedded one, or that of the settings."""

    def __init__(self, folder, key="", database_url=""):
        self.folder = folder
        self.database_url = database_url or f"sqlite:///{folder / 'troly06.db'}"
        self._settings = {"secret_key": key, "database_url": database_url} if key else {}
        folder.mkdir()

    def run(self, *arguments):
        return run_python(
            self.folder, "-m", "bot", *map(str, arguments), check=False, **self._settings
        )

    def succeed(self, *arguments):
        result = self.run(*arguments)
        assert (result.returncode, result.stderr) == (0, "")
        return result.stdout

    def fail(self, *arguments):
        result = self.run(*arguments)
        assert (result.returncode, result.stdout) == (1, "")
        assert "Traceback" not in result.stderr
        return result.stderr

    def use(self, work):
        """Do something with the store, as a running server would."""

        async def run():
            database = Database(self.database_url)
            names = ConversationNames(b"a key for tests only")
            try:
                async with SqlStore(database, names, Limits(10, 10)).transaction() as unit:
                    return await work(unit)
            finally:
                await database.close()

        return asyncio.run(run())

    def fill(self):
        """One person, whose message waits, and a message that is promised to them."""

        async def work(unit):
            lan = (await unit.people.meet({LAN}, NOW))[LAN]
            await unit.sessions.save(Session(lan.id), 0, NOW)
            update = Update("1", LAN, utterance=Utterance("xin chào"))
            await unit.inbox.add([(lan.id, update)], NOW)
            await unit.outbox.add(lan, [Message("sendMessage")], NOW)

        self.use(work)

    def outlook(self):
        """How many updates wait, and where the messages to the person stand."""

        async def work(unit):
            lan = (await unit.people.meet({LAN}, NOW))[LAN]
            messages = await unit.outbox.list_data(lan.id)
            return await unit.inbox.count_waiting(), [one["status"] for one in messages]

        return self.use(work)


@pytest.fixture
def embedded(tmp_path):
    one = Installation(tmp_path / "embedded")
    one.succeed("migrate")
    one.fill()
    return one


@pytest.fixture
def shared(tmp_path):
    with fresh_postgres() as url:
        one = Installation(tmp_path / "shared", token_hex(16), url)
        one.succeed("migrate")
        yield one


def test_the_embedded_database_moves_to_another_machine(embedded, tmp_path):
    path = tmp_path / "troly06.gz"
    told = embedded.succeed("backup", path)
    assert all(one in told for one in [str(path), *COUNTS])
    assert str(embedded.folder / "secret.key") in told
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    other = Installation(tmp_path / "other")
    shutil.copy(embedded.folder / "secret.key", other.folder)
    assert "nguyên vẹn" in other.succeed("restore", path, "--check")
    assert not (other.folder / "troly06.db").exists()
    told = other.succeed("restore", path)
    assert all(one in told for one in COUNTS)
    assert re.search(r"Sao lưu lúc \d\d:\d\d ngày \d\d/\d\d/\d{4}, bằng phiên bản \d", told)
    assert "1 tin không rõ đã đến chưa" in told
    assert "1 tin người dân đang chờ không được trả lời nữa" in told
    assert other.outlook() == (0, ["doubtful"])


def test_an_installation_that_was_stopped_goes_on_with_postgresql(embedded, shared, tmp_path):
    path = tmp_path / "troly06.gz"
    embedded.succeed("backup", path)
    key = (embedded.folder / "secret.key").read_text()
    moved = Installation(tmp_path / "moved", key, shared.database_url)
    told = moved.succeed("restore", path, "--send-pending")
    assert "không rõ" not in told
    assert moved.outlook() == (1, ["pending"])


def test_postgresql_comes_back_after_a_mistake(shared, tmp_path):
    path = tmp_path / "troly06.gz"
    shared.fill()
    told = shared.succeed("backup", path)
    assert "TROLY06_SECRET_KEY" in told
    assert "--replace" in shared.fail("restore", path)
    shared.succeed("restore", path, "--replace", "--send-pending")
    assert shared.outlook() == (1, ["pending"])


def test_a_server_of_the_page_alone_is_noticed_until_it_stops(
    app, data_dir, database_url, tmp_path
):
    """It listens to nobody: once, only listeners were noticed."""
    path = str(tmp_path / "troly06.gz")
    settings = {"database_url": database_url, "secret_key": token_hex(16)}

    def run(*arguments):
        return run_python(data_dir, "-m", "bot", *arguments, check=False, **settings)

    assert run("backup", path).returncode == 0
    with serving(data_dir, **settings):
        refused = run("restore", path, "--replace")
        assert refused.returncode == 1
        assert f"serve hoặc worker dùng (máy và số tiến trình: {gethostname()}:" in refused.stderr
        assert "Hãy dừng hết" in refused.stderr
    assert run("restore", path, "--replace").returncode == 0


def test_a_backup_overwrites_nothing(embedded, tmp_path):
    path = tmp_path / "troly06.gz"
    path.write_text("mine")
    assert "Hãy đặt tên khác" in embedded.fail("backup", path)
    assert path.read_text() == "mine"


def test_another_key_is_refused_and_nothing_is_restored(embedded, tmp_path):
    path = tmp_path / "troly06.gz"
    embedded.succeed("backup", path)
    other = Installation(tmp_path / "other")
    told = other.fail("restore", path)
    assert "khóa bí mật khác" in told
    assert "secret.key" in told
    assert other.outlook() == (0, [])


def test_a_file_that_was_cut_off_is_refused(embedded, tmp_path):
    path = tmp_path / "troly06.gz"
    embedded.succeed("backup", path)
    path.write_bytes(path.read_bytes()[:-20])
    assert "cắt cụt" in embedded.fail("restore", path, "--check")
    assert "cắt cụt" in embedded.fail("restore", path, "--replace")
    assert embedded.outlook() == (1, ["pending"])


def test_nothing_is_made_where_there_is_no_database_yet(tmp_path):
    fresh = Installation(tmp_path / "fresh")
    assert "Chưa có cơ sở dữ liệu" in fresh.fail("backup", tmp_path / "troly06.gz")
    assert list(fresh.folder.iterdir()) == []


def test_a_database_without_tables_is_told_to_migrate(tmp_path):
    with fresh_postgres() as url:
        fresh = Installation(tmp_path / "fresh", token_hex(16), url)
        assert "python -m bot migrate" in fresh.fail("backup", tmp_path / "troly06.gz")


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_help_tells_what_to_mind(command, tmp_path):
    told = Installation(tmp_path / "fresh").succeed(command, "--help")
    assert "khóa bí mật" in told
    assert ("--send-pending" in told) == (command == "restore")
