"""`zalo-grant`: an administrator of the Zalo Official Account lets the assistant write for it."""

from __future__ import annotations

import argparse
import asyncio

from bot.running.zalo_granting import grant_zalo_oa
from bot.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(options: argparse.Namespace) -> int:
    asyncio.run(grant_zalo_oa(load_settings(), _ask, _settled))
    return 0


def _ask(link: str) -> str:
    print("1. Mở đường dẫn này bằng tài khoản Zalo quản trị OA, rồi bấm đồng ý:")
    print(f"   {link}")
    print(
        '2. Zalo đưa bạn tới một trang khác. Trang báo "Đã nối trợ lý" là xong: bấm Ctrl+C ở đây.'
    )
    print("3. Không thì chép cả địa chỉ của trang đó, dán vào đây, rồi bấm Enter.")
    return input("   Địa chỉ: ")


def _settled() -> None:
    print("Đã nối trợ lý với Zalo OA.")
