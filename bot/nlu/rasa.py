"""Understanding by a Rasa server: its parse API, with a time limit, retries and a rest when it is
away. Nothing here raises: who asks goes on without an answer.

`POST /model/parse`: https://legacy-docs-oss.rasa.com/docs/rasa/pages/http-api (read 2026-11-21).
Texts must be masked before they come here; they are never logged.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import httpx

from bot.domain.errors import ConfigError
from bot.domain.rasa_names import from_rasa_name
from bot.domain.understanding import IntentMatch, IntentName

#: After a failure the server is left alone for so long.
REST_SECONDS = 15.0
#: Before the first retry; twice as long before each further one.
FIRST_PAUSE_SECONDS = 0.05
#: A ranking over 250 intents is 20 kB.
MAX_ANSWER_BYTES = 1_000_000
_PATH = "/model/parse"
#: What Rasa's FallbackClassifier puts before a ranking that it does not trust: no intent of ours.
_FALLBACK = "nlu_fallback"
_PASSING = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)

log = logging.getLogger(__name__)


class _Away(Exception):
    """No use asking this server now."""


class _TryAgain(_Away):
    """What went wrong may pass at once."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a server, and by which clock."""

    #: For all texts of a turn together, retries and pauses included.
    limit_seconds: float
    #: Further tries after a failure that may pass.
    retries: int
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class RasaUnderstander:
    """Asks one server. Safe to share between threads.

    `known` are the names of all our classes; what else a server ranks is dropped.
    """

    def __init__(self, client: httpx.Client, url: str, known: Set[str], patience: Patience) -> None:
        self._client = client
        base = httpx.URL(url)
        self._url = base.copy_with(path=base.path.rstrip("/") + _PATH)
        self._known = known
        self._patience = patience
        self._now = patience.now
        self._rests_until = -REST_SECONDS
        self._told_of_strangers = False

    def rank(self, texts: Sequence[str]) -> Mapping[str, Sequence[IntentMatch]]:
        """The intents of each text, most likely first; texts without any are left out."""
        if self._now() < self._rests_until:
            return {}
        deadline = self._now() + self._patience.limit_seconds
        found = {}
        try:
            for text in texts:
                found[text] = self._rank(text, deadline)
        except _Away as fault:
            self._rests_until = self._now() + REST_SECONDS
            log.warning(
                "the Rasa server is of no use (%s): the built-in classifier understands, "
                "for at least %d s",
                fault,
                REST_SECONDS,
            )
        return {text: ranking for text, ranking in found.items() if ranking}

    def _rank(self, text: str, deadline: float) -> list[IntentMatch]:
        pause = FIRST_PAUSE_SECONDS
        for left in range(self._patience.retries, -1, -1):
            try:
                return self._matches(_parse(self._post(text, deadline)))
            except _TryAgain as fault:
                if not left or self._now() + pause >= deadline:
                    raise _Away(str(fault)) from fault
            self._patience.sleep(pause)
            pause *= 2
        raise AssertionError("unreachable")

    def _post(self, text: str, deadline: float) -> bytes:
        """The body of a good answer, read piece by piece: a slow or endless one is left."""
        wait = deadline - self._now()
        if wait <= 0:
            raise _Away("too slow")
        try:
            with self._client.stream(
                "POST", self._url, json={"text": text}, timeout=wait
            ) as response:
                _check_status(response.status_code)
                body = b""
                for piece in response.iter_bytes():
                    body += piece
                    if self._now() > deadline or len(body) > MAX_ANSWER_BYTES:
                        raise _Away("too slow or too long")
                return body
        except _PASSING as error:
            raise _TryAgain(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise _Away(type(error).__name__) from error

    def _matches(self, ranking: Sequence[tuple[str, float]]) -> list[IntentMatch]:
        named = [(from_rasa_name(name), score) for name, score in ranking if name != _FALLBACK]
        ours = [
            IntentMatch(IntentName(name), score) for name, score in named if name in self._known
        ]
        if len(ours) < len(named) and not self._told_of_strangers:
            self._told_of_strangers = True
            log.warning(
                "the Rasa server ranks intents that are not ours (such as %r): "
                "export and train it again",
                next(name for name, _ in named if name not in self._known),
            )
        return sorted(ours, key=lambda one: -one.score)


def connect_to_rasa(
    url: str, known: Set[str], limit_seconds: float, retries: int
) -> RasaUnderstander:
    """Who asks the server at this address, from now on to the end of the process.

    Raises:
        ConfigError: this is no address of a server.
    """
    # What citizens write goes to this server alone: through no proxy that the environment names.
    client = httpx.Client(trust_env=False)
    try:
        return RasaUnderstander(client, url, known, Patience(limit_seconds, retries))
    except httpx.InvalidURL as error:
        raise ConfigError(f"TROLY06_RASA_URL: {error}") from error


def _check_status(status: int) -> None:
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise _TryAgain(f"status {status}")
    if status != httpx.codes.OK:
        raise _Away(f"status {status}")


def _parse(body: bytes) -> list[tuple[str, float]]:
    """Names and confidences of an answer, in its order; raises _Away when it is none."""
    try:
        data: Any = json.loads(body)
        ranking = [(one["name"], float(one["confidence"])) for one in data["intent_ranking"]]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _Away("not an answer of Rasa") from error
    if not all(isinstance(name, str) and 0 <= score <= 1 for name, score in ranking):
        raise _Away("not a ranking")
    return ranking
