"""The channel of the Zalo Bot Platform: token, how events come, what is left of the month."""

from __future__ import annotations

from bot.channels.zalo_bot.api import ZaloBotApi, make_http
from bot.channels.zalo_bot.quota import Quota, month_begins_at
from bot.channels.zalo_bot.set_up import get_identity, get_webhook_url
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.channels.zalo_bot.webhook import WEBHOOK_PATH
from bot.domain.clock import vietnam_day
from bot.domain.errors import ChannelError, ChannelMisconfigured, ConfigError
from bot.domain.people import ChannelId
from bot.running.checks.channel_faults import judge
from bot.running.checks.findings import Finding, Findings, failure, good, reminder
from bot.running.checks.scene import Scene
from bot.running.checks.wording import show_address
from bot.store.usage import read_usage

#: Of the month's messages.
_LOW_PART = 0.1
_HOW = (
    "Hãy lấy lại mã ở OA Zalo Bot Manager trong Zalo, sửa ZALO_BOT_TOKEN trong tệp cài đặt, rồi "
    "chạy lại máy chủ."
)

_BOT = good("zalo_bot", "Mã của Zalo Bot tốt: {name}, gói {plan}.")
_TOKEN_BAD = failure(
    "zalo_bot_token_bad", "Mã của Zalo Bot có ký tự lạ, chắc là chép thiếu hoặc thừa.", _HOW
)
_TOKEN_REFUSED = failure("zalo_bot_token_refused", "Zalo không nhận mã của Zalo Bot.", _HOW)
_WEBHOOK = good("zalo_bot_webhook", "Zalo Bot gửi tin thẳng tới {address}.")
_POLLING = good("zalo_bot_polling", "Zalo Bot để máy chủ tự hỏi tin mới.")
_NO_WEBHOOK = failure(
    "zalo_bot_webhook_missing",
    "Đã đặt TROLY06_PUBLIC_URL mà Zalo Bot chưa biết phải gửi tin tới đâu.",
    "Máy chủ tự báo cho Zalo khi khởi động. Hãy chạy lại máy chủ, rồi xem nhật ký.",
)
_OTHER_WEBHOOK = failure(
    "zalo_bot_webhook_elsewhere",
    "Zalo Bot đang gửi tin tới một địa chỉ khác ({address}), không phải máy này.",
    "Một máy khác đang dùng chung mã, hoặc TROLY06_PUBLIC_URL đã đổi. Hãy tắt máy kia, rồi chạy "
    "lại máy chủ này.",
)
_LEFT = good("zalo_bot_quota", "Tháng này Zalo Bot đã gửi {sent} tin, còn {left}.")
_FEW_LEFT = reminder(
    "zalo_bot_quota_low",
    "Tháng này Zalo Bot đã gửi {sent} tin, chỉ còn {left}. Hết thì bot im lặng tới đầu tháng sau.",
    "Hãy mời người dân sang kênh khác. Zalo Bot chỉ để chạy thử.",
)
_NONE_LEFT = failure(
    "zalo_bot_quota_over",
    "Tháng này Zalo Bot đã gửi hết hạn mức ({sent} tin), nên sẽ im lặng tới đầu tháng sau.",
    "Hãy mời người dân sang kênh khác. Zalo Bot chỉ để chạy thử.",
)


async def check_zalo_bot(scene: Scene) -> Findings:
    """What Zalo says of the bot, and what we counted."""
    settings = scene.settings
    token = settings.zalo_bot_token.get_secret_value()
    if not token:
        return
    try:
        wanted = ZaloBotSettings(token=token, api_url=settings.zalo_bot_api_url)
    except ConfigError:
        yield _TOKEN_BAD()
        return
    if not scene.is_offline:
        async for found in _ask_zalo(scene, wanted):
            yield found
    database = await scene.find_ready_database()
    if database is not None:
        since = vietnam_day(month_begins_at(scene.clock.now()))
        received, sent = await read_usage(database, ChannelId.ZALO_BOT, since)
        yield _month(wanted, sent, received)


async def _ask_zalo(scene: Scene, wanted: ZaloBotSettings) -> Findings:
    api = ZaloBotApi(make_http(), wanted)
    try:
        me = await get_identity(api)
        yield _BOT(name=me.name or "(không tên)", plan=me.plan or "(không rõ)")
        yield _webhook(await get_webhook_url(api), scene.settings.public_url)
    except ChannelMisconfigured:
        yield _TOKEN_REFUSED()
    except ChannelError as fault:
        yield judge(ChannelId.ZALO_BOT, wanted.api_url, fault)
    finally:
        await api.close()


def _webhook(found: str, public_url: str) -> Finding:
    wanted = public_url + WEBHOOK_PATH if public_url else ""
    if found == wanted:
        return _WEBHOOK(address=show_address(found)) if found else _POLLING()
    return _OTHER_WEBHOOK(address=show_address(found)) if found else _NO_WEBHOOK()


def _month(wanted: ZaloBotSettings, sent: int, received: int) -> Finding:
    left = Quota(wanted).left(sent, received)
    if not left:
        return _NONE_LEFT(sent=sent)
    is_low = left < wanted.messages_per_month * _LOW_PART
    return (_FEW_LEFT if is_low else _LEFT)(sent=sent, left=left)
