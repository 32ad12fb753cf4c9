"""`backup`: all that is kept, in one file."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bot.cli.table_counts import print_counts
from bot.running.backups import back_up
from bot.running.keys import key_path
from bot.settings import Settings, load_settings

_EPILOG = """\
Máy chủ vẫn chạy trong lúc sao lưu. Tệp có mọi dữ liệu ở đúng một thời điểm, dùng được cho cả SQLite
lẫn PostgreSQL. Tệp không có khóa bí mật: hãy cất khóa riêng, mất khóa thì bản sao lưu vô dụng.
Sắp cập nhật chương trình thì sao lưu bằng phiên bản đang chạy, trước khi cập nhật."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument(
        "file", type=Path, metavar="TỆP", help="Tệp mới để ghi, ví dụ troly06-20261121.backup."
    )


def run(options: argparse.Namespace) -> int:
    settings = load_settings()
    counts = asyncio.run(back_up(settings, options.file))
    print(f"Đã sao lưu vào {options.file}:")
    print_counts(counts)
    print(
        "Hãy giữ kín tệp này: trong đó có địa chỉ Zalo, Telegram của người dân và quyền gửi tin "
        "(đã mã hóa). Chỉ tài khoản này đọc được; hãy chép sang máy khác, không gửi qua thư điện "
        "tử hay tin nhắn."
    )
    print(_where_the_key_is(settings))
    return 0


def _where_the_key_is(settings: Settings) -> str:
    place = "cài đặt TROLY06_SECRET_KEY"
    if not settings.secret_key.get_secret_value():
        place = f"tệp {key_path(settings)}"
    return (
        f"Muốn phục hồi phải có khóa bí mật ({place}). Hãy cất khóa ở nơi khác với bản sao lưu: "
        "mất khóa thì bản sao lưu vô dụng."
    )
