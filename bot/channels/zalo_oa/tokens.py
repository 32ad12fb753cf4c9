"""Keeps the access token alive: one refresher at a time, a new pair stored before anybody uses it.

The one thing that cannot be mended is a process that dies between Zalo's answer and the end of
`TokenVault.save`, or an answer that is lost on its way: the refresh token is spent then, nobody has
the new pair, and a person must grant again. Both are seen at the next refresh, which Zalo refuses.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.channels.zalo_oa.oauth import REFRESH_LIFETIME, GrantRefused, OAuth
from bot.domain.errors import (
    ChannelError,
    ChannelMisconfigured,
    Conflict,
    NotSent,
    RetryLater,
    StoreError,
)
from bot.domain.ports import Clock
from bot.domain.tokens import TokenPair, TokenVault

#: The code in the vault when a person must grant again.
NEEDS_GRANT = "needs_grant"
#: A pair is renewed after this part of its life: 20 of 25 hours, which leaves 5 to notice trouble.
_RENEWED_AFTER = 0.8
#: A refresh that failed is not tried again for so long.
_REST = timedelta(minutes=1)
#: How often, and after how long each time, one looks whether another process has a new pair.
_LOOKS, _LOOK_SECONDS = 20, 0.25
#: How often, and after how long each time, a pair is offered to the vault before the process ends.
_LAST_TRIES, _LAST_TRY_SECONDS = 5, 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Failure:
    """What became of the last refresh of a pair."""

    version: int
    fault: ChannelError
    until: datetime


class TokenKeeper:
    """Gives the access token of one grant to whoever calls Zalo."""

    def __init__(
        self,
        oauth: OAuth,
        vault: TokenVault,
        grant: str,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._oauth = oauth
        self._vault = vault
        self._grant = grant
        self._clock = clock
        self._sleep = sleep
        #: A pair that Zalo gave and the vault did not take: it is offered again before all else.
        self._unsaved: TokenPair | None = None
        self._saving = asyncio.Lock()
        self._failure: _Failure | None = None
        self._renewals: set[asyncio.Task[str]] = set()

    async def close(self) -> None:
        """Let what is being renewed come to its end, and be stored: half a renewal costs the
        grant.
        """
        await asyncio.gather(*self._renewals, return_exceptions=True)
        for tried in range(_LAST_TRIES):
            if self._unsaved is None:
                return
            if tried:
                await self._sleep(_LAST_TRY_SECONDS)
            with suppress(NotSent):  # it was logged
                await self._save_unsaved()
        if self._unsaved is not None:
            log.error("the renewed tokens of Zalo OA are lost: a person must grant again")

    async def access_token(self) -> str:
        """A token that is believed to be good. Renews it when it is due.

        Raises:
            ChannelMisconfigured: there is no grant, or no more: a person must grant.
            NotSent, RetryLater: there is no token now.
        """
        pair = await self._load()
        if self._clock.now() < _due_at(pair):
            return pair.access
        return await self._renew(pair)

    async def replace(self, refused: str) -> str:
        """Another token than the one that Zalo refused: one that somebody stored meanwhile, or a
        renewed one. Raises as `access_token` does.
        """
        pair = await self._load()
        if pair.access != refused:
            return await self.access_token()
        return await self._renew(replace(pair, access_expires_at=self._clock.now()))

    async def _load(self) -> TokenPair:
        await self._save_unsaved()
        try:
            pair = await self._vault.find(self._grant)
        except StoreError as error:
            raise NotSent("zalo_oa_no_vault") from error
        if pair is None:
            raise ChannelMisconfigured("zalo_oa_no_grant")
        return pair

    async def _renew(self, pair: TokenPair) -> str:
        """A new token, or the old one while it lives and a new one is not to be had. Who asked may
        give up on it; the renewal goes on.
        """
        renewal = asyncio.create_task(self._renew_alone(pair))
        self._renewals.add(renewal)
        renewal.add_done_callback(self._renewals.discard)
        return await asyncio.shield(renewal)

    async def _renew_alone(self, pair: TokenPair) -> str:
        try:
            async with self._vault.refreshing(self._grant) as is_mine:
                if is_mine:
                    return await self._refresh(pair)
        except StoreError as error:
            return self._old_or_raise(pair, NotSent("zalo_oa_no_vault"), error)
        if self._lives(pair):
            return pair.access
        return await self._await_other(pair)

    async def _await_other(self, pair: TokenPair) -> str:
        """The token that somebody else is getting."""
        for _ in range(_LOOKS):
            await self._sleep(_LOOK_SECONDS)
            newest = await self._load()
            if newest.version != pair.version:
                return newest.access
        raise RetryLater("zalo_oa_token_awaited", _LOOKS * _LOOK_SECONDS)

    async def _refresh(self, pair: TokenPair) -> str:
        newest = await self._load()
        if newest.version != pair.version:
            return newest.access
        failure = self._failure
        if failure and failure.version == pair.version and self._clock.now() < failure.until:
            return self._old_or_raise(pair, failure.fault)
        try:
            renewed = await self._oauth.refresh(pair.refresh)
        except ChannelError as error:
            return await self._fail(pair, error)
        self._failure = None
        # Not lost with this process still alive, should the vault not take it now.
        self._unsaved = replace(renewed, version=pair.version + 1)
        await self._save_unsaved()
        log.info("the access token of Zalo OA was renewed")
        return (await self._load()).access

    async def _fail(self, pair: TokenPair, error: ChannelError) -> str:
        newest = await self._load()
        if newest.version != pair.version:
            return newest.access
        fault = _fault_of(error)
        log.error("the access token of Zalo OA was not renewed: %s", error.code)
        self._failure = _Failure(pair.version, fault, self._clock.now() + _REST)
        if isinstance(error, GrantRefused):
            await self._vault.note_trouble(self._grant, NEEDS_GRANT)
        return self._old_or_raise(pair, fault, error)

    def _old_or_raise(
        self, pair: TokenPair, fault: ChannelError, cause: Exception | None = None
    ) -> str:
        if self._lives(pair):
            return pair.access
        raise fault.with_traceback(None) from cause

    def _lives(self, pair: TokenPair) -> bool:
        return self._clock.now() < pair.access_expires_at

    async def _save_unsaved(self) -> None:
        """Store what could not be stored before; nobody gets a token until that is done."""
        async with self._saving:
            if self._unsaved is None:
                return
            try:
                await self._save(self._unsaved)
            except StoreError as error:
                log.error("the renewed tokens of Zalo OA are not stored yet: %s", error)
                raise NotSent("zalo_oa_token_not_stored") from error
            self._unsaved = None

    async def _save(self, pair: TokenPair) -> None:
        try:
            await self._vault.save(self._grant, pair)
        except Conflict:
            # A person granted meanwhile, and theirs is newer; or this is stored already.
            log.warning("tokens of Zalo OA of version %d are there already", pair.version)
        await self._vault.note_trouble(self._grant, "")


def _fault_of(error: ChannelError) -> ChannelError:
    """What a failed refresh means for the message that waits for a token: it is not sent."""
    if isinstance(error, GrantRefused):
        return ChannelMisconfigured("zalo_oa_needs_grant")
    if isinstance(error, RetryLater):
        return error
    if isinstance(error, ChannelMisconfigured):
        return ChannelMisconfigured(error.code)
    return NotSent(error.code)


def _due_at(pair: TokenPair) -> datetime:
    """When a pair is to be renewed, however long Zalo lets it live."""
    made_at = pair.refresh_expires_at - REFRESH_LIFETIME
    return made_at + (pair.access_expires_at - made_at) * _RENEWED_AFTER
