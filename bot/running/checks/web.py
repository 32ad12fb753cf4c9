"""The web server: at its public address, and on this machine; with its port for Prometheus."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.people import ChannelId
from bot.running.checks.calls import Answer, NoAnswer, call
from bot.running.checks.findings import Finding, Findings, failure, good, reminder
from bot.running.checks.scene import Scene

_PUBLIC = good("public_url_good")
_CERTIFICATE_BAD = {
    NoAnswer.CERTIFICATE: failure("public_certificate_bad"),
    NoAnswer.CERTIFICATE_EXPIRED: failure("public_certificate_bad", "public_certificate_expired"),
    NoAnswer.CERTIFICATE_NOT_YET_GOOD: failure(
        "public_certificate_bad", "public_certificate_not_yet_good"
    ),
}
_PUBLIC_AWAY = reminder("public_url_unreachable")
_PUBLIC_STATUS = reminder("public_url_other_answer")
_CERTIFICATE_ENDS = reminder("public_certificate_ends")
_SERVER = good("server_ready")
_SERVER_AWAY = reminder("server_not_here")
_SERVER_NOT_READY = failure("server_not_ready")
_SERVER_STRANGE = reminder("server_other_program")
_CHANNEL_NOT_READY = failure("server_channel_not_ready")
_OLD_CONTENT = reminder("server_old_content")
_METRICS = good("metrics_good")
_METRICS_AWAY = reminder("metrics_away")


async def check_public_url(scene: Scene) -> Findings:
    """What vendors and citizens meet, seen from here."""
    url = scene.settings.public_url
    if scene.is_offline or not url:
        return
    answer = await _ask(scene, f"{url}/healthz")
    if isinstance(answer, NoAnswer):
        yield _CERTIFICATE_BAD.get(answer, _PUBLIC_AWAY)(url=url)
        return
    ends_at = answer.certificate_ends_at
    if _read(answer).get("status") not in {"ok", "stuck"}:
        yield _PUBLIC_STATUS(url=url, status=answer.status)
    elif ends_at is not None:
        yield _PUBLIC(url=url, until=ends_at)
    if ends_at is not None and (left := ends_at - scene.clock.now()) < scene.limits.soon:
        yield _CERTIFICATE_ENDS(url=url, length=left, until=ends_at)


async def check_server(scene: Scene) -> Findings:
    """The server on this machine, where one runs."""
    settings = scene.settings
    if not settings.port:
        return
    url = _address(settings.host, settings.port)
    answer = await _ask(scene, f"{url}/readyz")
    if isinstance(answer, NoAnswer):
        # Behind a public address others may well answer; that is looked at apart.
        if not settings.public_url or scene.is_offline:
            yield _SERVER_AWAY(url=url)
        return
    state = _read(answer)
    if state.get("status") == "ready":
        yield _SERVER(url=url)
    else:
        yield _other_answer(url, answer, state)
    for one in _channels(state):
        yield one
    app, content = await scene.find_app(), str(state.get("content") or "")
    if app is not None and not app.catalog.content_hash.startswith(content):
        yield _OLD_CONTENT()
    if settings.metrics_port:
        yield await _metrics(scene)


def _other_answer(url: str, answer: Answer, state: Mapping[str, Any]) -> Finding:
    if answer.status == 503 and "error" in state:
        return _SERVER_NOT_READY(url=url, status=answer.status)
    return _SERVER_STRANGE(url=url)


def _channels(state: Mapping[str, Any]) -> list[Finding]:
    channels = state.get("channels")
    if not isinstance(channels, dict):
        return []
    broken = [ChannelId(one) for one in ChannelId if channels.get(one.value) == "not_ready"]
    return [_CHANNEL_NOT_READY(channel=one.label) for one in broken]


async def _metrics(scene: Scene) -> Finding:
    url = f"{_address(scene.settings.metrics_host, scene.settings.metrics_port)}/metrics"
    answer = await _ask(scene, url)
    is_ours = isinstance(answer, Answer) and b"troly06_" in answer.body
    return _METRICS(url=url) if is_ours else _METRICS_AWAY(url=url)


async def _ask(scene: Scene, url: str) -> Answer | NoAnswer:
    return await call(url, trust=scene.trust, limit_seconds=scene.limits.call_seconds)


def _address(host: str, port: int) -> str:
    """Where a server that listens on `host` can be reached from this machine."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def _read(answer: Answer) -> Mapping[str, Any]:
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
