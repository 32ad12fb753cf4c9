"""The rules for `/name` commands: each does what a button or words do too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.dialogue.data_rules import DataRules
from bot.dialogue.decisions import Clarity, Decision, Request, WayOn
from bot.dialogue.flow_moves import FlowMoves
from bot.dialogue.question_rules import QuestionRules
from bot.dialogue.replies import ReplyMaker
from bot.domain import commands
from bot.domain.cards import facts_line
from bot.domain.catalog import Catalog
from bot.domain.knowledge import Topic
from bot.domain.lookup import Lookup
from bot.domain.messages import Reply
from bot.domain.payloads import BACK, RESTART, STOP
from bot.domain.session import Outcome
from bot.domain.system_texts import SystemText

#: Topics shown by a look-up.
MAX_FOUND = 5


class SlashRules:
    """Rules over one catalog. Each gives a decision, or None when it does not fit."""

    def __init__(
        self,
        catalog: Catalog,
        lookup: Lookup,
        questions: QuestionRules,
        moves: FlowMoves,
        data: DataRules,
    ) -> None:
        self._catalog = catalog
        self._lookup = lookup
        self._questions = questions
        self._moves = moves
        self._make = ReplyMaker(catalog)
        self._commands: Mapping[str, Callable[[Request], Decision | None]] = {
            commands.START.name: lambda _: self.welcome(),
            commands.MENU.name: lambda _: questions.menu(self._make.menu()),
            commands.BACK.name: lambda request: moves.move(BACK, request),
            commands.RESTART.name: lambda request: moves.move(RESTART, request),
            commands.STOP.name: self._stop,
            commands.HANDOFF.name: lambda _: questions.handoff(),
            commands.PRIVACY.name: lambda _: data.notice(),
            commands.MY_DATA.name: lambda _: data.export(),
            commands.DELETE_MY_DATA.name: lambda _: data.ask(),
        }

    def command(self, request: Request) -> Decision | None:
        """Every command but the look-up; one that is not ours gives the list of those that are."""
        if not request.command or request.command == commands.LOOK_UP.name:
            return None
        run = self._commands.get(request.command)
        decision = run(request) if run else self._help()
        if decision is None or not request.has_personal_data:
            return decision
        return decision.after(self._catalog.message(SystemText.PERSONAL_DATA))

    def look_up(self, request: Request) -> Decision | None:
        """Topics by a few words, for who knows what to do with a list."""
        if request.command != commands.LOOK_UP.name:
            return None
        topics = self._lookup.find(request.text, MAX_FOUND) if request.text else ()
        if topics:
            reply = self._found(topics)
        else:
            key = SystemText.LOOK_UP_NONE if request.text else SystemText.LOOK_UP_WHAT
            reply = self._make.text(key, (self._make.menu_button(),))
        return Decision(Outcome.CLARIFY, (reply,), rule="look_up", clarity=Clarity.AS_BEFORE)

    def _found(self, topics: tuple[Topic, ...]) -> Reply:
        intro = self._make.text(
            SystemText.LOOK_UP_FOUND, [*map(self._make.topic_button, topics)], count=len(topics)
        )
        lines = [self._found_line(number, topic) for number, topic in enumerate(topics, 1)]
        return replace(intro, text="\n\n".join([intro.text, *lines]))

    def _found_line(self, number: int, topic: Topic) -> str:
        line = self._catalog.message(
            SystemText.LOOK_UP_LINE, number=number, title=topic.title, code=topic.code
        )
        facts = facts_line(topic, self._catalog)
        return f"{line}\n{facts}" if facts else line

    def welcome(self) -> Decision:
        """What a newcomer reads first, with the menu."""
        say = self._catalog.message
        menu = self._questions.menu(self._make.menu())
        greeted = menu.after(f"{say(SystemText.WELCOME)}\n\n{say(SystemText.PRIVACY_SHORT)}")
        return replace(greeted, rule="welcome")

    def _help(self) -> Decision:
        say = self._catalog.message
        lines = [
            say(SystemText.COMMAND_LINE, name=one.name, description=say(one.description))
            for one in commands.COMMANDS
        ]
        told = self._make.text(
            SystemText.HELP_WITH_COMMANDS, (self._make.menu_button(),), commands="\n".join(lines)
        )
        return Decision(Outcome.SMALLTALK, (told,), rule="help", way_on=WayOn.BY_BUTTON)

    def _stop(self, request: Request) -> Decision | None:
        if request.session.frames:
            return self._moves.move(STOP, request)
        stopped = self._make.small_talk("stop")
        return Decision(Outcome.SMALLTALK, (stopped,), rule="command/stop")
