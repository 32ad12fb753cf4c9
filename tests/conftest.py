"""What every test stands on: no environment, no network, one app built from our own content."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot.app import App, build_app
from bot.settings import PROJECT_ROOT, Settings
from bot.store.database import Database
from bot.store.tables import metadata
from tests.databases import KINDS, fresh_database


@pytest.fixture(autouse=True, scope="session")
def clean_environment() -> Iterator[None]:
    """No setting of this machine reaches a test, nor a fixture that outlives one."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("TROLY06_"):
                patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting anywhere but to this machine fails loudly."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host not in {"", "127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def settings(clean_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a fresh machine, with a data folder of their own."""
    return Settings(
        _env_file=None, content_root=PROJECT_ROOT, data_dir=tmp_path_factory.mktemp("var")
    )


@pytest.fixture(scope="session")
def data_dir(settings: Settings) -> Path:
    """The data folder; holds the index once `app` was built."""
    return settings.data_dir


@pytest.fixture(scope="session")
def app(settings: Settings) -> App:
    """The assistant on our own content, as a fresh machine builds it."""
    return build_app(settings)


@pytest.fixture(scope="session", params=KINDS)
def database_url(request, tmp_path_factory):
    """The address of a migrated database of each kind."""
    with fresh_database(request.param, tmp_path_factory.mktemp("db")) as url:
        yield url


@pytest.fixture
async def database(database_url):
    """The same with its tables empty."""
    one = Database(database_url)
    async with one.writing() as connection:
        for table in metadata.sorted_tables:
            await connection.execute(delete(table))
    yield one
    await one.close()
