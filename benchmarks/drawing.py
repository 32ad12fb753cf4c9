"""Draws some examples of every topic, the same ones each time."""

from __future__ import annotations

import random
from collections import defaultdict

from bot.retrieval.decision import is_topic
from bot.retrieval.passages import Passage

SEED = 6


def draw(examples: list[Passage], size: int) -> list[Passage]:
    """At most `size` examples of each topic."""
    groups: dict[str, list[Passage]] = defaultdict(list)
    for one in examples:
        groups[one.name].append(one)
    rng = random.Random(SEED)
    kept = []
    for name in sorted(groups):
        group = groups[name]
        rng.shuffle(group)
        kept += group[:size] if is_topic(name) else group
    return kept
