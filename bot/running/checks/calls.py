"""One HTTP call of the doctor: what came back, when the other side says it is, and how long its
certificate is good.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import httpx

#: Nothing that is asked for is longer; what is, is cut off.
_MAX_BYTES = 256 * 1024
#: https://www.openssl.org/docs/man3.0/man3/X509_STORE_CTX_get_error.html (read 2026-11-21).
_VERIFY_ERRORS = {9: "certificate_not_yet_good", 10: "certificate_expired"}


class NoAnswer(StrEnum):
    """Why there is no answer."""

    NO_CONNECTION = "no_connection"
    SLOW = "slow"
    CERTIFICATE = "certificate"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NOT_YET_GOOD = "certificate_not_yet_good"
    LOST = "lost"

    @property
    def is_certificate(self) -> bool:
        """Whether somebody is there whose certificate is no good."""
        return self.value.startswith("certificate")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whatever its status."""

    status: int
    body: bytes
    #: The time of the other side, to the second; None where it does not tell.
    date: datetime | None
    #: Of its certificate; None without TLS.
    certificate_ends_at: datetime | None


async def call(
    url: str,
    *,
    trust: ssl.SSLContext | bool,
    limit_seconds: float,
    sent: Mapping[str, Any] | None = None,
) -> Answer | NoAnswer:
    """GET, or POST of JSON where something is `sent`. Follows no redirect, and goes through no
    proxy that the environment names, as calls of vendors do not.
    """
    try:
        async with (
            asyncio.timeout(limit_seconds),
            httpx.AsyncClient(verify=trust, trust_env=False, timeout=limit_seconds) as client,
            client.stream("GET" if sent is None else "POST", url, json=sent) as response,
        ):
            ends_at = _certificate_end(response)
            body = b""
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > _MAX_BYTES:
                    break
            return Answer(response.status_code, body[:_MAX_BYTES], _date(response), ends_at)
    except (TimeoutError, httpx.TimeoutException):
        return NoAnswer.SLOW
    except httpx.ConnectError as error:
        return _why_not_connected(error)
    except (httpx.HTTPError, httpx.InvalidURL):
        return NoAnswer.LOST


def _why_not_connected(error: BaseException) -> NoAnswer:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NoAnswer(_VERIFY_ERRORS.get(cause.verify_code, "certificate"))
        if isinstance(cause, ssl.SSLError):
            return NoAnswer.CERTIFICATE
        cause = cause.__cause__ or cause.__context__
    return NoAnswer.NO_CONNECTION


def _date(response: httpx.Response) -> datetime | None:
    try:
        date = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return date.astimezone(UTC) if date.tzinfo is not None else None


def _certificate_end(response: httpx.Response) -> datetime | None:
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    ends = (tls.getpeercert() or {}).get("notAfter") if tls is not None else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC) if ends else None
