"""`converse`: whole conversations as JSON lines, on the same engine as every channel."""

from __future__ import annotations

import argparse
from collections import OrderedDict
from typing import Any

from bot.app import build_app
from bot.cli.announce import announce_indexing
from bot.cli.json_lines import answer_lines, text_of
from bot.domain.clock import vietnam_today
from bot.domain.messages import Reply, Utterance
from bot.domain.session import Session
from bot.settings import load_settings
from bot.text.markup import to_plain

#: Conversations kept in memory; the one longest unused is forgotten first.
MAX_SESSIONS = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jsonl",
        action="store_true",
        required=True,
        help='Đọc {"session": …, "text": …} hoặc {"session": …, "press": …} từng dòng.',
    )


def run(options: argparse.Namespace) -> int:
    app = build_app(load_settings(), announce_indexing)
    sessions: OrderedDict[str, Session] = OrderedDict()

    def answer(value: dict[str, Any]) -> dict[str, Any]:
        name = text_of(value, "session")
        session = sessions.pop(name, None) or Session(name)
        utterance = Utterance(text=text_of(value, "text"), payload=text_of(value, "press"))
        turn = app.engine.run_turn(session, utterance, vietnam_today())
        sessions[name] = Session.from_data(turn.session.to_data())
        while len(sessions) > MAX_SESSIONS:
            sessions.popitem(last=False)
        return {
            "session": name,
            "outcome": turn.outcome.value,
            "topics": [{"id": topic.id, "score": round(topic.score, 4)} for topic in turn.topics],
            "flow": None,
            "step": None,
            "replies": [_to_json(reply) for reply in turn.replies],
        }

    return answer_lines(answer)


def _to_json(reply: Reply) -> dict[str, Any]:
    return {
        "text": to_plain(reply.text),
        "buttons": [{"label": button.label, "payload": button.payload} for button in reply.buttons],
        "image": reply.image,
    }
