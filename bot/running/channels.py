"""The chat channels that the settings ask for."""

from __future__ import annotations

from bot.running.channel_parts import ChannelParts
from bot.running.parts import Parts
from bot.running.telegram import build_telegram
from bot.running.zalo_bot import build_zalo_bot_parts
from bot.running.zalo_oa import build_zalo_oa_parts


def build_channels(parts: Parts) -> tuple[ChannelParts, ...]:
    """The channels for which there are tokens.

    Raises:
        ConfigError: some settings of a channel are there and others are missing.
    """
    builders = (build_telegram, build_zalo_oa_parts, build_zalo_bot_parts)
    built = (build(parts) for build in builders)
    return tuple(one for one in built if one is not None)
