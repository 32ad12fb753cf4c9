"""The rule for questions about what was told last: "hết bao nhiêu tiền?", "làm ở đâu?"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.decisions import Decision, Request
from bot.dialogue.flow_moves import FlowMoves
from bot.dialogue.questions import split_at_commas
from bot.dialogue.replies import ReplyMaker
from bot.domain.cards import fact_card
from bot.domain.catalog import Catalog
from bot.domain.knowledge import Topic
from bot.domain.messages import Button, Reply
from bot.domain.payloads import TOPIC, parse_payload
from bot.domain.session import Outcome, ScoredTopic
from bot.domain.system_texts import SystemText
from bot.domain.understanding import FollowUp
from bot.nlu.follow_ups import FollowUpReader


class FollowUpRule:
    """Answers one more thing about a topic, over one catalog."""

    def __init__(self, catalog: Catalog, moves: FlowMoves) -> None:
        self._catalog = catalog
        self._moves = moves
        self._reader = FollowUpReader.of(catalog.intents, catalog.abbreviations)
        self._make = ReplyMaker(catalog)

    def decide(self, request: Request, topic_under_way: str) -> Decision | None:
        """The answer, when the whole message asks about the topic that was told last, or about
        that of the flow under way; a question back when there is none. None for other messages.
        """
        asked = self._reader.find_all(request.text)
        if not asked:
            return None
        last = "" if request.is_back else request.session.topic
        topic = self._catalog.find_topic(last or topic_under_way)
        if FollowUp.START in asked:
            return self._started(topic, request)
        if topic is None:
            return Decision(Outcome.CLARIFY, (self._which(request),), rule=asked[0])
        if reply := self._told(topic, asked, request):
            found = (ScoredTopic(topic.id, 1.0),)
            return Decision(Outcome.ANSWERED, (reply,), found, rule=asked[0])
        return Decision(Outcome.UNKNOWN, (self._not_told(topic),), rule=asked[0], told=topic.id)

    def without_facts(self, text: str) -> str:
        """The text without clauses that only ask for one more fact: the answer to the others tells
        all facts. The text itself when nothing else is left.
        """
        clauses = split_at_commas(text)
        kept = [one for one in clauses if self._reader.find(one) is None]
        return ", ".join(kept) if kept and len(kept) < len(clauses) else text

    def _which(self, request: Request) -> Reply:
        """Asks which matter is meant: one of those that were just offered, if any."""
        offered = [
            Button(one.label, one.payload)
            for one in request.session.choices
            if parse_payload(one.payload)[0] == TOPIC
        ]
        return self._make.text(SystemText.FOLLOW_UP_WHICH, (*offered, *self._make.ways_on()))

    def _started(self, topic: Topic | None, request: Request) -> Decision | None:
        """The flow of what was told last; None where it has none."""
        flow = self._catalog.flows_of_topics.get(topic.id) if topic else None
        return self._moves.start(flow.id, request) if flow else None

    def _told(self, topic: Topic, asked: Sequence[FollowUp], request: Request) -> Reply | None:
        if FollowUp.STEPS in asked:
            return self._make.answer(topic, request.today)
        text = fact_card(topic, self._catalog, asked, request.today)
        if not text:
            return None
        if not all(fact_card(topic, self._catalog, [one], request.today) for one in asked):
            text += f"\n\n{self._catalog.message(SystemText.FOLLOW_UP_REST)}"
        return Reply(text, (self._make.topic_button(topic),))

    def _not_told(self, topic: Topic) -> Reply:
        buttons = (self._make.topic_button(topic), self._make.handoff_button())
        return self._make.text(SystemText.FOLLOW_UP_UNKNOWN, buttons, title=topic.title)
