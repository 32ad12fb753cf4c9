"""`converse`: whole conversations as JSON lines, on the same engine as every channel."""

from __future__ import annotations

import argparse
from collections import OrderedDict
from collections.abc import Sequence

from bot.app import build_app
from bot.cli.announce import announce_indexing
from bot.cli.json_lines import JsonObject, UnusableLine, answer_lines, echo_of, text_of
from bot.domain.clock import vietnam_today
from bot.domain.frames import Frame
from bot.domain.messages import Reply, Utterance
from bot.domain.session import Outcome, ScoredTopic, Session
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

    def answer(value: JsonObject) -> JsonObject:
        name, utterance = text_of(value, "session"), _utterance_of(value)
        session = sessions.pop(name, None) or Session(name)
        turn = app.engine.run_turn(session, utterance, vietnam_today())
        sessions[name] = Session.from_data(turn.session.to_data())
        while len(sessions) > MAX_SESSIONS:
            sessions.popitem(last=False)
        return _turn_to_json(name, turn.outcome, turn.topics, turn.replies, turn.session.frames)

    def refuse(value: JsonObject, fault: UnusableLine) -> JsonObject:
        reply = Reply(fault.explain(app.catalog))
        return _turn_to_json(echo_of(value, "session"), Outcome.UNKNOWN, (), (reply,))

    return answer_lines(answer, refuse)


def _utterance_of(value: JsonObject) -> Utterance:
    """A pressed button, or else what was typed."""
    if value.get("press") is not None:
        return Utterance(payload=text_of(value, "press"))
    return Utterance(text=text_of(value, "text"))


def _turn_to_json(
    session: str,
    outcome: Outcome,
    topics: Sequence[ScoredTopic],
    replies: Sequence[Reply],
    frames: Sequence[Frame] = (),
) -> JsonObject:
    return {
        "session": session,
        "outcome": outcome.value,
        "topics": [{"id": topic.id, "score": round(topic.score, 4)} for topic in topics],
        "flow": frames[-1].flow_id if frames else None,
        "step": frames[-1].step_id if frames else None,
        "replies": [_reply_to_json(reply) for reply in replies],
    }


def _reply_to_json(reply: Reply) -> JsonObject:
    picture = reply.picture
    return {
        "text": to_plain(reply.text),
        "buttons": [{"label": button.label, "payload": button.payload} for button in reply.buttons],
        "image": {"path": picture.path, "alt": picture.alt} if picture else None,
    }
