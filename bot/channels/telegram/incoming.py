"""What polling and the webhook do alike with what came in: read it, store it, then go on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.channels.telegram.identity import BotIdentity
from bot.channels.telegram.updates import parse_update
from bot.domain.intake import Receiver

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InlineQuery:
    """Somebody types after our name in any chat. Who it is, is not read."""

    id: str
    text: str
    #: Where the next page begins; we give one page.
    offset: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What Telegram waits for, once the updates are stored."""

    #: Pressed buttons spin until they are answered.
    callback_ids: tuple[str, ...] = ()
    inline_queries: tuple[InlineQuery, ...] = ()
    #: The highest number of all that came, malformed ones included; None when there was none.
    last_update_id: int | None = field(default=None)


class TelegramInbox:
    """Takes raw updates."""

    def __init__(self, receiver: Receiver, identity: BotIdentity) -> None:
        self._receiver = receiver
        self._identity = identity

    async def take(self, raws: Sequence[object]) -> Waiting:
        """Store what asks something of us; pass over the rest, whatever it is.

        Raises:
            StoreError: nothing is certain to be stored; Telegram must send all of it again.
        """
        known = [raw for raw in raws if isinstance(raw, dict)]
        if strange := len(raws) - len(known):
            log.warning("passed over %d malformed updates", strange)
        parsed = (parse_update(raw, self._identity.username, self._identity.id) for raw in known)
        if updates := [update for update in parsed if update is not None]:
            await self._receiver.accept(updates)
        return Waiting(
            callback_ids=tuple(filter(None, map(_callback_id, known))),
            inline_queries=tuple(filter(None, map(_inline_query, known))),
            last_update_id=max(filter(None, map(_number, known)), default=None),
        )


def _number(raw: dict[str, Any]) -> int | None:
    number = raw.get("update_id")
    return number if isinstance(number, int) else None


def _callback_id(raw: dict[str, Any]) -> str:
    return _text(raw.get("callback_query"), "id")


def _inline_query(raw: dict[str, Any]) -> InlineQuery | None:
    query = raw.get("inline_query")
    if not (number := _text(query, "id")):
        return None
    return InlineQuery(number, _text(query, "query"), _text(query, "offset"))


def _text(raw: object, field_name: str) -> str:
    value = raw.get(field_name) if isinstance(raw, dict) else None
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""
