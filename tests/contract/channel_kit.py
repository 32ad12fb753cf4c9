"""What every channel must do with a conversation: tell the same in its own way.

A turn is read back in a form of no channel: the words in order, the choices, the pictures. How a
channel cuts, numbers, draws or edits is left out; nothing else may be missing or added.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from bot.app import App
from bot.domain.catalog import Catalog
from bot.domain.messages import Reply
from bot.domain.payloads import FLOW
from bot.domain.session import DataRequest
from bot.domain.system_texts import SystemText
from bot.text.markup import to_plain
from tests.contract.speakers import Shown, Speaker
from tests.conversations.runner import Played, play

_HINTS = (
    SystemText.CHOOSE_BY_BUTTON_OR_NUMBER,
    SystemText.CHOOSE_BY_NUMBER,
    SystemText.CHOOSE_BY_BUTTON,
)


@dataclass(frozen=True)
class Content:
    """What a turn tells, on whatever channel."""

    words: str
    choices: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


class NotEquivalent(AssertionError):
    """A channel told something else."""


def content_of(replies: Sequence[Reply]) -> Content:
    """What replies tell."""
    return Content(
        _joined(to_plain(one.text) for one in replies),
        tuple(button.label for one in replies for button in one.buttons),
        tuple(one.picture.id for one in replies if one.picture),
    )


class Reader:
    """Reads what stands on a screen, knowing our content as citizens know what a list is."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._alts = {to_plain(one.alt): one.id for one in catalog.pictures.values()}
        told = {
            to_plain(catalog.message(SystemText.LABEL_PICTURE, alt=alt)): picture
            for alt, picture in self._alts.items()
        }
        self._told_in_words = told
        self._hints = [to_plain(catalog.message(one)) for one in _HINTS]

    def read(self, shown: Sequence[Shown], labels: Sequence[str]) -> Content:
        """The content of new messages in which these choices are to be found.

        Raises:
            NotEquivalent: a choice is missing, or stands there with another number.
        """
        pictures: list[str] = []
        lines: list[str] = []
        buttons: list[str] = []
        for one in shown:
            buttons += one.buttons
            words = unicodedata.normalize("NFC", one.words)
            if one.picture:
                pictures.append(one.picture)
                if self._alts.get(words) == one.picture:
                    continue  # what it shows, for those who cannot see it
            lines += words.splitlines()
        pictures += [self._told_in_words[one] for one in lines if one in self._told_in_words]
        lines = [one for one in lines if one not in self._told_in_words]
        lines = [one for one in lines if one not in self._hints]
        choices, lines = _take_choices(lines, buttons, labels)
        return Content(_joined(lines), choices, tuple(pictures))


def _take_choices(
    lines: list[str], buttons: Sequence[str], labels: Sequence[str]
) -> tuple[tuple[str, ...], list[str]]:
    """The choices that are offered, and the lines without theirs. Buttons alone, or lines, the
    first few of which may be buttons too.
    """
    plain = [" ".join(to_plain(one).split()) for one in labels]
    if [_bare(one) for one in buttons] == plain:
        return tuple(labels), lines
    rest, found = list(lines), []
    for number, label in reversed(list(enumerate(plain, 1))):
        at = _last_line(rest, number, label)
        if at is not None:
            found.append(label)
            del rest[at]
        elif any(_is_title(one, label) for one in buttons) or _is_told(rest, number, label):
            found.append(label)
    found.reverse()
    strange = [one for one in buttons if not any(_is_title(one, label) for label in plain)]
    if found != plain or strange:
        raise NotEquivalent(f"choices {found}, strange buttons {strange}, wanted {plain}")
    return tuple(labels), rest


def _last_line(lines: Sequence[str], number: int, label: str) -> int | None:
    ways = {f"{number}. {label}", f"- {label}"}
    if re.match(r"[\W_]*\d", label):
        ways.add(label)
    return next((at for at in range(len(lines) - 1, -1, -1) if lines[at] in ways), None)


