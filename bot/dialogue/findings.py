"""What a question finds among the topics, and what can be said of it outright."""

from __future__ import annotations

from bot.dialogue.decisions import Decision, Request
from bot.dialogue.replies import ReplyMaker
from bot.domain.catalog import Catalog
from bot.domain.knowledge import Topic
from bot.domain.session import Outcome, ScoredTopic
from bot.retrieval.decision import Verdict
from bot.retrieval.retriever import Retrieval, Retriever

MAX_CHOICES = 3
#: Whatever the gate says of the whole, a topic less likely is no answer. No question of the
#: development set that is answered outright comes near (2026-11-21: the least is 0.35).
MIN_SURE_SCORE = 0.3
MAX_TOPICS_REPORTED = 5


class Findings:
    """Over one catalog and one retriever. Remembers nothing."""

    def __init__(self, catalog: Catalog, retriever: Retriever) -> None:
        self._catalog = catalog
        self._retriever = retriever
        self._make = ReplyMaker(catalog)

    def of(self, text: str, request: Request) -> Retrieval:
        """What was found for the request's text, or for a piece of it."""
        known = request.found.get(text) or request.searched.get(text)
        if known is None:
            known = request.searched[text] = self._retriever.retrieve(text)
        return known

    def is_topic_first(self, retrieval: Retrieval) -> bool:
        """Whether nothing that is no topic comes before the topics."""
        best = retrieval.best
        return best is None or self._catalog.find_topic(best.name) is not None

    def is_sure(self, retrieval: Retrieval) -> bool:
        """Whether the first topic is the answer."""
        is_answer = retrieval.verdict is Verdict.ANSWER and self.is_topic_first(retrieval)
        return is_answer and retrieval.topics[0].score >= MIN_SURE_SCORE

    def sure_topic(self, text: str, request: Request) -> str:
        """The topic that answers a text outright; empty when none does."""
        found = self.of(text, request)
        return found.topics[0].name if self.is_sure(found) else ""

    def answer(self, retrieval: Retrieval, request: Request) -> Decision:
        """The first topic."""
        reply = self._make.answer(self.topics(retrieval)[0], request.today)
        return Decision(Outcome.ANSWERED, (reply,), self.scored(retrieval))

    def topics(self, retrieval: Retrieval, least: float = 0.0) -> list[Topic]:
        """The topics found with at least this probability, best first."""
        names = (one.name for one in retrieval.topics if one.score >= least)
        found = map(self._catalog.find_topic, names)
        return [topic for topic in found if topic is not None]

    def scored(self, retrieval: Retrieval) -> tuple[ScoredTopic, ...]:
        """The first topics as they are reported."""
        shown = retrieval.topics[:MAX_TOPICS_REPORTED]
        return tuple(ScoredTopic(one.name, one.score) for one in shown)
