"""The commands, as one list you can read. Each module is imported only when its command runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import NoReturn

from bot import __version__
from bot.cli.wording import tell_fault
from bot.domain.errors import BotError

#: Command to its one-line help; the module `bot.cli.<command>` has `add_arguments` and `run`.
COMMANDS = {
    "check": "Kiểm tra toàn bộ nội dung, chỉ rõ từng chỗ sai.",
    "index": "Dựng chỉ mục tìm kiếm.",
    "chat": "Trò chuyện ngay trong cửa sổ lệnh.",
    "ask": "Hỏi từng câu riêng; --jsonl để dùng với chương trình khác.",
    "converse": "Cả cuộc trò chuyện qua JSON từng dòng.",
    "topics": "Liệt kê các chủ đề.",
    "flows": "Liệt kê, vẽ các lối hướng dẫn từng bước; ghi tệp gợi ý khi viết lối.",
    "eval": "Đo độ đúng trên bộ câu hỏi kiểm tra.",
    "export": "Xuất nội dung thành một dự án Rasa 3.6.",
    "doctor": "Khám máy: cài đặt, dữ liệu, các kênh; nói chỗ nào hỏng, sửa thế nào.",
    "serve": "Mở trang hỏi đáp, giao diện JSON và các kênh nhắn tin.",
    "worker": "Trả lời và gửi tin cho các kênh, không mở trang hỏi đáp.",
    "channel": "Xem các kênh nhắn tin; tắt, mở một kênh.",
    "zalo-grant": "Nối trợ lý với Zalo OA: lấy quyền gửi tin.",
    "migrate": "Đưa cơ sở dữ liệu về đúng phiên bản của chương trình.",
    "backup": "Sao lưu mọi dữ liệu vào một tệp, trong khi máy chủ vẫn chạy.",
    "restore": "Phục hồi dữ liệu từ một bản sao lưu, vào SQLite hoặc PostgreSQL.",
}


class PlainParser(argparse.ArgumentParser):
    """Says in Vietnamese that a command was typed wrong, and how it is typed."""

    def error(self, message: str) -> NoReturn:  # noqa: ARG002 (argparse gives it)
        """Stop with status 2; what argparse would say is English, and so is not told."""
        formatter = self._get_formatter()
        formatter.add_usage(
            self.usage, self._actions, self._mutually_exclusive_groups, prefix="Cách gõ: "
        )
        told = f"troly06: Lệnh này gõ thiếu hoặc sai chữ. Muốn xem cách gõ: {self.prog} --help"
        self.exit(2, f"{formatter.format_help()}{told}\n")


def build_parser(command: str | None) -> argparse.ArgumentParser:
    """The parser of all commands, with the arguments of the one that is asked for."""
    parser = PlainParser(
        prog="python -m bot", description="Trợ lý 06: hướng dẫn VNeID và dịch vụ công."
    )
    parser.add_argument("--version", action="version", version=f"troly06 {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="LỆNH")
    for name, help_text in COMMANDS.items():
        subparser = commands.add_parser(name, help=help_text, description=help_text)
        if name == command:
            _module(name).add_arguments(subparser)
    return parser


def _module(command: str) -> ModuleType:
    return import_module(f"bot.cli.{command.replace('-', '_')}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 when all is well, 1 when something is wrong."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = build_parser(next((one for one in given if one in COMMANDS), None)).parse_args(given)
    try:
        status: int = _module(options.command).run(options)
    except BotError as error:
        print(f"troly06: {tell_fault(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status
