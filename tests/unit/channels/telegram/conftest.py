from __future__ import annotations

import pytest

from bot.content.loader import load_catalog
from bot.domain.catalog import Catalog
from bot.settings import PROJECT_ROOT
from tests.factories import TODAY


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """Our own content."""
    return load_catalog(PROJECT_ROOT, TODAY)
