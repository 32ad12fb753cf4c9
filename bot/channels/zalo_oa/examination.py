"""How the account stands with Zalo, for the command `doctor`. Spends nothing: it never renews a
token, since a command that is stopped half-way through a renewal would cost the grant.
"""

from __future__ import annotations

from bot.channels.zalo_oa.api import ZaloOaApi
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.wire import make_http
from bot.domain.errors import ChannelMisconfigured
from bot.domain.ports import Clock

#: The code when Zalo takes the stored token no more.
TOKEN_REFUSED = "zalo_oa_token_refused"  # noqa: S105 - a code


class StoredToken:
    """One access token, as it was found in the store."""

    def __init__(self, access: str) -> None:
        self._access = access

    async def access_token(self) -> str:
        """The token."""
        return self._access

    async def replace(self, refused: str) -> str:  # noqa: ARG002 - as `TokenKeeper`
        """There is no other.

        Raises:
            ChannelMisconfigured: always.
        """
        raise ChannelMisconfigured(TOKEN_REFUSED)


class Examiner:
    """Calls of one account with one token. `api` is for `quota.read_health` and its like."""

    def __init__(self, settings: ZaloOaSettings, access: str, clock: Clock) -> None:
        self._http = make_http()
        self.api = ZaloOaApi(self._http, StoredToken(access), settings, clock)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
