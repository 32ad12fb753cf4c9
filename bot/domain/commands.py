"""The commands that can be typed as `/name` on every channel: one list, from which the help, the
menus of channels and the rules are made. What each does is `bot.dialogue.slash_rules`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.system_texts import SystemText


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Names fit every channel: Telegram's are 1 to 32 of a-z, 0-9 and _
    (https://core.telegram.org/bots/api#botcommand, read 2026-11-20).
    """

    name: str
    #: What it does, in a few words; no blanks, at most 256 characters.
    description: SystemText
    #: Other names that do the same and are not shown.
    also: tuple[str, ...] = ()


START = Command("start", SystemText.COMMAND_START)
MENU = Command("menu", SystemText.COMMAND_MENU)
HELP = Command("trogiup", SystemText.COMMAND_HELP, ("help",))
LOOK_UP = Command("tra", SystemText.COMMAND_LOOK_UP)
BACK = Command("lui", SystemText.COMMAND_BACK)
RESTART = Command("lamlai", SystemText.COMMAND_RESTART)
STOP = Command("dung", SystemText.COMMAND_STOP)
HANDOFF = Command("gapnguoi", SystemText.COMMAND_HANDOFF)
PRIVACY = Command("quyenriengtu", SystemText.COMMAND_PRIVACY)
MY_DATA = Command("dulieu", SystemText.COMMAND_MY_DATA)
DELETE_MY_DATA = Command("xoadulieu", SystemText.COMMAND_DELETE_MY_DATA)

#: In the order in which they are shown.
COMMANDS = (
    START,
    MENU,
    HELP,
    LOOK_UP,
    BACK,
    RESTART,
    STOP,
    HANDOFF,
    PRIVACY,
    MY_DATA,
    DELETE_MY_DATA,
)
COMMANDS_BY_NAME = {name: one for one in COMMANDS for name in (one.name, *one.also)}
