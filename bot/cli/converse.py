"""`converse`: whole conversations as JSON lines, on the same engine as every channel; kept in a
file when asked to, and run again from it.
"""

from __future__ import annotations

import argparse
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TypeAlias

from bot.app import App, build_app
from bot.cli.announce import announce_indexing
from bot.cli.json_lines import JsonObject, UnusableLine, answer_lines, echo_of, text_of
from bot.cli.records import to_record
from bot.cli.replay import UNUSABLE, load_usable, replay
from bot.domain.clock import vietnam_today
from bot.domain.errors import ConfigError
from bot.domain.frames import Frame
from bot.domain.messages import Reply, Utterance
from bot.domain.session import Outcome, ScoredTopic, Session
from bot.settings import load_settings
from bot.text.markup import to_plain
from bot.text.personal_data import mask_personal_data
from bot.text.stand_ins import say_without_personal_data

#: Conversations kept in memory; the one longest unused is forgotten first.
MAX_SESSIONS = 10_000

#: Takes the record of a turn; None where nobody wants it.
Keep: TypeAlias = Callable[[JsonObject], None] | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--jsonl",
        action="store_true",
        help='Đọc {"session": …, "text": …} hoặc {"session": …, "press": …} từng dòng.',
    )
    source.add_argument(
        "--replay",
        type=Path,
        metavar="TỆP",
        help="Chạy lại cuộc trò chuyện đã ghi bằng --save, chỉ ra lượt nào nay đáp khác. Mã kết "
        "thúc: 0 khi mọi lượt giống, 1 khi có lượt khác, 2 khi tệp không dùng được.",
    )
    parser.add_argument(
        "--save",
        type=Path,
        metavar="TỆP",
        help="Ghi mọi lượt vào tệp này để sau chạy lại; dữ liệu cá nhân không được ghi.",
    )


def run(options: argparse.Namespace) -> int:
    recorded = load_usable(options.replay) if options.replay else []
    if options.replay and not recorded:
        return UNUSABLE
    app = build_app(load_settings(), announce_indexing)
    with _keeping(options.save) as keep:
        talks = Conversations(app, keep)
        if options.replay:
            return replay(
                recorded,
                app.catalog.content_hash,
                lambda turn: talks.take(turn.session, turn.said, turn.on),
            )
        return _converse(app, talks)


def _converse(app: App, talks: Conversations) -> int:
    def answer(value: JsonObject) -> JsonObject:
        name, utterance = text_of(value, "session"), _utterance_of(value)
        return talks.take(name, utterance, vietnam_today())

    def refuse(value: JsonObject, fault: UnusableLine) -> JsonObject:
        reply = Reply(fault.explain(app.catalog))
        return _turn_to_json(echo_of(value, "session"), Outcome.UNKNOWN, (), (reply,))

    return answer_lines(answer, refuse)


@contextmanager
def _keeping(path: Path | None) -> Iterator[Keep]:
    """What writes each turn to the file, at once, so that a talk that is cut off is kept too."""
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"Không ghi được vào {path}. Hãy chọn tệp khác cho --save.") from error
    with file:

        def keep(line: JsonObject) -> None:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()

        yield keep


class Conversations:
    """Conversations side by side, by the names that others give them. Each is serialised and read
    back between its turns.
    """

    def __init__(self, app: App, keep: Keep = None) -> None:
        self._app = app
        self._keep = keep
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._count = 0

    def take(self, name: str, utterance: Utterance, on: date) -> JsonObject:
        """Run one turn on a day; what came of it."""
        session = self._sessions.pop(name, None) or self._begin()
        turn = self._app.engine.run_turn(session, utterance, on)
        data = json.loads(json.dumps(turn.session.to_data()))
        self._sessions[name] = Session.from_data(data)
        while len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)
        came = _turn_to_json(name, turn.outcome, turn.topics, turn.replies, turn.session.frames)
        if self._keep:
            said = self._without_personal_data(utterance, session)
            content_hash = self._app.catalog.content_hash
            self._keep(to_record(said, on, content_hash, came, session=session.id))
        return came

    def _begin(self) -> Session:
        """A session that is numbered, for the name from outside can be a telephone number."""
        self._count += 1
        return Session(str(self._count))

    def _without_personal_data(self, utterance: Utterance, session: Session) -> Utterance:
        if utterance.payload:
            return Utterance(payload=mask_personal_data(utterance.payload))
        max_chars = self._app.settings.max_utterance_chars
        is_led = bool(session.frames)
        text = say_without_personal_data(utterance.text, max_chars, is_led=is_led)
        return Utterance(text=text)


def _utterance_of(value: JsonObject) -> Utterance:
    """A pressed button, or else what was typed."""
    if value.get("press"):
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
