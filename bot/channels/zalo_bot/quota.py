"""Which messages the Zalo Bot Platform counts, and how many are left. Who counts is the store.

Plan table of bot.zapps.me (read 2026-09-26): 3,000 messages a month on the basic plan. That a month
is one of the calendar in Vietnam is an assumption; Zalo says only when none are left (429).
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.zalo_bot.settings import ZaloBotSettings


@dataclass(frozen=True, slots=True)
class Quota:
    """The quota of a month."""

    settings: ZaloBotSettings

    def left(self, sent: int, received: int) -> int:
        """How many messages can still be sent after so many in this month; never below 0.

        Args:
            sent: deliveries that arrived or may have: sent and doubtful. Showing that one types is
                none.
            received: messages of citizens.
        """
        used = sent + (received if self.settings.counts_incoming else 0)
        return max(self.settings.messages_per_month - used, 0)
