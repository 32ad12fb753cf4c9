"""Telegram's flood rules, which a test may switch on.

Numbers: 30 messages a second in all, about one a second in a chat with short bursts, 20 a minute
in a group. Source:
https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this, read
2026-11-20. How long a burst may be is not published; 5 is our guess.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, fields

from tests.fakes.telegram_errors import JsonObject, too_many_requests
from tests.fakes.telegram_state import Chat


@dataclass
class FloodRules:
    """Limits on messages; 0 switches one off."""

    all_per_second: int = 0
    chat_burst: int = 0
    group_per_minute: int = 0
    #: Added to each `retry_after`; the real cloud asks for much longer the more is sent.
    penalty_seconds: int = 0

    @classmethod
    def of_telegram(cls) -> FloodRules:
        """The published limits."""
        return cls(all_per_second=30, chat_burst=5, group_per_minute=20)

    def to_json(self) -> JsonObject:
        """All limits by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


class FloodControl:
    """Counts messages in sliding windows and refuses with 429 what is over a limit."""

    def __init__(self, rules: FloodRules) -> None:
        self.rules = rules
        self._all: deque[float] = deque()
        self._groups: dict[int, deque[float]] = {}
        self._chats: dict[int, tuple[float, float]] = {}  # allowance left, when it was counted
        self._paused_until: dict[int, float] = {}  # by chat; 0 for all

    def is_ignored_pause(self, chat: Chat, now: float) -> bool:
        """Whether the bot was told to wait, and did not."""
        # A second of grace: retry_after is rounded up here, and clocks are two.
        return any(now < self._paused_until.get(one, 0) - 1 for one in (0, chat.id))

    def admit(self, chat: Chat, now: float) -> None:
        """Count a message.

        Raises:
            Refusal: 429 with `retry_after`; the message does not count.
        """
        rules = self.rules
        if rules.all_per_second and (wait := _wait(self._all, rules.all_per_second, 1, now)) > 0:
            raise self._refused(0, wait, now)
        group = self._groups.setdefault(chat.id, deque()) if chat.id < 0 else None
        if rules.group_per_minute and group is not None:
            wait = _wait(group, rules.group_per_minute, 60, now)
            if wait > 0:
                raise self._refused(chat.id, wait, now)
        if rules.chat_burst:
            self._spend(chat.id, now)
        if rules.all_per_second:
            self._all.append(now)
        if rules.group_per_minute and group is not None:
            group.append(now)

    def _spend(self, chat_id: int, now: float) -> None:
        left, counted_at = self._chats.get(chat_id, (float(self.rules.chat_burst), now))
        left = min(self.rules.chat_burst, left + now - counted_at)  # one a second comes back
        if left < 1:
            self._chats[chat_id] = (left, now)
            raise self._refused(chat_id, 1 - left, now)
        self._chats[chat_id] = (left - 1, now)

    def _refused(self, whom: int, wait_seconds: float, now: float) -> Exception:
        seconds = math.ceil(wait_seconds) + self.rules.penalty_seconds
        self._paused_until[whom] = now + seconds
        return too_many_requests(seconds)


def _wait(times: deque[float], limit: int, window_seconds: float, now: float) -> float:
    while times and times[0] <= now - window_seconds:
        times.popleft()
    return times[0] + window_seconds - now if len(times) >= limit else 0.0
