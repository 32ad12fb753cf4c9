"""What the assistant knows: topics with their sources, and the register of legal texts.

Plain immutable data. Reading files is `bot.content`, searching is `bot.retrieval`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NewType

from bot.domain.pictures import PictureId

TopicId = NewType("TopicId", str)
LawId = NewType("LawId", str)


class Confidence(StrEnum):
    """How well a topic's core is supported by its sources."""

    CONFIRMED = "confirmed"
    SINGLE_SOURCE = "single-source"
    PLAN_ONLY = "plan-only"
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Law:
    """A legal text as registered in `knowledge/laws.yaml`."""

    id: LawId
    number: str
    title: str
    in_force_from: date | None = None
    amended_on: date | None = None
    amended_by: tuple[str, ...] = ()
    lapsed_on: date | None = None
    lapsed_by: tuple[str, ...] = ()
    #: What is not certain about this text, shown to editors only.
    note: str = ""

    def is_lapsed(self, on: date) -> bool:
        """Whether the text no longer applies on the given day."""
        return self.lapsed_on is not None and self.lapsed_on <= on

    def is_amended(self, on: date) -> bool:
        """Whether the text still applies on the given day, in a changed wording."""
        return self.amended_on is not None and self.amended_on <= on and not self.is_lapsed(on)


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One citation: a registered law and the place in it, such as "Điều 9"."""

    law_id: LawId
    place: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from."""

    title: str
    #: A web address or a document number.
    reference: str
    #: As the source states it: a day, a month, a year, or "không rõ".
    date: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One "what if" of a topic: the condition, and what to do then."""

    condition: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One need of a citizen, answered from published content."""

    id: TopicId
    #: Three digits, unique and stable: short enough for a button payload, a poster or a phone line.
    code: int
    title: str
    answer: str
    as_of: str
    confidence: Confidence
    sources: tuple[Source, ...]
    also: tuple[TopicId, ...] = ()
    aliases: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    fee: str = ""
    time_limit: str = ""
    where: str = ""
    authority: str = ""
    legal: tuple[LegalBasis, ...] = ()
    related: tuple[TopicId, ...] = ()
    duties: tuple[str, ...] = ()
    #: A list that is the answer, such as the names of services.
    details: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    #: For the number of a step, from 1: its picture, where one is led step by step.
    pictures: Mapping[int, PictureId] = field(default_factory=dict, hash=False)
    what_ifs: tuple[WhatIf, ...] = ()
    warnings: tuple[str, ...] = ()
    #: Relative to the content root, with forward slashes.
    path: str = ""

    @property
    def group(self) -> str:
        """The part of the id before the slash, such as "service"."""
        return self.id.split("/", 1)[0]

    def laws_changed(self, laws: Mapping[LawId, Law], on: date) -> tuple[Law, ...]:
        """The cited laws that have lapsed or been amended by the given day, in citation order."""
        cited = dict.fromkeys(basis.law_id for basis in self.legal)
        known = (laws[law_id] for law_id in cited if law_id in laws)
        return tuple(law for law in known if law.is_lapsed(on) or law.is_amended(on))
