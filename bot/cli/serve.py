"""`serve`: the chat page and the JSON interface."""

from __future__ import annotations

import argparse

import uvicorn

from bot.cli.announce import announce_indexing
from bot.observability import set_up_logging
from bot.server import build_server
from bot.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=None, help="Địa chỉ lắng nghe.")
    parser.add_argument("--port", type=int, default=None, help="Cổng lắng nghe.")


def run(options: argparse.Namespace) -> int:
    set_up_logging()
    settings = load_settings()
    host, port = (
        options.host or settings.host,
        settings.port if options.port is None else options.port,
    )
    server = build_server(settings, announce_indexing)
    print(f"Trợ lý 06 đang chạy. Mở trình duyệt tại: http://{host}:{port}", flush=True)
    uvicorn.run(
        server,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        log_config=None,
    )
    return 0
