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
from bot.running.checks.addresses import show_address
from bot.running.checks.channel_faults import judge
from bot.running.checks.findings import Finding, Findings, failure, good, reminder
from bot.running.checks.scene import Scene
from bot.running.telegram import make_telegram_client, presentation_of
from bot.store.clock import read_time
from bot.store.examination import is_held

_BOT = good("telegram_bot")
_TOKEN_REFUSED = failure("telegram_token_refused")
_NO_INLINE = reminder("telegram_inline_off")
_READS_GROUPS = reminder("telegram_privacy_off")
_OTHER_COMMANDS = reminder("telegram_commands_differ")
_WEBHOOK = good("telegram_webhook")
_NO_WEBHOOK = failure("telegram_webhook_missing")
_OTHER_WEBHOOK = failure("telegram_webhook_elsewhere")
_WEBHOOK_WHILE_POLLING = failure("telegram_webhook_while_polling")
_POLLING = good("telegram_polling")
_NOBODY_POLLS = reminder("telegram_nobody_polls")
_OTHER_UPDATES = reminder("telegram_updates_differ")
_WAITING = reminder("telegram_updates_wait")
_FAULTS = {
    kind: reminder("telegram_webhook_failed", f"telegram_webhook_failed_{kind}")
    for kind in ("certificate", "no_host", "slow", "no_connection", "other", "403", "404")
}
_OTHER_STATUS = reminder("telegram_webhook_failed", "telegram_webhook_failed_status")


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
        saying = _FAULTS.get(str(fault.status), _OTHER_STATUS)
        return saying(at=fault.at, status=fault.status)
    return _FAULTS[fault.kind](at=fault.at)
