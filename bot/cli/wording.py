"""What whoever runs the machines is told: the sentences of `operator.yaml`, by code. It lies beside
the program, not among the content, so that there are words when no content can be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.content.marked_yaml import parse_marked
from bot.domain.clock import VIETNAM
from bot.domain.errors import BotError
from bot.running.checks.findings import Finding, Grade, Value

TABLE_PATH = Path(__file__).with_name("operator.yaml")
#: The units of a length of time, longest first, in seconds.
_UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))


@cache
def load_words() -> Mapping[str, Mapping[str, Any]]:
    """The whole table."""
    return parse_marked(TABLE_PATH.read_text(encoding="utf-8")).data


def tell_fault(fault: BotError) -> str:
    """What is so and what to do; the fault's own text where the table has no sentence for it."""
    sentence = load_words()["faults"].get(fault.code)
    return sentence.format(**{"fault": fault, **fault.values}) if sentence else str(fault)


def tell_finding(finding: Finding) -> tuple[str, str]:
    """What is so, and what to do, which is empty where there is nothing to do."""
    entry = load_words()["findings"][finding.sentence]
    values = {name: _tell_value(value) for name, value in finding.values.items()}
    return entry["what"].format(**values), entry.get("remedy", "").format(**values)


def label_of_check(name: str) -> str:
    """What staff call a check."""
    return str(load_words()["checks"][name])


def label_of_grade(grade: Grade) -> str:
    """What staff call it."""
    return str(load_words()["grades"][grade])


def _tell_value(value: Value) -> str:
    forms = load_words()["values"]
    if isinstance(value, datetime):
        return str(forms["moment"].format(at=value.astimezone(VIETNAM)))
    if isinstance(value, timedelta):
        return _tell_length(value)
    return str(forms["unknown"]) if value in {None, ""} else str(value)


def _tell_length(length: timedelta) -> str:
    """In its largest unit that fits twice, rounded down."""
    seconds = int(abs(length).total_seconds())
    unit, size = next((one for one in _UNITS if seconds >= 2 * one[1]), _UNITS[-1])
    return str(load_words()["values"][unit].format(count=seconds // size))
