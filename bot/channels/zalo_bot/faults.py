"""Error codes of the Zalo Bot Platform and what to do about each.

https://docs.zaloplatforms.com/docs/BOT/ (notes, 2026-08) has 400, 401, 403, 404, 408 and 429, with
HTTP 200 and no word on who cannot be reached. What a code alone does not tell, the description may:
so 400, 403 and 404 are about one chat only where they say so.
"""

from __future__ import annotations

import re

from bot.channels.vendor_codes import status_code_of
from bot.domain.errors import (
    ChannelError,
    ChannelMisconfigured,
    MessageRejected,
    RecipientUnreachable,
    RetryLater,
    SendUnknown,
)

#: The quota is new with the next month, and when is not published: asked again each hour.
QUOTA_SECONDS = 3600.0
#: A gateway that says 429 without a code is asked to wait out a minute.
BUSY_SECONDS = 60.0
QUOTA_CODE = "quota_used_up"
NOTHING_CAME = 408
_TOO_MANY, _UNAUTHORIZED, _FORBIDDEN, _BAD_REQUEST, _NOT_FOUND = 429, 401, 403, 400, 404
_FIRST_SERVER_FAULT = 500
_WHO = re.compile(r"chat|user|recipient", re.IGNORECASE)
_GONE = re.compile(r"not found|not exist|block|deactivat|invalid|unknown", re.IGNORECASE)
#: Whoever refuses so looked at nothing we said: a wrong address, or this server is locked out.
_LOCKED_OUT = frozenset({401, 403, 404, 405})


def fault_of(code: int, description: str) -> ChannelError:
    """The fault of `{"ok": false, "error_code": …}`."""
    if code == _TOO_MANY:
        return RetryLater(QUOTA_CODE, QUOTA_SECONDS)
    if code == NOTHING_CAME or code >= _FIRST_SERVER_FAULT:
        return SendUnknown(status_code_of("error", code))
    if code == _UNAUTHORIZED:
        return ChannelMisconfigured("unauthorized")
    is_gone = _WHO.search(description) is not None and _GONE.search(description) is not None
    if is_gone and code in {_BAD_REQUEST, _FORBIDDEN, _NOT_FOUND}:
        return RecipientUnreachable("chat_gone")
    if code == _FORBIDDEN:
        return ChannelMisconfigured("forbidden")
    return MessageRejected(status_code_of("error", code))


def status_fault_of(status: int) -> ChannelError:
    """The fault of an answer that has no code of the platform in it."""
    code = status_code_of("status", status)
    if status >= _FIRST_SERVER_FAULT or status == NOTHING_CAME:
        return SendUnknown(code)
    if status == _TOO_MANY:
        return RetryLater(code, BUSY_SECONDS)
    return ChannelMisconfigured(code) if status in _LOCKED_OUT else SendUnknown(code)
