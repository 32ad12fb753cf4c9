"""Puts the channel together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from bot.channels.zalo_bot.api import ZaloBotApi, make_http
from bot.channels.zalo_bot.client import ZaloBotClient
from bot.channels.zalo_bot.composing import ZaloBotComposer
from bot.channels.zalo_bot.polling import ZaloBotPoller
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.domain.catalog import Catalog
from bot.domain.identity import UpdateNames
from bot.domain.intake import Receiver


@dataclass(frozen=True, slots=True)
class ZaloBotChannel:
    """All parts of the channel in one process. `client.close` closes what they share."""

    api: ZaloBotApi
    client: ZaloBotClient
    composer: ZaloBotComposer
    settings: ZaloBotSettings

    def poller(
        self,
        receiver: Receiver,
        names: UpdateNames,
        show_trouble: Callable[[str], None] = lambda _: None,
    ) -> ZaloBotPoller:
        """Asks for events, in one process alone, where there is no webhook."""
        seconds = self.settings.poll_seconds
        return ZaloBotPoller(self.api, receiver, names, seconds, show_trouble=show_trouble)


def build_zalo_bot(
    catalog: Catalog,
    settings: ZaloBotSettings,
    transport: httpx.AsyncBaseTransport | None = None,
) -> ZaloBotChannel:
    """The channel; calls nobody yet. `transport` is for tests."""
    api = ZaloBotApi(make_http(transport), settings)
    return ZaloBotChannel(api, ZaloBotClient(api), ZaloBotComposer(catalog, settings), settings)
