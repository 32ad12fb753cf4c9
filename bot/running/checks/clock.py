"""The clock of this machine, against those of the vendors. The time zone is of no consequence."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.running.checks.addresses import show_address
from bot.running.checks.calls import Answer, NoAnswer, call
from bot.running.checks.findings import Findings, Saying, failure, good, reminder
from bot.running.checks.scene import Scene
from bot.settings import Settings

#: The header Date tells whole seconds.
_HALF_SECOND = timedelta(seconds=0.5)

_RIGHT = good("clock_right")
_AHEAD = reminder("clock_drifts", "clock_ahead")
_BEHIND = reminder("clock_drifts", "clock_behind")
_FAR_AHEAD = failure("clock_wrong", "clock_far_ahead")
_FAR_BEHIND = failure("clock_wrong", "clock_far_behind")
# What comes from Zalo is judged by the time of a database server, which has a check of its own.
_FAR_AHEAD_OF_SERVER = failure("clock_wrong", "clock_far_ahead_beside_server")
_FAR_BEHIND_SERVER = failure("clock_wrong", "clock_far_behind_beside_server")
_WRONG_OR_INTERCEPTED = failure("clock_or_certificate_wrong")


async def check_clock(scene: Scene) -> Findings:
    """Whether this machine knows what time it is."""
    addresses = _vendors(scene.settings)
    if scene.is_offline or not addresses:
        return
    found = await asyncio.gather(*(_skew(scene, one) for one in addresses))
    skews = [one for one in found if isinstance(one, timedelta)]
    if skews:
        # The smallest: a proxy that answers from its memory makes the others look old.
        skew = min(skews, key=abs)
        is_ahead = skew > timedelta()
        if abs(skew) > scene.limits.clock_wrong:
            yield _far(is_ahead=is_ahead, is_embedded=scene.settings.is_embedded)(length=skew)
        elif abs(skew) > scene.limits.clock_drift:
            yield (_AHEAD if is_ahead else _BEHIND)(length=skew)
        else:
            yield _RIGHT()
        return
    for address, one in zip(addresses, found, strict=True):
        if one in {NoAnswer.CERTIFICATE_EXPIRED, NoAnswer.CERTIFICATE_NOT_YET_GOOD}:
            yield _WRONG_OR_INTERCEPTED(host=show_address(address))


def _vendors(settings: Settings) -> list[str]:
    """Addresses of the vendors whose channels are in use; no token is part of them."""
    used = (
        (settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url),
        (settings.zalo_oa_id, settings.zalo_oa_api_url),
        (settings.zalo_bot_token.get_secret_value(), settings.zalo_bot_api_url),
    )
    return list(dict.fromkeys(url for is_used, url in used if is_used))


async def _skew(scene: Scene, address: str) -> timedelta | NoAnswer | None:
    """By how much we are ahead; None where the other side does not tell its time."""
    began = scene.clock.now()
    answer = await call(address, trust=scene.trust, limit_seconds=scene.limits.call_seconds)
    if not isinstance(answer, Answer):
        return answer
    if answer.date is None:
        return None
    return began + (scene.clock.now() - began) / 2 - (answer.date + _HALF_SECOND)


def _far(*, is_ahead: bool, is_embedded: bool) -> Saying:
    if is_embedded:
        return _FAR_AHEAD if is_ahead else _FAR_BEHIND
    return _FAR_AHEAD_OF_SERVER if is_ahead else _FAR_BEHIND_SERVER
