"""A citizen who talks to a small engine, for every test of conversations."""

from __future__ import annotations

import pytest

from tests.flow_factories import Conversation


@pytest.fixture
def talk() -> Conversation:
    return Conversation()
