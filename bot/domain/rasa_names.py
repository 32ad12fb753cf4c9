"""What our classes are called in a Rasa project, and back.

Rasa reads a slash in an intent as "a retrieval intent and its answer" and then ranks the part
before it alone; flat names keep one ranking over all classes (docs/adr/0003).
"""

from __future__ import annotations

_SLASH = "__"


def to_rasa_name(name: str) -> str:
    """The intent of a Rasa project that stands for a class: `service__dang-ky-tam-tru`."""
    return name.replace("/", _SLASH)


def from_rasa_name(intent: str) -> str:
    """The class that an intent of a Rasa project stands for."""
    return intent.replace(_SLASH, "/", 1)
