"""`channel`: how the chat channels stand; switches one off or on while the servers run."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping

from bot.domain.clock import VIETNAM
from bot.domain.people import ChannelId
from bot.running.control import SWITCHABLE, ChannelReport, report_channels, turn_channel
from bot.settings import load_settings

_ACTION_HELP = (
    "off: tắt kênh, tin đến trong lúc tắt bị bỏ, tin đang chờ gửi không gửi nữa. "
    "on: mở lại, chỉ trả lời tin đến từ lúc đó."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=["off", "on"], help=_ACTION_HELP)
    names = [one.value for one in SWITCHABLE]
    parser.add_argument("channel", nargs="?", choices=names, help="Kênh nào.")


def run(options: argparse.Namespace) -> int:
    settings = load_settings()
    if options.action and not options.channel:
        print("Hãy nói rõ kênh nào, ví dụ: python -m bot channel off telegram")
        return 2
    if options.action:
        channel = ChannelId(options.channel)
        asyncio.run(turn_channel(settings, channel, off=options.action == "off"))
        done = "tắt" if options.action == "off" else "mở"
        print(f"Đã {done} kênh {channel.label}. Các máy chủ đang chạy làm theo sau vài giây.")
        return 0
    _show(asyncio.run(report_channels(settings)))
    return 0


def _show(reports: Mapping[ChannelId, ChannelReport]) -> None:
    for channel, one in reports.items():
        if not one.counts and one.last_update_at is None and not one.is_off:
            print(f"{channel.label}: chưa dùng.")
            continue
        print(f"{channel.label}: {'đang tắt' if one.is_off else 'đang mở'}.")
        if one.last_update_at is not None:
            at = one.last_update_at.astimezone(VIETNAM).strftime("%H:%M:%S %d/%m/%Y")
            print(f"  Tin nhận gần nhất: {at}")
        if one.month is not None:
            paid = f", trong đó {one.month.billed} tin bị tính tiền" if one.month.billed else ""
            print(f"  Tháng này: nhận {one.month.received} tin, gửi {one.month.sent} tin{paid}")
        for status, count in one.counts.items():
            print(f"  Tin {status.label}: {count}")
