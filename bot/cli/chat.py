"""`chat`: talk to the assistant in the terminal."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

from bot.app import build_app
from bot.cli.announce import announce_indexing
from bot.cli.explain import explain_in_words
from bot.domain.catalog import Catalog
from bot.domain.clock import vietnam_today
from bot.domain.messages import Button, Reply, Utterance
from bot.domain.session import DataRequest, Session, Turn
from bot.domain.system_texts import SystemText
from bot.settings import load_settings
from bot.text.markup import to_plain

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_MAX_WIDTH = 88


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--explain", action="store_true", help="Sau mỗi lượt, in thêm vì sao trả lời như vậy."
    )


def run(options: argparse.Namespace) -> int:
    app = build_app(load_settings(), announce_indexing)
    print(app.catalog.message(SystemText.GREETING))
    print(app.catalog.message(SystemText.CHAT_HINT))
    session = Session("terminal")
    while True:
        try:
            text = input("\nBạn: ")
        except EOFError:
            print()
            return 0
        if text.strip().lower() in {"thoát", "thoat", "quit", "exit"}:
            print(app.catalog.message(SystemText.GOODBYE))
            return 0
        turn = app.engine.run_turn(session, Utterance(text=text), vietnam_today())
        session = turn.session
        for shown in show_all((*turn.replies, *_what_is_kept(turn, app.catalog)), app.catalog):
            print(f"\n{shown}")
        if options.explain:
            print(f"\n{explain_in_words(app, turn)}")


def _what_is_kept(turn: Turn, catalog: Catalog) -> Iterator[Reply]:
    """What a turn introduces that tells what is kept: here nothing but the session, in memory."""
    if turn.data_request is DataRequest.EXPORT:
        yield Reply(catalog.message(SystemText.DATA_TERMINAL))


def show_all(replies: Sequence[Reply], catalog: Catalog) -> Iterator[str]:
    """The replies of a turn; the numbers of their buttons run on from one to the next."""
    first = 1
    for reply in replies:
        yield show(reply, first, catalog)
        first += len(reply.buttons)


def show(reply: Reply, first: int, catalog: Catalog) -> str:
    """The reply wrapped to the terminal, its picture in words, its buttons as a list numbered from
    `first`.
    """
    width = min(shutil.get_terminal_size((_MAX_WIDTH, 24)).columns, _MAX_WIDTH)
    said = reply.text
    if reply.picture:
        said += "\n\n" + catalog.message(SystemText.LABEL_PICTURE, alt=reply.picture.alt)
    lines = [wrapped for line in said.split("\n") for wrapped in _wrap(line, width)]
    text = "\n".join(lines)
    text = _BOLD.sub("\033[1m\\1\033[0m", text) if sys.stdout.isatty() else to_plain(text)
    return text + ("\n\n" + _buttons(reply.buttons, first) if reply.buttons else "")


def _wrap(line: str, width: int) -> list[str]:
    hang = re.match(r"(?:\d+\. |- )?", line)
    return textwrap.wrap(
        line, width, subsequent_indent=" " * len(hang.group() if hang else "")
    ) or [""]


def _buttons(buttons: tuple[Button, ...], first: int) -> str:
    return "\n".join(f"  [{number}] {button.label}" for number, button in enumerate(buttons, first))
