"""`ask`: single questions, each in a conversation of its own."""

from __future__ import annotations

import argparse
import time

from bot.app import build_app
from bot.cli.announce import announce_indexing
from bot.cli.explain import explain, explain_in_words
from bot.cli.json_lines import (
    JsonObject,
    UnusableLine,
    answer_lines,
    echo_of,
    plain_reply,
    text_of,
)
from bot.domain.clock import vietnam_today
from bot.domain.messages import Utterance
from bot.domain.session import Outcome, Session, Turn
from bot.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="*", help="Câu hỏi.")
    parser.add_argument(
        "--jsonl", action="store_true", help='Đọc {"text": …} từng dòng, trả lời từng dòng.'
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="In thêm vì sao trả lời như vậy: luật, điểm, sự kiện.",
    )


def run(options: argparse.Namespace) -> int:
    app = build_app(load_settings(), announce_indexing)

    def turn(text: str) -> Turn:
        return app.engine.run_turn(Session("ask"), Utterance(text=text), vietnam_today())

    def answer(value: JsonObject) -> JsonObject:
        began = time.perf_counter()
        text = text_of(value, "text")
        result = turn(text)
        line = {
            "text": text,
            "outcome": result.outcome.value,
            "topics": [{"id": topic.id, "score": round(topic.score, 4)} for topic in result.topics],
            "reply": plain_reply(result.replies),
            "elapsed_ms": round((time.perf_counter() - began) * 1000, 3),
        }
        return {**line, "explain": explain(app, result)} if options.explain else line

    def refuse(value: JsonObject, fault: UnusableLine) -> JsonObject:
        return {
            "text": echo_of(value, "text"),
            "outcome": Outcome.UNKNOWN.value,
            "topics": [],
            "reply": fault.explain(app.catalog),
            "elapsed_ms": 0.0,
        }

    if options.jsonl:
        return answer_lines(answer, refuse)
    result = turn(" ".join(options.question))
    print(plain_reply(result.replies))
    if options.explain:
        print(f"\n{explain_in_words(app, result)}")
    return 0
