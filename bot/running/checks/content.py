"""The content and the search index made of it."""

from __future__ import annotations

import asyncio

from bot.app import index_dir
from bot.domain.errors import BotError, IndexMissing, IndexUnusable
from bot.running.checks.findings import Findings, failure, good, reminder
from bot.running.checks.scene import Scene

_FRESH = good("index_fresh")
_ERRORS = failure("content_errors")
_MISSING = reminder("index_missing")
_STALE = reminder("index_stale")
_UNUSABLE = failure("index_unusable")
_BROKEN = failure("content_unusable")


async def check_content(scene: Scene) -> Findings:
    """Whether there is content without errors, and a fresh index of it."""
    try:
        app = await scene.app()
    except IndexUnusable as fault:
        async for one in _stale(scene, fault):
            yield one
    except BotError as fault:
        yield _BROKEN(why=str(fault))
    else:
        # The index was made of this very content, which then had no errors.
        yield _FRESH(count=len(app.catalog.topics))


async def _stale(scene: Scene, fault: IndexUnusable) -> Findings:
    root, path = scene.settings.content_root, index_dir(scene.settings)
    if errors := await asyncio.to_thread(scene.count_content_errors, root):
        yield _ERRORS(path=root, count=errors)
    elif not scene.settings.build_index_when_stale:
        yield _UNUSABLE(path=path)
    else:
        yield (_MISSING if isinstance(fault, IndexMissing) else _STALE)(path=path)
