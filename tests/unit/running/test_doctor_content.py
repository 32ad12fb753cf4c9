"""Content and index, each state made for real on small content."""

from __future__ import annotations

import pytest

from bot.app import make_encoder, make_index
from bot.content.issues import count_errors
from bot.content.loader import load_content
from bot.running.checks.content import check_content
from bot.running.checks.scene import Scene
from bot.settings import Settings
from tests.factories import write_content
from tests.unit.running.conftest import Clock


@pytest.fixture
async def look(tmp_path):
    """The codes of the content of a folder, as it is then."""
    root = write_content(tmp_path / "content")

    async def codes(**values):
        settings = Settings(_env_file=None, content_root=root, data_dir=tmp_path / "var", **values)
        scene = Scene(settings, Clock(), lambda path: count_errors(load_content(path)[1]))
        try:
            return [one.code async for one in check_content(scene)]
        finally:
            await scene.close()

    codes.root = root
    codes.settings = Settings(_env_file=None, content_root=root, data_dir=tmp_path / "var")
    return codes


async def test_before_the_first_index_there_is_one_to_make(look):
    assert await look() == ["index_missing"]
    assert await look(build_index_when_stale=False) == ["index_unusable"]
    assert not look.settings.data_dir.exists()


async def test_an_index_is_fresh_until_the_content_changes(look):
    make_index(look.settings, make_encoder(look.settings))
    assert await look() == ["index_fresh"]
    path = next(look.root.rglob("*.md"))
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert await look() == ["index_stale"]
    assert await look(build_index_when_stale=False) == ["index_unusable"]


async def test_content_with_errors_is_a_failure(look):
    next(look.root.rglob("*.md")).write_text("no front matter", encoding="utf-8")
    assert await look() == ["content_errors"]


async def test_an_encoder_that_is_not_there_is_a_failure(look, tmp_path):
    assert await look(builtin_encoder_dir=tmp_path / "nowhere") == ["content_unusable"]
