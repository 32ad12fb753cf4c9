"""Why a turn came as it did: for whoever looks for the rule, the figure or the step behind it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.app import App
from bot.cli.json_lines import JsonObject
from bot.domain.session import Turn

#: A turn that has this figure was decided by the ranking of its whole text.
_RANKED = "in_scope"


def explain(app: App, turn: Turn) -> JsonObject:
    """What decided, as data. The ranking is made again, for a turn does not keep it; None where
    another rule came first.
    """
    ranking = app.retriever.retrieve(turn.heard) if _RANKED in turn.figures else None
    best = ranking.best if ranking else None
    return {
        "rule": turn.rule,
        "verdict": ranking.verdict.value if ranking else None,
        "best": {"name": best.name, "score": round(best.score, 4)} if best else None,
        "figures": {name: round(value, 4) for name, value in turn.figures.items()},
        "flows": [f"{frame.flow_id}/{frame.step_id}" for frame in turn.session.frames],
        "events": list(turn.events),
    }


def explain_in_words(app: App, turn: Turn) -> str:
    """The same for a person, one thing a line, with the topics and their scores."""
    return "\n".join(f"  {line}" for line in _lines(explain(app, turn), turn))


def _lines(why: JsonObject, turn: Turn) -> Iterator[str]:
    yield f"kết quả: {turn.outcome.value} ({turn.outcome.label})"
    yield f"luật: {why['rule']}"
    if why["verdict"]:
        yield f"xếp hạng: {why['verdict']}"
    if best := why["best"]:
        yield f"đứng đầu: {best['score']:.3f}  {best['name']}"
    for name, value in why["figures"].items():
        yield f"số đo: {value:.3f}  {name}"
    for topic in turn.topics:
        yield f"chủ đề: {topic.score:.3f}  {topic.id}"
    for place in why["flows"]:
        yield f"đang ở: {place}"
    for event in why["events"]:
        yield f"sự kiện: {event}"
