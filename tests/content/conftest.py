"""A small content tree of its own for every test to spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import write_content


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_content(tmp_path / "content")
