"""`export`: our content as a project of another program."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.content.loader import load_catalog
from bot.domain.errors import ExportRefused
from bot.export.rasa_project import Classifier, rasa_project, write_project
from bot.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("form", choices=["rasa"], help="rasa: một dự án Rasa 3.6 đầy đủ.")
    parser.add_argument(
        "folder", type=Path, metavar="THƯ-MỤC", help="Thư mục trống, hoặc của lần xuất trước."
    )
    parser.add_argument(
        "--classifier",
        choices=list(Classifier),
        default=Classifier.LOGISTIC,
        help="Bộ phân loại của Rasa: logistic, hoặc diet (huấn luyện lâu hơn nhiều).",
    )
    parser.add_argument(
        "--per-intent",
        type=_count,
        default=None,
        metavar="SỐ",
        help="Số câu mẫu tối đa mỗi ý định.",
    )


def _count(text: str) -> int:
    # Rasa finds fault with an intent of one example.
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text}: phải là một số nguyên từ 2 trở lên")
    return int(text)


def run(options: argparse.Namespace) -> int:
    catalog = load_catalog(load_settings().content_root)
    files = rasa_project(catalog, Classifier(options.classifier), options.per_intent)
    try:
        write_project(options.folder, files)
    except ExportRefused as error:
        print(
            f"Thư mục {error.folder} đang có thứ khác. Hãy chọn một thư mục trống, "
            "hoặc thư mục của lần xuất trước.",
            file=sys.stderr,
        )
        return 1
    print(f"Đã xuất dự án Rasa vào {options.folder}. Đọc tiếp {options.folder / 'README.md'}.")
    return 0
