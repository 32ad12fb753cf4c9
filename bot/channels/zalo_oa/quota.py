"""What Zalo says of the account, for the command `doctor`, and of when somebody last wrote.

https://docs.zaloplatforms.com/docs/OA/tin-nhan/quan-ly-tin-nhan/kiem-tra-han-muc-gui-tin-nhan
(notes, 2026-08). Everything that Zalo leaves out is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.channels.zalo_oa.api import ZaloOaApi

_QUOTA_PATH, _ACCOUNT_PATH = "/v3.0/oa/quota/message", "/v2.0/oa/getoa"


@dataclass(frozen=True, slots=True)
class AccountQuota:
    """One quota of consultation messages that the account has."""

    left: int | None
    in_all: int | None


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """The account as Zalo knows it."""

    oa_id: str
    name: str
    is_verified: bool | None
    package: str
    #: As Zalo writes it.
    package_valid_through: str


async def read_last_interaction(api: ZaloOaApi, user_id: str) -> datetime | None:
    """When a person last did something that opens the window, as Zalo counts. Raises
    ChannelError.
    """
    return _moment(
        _mapping(await api.post(_QUOTA_PATH, {"user_id": user_id})).get("last_interaction")
    )


async def read_account_quotas(api: ZaloOaApi) -> tuple[AccountQuota, ...]:
    """The quotas of the account, as many as Zalo tells. Raises ChannelError."""
    wanted = {"quota_owner": "OA", "product_type": "cs", "quota_type": "sub_quota"}
    data = await api.post(_QUOTA_PATH, wanted)
    # Readings show a list, a list under a name, or one alone.
    if isinstance(data, Mapping):
        data = data.get("asset") or data.get("assets") or [data]
    if not isinstance(data, list):
        return ()
    return tuple(_account_quota(one) for one in data if isinstance(one, Mapping) and one)


def _account_quota(one: Mapping[str, Any]) -> AccountQuota:
    return AccountQuota(left=_number(one.get("remain")), in_all=_number(one.get("total")))


async def read_health(api: ZaloOaApi) -> AccountHealth:
    """The account, which also shows that the token is good. Raises ChannelError."""
    data = _mapping(await api.get(_ACCOUNT_PATH))
    verified = data.get("is_verified")
    return AccountHealth(
        oa_id=str(data.get("oaid") or data.get("oa_id") or ""),
        name=str(data.get("name") or ""),
        is_verified=verified if isinstance(verified, bool) else None,
        package=str(data.get("package_name") or ""),
        package_valid_through=str(data.get("package_valid_through_date") or ""),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def _moment(value: object) -> datetime | None:
    milliseconds = _number(value)
    if not milliseconds:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
