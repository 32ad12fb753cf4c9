"""Signs by which a pasted message looks like a scam, as editors list them in
`config/scam_signs.yaml`. Only their ids are ever kept, never the message.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.knowledge import TopicId

#: What the signs of a message amount to. "No sign" never means that the message is true.
MANY, FEW, NONE = "nhieu", "it", "khong-thay"


@dataclass(frozen=True, slots=True)
class ScamSign:
    """One sign: the words that show it, what the citizen is told, the topic that says so."""

    id: str
    #: 2 is enough by itself; 1 only makes one wary.
    weight: int
    topic: TopicId
    reason: str
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScamSigns:
    """All signs; `link` is shown by a web address whose host is none of `trusted_hosts`."""

    signs: tuple[ScamSign, ...] = ()
    link: ScamSign | None = None
    trusted_hosts: tuple[str, ...] = ()
