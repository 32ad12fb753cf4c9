"""Scripted faults: what goes wrong with the next calls, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class FaultKind(StrEnum):
    """How a call goes wrong."""

    #: An answer with an error code; nothing is performed.
    ERROR = "error"
    #: Performed at once; the answer comes late.
    DELAY = "delay"
    #: The connection is closed; nothing is performed.
    CLOSE_BEFORE = "close_before"
    #: Performed; the connection is closed without an answer.
    CLOSE_AFTER = "close_after"
    #: A page of HTML with a status of 5xx; nothing is performed.
    HTML = "html"
    #: The same page, but performed.
    HTML_AFTER = "html_after"


@dataclass(slots=True)
class Fault:
    """Something that goes wrong a number of times."""

    kind: FaultKind
    #: Which calls, such as message/cs, sendMessage, oauth/*.
    method: str = "*"
    times: int = 1
    #: So many matching calls go well before.
    skip: int = 0
    #: For ERROR: the code of the product.
    code: int = 0
    description: str = "scripted fault"
    #: For DELAY: real seconds.
    seconds: float = 0.0
    #: For HTML: the status.
    status: int = 502

    @property
    def is_before(self) -> bool:
        """Whether nothing is performed."""
        return self.kind in {FaultKind.ERROR, FaultKind.CLOSE_BEFORE, FaultKind.HTML}


class FaultScript:
    """Faults in the order in which they were added; the first that fits is used up first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.used = 0

    def add(self, fault: Fault) -> None:
        """Let something go wrong."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Let everything go well from now on."""
        self._faults.clear()

    def take(self, method: str) -> Fault | None:
        """What goes wrong with this call."""
        if not self._faults:
            return None
        for fault in self._faults:
            if not fnmatchcase(method, fault.method):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                return None
            fault.times -= 1
            if fault.times <= 0:
                self._faults.remove(fault)
            self.used += 1
            return fault
        return None
