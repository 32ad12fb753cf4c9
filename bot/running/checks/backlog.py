"""What waits in the database, what went wrong lately, and whether old things are deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from bot.domain.deliveries import DeliveryStatus
from bot.domain.identity import MIN_KEY_BYTES, ConversationNames
from bot.domain.people import ChannelId
from bot.running.checks.findings import Finding, Findings, Value, failure, good, reminder
from bot.running.checks.scene import Scene
from bot.store.examination import Mishaps, Pause, count_mishaps, read_ages, read_pauses
from bot.store.switches import SqlSwitches
from bot.store.upkeep import Backlog, Retention, Upkeep

_DAY = timedelta(days=1)
#: Counting names nobody.
_NOBODY = ConversationNames(bytes(MIN_KEY_BYTES))

_NOTHING_WAITS = good("nothing_waits")
_UPDATES_WAIT = failure("updates_wait")
_DELIVERIES_WAIT = failure("deliveries_wait")
_DOUBTFUL = reminder("many_doubtful")
_A_FEW_DOUBTFUL = good("few_doubtful")
_REJECTED = reminder("rejected")
_FAILED_TURNS = reminder("failed_turns")
_PAUSED = reminder("channel_paused")
_SWITCHED_OFF = reminder("channel_off")
_OLD_SESSIONS = failure("old_data_kept", "old_sessions_kept")
_OLD_UPDATES = failure("old_data_kept", "old_updates_kept")
_OLD_DELIVERIES = failure("old_data_kept", "old_deliveries_kept")
_WISH_WAITS = failure("wish_to_be_forgotten_waits")
_FORGETS = good("old_data_deleted")


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
        yield _UPDATES_WAIT(count=backlog.waiting_updates, length=backlog.oldest_update)
    for channel, waited in backlog.oldest_delivery.items():
        # What waits for a channel that somebody switched off waits as it should.
        if waited > scene.limits.slow_delivery and channel not in off:
            yield _DELIVERIES_WAIT(
                count=backlog.open_deliveries[channel],
                channel=channel.label,
                length=waited,
            )


def _paused(pauses: Mapping[ChannelId, Pause]) -> Iterator[Finding]:
    for channel, pause in pauses.items():
        yield _PAUSED(channel=channel.label, until=pause.until, code=pause.code)


def _gone_wrong(scene: Scene, mishaps: Mishaps) -> Iterator[Finding]:
    if mishaps.failed_turns:
        yield _FAILED_TURNS(count=mishaps.failed_turns)
    for (channel, status), count in mishaps.deliveries.items():
        values: dict[str, Value] = {"channel": channel.label, "count": count}
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
    for saying, since, kept_days in (
        (_OLD_SESSIONS, ages.session, days.session_days),
        (_OLD_UPDATES, ages.update, days.message_days),
        (_OLD_DELIVERIES, ages.delivery, days.message_days),
    ):
        if since and now - since > timedelta(days=kept_days) + scene.limits.overdue:
            is_late = True
            yield saying(since=since)
    wish = ages.wish_to_be_forgotten
    # The answer to the wish is sent first, and that is tried for so long.
    patience = timedelta(hours=scene.settings.reply_hours) + scene.limits.overdue
    if wish and now - wish > patience:
        is_late = True
        yield _WISH_WAITS(since=wish)
    if not is_late:
        yield _FORGETS()
