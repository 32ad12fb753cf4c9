"""Whether a webhook is from Zalo: a plain SHA-256 over its raw bytes between two other terms.

https://docs.zaloplatforms.com/docs/OA/webhook/tong-quan (notes, 2026-10): `X-ZEvent-Signature:
mac=<hex>` of app id + body + timestamp + OA secret key. Readings disagree on the secret, on where
the timestamp stands and on the first term, so every combination is tried.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import product

from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.domain.errors import ConfigError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to sign."""

    #: "oa_secret_key" or "app_secret".
    secret: str
    #: "body" or "header": where the timestamp stands.
    timestamp: str
    #: "app_id" or "oa_id".
    first: str

    @property
    def name(self) -> str:
        """Such as `oa_secret_key-body-app_id`, for settings and logs."""
        return f"{self.secret}-{self.timestamp}-{self.first}"


#: In the order in which a match is reported; the documented one first.
CANDIDATES = tuple(
    Candidate(secret, timestamp, first)
    for first, secret, timestamp in product(
        ("app_id", "oa_id"), ("oa_secret_key", "app_secret"), ("body", "header")
    )
)


class Verdict(StrEnum):
    """What a signature says."""

    GOOD = "good"
    #: Nobody who knows a secret of ours signed this.
    BAD = "bad_signature"
    #: Signed rightly, but too long ago or too far ahead.
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Signed:
    """What came in, as far as it is signed."""

    body: bytes
    #: The headers `X-ZEvent-Signature` and `X-ZEvent-Timestamp`; empty when they are not there.
    signature: str
    header_timestamp: str
    #: The field `timestamp` of the body, as text.
    body_timestamp: str


class SignatureChecker:
    """Tries every candidate that counts, all of them each time, and tells in the log when another
    one matches than before.
    """

    def __init__(self, settings: ZaloOaSettings) -> None:
        """Raises ConfigError when no secret is known, or a candidate is named that there is not."""
        wanted = settings.signature_candidates or {one.name for one in CANDIDATES}
        if unknown := wanted - {one.name for one in CANDIDATES}:
            raise ConfigError(f"no such signature of Zalo: {', '.join(sorted(unknown))}")
        self._firsts = {"app_id": settings.app_id, "oa_id": settings.oa_id}
        self._secrets = {
            "oa_secret_key": settings.oa_secret_key,
            "app_secret": settings.app_secret,
        }
        # With an empty secret anybody could sign.
        self._candidates = [
            one for one in CANDIDATES if one.name in wanted and self._secrets[one.secret]
        ]
        if not self._candidates:
            raise ConfigError("no secret to check webhooks of Zalo with")
        self._max_age = timedelta(seconds=settings.max_event_age_seconds)
        self._matched = ""

    def check(self, signed: Signed, now: datetime) -> Verdict:
        """What the signature says at `now`."""
        given = signed.signature.strip().removeprefix("mac=").lower().encode()
        timestamps = {"body": signed.body_timestamp, "header": signed.header_timestamp}
        matching = [
            one
            for one in self._candidates
            if hmac.compare_digest(self._mac(one, signed.body, timestamps[one.timestamp]), given)
        ]
        if not matching:
            return Verdict.BAD
        self._tell(matching[0].name)
        ages = (_age(timestamps[one.timestamp], now) for one in matching)
        fresh = any(age is not None and abs(age) <= self._max_age for age in ages)
        return Verdict.GOOD if fresh else Verdict.STALE

    def _mac(self, candidate: Candidate, body: bytes, timestamp: str) -> bytes:
        mac = hashlib.sha256(self._firsts[candidate.first].encode())
        mac.update(body)
        mac.update(timestamp.encode("utf-8", "replace"))
        mac.update(self._secrets[candidate.secret].encode())
        return mac.hexdigest().encode()

    def _tell(self, name: str) -> None:
        if name != self._matched:
            log.info("webhooks of Zalo are signed as %s", name)
            self._matched = name


def _age(timestamp: str, now: datetime) -> timedelta | None:
    """How long ago the milliseconds say; None when they are none."""
    try:
        return now - datetime.fromtimestamp(int(timestamp) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
