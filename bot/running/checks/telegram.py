"""The Telegram channel: token, presentation, and how updates come."""

from __future__ import annotations

from collections.abc import Iterator

from bot.channels.telegram.examination import TelegramState, WebhookFault, look_at_telegram
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.channels.telegram.webhook import PATH
from bot.domain.catalog import Catalog
from bot.domain.errors import ChannelError, ChannelMisconfigured
from bot.domain.intake import Upload
from bot.domain.people import ChannelId
from bot.domain.pictures import PictureId
from bot.running.checks.channel_faults import judge
from bot.running.checks.findings import Finding, Findings, failure, good, reminder
from bot.running.checks.scene import Scene
from bot.running.checks.wording import say_moment, show_address
from bot.running.telegram import make_telegram_client, presentation_of
from bot.store.clock import read_time
from bot.store.examination import is_held

_BOT = good("telegram_bot", "Mã của bot tốt: @{name}.")
_TOKEN_REFUSED = failure(
    "telegram_token_refused",
    "Telegram không nhận mã của bot.",
    "Hãy lấy lại mã ở @BotFather (lệnh /token), sửa TELEGRAM_BOT_TOKEN trong tệp cài đặt, rồi chạy "
    "lại máy chủ.",
)
_NO_INLINE = reminder(
    "telegram_inline_off",
    "Chưa bật tra cứu trong mọi cuộc trò chuyện (inline mode).",
    "Nếu muốn dùng: ở @BotFather, gửi /setinline, chọn @{name}.",
)
_READS_GROUPS = reminder(
    "telegram_privacy_off",
    "Bot đang nhận mọi tin trong các nhóm: chế độ riêng tư đã bị tắt.",
    "Ở @BotFather, gửi /setprivacy, chọn @{name}, chọn Enable.",
)
_OTHER_COMMANDS = reminder(
    "telegram_commands_differ",
    "Danh sách lệnh của bot trên Telegram khác với của trợ lý.",
    "Máy chủ tự đặt lại khi khởi động. Hãy chạy lại máy chủ.",
)
_WEBHOOK = good("telegram_webhook", "Telegram gửi tin thẳng tới {address}.")
_NO_WEBHOOK = failure(
    "telegram_webhook_missing",
    "Đã đặt TROLY06_PUBLIC_URL mà Telegram chưa biết phải gửi tin tới đâu.",
    "Máy chủ tự báo cho Telegram khi khởi động. Hãy chạy lại máy chủ, rồi xem nhật ký.",
)
_OTHER_WEBHOOK = failure(
    "telegram_webhook_elsewhere",
    "Telegram đang gửi tin tới một địa chỉ khác ({address}), không phải máy này.",
    "Một máy khác đang dùng chung mã của bot, hoặc TROLY06_PUBLIC_URL đã đổi. Hãy tắt máy kia, rồi "
    "chạy lại máy chủ này.",
)
_WEBHOOK_WHILE_POLLING = failure(
    "telegram_webhook_while_polling",
    "Máy này tự hỏi tin, mà Telegram lại đang gửi tin tới {address}, nên không ai nhận được tin ở "
    "đây.",
    "Muốn nhận tin thẳng thì đặt TROLY06_PUBLIC_URL. Không thì chạy lại máy chủ: máy chủ sẽ bỏ địa "
    "chỉ kia.",
)
_POLLING = good("telegram_polling", "Máy chủ đang tự hỏi tin mới từ Telegram.")
_NOBODY_POLLS = reminder(
    "telegram_nobody_polls",
    "Chưa có tiến trình nào hỏi tin mới từ Telegram.",
    "Hãy bật máy chủ. Máy chủ chạy với --no-worker thì bật thêm tiến trình worker.",
)
_OTHER_UPDATES = reminder(
    "telegram_updates_differ",
    "Telegram không gửi đủ loại tin mà trợ lý cần: thiếu {names}.",
    "Máy chủ tự đặt lại khi khởi động. Hãy chạy lại máy chủ.",
)
_WAITING = reminder(
    "telegram_updates_wait",
    "{count} tin đang chờ ở Telegram, chưa tới máy này.",
    "Hãy xem máy chủ có đang chạy không. Telegram chỉ giữ tin trong 24 giờ.",
)
_LAST_FAULT = reminder(
    "telegram_webhook_failed",
    "Lần gần nhất Telegram gửi tin không được là lúc {at}: {why}.",
    "{how}",
)
_FAULTS = {
    "certificate": (
        "chứng chỉ của máy chủ không dùng được",
        "Hãy xem mục Trang báo lỗi chứng chỉ trong docs/van-hanh/su-co.md.",
    ),
    "no_host": (
        "không tìm thấy tên miền",
        "Hãy xem tên miền có còn hạn và trỏ đúng về máy này không.",
    ),
    "slow": (
        "máy chủ trả lời quá chậm hoặc không trả lời",
        "Hãy xem máy có quá tải không (top), tường lửa có chặn Telegram không.",
    ),
    "no_connection": (
        "không nối được tới máy chủ",
        "Hãy xem nginx hoặc Caddy có chạy không, cổng 443 có mở từ Internet không.",
    ),
    "other": (
        "lỗi khác",
        "Hãy xem nhật ký của máy chủ, nginx hoặc Caddy vào lúc đó.",
    ),
}
_STATUSES = {
    403: (
        "máy chủ không nhận mã chứng tỏ tin là của Telegram",
        "Hãy chạy lại máy chủ. Chạy nhiều máy chủ thì chúng phải có chung TROLY06_SECRET_KEY.",
    ),
    404: (
        "chưa có gì ở địa chỉ nhận tin",
        "Hãy xem máy chủ đã mở được kênh Telegram chưa, và nginx, Caddy có chuyển /webhook/ tới "
        "trợ lý không.",
    ),
}
_OTHER_STATUS = (
    "máy chủ trả lời mã {status}",
    "Mã 502, 503, 504: trợ lý chưa chạy hoặc cơ sở dữ liệu hỏng. Mã khác: xem nginx, Caddy.",
)


