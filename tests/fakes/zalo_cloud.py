"""A strict fake of both Zalo products on the wire: Official Account and Bot Platform.

In a test: `async with ZaloCloud() as cloud:` and then `cloud.address`, `cloud.control`. As a
process of its own, which outlives a bot that is killed: `python -m tests.fakes.zalo_cloud --port 0`
prints `{"address": "http://127.0.0.1:…"}` and serves until it is stopped; `RemoteControl(address)`
steers it. Both products and OAuth are under the one address:

    OA    <address>/v4/oa/…, <address>/v3.0/oa/…, <address>/v2.0/oa/…
    Bot   <address>/bot<TOKEN>/<method>
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from types import TracebackType
from typing import Self

from tests.fakes.zalo.bot_cloud import BotCloud
from tests.fakes.zalo.bot_rules import BotRules
from tests.fakes.zalo.citizens import BotCitizen, OaCitizen
from tests.fakes.zalo.clock import CloudClock
from tests.fakes.zalo.control import PREFIX, LocalControl
from tests.fakes.zalo.ledger import Ledger
from tests.fakes.zalo.oa_citizens import OaCitizens
from tests.fakes.zalo.oa_cloud import OaCloud
from tests.fakes.zalo.oa_rules import OaRules
from tests.fakes.zalo.wire import Request, Response, WireServer, json_response


class ZaloCloud:
    """Both products, one clock, one ledger."""

    def __init__(
        self,
        oa: OaRules | None = None,
        bot: BotRules | None = None,
        clock: CloudClock | None = None,
    ) -> None:
        self.clock = clock or CloudClock()
        self.ledger = Ledger()
        self.oa = OaCloud(self.clock, self.ledger, oa)
        self.bot = BotCloud(self.clock, self.ledger, bot)
        self.oa_citizens = OaCitizens(self.oa, self.clock)
        self.control = LocalControl(self)
        self.address = ""
        self._server = WireServer(self.handle)

    async def start(self, port: int = 0) -> str:
        """Serve on this machine; returns the address."""
        self.address = f"http://127.0.0.1:{await self._server.start(port=port)}"
        return self.address

    async def stop(self) -> None:
        """Stop serving and posting."""
        await self.oa.poster.stop()
        await self.bot.poster.stop()
        await self._server.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def handle(self, request: Request) -> Response | None:
        """Answer any request; None to hang up."""
        if request.path.startswith(PREFIX):
            return await self.control.handle(request)
        if self.oa.serves(request.path):
            return await self.oa.handle(request)
        if self.bot.serves(request.path):
            return await self.bot.handle(request)
        self.ledger.refuse(product="", method=request.path, code=404, why="no such path")
        return json_response({"error": 404, "message": "empty api"}, 404)

    async def settle(self) -> None:
        """Return when no event is being posted and none is due."""
        await self.oa.poster.settle()
        await self.bot.poster.settle()

    def oa_citizen(self, user: str = "2512523625412515001") -> OaCitizen:
        """Somebody who talks to the OA."""
        return OaCitizen(self.control, user)

    def bot_citizen(self, chat: str = "6ede9afa66b88fe6d6a9") -> BotCitizen:
        """Somebody who talks to the bot."""
        return BotCitizen(self.control, chat)


async def serve(port: int, factor: float) -> None:
    """Serve until a signal to stop."""
    cloud = ZaloCloud(clock=CloudClock(factor))
    address = await cloud.start(port)
    print(json.dumps({"address": address}), flush=True)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stopped.set)
    await stopped.wait()
    await cloud.stop()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description="A fake of Zalo OA and Zalo Bot Platform.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--factor", type=float, default=1.0, help="how fast its clock runs")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.factor))


if __name__ == "__main__":
    main()
