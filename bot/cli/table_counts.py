"""How many rows of each table, in words for the operator; what `backup` and `restore` share."""

from __future__ import annotations

from collections.abc import Mapping

#: A table that is not named here goes by its own name.
_LABELS = {
    "conversations": "người và nhóm đã nhắn tin",
    "deliveries": "tin gửi đi",
    "grants": "quyền gửi tin Zalo OA",
    "inbox": "tin nhận được",
    "sessions": "cuộc trò chuyện",
    "uploads": "ảnh đã tải lên kênh",
    "usage": "ngày đếm tin của từng kênh",
}


def print_counts(counts: Mapping[str, int]) -> None:
    """One line a table."""
    for table, count in counts.items():
        print(f"  {_LABELS.get(table, table)}: {count}")
