"""Zalo as the one who calls: posts events to the bot, is impatient, tries again, gives up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from tests.fakes.zalo.clock import CloudClock


@dataclass(slots=True)
class Webhook:
    """Where events go, and how the vendor behaves when that fails."""

    url: str = ""
    is_on: bool = True
    #: Real seconds until an answer must be there.
    patience_seconds: float = 2.0
    #: Pauses before the further attempts, in seconds of the cloud's clock; empty: one attempt.
    retry_pauses: tuple[float, ...] = ()
    #: Whether a late or bad answer is tried again too, or an unopened connection only.
    retries_any_failure: bool = True
    #: Whether the webhook is switched off after the last attempt failed.
    is_switched_off_after_failure: bool = False
    #: What the names of hosts lead to in this test, such as https://bot.example to
    #: http://127.0.0.1:8080.
    hosts: dict[str, str] = field(default_factory=dict)

    @property
    def reachable_url(self) -> str:
        """The address that is really called."""
        for public, real in self.hosts.items():
            if self.url.startswith(public):
                return real + self.url.removeprefix(public)
        return self.url


@dataclass(frozen=True, slots=True)
class Attempt:
    """One post and what came of it."""

    event: str
    number: int
    #: ok, slow, no_connection or status_<code>; dropped when there was nowhere to post to.
    outcome: str
    at_ms: int


class Poster:
    """Posts events, each on its own: nothing is promised about their order."""

    def __init__(self, webhook: Webhook, clock: CloudClock) -> None:
        self.webhook = webhook
        self.log: list[Attempt] = []
        self._clock = clock
        #: For a bot in the same process, without a socket.
        self.transport: httpx.AsyncBaseTransport | None = None
        #: What was posted last, as it can be posted once more.
        self.last: tuple[str, bytes, Mapping[str, str]] | None = None
        self._client: httpx.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        #: When each task wakes up; 0 for those at work.
        self._wakes: dict[asyncio.Task[None], float] = {}
        self._changed = asyncio.Event()

    async def stop(self) -> None:
        """Forget what was still to be posted."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def post(self, event: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Post soon, and again as the webhook says."""
        if not self.webhook.url or not self.webhook.is_on:
            self._note(event, 0, "dropped")
            return
        self.last = (event, body, headers)
        task = asyncio.get_running_loop().create_task(self._post(event, body, dict(headers)))
        self._tasks.add(task)
        self._set_wake(task, 0.0)
        task.add_done_callback(self._forget)

    def post_again(self) -> None:
        """Post the last event once more, as vendors do whose answer was lost."""
        assert self.last is not None
        self.post(*self.last)

    async def probe(self, body: bytes) -> bool:
        """Whether one post without a signature is answered with 200."""
        return await self._try(body, {"Content-Type": "application/json"}) == "ok"

    async def settle(self) -> None:
        """Return when nothing is under way and nothing due; what waits for later stays waiting."""
        while any(wake <= self._clock.now() for wake in self._wakes.values()):
            await self._changed.wait()

    @property
    def waiting_count(self) -> int:
        """How many events are still to be posted or posted again."""
        return len(self._tasks)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wakes.pop(task, None)
        self._tell()

    def _set_wake(self, task: asyncio.Task[None], moment: float) -> None:
        self._wakes[task] = moment
        self._tell()

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _post(self, event: str, body: bytes, headers: dict[str, str]) -> None:
        task = asyncio.current_task()
        assert task is not None
        headers["Content-Type"] = "application/json"
        outcome = ""
        for number, pause in enumerate((0.0, *self.webhook.retry_pauses)):
            if number:
                due = self._clock.now() + pause
                self._set_wake(task, due)
                await self._clock.sleep_until(due)
                self._set_wake(task, 0.0)
                headers["num_retry"] = str(number)
            if not self.webhook.is_on:
                self._note(event, number, "dropped")
                return
            outcome = await self._try(body, headers)
            self._note(event, number, outcome)
            if outcome == "ok" or not self._is_tried_again(outcome):
                return
        if self.webhook.retry_pauses and self.webhook.is_switched_off_after_failure:
            self.webhook.is_on = False

    def _is_tried_again(self, outcome: str) -> bool:
        return self.webhook.retries_any_failure or outcome == "no_connection"

    async def _try(self, body: bytes, headers: Mapping[str, str]) -> str:
        if self._client is None:
            limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
            self._client = httpx.AsyncClient(
                transport=self.transport, limits=limits, timeout=None, trust_env=False
            )
        try:
            async with asyncio.timeout(self.webhook.patience_seconds):
                response = await self._client.post(
                    self.webhook.reachable_url, content=body, headers=dict(headers)
                )
        except TimeoutError:
            return "slow"
        except httpx.HTTPError:
            return "no_connection"
        return "ok" if response.status_code == 200 else f"status_{response.status_code}"

    def _note(self, event: str, number: int, outcome: str) -> None:
        self.log.append(Attempt(event, number, outcome, self._clock.now_ms()))
