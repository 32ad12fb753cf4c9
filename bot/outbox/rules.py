"""What becomes of a delivery: pure functions of what happened and the time.

At most once for what cannot be repeated: as soon as a call may have arrived, it is not made again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.deliveries import Delivery, DeliveryStatus, Receipt, Verdict
from bot.domain.errors import (
    ChannelError,
    ChannelMisconfigured,
    MessageRejected,
    NotSent,
    RecipientMoved,
    RecipientUnreachable,
    RetryLater,
    SendInstead,
    SendUnknown,
    VendorFailed,
    WindowClosed,
)

#: Waits between attempts: 1, 2, 4 … seconds, at most this.
MAX_BACKOFF_SECONDS = 300.0
#: A vendor that failed at a message so often will not take it: some two minutes, where nothing else
#: came between.
MAX_FAILURES = 8
#: How long a channel rests that nothing can be sent on, until somebody has looked at it.
MISCONFIGURED_SECONDS = 60.0
#: A vendor that asks for less is asked again too soon.
_MIN_PAUSE_SECONDS = 1.0
#: Quotas of Zalo come back the next day. Who asks for more than that is mistaken.
_MAX_PAUSE_SECONDS = 32 * 3600.0

_ENDS = {
    SendUnknown: DeliveryStatus.DOUBTFUL,
    RecipientUnreachable: DeliveryStatus.UNREACHABLE,
    WindowClosed: DeliveryStatus.EXPIRED,
    MessageRejected: DeliveryStatus.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a message is worth sending."""

    #: A reply that is older tells somebody what they asked long ago.
    reply_hours: float = 24.0

    def is_over(self, delivery: Delivery, now: datetime) -> bool:
        """Whether a message is too old to be sent."""
        return now - delivery.created_at > timedelta(hours=self.reply_hours)


def backoff_seconds(attempt: int) -> float:
    """How long to wait after the attempt of this number, from 1."""
    return min(2.0 ** min(attempt - 1, 30), MAX_BACKOFF_SECONDS)


def judge_receipt(receipt: Receipt) -> Verdict:
    """It was taken."""
    return Verdict(
        DeliveryStatus.SENT,
        message_id=receipt.message_id,
        is_billed=receipt.is_billed,
        interacted_at=receipt.interacted_at,
    )


def judge_fault(fault: ChannelError, delivery: Delivery, now: datetime) -> Verdict:
    """What to do about a message that was not taken, or perhaps was."""
    if isinstance(fault, RetryLater):
        seconds = min(max(fault.after_seconds, _MIN_PAUSE_SECONDS), _MAX_PAUSE_SECONDS)
        due_at = now + timedelta(seconds=seconds)
        # A group has a limit of its own, which says nothing of the others.
        paused = due_at if fault.whole_channel and not delivery.address.is_group else None
        return _again(due_at, fault, paused)
    if isinstance(fault, ChannelMisconfigured):
        due_at = now + timedelta(seconds=MISCONFIGURED_SECONDS)
        return _again(due_at, fault, due_at)
    if isinstance(fault, RecipientMoved):
        return replace(_again(now, fault, None), moved_to=fault.moved_to)
    if isinstance(fault, SendInstead):
        return replace(_again(now, fault, None), instead=fault.message)
    if isinstance(fault, NotSent) or (
        isinstance(fault, SendUnknown) and delivery.message.is_repeatable
    ):
        return _try_again(fault, delivery, now)
    status = next((end for kind, end in _ENDS.items() if isinstance(fault, kind)), None)
    # A kind of fault that nobody has thought of may have arrived.
    return Verdict(status or DeliveryStatus.DOUBTFUL, code=fault.code)


def _try_again(fault: ChannelError, delivery: Delivery, now: datetime) -> Verdict:
    if not isinstance(fault, VendorFailed):
        return _again(now + timedelta(seconds=backoff_seconds(delivery.attempt)), fault, None)
    # Only what the vendor answered counts: before, it may have been out of reach for hours.
    if delivery.failures + 1 >= MAX_FAILURES:
        return Verdict(DeliveryStatus.REJECTED, code=fault.code)
    due_at = now + timedelta(seconds=backoff_seconds(delivery.failures + 1))
    return replace(_again(due_at, fault, None), is_failure=True)


def _again(due_at: datetime, fault: ChannelError, paused_until: datetime | None) -> Verdict:
    return Verdict(
        DeliveryStatus.PENDING, due_at, code=fault.code, channel_paused_until=paused_until
    )
