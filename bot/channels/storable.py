"""Texts from outside as a database can keep them."""

from __future__ import annotations


def storable(text: str) -> str:
    """Without what JSON can say and no database keeps: halves of surrogate pairs, and NUL. No
    vendor sends either.
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
