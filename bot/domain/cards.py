"""A topic as the texts that a citizen reads, within the limits of every channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.domain.catalog import Catalog
from bot.domain.knowledge import Confidence, Law, Topic
from bot.domain.system_texts import SystemText
from bot.domain.understanding import FollowUp

#: Zalo's text messages hold 2000 characters (OA and Bot Platform); Telegram's hold 4096.
MAX_REPLY_CHARS = 2000
#: About two lines on a phone.
MAX_FACTS_CHARS = 120
_SOURCES_SHOWN = 2
#: What editors write where a source has no date.
UNKNOWN_DATE = "không rõ"
_CONFIDENCE_TEXTS = {
    Confidence.SINGLE_SOURCE: SystemText.CONFIDENCE_SINGLE_SOURCE,
    Confidence.PLAN_ONLY: SystemText.CONFIDENCE_PLAN_ONLY,
    Confidence.RECALLED: SystemText.CONFIDENCE_RECALLED,
}


def answer_card(topic: Topic, catalog: Catalog, today: date) -> str:
    """The main reply: answer, what is needed, steps, fee, time, place, cautions, source and date.

    Papers are listed when they fit; otherwise `documents_card` holds them.
    """
    with_documents = _answer_text(topic, catalog, today, documents=True)
    if len(with_documents) <= MAX_REPLY_CHARS:
        return with_documents
    return _answer_text(topic, catalog, today, documents=False)


def shows_documents(topic: Topic, catalog: Catalog, today: date) -> bool:
    """Whether `answer_card` has room for the papers of the topic."""
    return len(_answer_text(topic, catalog, today, documents=True)) <= MAX_REPLY_CHARS


def _answer_text(topic: Topic, catalog: Catalog, today: date, *, documents: bool) -> str:
    say = catalog.message
    parts = [f"**{topic.title}**\n{topic.answer}"]
    if topic.details:
        parts.append("\n".join(f"- {detail}" for detail in topic.details))
    if topic.requires:
        parts.append(_bullets(say(SystemText.LABEL_REQUIRES), topic.requires))
    if topic.steps:
        steps = (f"{number}. {step}" for number, step in enumerate(topic.steps, 1))
        parts.append("\n".join([say(SystemText.LABEL_STEPS), *steps]))
    if documents and topic.documents:
        parts.append(_bullets(say(SystemText.LABEL_DOCUMENTS), topic.documents))
    if lines := [fact for fact in _facts(topic, catalog).values() if fact]:
        parts.append("\n".join(lines))
    if cautions := [*topic.warnings, *_cautions(topic, catalog, today)]:
        parts.append(_bullets(say(SystemText.LABEL_WARNINGS), cautions))
    parts.append(source_line(topic, catalog))
    return "\n\n".join(parts)


def _facts(topic: Topic, catalog: Catalog) -> dict[FollowUp, str]:
    """Fee, time and place, each as a line; empty where the topic does not tell it."""
    fee, time, place = topic.fee, topic.time_limit, topic.where
    say = catalog.message
    return {
        FollowUp.FEE: fee and say(SystemText.LABEL_FEE, value=fee),
        FollowUp.TIME: time and say(SystemText.LABEL_TIME_LIMIT, value=time),
        FollowUp.PLACE: place and say(SystemText.LABEL_WHERE, value=place),
    }


def facts_line(topic: Topic, catalog: Catalog) -> str:
    """Fee, time and place in one line of at most `MAX_FACTS_CHARS`; empty when none is told."""
    line = " · ".join(fact.rstrip(".") for fact in _facts(topic, catalog).values() if fact)
    if len(line) <= MAX_FACTS_CHARS:
        return line
    return f"{line[: MAX_FACTS_CHARS - 1].rsplit(' ', 1)[0]}…"


def _bullets(label: str, items: tuple[str, ...] | list[str]) -> str:
    return "\n".join([label, *(f"- {item}" for item in items)])


def _cautions(topic: Topic, catalog: Catalog, today: date) -> list[str]:
    """What the citizen must be told about the law and the sources, apart from the topic's own
    warnings.
    """
    changed = topic.laws_changed(catalog.laws, today)
    # One is enough, and the one that no longer applies says more.
    worst = sorted(changed, key=lambda law: not law.is_lapsed(today))[:1]
    cautions = [_law_caution(law, catalog, today) for law in worst]
    if key := _CONFIDENCE_TEXTS.get(topic.confidence):
        # Doubt about a source must not make anybody hesitate while being robbed.
        is_safety = topic.group == "safety"
        cautions.append(catalog.message(SystemText.CONFIDENCE_SAFETY if is_safety else key))
    return cautions


def _law_caution(law: Law, catalog: Catalog, today: date) -> str:
    title, number, say = law.title, law.number, catalog.message
    if law.is_lapsed(today):
        since = f"{law.lapsed_on:%d/%m/%Y}"
        return say(SystemText.LAW_LAPSED, title=title, number=number, date=since)
    since = f"{law.amended_on:%d/%m/%Y}"
    return say(SystemText.LAW_AMENDED, title=title, number=number, date=since)


def source_line(topic: Topic, catalog: Catalog) -> str:
    """Source and date, as shown under every answer."""
    say = catalog.message
    shown = [
        say(SystemText.SOURCE_WITH_DATE, title=source.title, date=show_date(source.date))
        for source in topic.sources[:_SOURCES_SHOWN]
    ]
    sources = "; ".join(shown)
    if (more := len(topic.sources) - _SOURCES_SHOWN) > 0:
        sources = say(SystemText.SOURCES_MORE, sources=sources, count=more)
    return say(SystemText.LABEL_SOURCE, sources=sources, as_of=show_date(topic.as_of))


def show_date(written: str) -> str:
    """An ISO year, month or day as Vietnamese write it: 2026-06-10 gives 10/06/2026. Other texts
    stay.
    """
    if written == UNKNOWN_DATE:
        return f"{UNKNOWN_DATE} ngày"
    parts = written.split("-")
    if all(part.isdigit() for part in parts):
        return "/".join(reversed(parts))
    return written


def what_ifs_card(topic: Topic, catalog: Catalog) -> str:
    """What can go wrong, and what to do then."""
    lines = [f"- {one.condition}: {one.remedy}" for one in topic.what_ifs]
    heading = catalog.message(SystemText.LABEL_WHAT_IFS, title=topic.title)
    text = "\n".join([heading, *lines])
    return f"{text}\n\n{source_line(topic, catalog)}"


def documents_card(topic: Topic, catalog: Catalog) -> str:
    """The papers to bring or attach."""
    label = catalog.message(SystemText.LABEL_DOCUMENTS)
    return _titled(topic, catalog, _bullets(label, topic.documents))


def fact_card(topic: Topic, catalog: Catalog, asked: Sequence[FollowUp], today: date) -> str:
    """Some facts of a topic, with what must be said of its law and sources; empty when the topic
    tells none of them.
    """
    facts = (_fact(topic, catalog, one) for one in asked)
    told = "\n".join(fact for fact in facts if fact)
    if not told:
        return ""
    if cautions := _cautions(topic, catalog, today):
        told += "\n\n" + _bullets(catalog.message(SystemText.LABEL_WARNINGS), cautions)
    return _titled(topic, catalog, told)


def _fact(topic: Topic, catalog: Catalog, asked: FollowUp) -> str:
    if asked is FollowUp.DOCUMENTS:
        if topic.documents:
            return _bullets(catalog.message(SystemText.LABEL_DOCUMENTS), topic.documents)
        label = catalog.message(SystemText.LABEL_REQUIRES)
        return _bullets(label, topic.requires) if topic.requires else ""
    return _facts(topic, catalog).get(asked, "")


def _titled(topic: Topic, catalog: Catalog, told: str) -> str:
    return f"**{topic.title}**\n{told}\n\n{source_line(topic, catalog)}"


def sources_card(topic: Topic, catalog: Catalog) -> str:
    """Every source with its address, and the legal texts."""
    lines = [f"- {one.title} ({show_date(one.date)}): {one.reference}" for one in topic.sources]
    numbers = [
        f"{law.number} {basis.place}".strip()
        for basis in topic.legal
        if (law := catalog.laws.get(basis.law_id)) is not None
    ]
    if numbers:
        lines.append(catalog.message(SystemText.LABEL_LEGAL, numbers="; ".join(numbers)))
    return "\n".join([f"**{topic.title}**", *lines])
