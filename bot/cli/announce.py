"""What a command tells the person who waits."""

from __future__ import annotations

import sys

from bot.settings import Settings


def announce_indexing() -> None:
    """Say on standard error that the index is being made."""
    print("Đang dựng chỉ mục tìm kiếm, mất chừng nửa phút…", file=sys.stderr, flush=True)


def announce_missing_operator(settings: Settings) -> None:
    """Say on standard error that the page names nobody, when it does."""
    field = Settings.model_fields["operator_name"]
    if settings.operator_name.strip() in {"", field.default}:
        print(
            "Trang hỏi đáp chưa ghi tên đơn vị vận hành. Hãy đặt biến TROLY06_OPERATOR_NAME, "
            'ví dụ: TROLY06_OPERATOR_NAME="UBND xã A".',
            file=sys.stderr,
            flush=True,
        )


def announce_address(host: str, port: int) -> None:
    """Say where the page is, once it can be opened."""
    shown = f"[{host}]" if ":" in host else host
    print(f"Trợ lý 06 đang chạy. Mở trình duyệt tại: http://{shown}:{port}", flush=True)
