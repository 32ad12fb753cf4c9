"""The doctor: looks at everything that can be wrong with an installation, and says what to do.

It changes nothing: no file is made, no token renewed, no update fetched.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.domain.errors import ConfigError
from bot.running.checks.backlog import check_backlog, check_retention, check_switches
from bot.running.checks.clock import check_clock
from bot.running.checks.content import check_content
from bot.running.checks.database import check_database
from bot.running.checks.findings import Finding, Findings, Grade, Value, failure
from bot.running.checks.machine import (
    check_data_dir,
    check_operator,
    check_secret_key,
    check_settings,
)
from bot.running.checks.rasa import check_rasa
from bot.running.checks.scene import Scene
from bot.running.checks.telegram import check_telegram
from bot.running.checks.web import check_public_url, check_server
from bot.running.checks.zalo_bot import check_zalo_bot
from bot.running.checks.zalo_oa import check_zalo_oa
from bot.settings import Settings

#: What takes the place of a secret, should one get so far.
_HIDDEN = "•••"
#: Shorter ones would hide parts of plain words.
_MIN_SECRET_CHARS = 6

_BROKE = failure("check_broke")
_TOO_SLOW = failure("check_too_slow")
_SETTING_BROKEN = failure("setting_broken")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Check:
    """One check: its name, and what it does."""

    name: str
    run: Callable[[Scene], Findings]
    limit_seconds: float = 30.0


#: Every check, in the order in which they are told; they run at the same time.
CHECKS = (
    Check("settings", check_settings),
    Check("operator", check_operator),
    Check("secret_key", check_secret_key),
    Check("data_dir", check_data_dir),
    Check("clock", check_clock),
    Check("content", check_content, limit_seconds=120.0),
    Check("database", check_database),
    Check("backlog", check_backlog),
    Check("retention", check_retention),
    Check("server", check_server),
    Check("public_url", check_public_url),
    Check("switches", check_switches),
    Check("telegram", check_telegram, limit_seconds=60.0),
    Check("zalo_oa", check_zalo_oa, limit_seconds=60.0),
    Check("zalo_bot", check_zalo_bot, limit_seconds=60.0),
    Check("rasa", check_rasa, limit_seconds=40.0),
)


@dataclass(frozen=True, slots=True)
class Result:
    """One finding, and the check that it is of."""

    check: str
    finding: Finding


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        """An aware UTC time."""
        return datetime.now(UTC)


async def examine(
    settings: Settings, count_content_errors: Callable[[Path], int], *, is_offline: bool = False
) -> Sequence[Result]:
    """Run all checks on this machine. Never raises for what it finds."""
    env_file = Path(str(Settings.model_config.get("env_file") or ".env"))
    scene = Scene(
        settings, SystemClock(), count_content_errors, is_offline=is_offline, env_file=env_file
    )
    return await run_checks(scene)


async def run_checks(scene: Scene, checks: Sequence[Check] = CHECKS) -> Sequence[Result]:
    """What the checks find, in their order. One that breaks or takes too long stops no other."""
    try:
        found = await asyncio.gather(*(_run(one, scene) for one in checks))
    finally:
        await scene.close()
    hide = _Hider(scene)
    return [
        Result(check.name, hide(finding))
        for check, findings in zip(checks, found, strict=True)
        for finding in findings
    ]


async def _run(check: Check, scene: Scene) -> Sequence[Finding]:
    findings: list[Finding] = []
    try:
        async with asyncio.timeout(check.limit_seconds):
            async for one in check.run(scene):
                findings.append(one)  # noqa: PERF401 - what came before a fault is kept
    except TimeoutError:
        findings.append(_TOO_SLOW(seconds=int(check.limit_seconds)))
    except Exception as fault:
        # Its class alone: the text may hold anything.
        log.debug("check %s broke", check.name, exc_info=True)
        findings.append(_BROKE(fault=type(fault).__name__))
    return findings


def judge_broken_settings(fault: ConfigError) -> Sequence[Result]:
    """What to tell when the settings cannot be read at all: nothing else can be looked at then."""
    return [Result(CHECKS[0].name, _SETTING_BROKEN(what=one)) for one in str(fault).splitlines()]


def has_failure(results: Sequence[Result]) -> bool:
    """Whether something does not work."""
    return any(one.finding.grade is Grade.FAILURE for one in results)


class _Hider:
    """The last guard: a secret of the settings that got among the values by mistake is hidden."""

    def __init__(self, scene: Scene) -> None:
        settings = scene.settings
        values = (getattr(settings, name) for name in Settings.model_fields)
        secrets = {one.get_secret_value() for one in values if hasattr(one, "get_secret_value")}
        secrets.add((scene.find_secret_key() or b"").decode(errors="replace"))
        for url in (settings.database, settings.rasa_url):
            if password := urlsplit(url).password:
                secrets |= {password, unquote(password)}
        self._secrets = sorted((one for one in secrets if len(one) >= _MIN_SECRET_CHARS), key=len)

    def __call__(self, finding: Finding) -> Finding:
        values = {name: self._hide(value) for name, value in finding.values.items()}
        return replace(finding, values=values)

    def _hide(self, value: Value) -> Value:
        if not isinstance(value, str | Path):
            return value
        text = str(value)
        for one in reversed(self._secrets):
            text = text.replace(one, _HIDDEN)
        return text
