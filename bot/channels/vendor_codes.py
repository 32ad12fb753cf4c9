"""Codes made of numbers of a vendor: they become labels of metrics, so there must be few."""

from __future__ import annotations

import logging
from http import HTTPStatus

_KNOWN = frozenset(one.value for one in HTTPStatus)

log = logging.getLogger(__name__)


def status_code_of(prefix: str, status: int) -> str:
    """`prefix_404`; `prefix_other` for a number that is no status of HTTP, which is logged."""
    return f"{prefix}_{status}" if status in _KNOWN else other_code_of(prefix, status)


def other_code_of(prefix: str, number: int) -> str:
    """`prefix_other`; the number goes to the log alone."""
    log.warning("%s: a number that is not known: %.20s", prefix, str(number))
    return f"{prefix}_other"
