"""`check`: every problem of the content, with file, line, what is wrong and how to mend it."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.content.issues import Severity
from bot.content.loader import load_content
from bot.settings import load_settings

_LABELS = {Severity.ERROR: "lỗi", Severity.WARNING: "cảnh báo", Severity.NOTICE: "nhắc"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--root", type=Path, default=None, help="Thư mục nội dung, mặc định là thư mục của dự án."
    )
    parser.add_argument(
        "--only", default="", metavar="CHUỖI", help="Chỉ in các dòng có tên tệp chứa chuỗi này."
    )
    parser.add_argument("--errors", action="store_true", help="Chỉ in lỗi, bỏ qua các nhắc nhở.")


def run(options: argparse.Namespace) -> int:
    files, issues = load_content(options.root or load_settings().content_root)
    shown = [one for one in issues if options.only in one.path]
    if options.errors:
        shown = [one for one in shown if one.severity is not Severity.NOTICE]
    for one in shown:
        print(f"{one.path}:{one.line}: [{_LABELS[one.severity]}] {one.text}")
    errors = sum(one.severity is not Severity.NOTICE for one in issues)
    examples = sum(len(file.intent.examples) for file in files.intents)
    print(
        f"{len(files.topics)} chủ đề, {examples} câu mẫu, {len(files.register.laws)} văn bản: "
        f"{errors} lỗi, {len(issues) - errors} nhắc nhở."
    )
    return 1 if errors else 0
