"""`restore`: brings a backup back."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bot.cli.table_counts import print_counts
from bot.domain.backups import Contents, Restored, Wishes
from bot.domain.clock import VIETNAM
from bot.running.backups import check, restore
from bot.settings import load_settings

_EPILOG = """\
Trước khi phục hồi: dừng mọi serve và worker, trên mọi máy (còn tiến trình nào chạy thì lệnh từ
chối), chép khóa bí mật của nơi đã sao lưu sang đây. Với PostgreSQL, chạy `python -m bot migrate`
trước. Phục hồi được tất cả, hoặc không thay đổi gì.

Sau khi sao lưu, nơi cũ có thể đã gửi và trả lời tiếp. Để không ai nhận tin hai lần:
  - tin đang chờ gửi hoặc đang gửi lúc sao lưu được ghi là "không rõ đã đến chưa", không gửi nữa;
  - tin người dân đang chờ trả lời lúc sao lưu thì không trả lời nữa, nội dung được xóa.
Nếu chắc chắn nơi cũ đã dừng hẳn trước khi sao lưu (chẳng hạn chuyển sang máy khác), hãy thêm
--send-pending: tin đang chờ được gửi và trả lời tiếp; chỉ tin đang gửi dở vẫn là "không rõ".

Ai đã xóa dữ liệu sau lúc sao lưu thì dữ liệu của họ trở lại: họ phải gõ lại /xoadulieu.
Quyền gửi tin Zalo OA đã gia hạn sau lúc sao lưu thì quyền trong tệp hết dùng được: phải cấp lại,
trừ khi quyền mới còn ở đây (khi dùng --replace, quyền mới hơn được giữ)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("file", type=Path, metavar="TỆP", help="Tệp do lệnh backup tạo ra.")
    parser.add_argument(
        "--check", action="store_true", help="Chỉ xem tệp có phục hồi được ở đây không."
    )
    parser.add_argument(
        "--replace", action="store_true", help="Xóa hết dữ liệu đang có ở đây, rồi phục hồi."
    )
    parser.add_argument(
        "--send-pending",
        action="store_true",
        help="Nơi cũ đã dừng hẳn trước khi sao lưu: gửi và trả lời tiếp những tin đang chờ.",
    )


def run(options: argparse.Namespace) -> int:
    settings = load_settings()
    if options.check:
        contents = check(settings, options.file)
        print(f"Bản sao lưu {options.file} nguyên vẹn, phục hồi được ở đây. {_origin(contents)}")
        print_counts(contents.counts)
        return 0
    wishes = Wishes(replace=options.replace, send_pending=options.send_pending)
    restored = asyncio.run(restore(settings, options.file, wishes))
    print(f"Đã phục hồi từ {options.file}. {_origin(restored.contents)}")
    print_counts(restored.contents.counts)
    _print_warnings(restored)
    return 0


def _origin(contents: Contents) -> str:
    made_at = contents.made_at.astimezone(VIETNAM)
    return (
        f"Sao lưu lúc {made_at:%H:%M} ngày {made_at:%d/%m/%Y}, bằng phiên bản {contents.program}:"
    )


def _print_warnings(restored: Restored) -> None:
    if restored.doubtful:
        print(
            f"{restored.doubtful} tin không rõ đã đến chưa: có thể đã được gửi sau khi sao lưu, "
            "nên không gửi lại."
        )
    if restored.unanswered:
        print(
            f"{restored.unanswered} tin người dân đang chờ không được trả lời nữa: có thể đã được "
            "trả lời sau khi sao lưu."
        )
    if restored.contents.counts.get("grants"):
        print(
            "Nếu Zalo OA không gửi được tin, hãy cấp lại quyền: quyền trong bản sao lưu hết dùng "
            "được khi đã gia hạn sau đó."
        )
