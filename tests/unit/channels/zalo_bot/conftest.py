from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from bot.channels.zalo_bot.api import ZaloBotApi, make_http
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.domain.deliveries import Delivery, Lane, Message
from bot.domain.errors import StoreError
from bot.domain.identity import UpdateNames
from bot.domain.people import Address, ChannelId, ConversationId
from bot.domain.updates import Update
from tests.fakes.zalo.bot_rules import BotRules
from tests.fakes.zalo_cloud import ZaloCloud

CHAT = "6ede9afa66b88fe6d6a9"
PUBLIC = "https://bot.example"
SECRET = "s" * 32
NAMES = UpdateNames(b"a key for tests only")


@dataclass
class Receiver:
    """A receiver whose store may fail for a while."""

    taken: list[Update] = field(default_factory=list)
    failures: int = 0

    async def accept(self, updates: Sequence[Update]) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreError("no database")
        known = {one.id for one in self.taken}
        self.taken += [one for one in updates if one.id not in known]

    @property
    def texts(self) -> list[str]:
        return [one.utterance.text for one in self.taken]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def cloud() -> AsyncIterator[ZaloCloud]:
    async with ZaloCloud() as running:
        yield running


def settings_for(cloud: ZaloCloud, **values: object) -> ZaloBotSettings:
    return ZaloBotSettings(token=BotRules().token, api_url=cloud.address, **values)


@pytest.fixture
async def api(cloud: ZaloCloud) -> AsyncIterator[ZaloBotApi]:
    one = ZaloBotApi(make_http(), settings_for(cloud))
    yield one
    await one.close()


def delivery(message: Message, chat: str = CHAT) -> Delivery:
    return Delivery(
        id=1,
        conversation=ConversationId("c"),
        address=Address(ChannelId.ZALO_BOT, chat),
        lane=Lane.REPLY,
        message=message,
        attempt=1,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
