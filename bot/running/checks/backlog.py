"""What waits in the database, what went wrong lately, and whether old things are deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from bot.domain.deliveries import DeliveryStatus
from bot.domain.identity import MIN_KEY_BYTES, ConversationNames
from bot.domain.people import ChannelId
from bot.running.checks.findings import Finding, Findings, failure, good, reminder
from bot.running.checks.scene import Scene
from bot.running.checks.wording import say_length, say_moment
from bot.store.examination import Mishaps, Pause, count_mishaps, read_ages, read_pauses
from bot.store.switches import SqlSwitches
from bot.store.upkeep import Backlog, Retention, Upkeep

_DAY = timedelta(days=1)
#: Counting names nobody.
_NOBODY = ConversationNames(bytes(MIN_KEY_BYTES))

_NOTHING_WAITS = good("nothing_waits", "Không có tin nào bị chờ lâu.")
_UPDATES_WAIT = failure(
    "updates_wait",
    "{count} tin của người dân đang chờ trả lời, tin cũ nhất đã chờ {length}.",
    "Hãy xem máy chủ hoặc tiến trình worker có đang chạy không: systemctl status 'troly06-*'. "
    "Đang chạy mà tin vẫn chờ thì khởi động lại, rồi xem nhật ký.",
)
_DELIVERIES_WAIT = failure(
    "deliveries_wait",
    "{count} tin chờ gửi qua {channel}, tin đến hạn sớm nhất đã chờ {length}.",
    "Hãy xem mạng, xem mục {channel} trong kết quả này, và xem máy chủ hoặc tiến trình worker có "
    "đang chạy không.",
)
_DOUBTFUL = reminder(
    "many_doubtful",
    "Trong một ngày qua, {count} tin gửi qua {channel} không rõ đã đến chưa. Trợ lý không gửi lại "
    "những tin này.",
    "Mạng ra ngoài có thể chập chờn. Hãy báo nhà mạng, xem tường lửa có cắt kết nối dài không.",
)
_A_FEW_DOUBTFUL = good(
    "few_doubtful",
    "Trong một ngày qua, {count} tin gửi qua {channel} không rõ đã đến chưa. Vài tin như vậy là "
    "bình thường.",
)
_REJECTED = reminder(
    "rejected",
    "Trong một ngày qua, {channel} không nhận {count} tin, vì tin sai quy cách.",
    "Đây là lỗi của chương trình. Hãy gửi các dòng nhật ký có chữ ERROR, WARNING cho người làm "
    "phần mềm.",
)
_FAILED_TURNS = reminder(
    "failed_turns",
    "Trong một ngày qua, {count} tin của người dân không được trả lời vì lỗi chương trình.",
    "Hãy gửi các dòng nhật ký có chữ ERROR cho người làm phần mềm.",
)
_PAUSED = reminder(
    "channel_paused",
    "Kênh {channel} đang tạm nghỉ gửi đến {until} (mã {code}).",
    "Trợ lý tự thử lại. Dòng này còn mãi thì xem mục {channel} trong kết quả này.",
)
_SWITCHED_OFF = reminder(
    "channel_off",
    "Kênh {channel} đang tắt vì có người đã tắt.",
    "Muốn mở lại thì chạy: python -m bot channel on {id}",
)
_NOT_FORGOTTEN = failure(
    "old_data_kept",
    "Dữ liệu cũ chưa được xóa đúng hạn: {what} từ {since} vẫn còn.",
    "Việc xóa do máy chủ làm mỗi ngày. Hãy xem máy chủ có đang chạy không, và tìm chữ "
    '"upkeep failed" trong nhật ký.',
)
_WISH_WAITS = failure(
    "wish_to_be_forgotten_waits",
    "Có người xin xóa dữ liệu từ {since} mà chưa được xóa.",
    'Hãy xem máy chủ có đang chạy không, và tìm chữ "upkeep failed" trong nhật ký.',
)
_FORGETS = good("old_data_deleted", "Dữ liệu cũ được xóa đúng hạn.")


async def check_backlog(scene: Scene) -> Findings:
    """What waits for too long."""
    database = await scene.find_ready_database()
    if database is None:
        return
    now = scene.clock.now()
    off = await SqlSwitches(database).look()
    upkeep = Upkeep(database, _NOBODY, _retention(scene))
    waiting = list(_late(scene, await upkeep.look(now), off))
    for one in waiting or [_NOTHING_WAITS()]:
        yield one
    for one in _paused(await read_pauses(database, now)):
        yield one
    for one in _gone_wrong(scene, await count_mishaps(database, now - _DAY)):
        yield one


def _retention(scene: Scene) -> Retention:
    return Retention(scene.settings.session_days, scene.settings.message_days)


def _late(scene: Scene, backlog: Backlog, off: frozenset[ChannelId]) -> Iterator[Finding]:
    if backlog.oldest_update > scene.limits.slow_update:
        yield _UPDATES_WAIT(count=backlog.waiting_updates, length=say_length(backlog.oldest_update))
    for channel, waited in backlog.oldest_delivery.items():
        # What waits for a channel that somebody switched off waits as it should.
        if waited > scene.limits.slow_delivery and channel not in off:
            yield _DELIVERIES_WAIT(
                count=backlog.open_deliveries[channel],
                channel=channel.label,
                length=say_length(waited),
            )


def _paused(pauses: Mapping[ChannelId, Pause]) -> Iterator[Finding]:
    for channel, pause in pauses.items():
        yield _PAUSED(channel=channel.label, until=say_moment(pause.until), code=pause.code)


def _gone_wrong(scene: Scene, mishaps: Mishaps) -> Iterator[Finding]:
    if mishaps.failed_turns:
        yield _FAILED_TURNS(count=mishaps.failed_turns)
    for (channel, status), count in mishaps.deliveries.items():
        values = {"channel": channel.label, "count": count}
        if status is DeliveryStatus.REJECTED:
            yield _REJECTED(**values)
        elif count >= scene.limits.doubtful_a_day:
            yield _DOUBTFUL(**values)
        else:
            yield _A_FEW_DOUBTFUL(**values)


async def check_switches(scene: Scene) -> Findings:
    """Channels that a person switched off."""
    database = await scene.find_ready_database()
    if database is None:
        return
    for channel in sorted(await SqlSwitches(database).look()):
        yield _SWITCHED_OFF(channel=channel.label, id=channel.value)


async def check_retention(scene: Scene) -> Findings:
    """Whether what must be forgotten is forgotten."""
    database = await scene.find_ready_database()
    if database is None:
        return
    ages, now, is_late = await read_ages(database), scene.clock.now(), False
    days = _retention(scene)
    for what, since, kept_days in (
        ("cuộc trò chuyện", ages.session, days.session_days),
        ("dấu vết tin nhận", ages.update, days.message_days),
        ("dấu vết tin gửi", ages.delivery, days.message_days),
    ):
        if since and now - since > timedelta(days=kept_days) + scene.limits.overdue:
            is_late = True
            yield _NOT_FORGOTTEN(what=what, since=say_moment(since))
    wish = ages.wish_to_be_forgotten
    # The answer to the wish is sent first, and that is tried for so long.
    patience = timedelta(hours=scene.settings.reply_hours) + scene.limits.overdue
    if wish and now - wish > patience:
        is_late = True
        yield _WISH_WAITS(since=say_moment(wish))
    if not is_late:
        yield _FORGETS()
