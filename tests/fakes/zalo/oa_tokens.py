"""OAuth v4 of Zalo OA: codes that live ten minutes, access tokens of 25 hours, refresh tokens that
work once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
from dataclasses import dataclass

from tests.fakes.zalo.clock import CloudClock
from tests.fakes.zalo.oa_rules import OaRules

INVALID, EXPIRED, NO_PROOF = -216, -220, -242


class GrantRefused(Exception):
    """No tokens are given."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(slots=True)
class _Code:
    challenge: str
    until: float
    is_spent: bool = False


def challenge_of(verifier: str) -> str:
    """The PKCE challenge: base64url of the SHA-256, without padding."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class OaTokens:
    """Gives tokens and knows which are good. One pair is good at a time."""

    def __init__(self, rules: OaRules, clock: CloudClock) -> None:
        self._rules = rules
        self._clock = clock
        self._numbers = itertools.count(1)
        self._codes: dict[str, _Code] = {}
        self._issued: set[str] = set()
        self._access = ("", 0.0)
        self._refresh = ("", 0.0)
        self.refresh_count = 0

    def make_code(self, challenge: str = "") -> str:
        """What a person who grants gives to the app."""
        code = f"code-{next(self._numbers)}-{'c' * 40}"
        self._codes[code] = _Code(challenge, self._clock.now() + self._rules.code_seconds)
        return code

    def issue(self) -> dict[str, str]:
        """A new pair; the old access token dies."""
        number = next(self._numbers)
        access, refresh = f"access-{number}-{'a' * 80}", f"refresh-{number}-{'r' * 80}"
        now = self._clock.now()
        self._issued.add(access)
        self._access = (access, now + self._rules.access_seconds)
        self._refresh = (refresh, now + self._rules.refresh_seconds)
        seconds = str(int(self._rules.access_seconds))
        return {"access_token": access, "refresh_token": refresh, "expires_in": seconds}

    def revoke(self) -> None:
        """The person took the grant back: nothing is good any more."""
        self._access = self._refresh = ("", 0.0)

    def exchange(self, form: dict[str, str]) -> dict[str, str]:
        """Tokens for a code or for a refresh token."""
        self._expect_fields(form)
        if form["grant_type"] == "refresh_token":
            return self._exchange_refresh_token(form["refresh_token"])
        return self._exchange_code(form["code"], form.get("code_verifier", ""))

    def _expect_fields(self, form: dict[str, str]) -> None:
        kinds = {
            "authorization_code": {"code", "code_verifier"},
            "refresh_token": {"refresh_token"},
        }
        own = kinds.get(form.get("grant_type", ""))
        if own is None:
            raise GrantRefused(-14001, "grant_type is invalid")
        wanted = {"app_id", "grant_type", *own}
        if not self._rules.needs_code_verifier:
            wanted.discard("code_verifier")
        if not wanted <= form.keys() or not form.keys() <= wanted | own:
            raise GrantRefused(-14001, f"fields must be {sorted(wanted)}, not {sorted(form)}")
        if form["app_id"] != self._rules.app_id:
            raise GrantRefused(-14002, "app_id is invalid")

    def _exchange_code(self, code: str, verifier: str) -> dict[str, str]:
        known = self._codes.get(code)
        if known is None or known.is_spent:
            raise GrantRefused(self._rules.bad_grant_code, "code is unknown or used")
        known.is_spent = True
        if self._clock.now() > known.until:
            raise GrantRefused(self._rules.bad_grant_code, "code is expired")
        if self._rules.needs_code_verifier and challenge_of(verifier) != known.challenge:
            raise GrantRefused(self._rules.bad_grant_code, "code_verifier does not fit")
        return self.issue()

    def _exchange_refresh_token(self, token: str) -> dict[str, str]:
        known, until = self._refresh
        if not known or token != known:
            raise GrantRefused(self._rules.bad_grant_code, "refresh_token is unknown or used")
        if self._clock.now() > until:
            raise GrantRefused(self._rules.bad_grant_code, "refresh_token is expired")
        self.refresh_count += 1
        return self.issue()

    def find_fault(self, token: str, proof: str) -> tuple[int, str] | None:
        """What is wrong with the headers of a call."""
        if token not in self._issued:
            return INVALID, "access_token is invalid"
        good, until = self._access
        if token != good or self._clock.now() > until:
            return EXPIRED, "access_token is expired or removed"
        if self._rules.needs_appsecret_proof:
            secret = self._rules.app_secret.encode()
            expected = hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()
            if not hmac.compare_digest(expected, proof):
                return NO_PROOF, "appsecret_proof is invalid"
        return None
