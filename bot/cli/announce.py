"""What a command tells the person who waits."""

from __future__ import annotations

import sys


def announce_indexing() -> None:
    """Say on standard error that the index is being made."""
    print("Đang dựng chỉ mục tìm kiếm, mất chừng nửa phút…", file=sys.stderr, flush=True)
