"""`doctor`: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.cli.wording import label_of_check, label_of_grade, tell_finding
from bot.content.issues import count_errors
from bot.content.loader import load_content
from bot.domain.errors import ConfigError
from bot.observability import set_up_logging
from bot.running.checks.findings import Grade
from bot.running.doctor import Result, examine, has_failure, judge_broken_settings
from bot.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="In kết quả dạng JSON cho chương trình."
    )
    parser.add_argument(
        "--offline", action="store_true", help="Không gọi Telegram, Zalo và địa chỉ công khai."
    )


def run(options: argparse.Namespace) -> int:
    # What the parts that are looked at log of themselves is found out, and told better, by checks.
    set_up_logging(level=logging.CRITICAL)
    try:
        settings = load_settings()
    except ConfigError as fault:
        results = judge_broken_settings(fault)
    else:
        results = asyncio.run(examine(settings, _count_errors, is_offline=options.offline))
    (_print_json if options.json else _print)(results)
    return 1 if has_failure(results) else 0


def _count_errors(root: Path) -> int:
    return count_errors(load_content(root)[1])


def _print(results: Sequence[Result]) -> None:
    width = max(len(label_of_grade(grade)) for grade in Grade)
    for one in results:
        what, remedy = tell_finding(one.finding)
        mark = f"[{label_of_grade(one.finding.grade)}]".ljust(width + 2)
        print(f"{mark} {label_of_check(one.check)}: {what}")
        if remedy:
            print(f"{' ' * len(mark)} → {remedy}")
    counts = Counter(one.finding.grade for one in results)
    print()
    print(f"{counts[Grade.FAILURE]} chỗ hỏng, {counts[Grade.REMINDER]} điều nên xem.")


def _print_json(results: Sequence[Result]) -> None:
    findings = [
        {
            "check": one.check,
            "grade": one.finding.grade.value,
            "code": one.finding.code,
            "text": what,
            "remedy": remedy,
        }
        for one in results
        for what, remedy in [tell_finding(one.finding)]
    ]
    print(json.dumps({"ok": not has_failure(results), "findings": findings}, ensure_ascii=False))
