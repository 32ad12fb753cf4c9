"""Makes a decision of a walk through flows: what is said, what staff should know."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.decisions import Decision, Request, WayOn
from bot.dialogue.flow_pages import Looped, Lost, NeedsPerson, PutAway, Walk
from bot.dialogue.flow_replies import FlowReplyMaker
from bot.dialogue.flow_runner import FlowRunner
from bot.dialogue.replies import ReplyMaker
from bot.domain.catalog import Catalog
from bot.domain.flows import Show
from bot.domain.session import Outcome, ScoredTopic


class FlowWalks:
    """Over one catalog and one runner."""

    def __init__(self, catalog: Catalog, runner: FlowRunner) -> None:
        self.runner = runner
        self.say = FlowReplyMaker(catalog, runner)
        self._catalog = catalog
        self._make = ReplyMaker(catalog)

    def decide(
        self,
        walk: Walk,
        request: Request,
        rule: str,
        outcome: Outcome = Outcome.ANSWERED,
        topics: tuple[ScoredTopic, ...] = (),
    ) -> Decision:
        """The replies of a walk, with its frames and events."""
        if any(isinstance(page, NeedsPerson) for page in walk.pages):
            outcome = Outcome.HANDOFF
        shown = (page.topic for page in walk.pages if isinstance(page, Show))
        found = (self._catalog.find_topic(one) for one in shown)
        replies = self.say.replies(walk, request.today)
        return Decision(
            outcome,
            replies or (self._make.menu(),),
            topics or tuple(ScoredTopic(topic.id, 1.0) for topic in found if topic),
            rule=rule,
            frames=walk.frames,
            events=tuple(_events(walk)),
            way_on=WayOn.NOT,
        )


def _events(walk: Walk) -> Iterator[str]:
    """What staff should know of a walk: where it led, and what went wrong."""
    if walk.answered:
        yield f"flow_answer:{walk.answered}"
    for place in walk.taken:
        yield f"flow_step:{place}"
    for ended in walk.ended:
        yield f"flow_ended:{ended}"
    for page in walk.pages:
        match page:
            case Lost(flow):
                yield f"flow_lost:{flow.id if flow else ''}"
            case Looped(flow, step_id):
                yield f"flow_looped:{flow.id}:{step_id}"
            case NeedsPerson(flow):
                yield f"flow_needs_person:{flow.id}"
            case PutAway(flow):
                yield f"flow_put_away:{flow.id}"
            case _:
                pass
