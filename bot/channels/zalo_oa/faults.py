"""Zalo's error codes and what to do about each.

https://docs.zaloplatforms.com/docs/OA/phu-luc/ma-loi (notes, 2026-10). Errors come with HTTP 200.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from bot.channels.vendor_codes import other_code_of
from bot.domain.clock import VIETNAM
from bot.domain.errors import (
    ChannelError,
    ChannelMisconfigured,
    MessageRejected,
    RecipientUnreachable,
    RetryLater,
    VendorFailed,
    WindowClosed,
)

#: Between 22:00 and 06:00 only consultation messages are taken; daily quotas are new by then.
MORNING = time(6, 5)


class TokenRefused(ChannelMisconfigured):
    """The access token is no good (any more): get another and call once more."""


class ParameterRefused(MessageRejected):
    """A parameter is no good: of a message with a picture, its id has expired."""


def _until_next_minute(code: str, now: datetime) -> ChannelError:
    return RetryLater(code, 61.0 - now.second)


def _until_morning(code: str, now: datetime) -> ChannelError:
    return RetryLater(code, seconds_until_morning(now), whole_channel=False)


def _all_until_morning(code: str, now: datetime) -> ChannelError:
    return RetryLater(code, seconds_until_morning(now))


def _is(kind: type[ChannelError]) -> Callable[[str, datetime], ChannelError]:
    return lambda code, _: kind(code)


_TOKEN, _PARAMETER = _is(TokenRefused), _is(ParameterRefused)
_OURS, _STOP = _is(MessageRejected), _is(ChannelMisconfigured)
_GONE, _CLOSED = _is(RecipientUnreachable), _is(WindowClosed)

_FAULTS: dict[int, tuple[str, Callable[[str, datetime], ChannelError]]] = {
    -216: ("token_invalid", _TOKEN),
    -220: ("token_expired", _TOKEN),
    -32: ("too_many_calls", _until_next_minute),
    -100: ("bad_parameter", _PARAMETER),
    # Once in a while; or each time, for a message that Zalo cannot send.
    -200: ("send_failed", _is(VendorFailed)),
    -230: ("no_interaction_in_7_days", _CLOSED),
    -232: ("interaction_expired", _CLOSED),
    -213: ("not_following", _GONE),
    -217: ("invitation_blocked", _GONE),
    -227: ("banned_or_away", _GONE),
    -244: ("limits_such_messages", _GONE),
    -218: ("quota_of_recipient_used_up", _until_morning),
    -211: ("quota_used_up", _all_until_morning),
    # Consultation may go out at any hour: were this to come, it would be about one kind of message.
    -234: ("not_at_night", _until_morning),
    -201: ("bad_field", _OURS),
    -210: ("over_a_limit", _OURS),
    -233: ("type_not_allowed", _OURS),
    -249: ("template_not_for_uid", _OURS),
    -204: ("account_removed", _STOP),
    -205: ("account_not_there", _STOP),
    -209: ("app_not_active", _STOP),
    -212: ("api_not_registered", _STOP),
    -219: ("app_removed", _STOP),
    -221: ("account_not_verified", _STOP),
    -223: ("not_granted", _STOP),
    -224: ("no_package", _STOP),
    # Seen by others with accounts of authorities: see `ZaloOaSettings.sends_by_v2`.
    -235: ("not_for_this_kind_of_account", _STOP),
    -240: ("api_version_off", _STOP),
    -242: ("bad_secret_proof", _STOP),
    -248: ("against_policy", _STOP),
    -320: ("no_cloud_account", _STOP),
    -321: ("no_money", _STOP),
    # In older tables only; by their meaning there.
    -305: ("window_of_48_hours_over", _CLOSED),
    -311: ("quota_of_replies_used_up", _until_morning),
}

KNOWN_CODES = frozenset(_FAULTS)


def fault_of(code: int, now: datetime) -> ChannelError:
    """The fault of an error code. One that we do not know rejects the message: it is neither tried
    again nor does it stop the others.
    """
    if code in _FAULTS:
        name, make = _FAULTS[code]
        return make(f"zalo_oa_{name}", now)
    return MessageRejected(other_code_of("zalo_oa_error", code))


def seconds_until_morning(now: datetime) -> float:
    """Until 06:05 in Vietnam, today or tomorrow."""
    local = now.astimezone(VIETNAM)
    morning = datetime.combine(local.date(), MORNING, VIETNAM)
    if morning <= local:
        morning += timedelta(days=1)
    return (morning - local).total_seconds()
