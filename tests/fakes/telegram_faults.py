"""Faults that a test scripts: what the next calls of a method meet instead of a plain answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from tests.fakes.telegram_errors import JsonObject

#: What Telegram's front servers were seen to answer when a data centre is away.
BAD_GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway"
    "</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)


@dataclass
class Fault:
    """One fault, for the next `times` calls of `method` (`*` for any, a small letter name else).

    `status` alone answers an error without performing the call; with `performs` the call is
    performed first and the error is a lie. Delays are in seconds. `close` ends the connection
    without an answer: `before` the call is performed, or `after`.
    """

    method: str = "*"
    times: int = 1
    chat_id: int | None = None
    status: int | None = None
    description: str = ""
    retry_after: int | None = None
    body: str | None = None
    performs: bool | None = None
    delay_before_seconds: float = 0.0
    delay_after_seconds: float = 0.0
    close: Literal["before", "after"] | None = None
    slow_body_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.method = self.method.lower()
        if self.performs is None:
            self.performs = self.status is None and self.close != "before"

    @classmethod
    def bad_gateway(cls, method: str = "*", times: int = 1, *, performs: bool = False) -> Fault:
        """502 with a page instead of JSON, as it happens now and then."""
        return cls(method, times, status=502, body=BAD_GATEWAY_PAGE, performs=performs)

    @classmethod
    def lost_answer(cls, method: str = "*", times: int = 1) -> Fault:
        """The message arrives, the answer never does."""
        return cls(method, times, close="after")

    def error_body(self) -> str | JsonObject:
        """What an error status carries."""
        if self.body is not None:
            return self.body
        description = self.description or "Internal Server Error"
        body: JsonObject = {"ok": False, "error_code": self.status, "description": description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
            body["description"] = f"Too Many Requests: retry after {self.retry_after}"
        return body

    def to_json(self) -> JsonObject:
        """All fields by name."""
        return asdict(self)


class FaultScript:
    """Faults in the order they were scripted; each call takes the first that fits."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, faults: Iterable[Fault]) -> None:
        """Script more."""
        self._waiting.extend(faults)

    def clear(self) -> None:
        """Forget those that were not met yet."""
        self._waiting.clear()

    def waiting(self) -> list[JsonObject]:
        """Those that were not met yet; a test that scripts a fault wants none left."""
        return [one.to_json() for one in self._waiting]

    def take(self, method: str, chat_id: str) -> Fault | None:
        """The fault for this call, if any; used up by one."""
        for fault in self._waiting:
            if fault.method not in {"*", method}:
                continue
            if fault.chat_id is not None and str(fault.chat_id) != chat_id:
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
            return fault
        return None