def _is_told(lines: Sequence[str], number: int, label: str) -> bool:
    """Whether the words of a reply number this choice already, as those of a look-up do."""
    return any(one.startswith(f"{number}. {label} (") for one in lines)


def _is_title(title: str, label: str) -> bool:
    bare = _bare(title)
    return bare == label or (bare.endswith("…") and label.startswith(bare[:-1]))


def _bare(title: str) -> str:
    return re.sub(r"^\d+\. ", "", title)


def _joined(texts: Any) -> str:
    return " ".join(" ".join(texts).split())


class Listener:
    """Somebody on a channel, whose turns are compared with what replies should tell."""

    def __init__(self, speaker: Speaker, catalog: Catalog) -> None:
        self.speaker = speaker
        self.reader = Reader(catalog)
        self._catalog = catalog
        self._is_new = speaker.label != ""

    async def check(self, played: Played) -> None:
        """Do what a turn of a script does, and compare what comes with what should.

        Raises:
            NotEquivalent: it is something else.
        """
        turn = played.turn
        replies = self._noticed(turn.replies, turn.data_request)
        wanted = content_of(replies)
        shown = await self.speaker.hears(self._doing(played.scripted))
        heard = self.reader.read(shown, wanted.choices)
        if turn.data_request is DataRequest.EXPORT:
            # What is kept differs between channels; that it is told does not.
            begins = heard.words.startswith(wanted.words)
            if not begins or self.speaker.label not in heard.words.removeprefix(wanted.words):
                raise NotEquivalent(f"{heard} is not about what {self.speaker.label} keeps")
            return
        self._is_new = turn.data_request is DataRequest.DELETE and self.speaker.label != ""
        if heard != wanted:
            raise NotEquivalent(f"\nheard  {heard}\nwanted {wanted}\nshown {shown}")

    def _noticed(self, replies: Sequence[Reply], asked: DataRequest | None) -> Sequence[Reply]:
        """Who is new is told some things more: behind a greeting, before any other answer."""
        if not self._is_new or asked is not None:
            return replies
        notices = [self._catalog.message(SystemText.PRIVACY_SHORT)]
        if self.speaker.is_on_trial:
            notices.append(
                self._catalog.message(SystemText.PILOT_CHANNEL, channel=self.speaker.label)
            )
        notices = [one for one in notices if not any(one in said.text for said in replies)]
        greeting = self._catalog.message(SystemText.WELCOME)
        if replies[0].text.startswith(greeting):
            rest = replace(replies[0], text=replies[0].text.removeprefix(greeting))
            return (Reply(greeting), *map(Reply, notices), rest, *replies[1:])
        return (*map(Reply, notices), *replies)

    def _doing(self, scripted: dict[str, Any]) -> Any:
        speaker = self.speaker
        speaker.service.clock.advance(timedelta(days=scripted.get("days", 0)).total_seconds())
        if (label := scripted.get("presses")) is not None:
            if label.startswith(f"{FLOW}:"):
                return partial(speaker.begins, label)
            return partial(speaker.presses, label)
        if "sends" in scripted:
            return partial(speaker.sends, scripted["sends"], scripted.get("says", ""))
        return partial(speaker.says, scripted["says"])


async def plays_alike(speaker: Speaker, app: App, script: dict[str, Any]) -> AsyncIterator[Played]:
    """Each turn of a script, once the channel was found to tell what the script says.

    Raises:
        NotEquivalent: it tells something else; says in which turn.
    """
    listener = Listener(speaker, app.catalog)
    for number, played in enumerate(play(app, script), 1):
        assert played.scripted == played.golden(), (
            f"turn {number} of {script['title']} is not golden"
        )
        try:
            await listener.check(played)
        except AssertionError as fault:
            raise NotEquivalent(
                f"turn {number} {played.scripted.get('says')!r}: {fault}"
            ) from fault
        yield played