class _NoUploads:
    """Nothing is sent, so no picture is looked for."""

    async def find_upload(
        self,
        channel: ChannelId,
        picture: PictureId,
        content_hash: str,
    ) -> Upload | None:
        """None."""

    async def save_upload(
        self, channel: ChannelId, picture: PictureId, content_hash: str, upload: Upload
    ) -> None:
        """Nothing."""

    async def forget_upload(self, channel: ChannelId, picture: PictureId) -> None:
        """Nothing."""


async def check_telegram(scene: Scene) -> Findings:
    """All that Telegram tells of the bot."""
    settings = scene.settings
    if scene.is_offline or not settings.telegram_bot_token.get_secret_value():
        return
    client = make_telegram_client(settings, _NoUploads())
    try:
        await client.open()
        state = await look_at_telegram(client)
    except ChannelMisconfigured:
        yield _TOKEN_REFUSED()
        return
    except ChannelError as fault:
        yield judge(ChannelId.TELEGRAM, settings.telegram_api_url, fault)
        return
    finally:
        await client.close()
    app = await scene.find_app()
    for one in _presented(state, app.catalog if app else None):
        yield one
    async for found in _coming_in(scene, state):
        yield found


def _presented(state: TelegramState, catalog: Catalog | None) -> Iterator[Finding]:
    name = state.identity.username
    yield _BOT(name=name)
    if not state.identity.has_inline_mode:
        yield _NO_INLINE(name=name)
    if state.reads_whole_groups:
        yield _READS_GROUPS(name=name)
    if catalog is None:
        return
    wanted = presentation_of(catalog)
    if state.private_commands != tuple(wanted.private_commands) or state.group_commands != tuple(
        wanted.group_commands
    ):
        yield _OTHER_COMMANDS()


async def _coming_in(scene: Scene, state: TelegramState) -> Findings:
    if scene.settings.public_url:
        for one in _by_webhook(scene, state):
            yield one
    elif state.webhook_url:
        yield _WEBHOOK_WHILE_POLLING(address=show_address(state.webhook_url))
    else:
        async for found in _by_polling(scene):
            yield found
    if state.waiting_count >= scene.limits.waiting_at_vendor:
        yield _WAITING(count=state.waiting_count)


def _by_webhook(scene: Scene, state: TelegramState) -> Iterator[Finding]:
    if not state.webhook_url:
        yield _NO_WEBHOOK()
    elif state.webhook_url != scene.settings.public_url + PATH:
        yield _OTHER_WEBHOOK(address=show_address(state.webhook_url))
    else:
        yield _WEBHOOK(address=show_address(state.webhook_url))
        missing = sorted(set(ALLOWED_UPDATES) - state.allowed_updates)
        if state.allowed_updates and missing:
            yield _OTHER_UPDATES(names=", ".join(missing))
        if state.last_fault and _is_recent(scene, state.last_fault):
            yield _say(state.last_fault)


async def _by_polling(scene: Scene) -> Findings:
    database = await scene.find_ready_database()
    if database is None:
        return
    lease = f"listen:{ChannelId.TELEGRAM}"
    is_polling = await is_held(database, lease, await read_time(database))
    yield _POLLING() if is_polling else _NOBODY_POLLS()


def _is_recent(scene: Scene, fault: WebhookFault) -> bool:
    return scene.clock.now() - fault.at < scene.limits.recent


def _say(fault: WebhookFault) -> Finding:
    if fault.status:
        why, how = _STATUSES.get(fault.status, _OTHER_STATUS)
        why = why.format(status=fault.status)
    else:
        why, how = _FAULTS[fault.kind]
    return _LAST_FAULT(at=say_moment(fault.at), why=why, how=how)
