"""The content and the search index made of it."""

from __future__ import annotations

import asyncio

from bot.app import index_dir
from bot.domain.errors import BotError, IndexMissing, IndexUnusable
from bot.running.checks.findings import Findings, failure, good, reminder
from bot.running.checks.scene import Scene

_FRESH = good("index_fresh", "Nội dung tốt, chỉ mục khớp với nội dung: {count} chủ đề.")
_ERRORS = failure(
    "content_errors",
    "Nội dung ở {path} có {count} lỗi, nên trợ lý không chạy được với nội dung này.",
    "Hãy xem từng lỗi bằng lệnh: python -m bot check --errors",
)
_MISSING = reminder(
    "index_missing",
    "Chưa có chỉ mục tìm kiếm ở {path}; máy chủ sẽ tự dựng khi khởi động, mất chừng nửa phút.",
    "Muốn dựng ngay thì chạy: python -m bot index",
)
_STALE = reminder(
    "index_stale",
    "Nội dung hoặc bộ mã hóa đã đổi sau lần dựng chỉ mục ở {path}; máy chủ sẽ tự dựng lại khi khởi "
    "động.",
    "Hãy chạy: python -m bot index, rồi chạy lại máy chủ.",
)
_UNUSABLE = failure(
    "index_unusable",
    "Chỉ mục ở {path} không có hoặc không khớp với nội dung, mà cài đặt không cho tự dựng lại.",
    "Hãy chạy: python -m bot index, rồi chạy lại máy chủ.",
)
_BROKEN = failure(
    "content_unusable",
    "Không dựng được trợ lý từ nội dung và bộ mã hóa ({why}).",
    "Hãy xem lại TROLY06_CONTENT_ROOT và TROLY06_ENCODER, rồi chạy: python -m bot check",
)


async def check_content(scene: Scene) -> Findings:
    """Whether there is content without errors, and a fresh index of it."""
    try:
        app = await scene.app()
    except IndexUnusable as fault:
        async for one in _stale(scene, fault):
            yield one
    except BotError as fault:
        yield _BROKEN(why=fault)
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
