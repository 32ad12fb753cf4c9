from __future__ import annotations

import pytest

from tests.unit.channels.zalo_oa.zalo_world import World


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.fixture
def make_world(tmp_path):
    """A world whose settings are changed."""
    return lambda **changed: World(tmp_path, **changed)
