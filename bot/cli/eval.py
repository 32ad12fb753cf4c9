"""`eval`: how right the answers are, on the labelled questions of `evaluation/`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bot.app import App, build_app
from bot.cli.announce import announce_indexing
from bot.domain.clock import vietnam_today
from bot.domain.messages import Utterance
from bot.domain.session import Session
from bot.retrieval.evaluation import (
    Answer,
    InScopeFigures,
    Question,
    Report,
    evaluate,
    load_questions,
)
from bot.settings import load_settings

SETS = ("dev", "test", "sealed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        choices=SETS,
        default="test",
        help="Bộ câu hỏi: dev (để chỉnh), test, sealed (để dành).",
    )
    parser.add_argument(
        "--json", type=Path, default=None, metavar="TỆP", help="Ghi các con số ra tệp JSON."
    )
    parser.add_argument("--misses", action="store_true", help="In các câu trả lời sai.")


def run(options: argparse.Namespace) -> int:
    settings = load_settings()
    app = build_app(settings, announce_indexing)
    questions = load_questions(settings.content_root / "evaluation" / f"{options.set}.jsonl")
    answers = [ask(app, question.text) for question in questions]
    report = evaluate(questions, answers)
    print_report(options.set, report)
    if options.misses:
        _print_misses(questions, answers)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        data = {"set": options.set, **report.to_json()}
        options.json.write_text(
            json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    return 0


def ask(app: App, text: str) -> Answer:
    """Put one question to the whole engine."""
    turn = app.engine.run_turn(Session("eval"), Utterance(text=text), vietnam_today())
    return Answer(turn.outcome.value, tuple(topic.id for topic in turn.topics))


def print_report(name: str, report: Report) -> None:
    """The figures as a table."""
    print(
        f"Bộ {name}: {report.in_scope.count} câu trong phạm vi, "
        f"{report.out_of_scope.count} câu ngoài phạm vi\n"
    )
    print(
        f"{'':15}{'câu':>6}{'hit@1':>8}{'hit@3':>8}{'MRR':>8}"
        f"{'đúng':>8}{'sai':>8}{'hỏi lại':>9}{'từ chối':>9}"
    )
    for style, figures in [("tất cả", report.in_scope), *report.by_style.items()]:
        print(_row(style, figures))
    print(f"\n{'ngoài phạm vi':15}{'câu':>6}{'trả lời sai':>14}{'hỏi lại':>9}{'từ chối':>9}")
    for style, outside in [("tất cả", report.out_of_scope), *report.out_of_scope_by_style.items()]:
        print(
            f"{style:15}{outside.count:>6}{outside.answered_wrong:>14.3f}{outside.offered_choices:>9.3f}{outside.refused:>9.3f}"
        )
    print(f"\nTừ chối: đúng {report.abstention_precision:.3f}, đủ {report.abstention_recall:.3f}")
    if report.confusions:
        print("\nHay nhầm:")
    for right, wrong, count in report.confusions:
        print(f"  {count}×  {right}  →  {wrong}")


def _row(style: str, one: InScopeFigures) -> str:
    return (
        f"{style:15}{one.count:>6}{one.hit_at_1:>8.3f}{one.hit_at_3:>8.3f}{one.mrr:>8.3f}"
        f"{one.answered_right:>8.3f}{one.answered_wrong:>8.3f}{one.offered_choices:>9.3f}{one.refused:>9.3f}"
    )


def _print_misses(questions: list[Question], answers: list[Answer]) -> None:
    print("\nCâu sai:")
    for question, answer in zip(questions, answers, strict=True):
        first = answer.topics[0] if answer.topics else "-"
        if (question.topic is None and answer.topics) or (
            question.topic is not None and first != question.topic
        ):
            print(f"  [{question.style}] {question.text}")
            print(f"      {question.topic} → {answer.outcome} {first}")
