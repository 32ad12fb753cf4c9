"""What a vendor's fault means for staff, whatever the vendor."""

from __future__ import annotations

from bot.domain.errors import ChannelError, ChannelMisconfigured, NotSent, RetryLater
from bot.domain.people import ChannelId
from bot.running.checks.findings import Finding, failure, reminder
from bot.running.checks.wording import show_address

_NOT_REACHED = failure(
    "{id}_not_reached",
    "Không gọi được {channel} ở {address} (mã {code}).",
    "Hãy xem máy có ra Internet được không, tường lửa có mở cổng 443 chiều đi ra tới {address} "
    "không, và đồng hồ của máy có đúng không.",
)
_BUSY = reminder(
    "{id}_busy",
    "{channel} bảo chờ {seconds} giây (mã {code}).",
    "Trợ lý tự chờ rồi gửi tiếp. Hãy chạy lại lệnh này sau ít phút.",
)
_REFUSED = failure(
    "{id}_refused",
    "{channel} từ chối (mã {code}).",
    "Hãy xem docs/van-hanh/su-co.md, mục Mã của bot bị thu hồi, và kiểm tra lại cài đặt của kênh "
    "này.",
)
_OTHER = failure(
    "{id}_trouble",
    "{channel} trả lời không dùng được (mã {code}).",
    "Hãy chạy lại lệnh này sau ít phút. Vẫn vậy thì gửi mã này cho người làm phần mềm.",
)


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
    return Finding(found.grade, found.code.format(id=channel.value), found.text, found.remedy)


_KINDS = (
    (NotSent, _NOT_REACHED),
    (RetryLater, _BUSY),
    (ChannelMisconfigured, _REFUSED),
)
