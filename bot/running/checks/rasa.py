"""The Rasa server, where one understands for us."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from bot.running.checks.addresses import show_address
from bot.running.checks.calls import Answer, NoAnswer, call
from bot.running.checks.findings import Findings, failure, good, reminder
from bot.running.checks.scene import Scene

_PATH = "/model/parse"
#: Nobody's words.
_TEXT = "xin chào"

_GOOD = good("rasa_good")
_AWAY = failure("rasa_unreachable")
_SLOW = reminder("rasa_slow")
_STRANGE = failure("rasa_other_answer")


async def check_rasa(scene: Scene) -> Findings:
    """Ask it as a turn would."""
    settings = scene.settings
    if settings.nlu != "rasa":
        return
    url, shown = urlsplit(settings.rasa_url), show_address(settings.rasa_url)
    answer = await call(
        url._replace(path=url.path.rstrip("/") + _PATH).geturl(),
        trust=scene.trust,
        limit_seconds=settings.rasa_timeout_ms / 1000,
        sent={"text": _TEXT},
    )
    if answer is NoAnswer.SLOW:
        yield _SLOW(url=shown, limit=settings.rasa_timeout_ms)
    elif not isinstance(answer, Answer):
        yield _AWAY(url=shown)
    elif answer.status != 200 or not _has_ranking(answer.body):
        yield _STRANGE(url=shown, status=answer.status)
    else:
        yield _GOOD(url=shown)


def _has_ranking(body: bytes) -> bool:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and isinstance(said.get("intent_ranking"), list)
