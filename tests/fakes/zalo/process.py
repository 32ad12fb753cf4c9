"""The fake of Zalo's clouds as a process of its own, which outlives a bot that is killed."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from tests.fakes.process import cloud
from tests.fakes.zalo.citizens import BotCitizen, OaCitizen, RemoteControl

CLOUD = "tests.fakes.zalo_cloud"


@dataclass(frozen=True)
class ZaloWorld:
    """The fake clouds as a test sees them."""

    address: str
    control: RemoteControl

    def oa_citizen(self, user: str) -> OaCitizen:
        """Somebody who talks to the OA."""
        return OaCitizen(self.control, user)

    def bot_citizen(self, chat: str) -> BotCitizen:
        """Somebody who talks to the bot."""
        return BotCitizen(self.control, chat)


@contextlib.contextmanager
def zalo_server() -> Iterator[str]:
    """Both products on a free port, started from the root of the project; the address."""
    with cloud(CLOUD) as told:
        yield told["address"]


@contextlib.asynccontextmanager
async def zalo_at(address: str) -> AsyncIterator[ZaloWorld]:
    """The world of a fake that runs already."""
    control = RemoteControl(address)
    try:
        yield ZaloWorld(address, control)
    finally:
        await control.close()
