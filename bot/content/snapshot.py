"""A catalog as plain data and back, so that a running assistant need not read hundreds of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from bot.domain.catalog import Catalog
from bot.domain.errors import IndexStale
from bot.domain.knowledge import Confidence, Law, LawId, LegalBasis, Source, Topic, TopicId, WhatIf
from bot.domain.system_texts import SystemText

_DATES = ("in_force_from", "amended_on", "lapsed_on")


def to_snapshot(catalog: Catalog) -> dict[str, Any]:
    """The catalog without its intents, which only making an index needs, as JSON-ready data."""
    laws = [asdict(law) for law in catalog.laws.values()]
    for law in laws:
        law.update({key: law[key].isoformat() if law[key] else None for key in _DATES})
    return {
        "topics": [asdict(topic) for topic in catalog.topics],
        "laws": laws,
        "messages": dict(catalog.messages),
        "abbreviations": dict(catalog.abbreviations),
        "fillers": list(catalog.fillers),
        "safety_phrases": {kind: list(phrases) for kind, phrases in catalog.safety_phrases.items()},
        "content_hash": catalog.content_hash,
    }


def from_snapshot(data: Mapping[str, Any]) -> Catalog:
    """The catalog that `to_snapshot` was given, with no intents.

    Raises:
        IndexStale: another version of the program took the snapshot; this one cannot serve it.
    """
    try:
        catalog = _catalog(data)
        fits = all(key.fits(catalog.messages.get(key)) for key in SystemText)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _stale(repr(error)) from error
    if not fits:
        raise _stale("its system texts are not those that are said now")
    return catalog


def _stale(why: str) -> IndexStale:
    return IndexStale(
        f"another version of the program saved the catalog ({why}): run `python -m bot index`"
    )


def _catalog(data: Mapping[str, Any]) -> Catalog:
    laws = [_law(one) for one in data["laws"]]
    return Catalog(
        topics=tuple(_topic(one) for one in data["topics"]),
        laws={law.id: law for law in laws},
        intents=(),
        messages=data["messages"],
        abbreviations=data["abbreviations"],
        fillers=tuple(data["fillers"]),
        safety_phrases={kind: tuple(phrases) for kind, phrases in data["safety_phrases"].items()},
        content_hash=data["content_hash"],
    )


def _topic(data: Mapping[str, Any]) -> Topic:
    values = {one.name: data[one.name] for one in fields(Topic)}
    values |= {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    values["id"] = TopicId(data["id"])
    values["confidence"] = Confidence(data["confidence"])
    values["sources"] = tuple(Source(**one) for one in data["sources"])
    values["legal"] = tuple(LegalBasis(**one) for one in data["legal"])
    values["what_ifs"] = tuple(WhatIf(**one) for one in data["what_ifs"])
    return Topic(**values)


def _law(data: Mapping[str, Any]) -> Law:
    values = dict(data)
    values |= {key: date.fromisoformat(values[key]) if values[key] else None for key in _DATES}
    values |= {key: tuple(values[key]) for key in ("amended_by", "lapsed_by")}
    values["id"] = LawId(values["id"])
    return Law(**values)
