"""Which messages the Zalo Bot Platform counts, and how many are left. Who counts is the store.

Plan table of bot.zapps.me (read 2026-09-26): 3,000 messages a month on the basic plan. That a month
is one of the calendar in Vietnam is an assumption; Zalo says only when none are left (429).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.channels.zalo_bot.composing import SEND_MESSAGE, SEND_PHOTO
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.domain.clock import VIETNAM

#: Calls that take one message from the quota; "typing" takes none.
COUNTED_METHODS = frozenset({SEND_MESSAGE, SEND_PHOTO})


@dataclass(frozen=True, slots=True)
class Quota:
    """The quota of a month."""

    settings: ZaloBotSettings

    def left(self, sent: int, received: int) -> int:
        """How many messages can still be sent after so many in this month; never below 0.

        Args:
            sent: deliveries of `COUNTED_METHODS` that arrived or may have: sent and doubtful.
            received: messages of citizens.
        """
        used = sent + (received if self.settings.counts_incoming else 0)
        return max(self.settings.messages_per_month - used, 0)


def month_begins_at(now: datetime) -> datetime:
    """When the month of an aware moment began in Vietnam, in UTC."""
    local = now.astimezone(VIETNAM)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
