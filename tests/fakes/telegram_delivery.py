"""The methods by which a bot asks for updates.

Source: `process_set_webhook_query`, `do_set_webhook` in Client.cpp, `WebhookActor::start_up`,
https://core.telegram.org/bots/api#setwebhook, read 2026-11-20. A webhook on this machine may be
plain HTTP on any port, as with a Bot API server in `--local` mode; others keep the cloud's rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.fakes.telegram_errors import JsonObject, Refusal, bad_request
from tests.fakes.telegram_requests import Call
from tests.fakes.telegram_updates import DEFAULT_KINDS, MAX_BATCH, MAX_LONG_POLL_SECONDS
from tests.fakes.telegram_webhook import DEFAULT_CONNECTIONS

if TYPE_CHECKING:
    from tests.fakes.telegram_core import CloudCore

MAX_SECRET_CHARS = 256
PORTS = frozenset({443, 80, 88, 8443})
_SECRET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Described:
    """A result with the remark that the server puts beside it."""

    result: Any
    description: str


async def get_updates(core: CloudCore, call: Call) -> list[JsonObject]:
    """Confirm what the bot has, and get what waits."""
    if core.webhook.url:
        raise Refusal(
            409,
            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to "
            "delete the webhook first",
        )
    _allow(core, call)
    limit = min(max(call.whole_number("limit", MAX_BATCH), 1), MAX_BATCH)
    timeout = min(max(call.whole_number("timeout"), 0), MAX_LONG_POLL_SECONDS)
    offset = call.whole_number("offset")
    return await core.polling.get_updates(offset, limit, timeout, call.is_gone)


async def set_webhook(core: CloudCore, call: Call) -> Described:
    """Have updates delivered to an address; an empty one is `deleteWebhook`."""
    url = call.text("url")
    if not url:
        return await delete_webhook(core, call)
    secret = call.text("secret_token")
    _check_url(url)
    if len(secret) > MAX_SECRET_CHARS:
        raise bad_request("secret token is too long")
    if not _SECRET.issuperset(secret):
        raise bad_request("secret token contains unallowed characters")
    _allow(core, call)
    connections = min(max(call.whole_number("max_connections", DEFAULT_CONNECTIONS), 1), 100)
    webhook = core.webhook
    drops = call.flag("drop_pending_updates")
    now_is = (webhook.url, webhook.secret_token, webhook.max_connections)
    if now_is == (url, secret, connections) and not drops:
        return Described(True, "Webhook is already set")
    if drops:
        core.updates.clear()
    core.polling.abort(409, "Conflict: terminated by setWebhook request")
    await webhook.start(url, secret, connections)
    return Described(True, "Webhook was set")


async def delete_webhook(core: CloudCore, call: Call) -> Described:
    """Go back to `getUpdates`."""
    if call.flag("drop_pending_updates"):
        core.updates.clear()
    if not core.webhook.url:
        return Described(True, "Webhook is already deleted")
    await core.webhook.stop()
    return Described(True, "Webhook was deleted")


def get_webhook_info(core: CloudCore, _call: Call) -> JsonObject:
    """The address, what waits, and the last error."""
    webhook = core.webhook
    info: JsonObject = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(core.updates.pending()),
    }
    if webhook.url:
        info["max_connections"] = webhook.max_connections
        if webhook.last_error is not None:
            info["last_error_date"], info["last_error_message"] = webhook.last_error
    if core.updates.allowed != DEFAULT_KINDS:
        info["allowed_updates"] = sorted(core.updates.allowed)
    return info


def _allow(core: CloudCore, call: Call) -> None:
    """Without the parameter, the kinds asked for before stay."""
    kinds = call.json_value("allowed_updates", "can't parse allowed_updates JSON object")
    if kinds is not None:
        core.updates.allow(kinds)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise bad_request("invalid webhook URL specified") from None
    if not host or parts.scheme not in {"http", "https"}:
        raise bad_request("invalid webhook URL specified")
    if host in _THIS_MACHINE:
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (port or 443) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
