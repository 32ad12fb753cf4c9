"""What a vendor's fault means for staff, whatever the vendor."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.errors import ChannelError, ChannelMisconfigured, NotSent, RetryLater
from bot.domain.people import ChannelId
from bot.running.checks.addresses import show_address
from bot.running.checks.findings import Finding, failure, reminder

_NOT_REACHED = failure("{id}_not_reached", "vendor_not_reached")
_BUSY = reminder("{id}_busy", "vendor_busy")
_REFUSED = failure("{id}_refused", "vendor_refused")
_OTHER = failure("{id}_trouble", "vendor_trouble")


def judge(channel: ChannelId, address: str, fault: ChannelError) -> Finding:
    """The finding; `address` is where the vendor was called."""
    seconds = int(fault.after_seconds) if isinstance(fault, RetryLater) else 0
    found = next(
        (saying for kind, saying in _KINDS if isinstance(fault, kind)),
        _OTHER,
    )(
        channel=channel.label,
        address=show_address(address),
        code=fault.code,
        seconds=seconds,
    )
    return replace(found, code=found.code.format(id=channel.value))


_KINDS = (
    (NotSent, _NOT_REACHED),
    (RetryLater, _BUSY),
    (ChannelMisconfigured, _REFUSED),
)
