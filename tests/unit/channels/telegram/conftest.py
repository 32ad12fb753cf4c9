from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.content.loader import load_catalog
from bot.domain.catalog import Catalog
from bot.settings import PROJECT_ROOT
from tests.factories import TODAY
from tests.unit.channels.telegram.checker import check_call
from tests.unit.channels.telegram.wires import Wire


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """Our own content."""
    return load_catalog(PROJECT_ROOT, TODAY)


@pytest.fixture(autouse=True)
def aiogram_reads_every_call(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test is about: each call over a scripted wire is one that aiogram would make.

    Read at the end, since a fault within a call would be taken for one of the network.
    """
    calls: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(Wire, "witness", staticmethod(lambda *call: calls.append(call)))
    yield
    for name, form in calls:
        check_call(name, form)
