"""The grant that an administrator of the account gives once, and again when it was lost.

Nothing is stored between the link and the answer: the state is signed with the app secret, and the
verifier of PKCE is made of it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from bot.channels.zalo_oa.oauth import OAuth, Pkce, grant_url, make_pkce, pkce_of
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.domain.errors import ChannelMisconfigured, Conflict
from bot.domain.ports import Clock
from bot.domain.tokens import TokenPair, TokenVault

#: From opening the link to the answer; the code itself is good for 10 minutes.
STATE_LIFETIME = timedelta(minutes=30)
#: The code of an answer to no link of ours: anybody can make one up.
STATE_UNKNOWN = "zalo_oa_state_unknown_or_old"
OTHER_ACCOUNT = "zalo_oa_other_account"
NO_CODE = "zalo_oa_no_code"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GrantLink:
    """What to open, and the state that its answer belongs to."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class GrantAnswer:
    """What Zalo appends to the callback address. Its repr does not show the code."""

    code: str
    oa_id: str = ""
    #: Zalo is not known to give it back always.
    state: str = ""

    def __repr__(self) -> str:
        return f"GrantAnswer(oa_id={self.oa_id!r}, has_state={bool(self.state)})"


def parse_pasted(pasted: str) -> GrantAnswer:
    """The answer in what was pasted: the whole address that one came back to, or the code alone."""
    text = pasted.strip()
    if "?" not in text and "=" not in text:
        # An address that nothing was appended to is no code.
        return GrantAnswer(code="" if "://" in text else text)
    found = parse_qs(urlsplit(text).query or text)

    def first(key: str) -> str:
        return found.get(key, [""])[0]

    return GrantAnswer(first("code"), first("oa_id"), first("state"))


class Grants:
    """Makes links and takes their answers."""

    def __init__(
        self,
        oauth: OAuth,
        vault: TokenVault,
        settings: ZaloOaSettings,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._oauth = oauth
        self._vault = vault
        self._settings = settings
        self._clock = clock
        self._random_bytes = random_bytes

    def make_link(self) -> GrantLink:
        """A link that is good for `STATE_LIFETIME`."""
        until = self._clock.now() + STATE_LIFETIME
        unsigned = f"{int(until.timestamp())}.{self._random_bytes(9).hex()}"
        state = f"{unsigned}.{self._sign('state', unsigned).hex()}"
        return GrantLink(grant_url(self._settings, self._pkce(state).challenge, state), state)

    async def complete(self, answer: GrantAnswer, state: str = "") -> None:
        """Get and store the tokens of an answer. `state` is that of the link where whoever asks
        still knows it; else the answer must have brought it.

        Raises:
            ChannelMisconfigured: the code says what is wrong; for a person, who begins again.
            ChannelError: Zalo did not answer; the person begins again.
            StoreError: the tokens are lost; the person begins again.
        """
        known = state or answer.state
        if not self._is_ours(known):
            raise ChannelMisconfigured(STATE_UNKNOWN)
        if answer.oa_id and answer.oa_id != self._settings.oa_id:
            raise ChannelMisconfigured(OTHER_ACCOUNT)
        if not answer.code:
            raise ChannelMisconfigured(NO_CODE)
        pair = await self._oauth.exchange(answer.code, self._pkce(known).verifier)
        await self._save(pair)
        await self._vault.note_trouble(self._settings.grant, "")
        log.info("tokens of Zalo OA were granted anew")

    async def _save(self, pair: TokenPair) -> None:
        for _ in range(3):
            # Not the pair itself: granting anew is the way out when its key was lost.
            version = await self._vault.find_version(self._settings.grant) + 1
            try:
                await self._vault.save(self._settings.grant, replace(pair, version=version))
            except Conflict:
                continue  # a refresh of the old grant came between
            return
        raise Conflict("tokens of Zalo OA change all the time")

    def _pkce(self, state: str) -> Pkce:
        if self._settings.pkce_verifier:
            return pkce_of(self._settings.pkce_verifier)
        return make_pkce(lambda count: self._sign("verifier", state)[:count])

    def _is_ours(self, state: str) -> bool:
        unsigned, _, signature = state.rpartition(".")
        expected = self._sign("state", unsigned).hex()
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            return False
        until = datetime.fromtimestamp(int(unsigned.partition(".")[0]), UTC)
        return self._clock.now() <= until

    def _sign(self, purpose: str, text: str) -> bytes:
        key = self._settings.app_secret.encode()
        return hmac.new(key, f"{purpose}|{text}".encode(), hashlib.sha256).digest()
