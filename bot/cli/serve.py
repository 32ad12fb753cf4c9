"""`serve`: the chat page and the JSON interface."""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import socket

import uvicorn

from bot.cli.announce import announce_address, announce_indexing, announce_missing_operator
from bot.domain.errors import ConfigError
from bot.observability import set_up_logging
from bot.running.migrating import prepare_database
from bot.running.web import build_server
from bot.settings import load_settings

#: Beyond it a request is answered with 503. Each takes a file descriptor; vendors open some forty.
_MAX_CONNECTIONS = 800
#: What clients have to finish their requests in when the server stops.
_SECONDS_TO_FINISH = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=None, help="Địa chỉ lắng nghe.")
    parser.add_argument("--port", type=int, default=None, help="Cổng lắng nghe; 0 là cổng bất kỳ.")
    parser.add_argument(
        "--no-worker",
        action="store_true",
        help="Để tiến trình `worker` trả lời, gửi tin cho các kênh.",
    )


class AnnouncingServer(uvicorn.Server):
    """Says where it is as soon as it accepts connections."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start up, or end the process when that fails."""
        await super().startup(sockets)
        for one in sockets or ():
            announce_address(self.config.host, one.getsockname()[1])


def run(options: argparse.Namespace) -> int:
    settings = load_settings()
    set_up_logging(settings.log_format)
    host = options.host or settings.host
    port = settings.port if options.port is None else options.port
    asyncio.run(prepare_database(settings))
    listener = bind(host, port)
    announce_missing_operator(settings)
    config = uvicorn.Config(
        build_server(settings, announce_indexing, does_work=not options.no_worker),
        host=host,
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=_MAX_CONNECTIONS,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        log_config=None,
    )
    AnnouncingServer(config).run([listener])
    return 0


def bind(host: str, port: int) -> socket.socket:
    """A socket that has the port, before the time that indexing takes. It does not listen yet.

    Raises:
        ConfigError: the port or the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only where the protocol is named (`_set_nodelay` in
    # asyncio/base_events.py of Python 3.11); with it on, every answer is 40 ms late.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Elsewhere the option would let two programs have one port.
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise ConfigError(_why_not(host, port, error)) from error
    return listener


def _why_not(host: str, port: int, error: Exception) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        return (
            f"Cổng {port} đang có chương trình khác dùng. "
            "Hãy tắt chương trình đó, hoặc chọn cổng khác, ví dụ: --port 8081."
        )
    if code == errno.EACCES:
        return f"Không được phép mở cổng {port}. Hãy chọn một cổng từ 1024 trở lên: --port 8080."
    return (
        f"Không mở được cổng {port} tại địa chỉ {host}. "
        "Hãy xem lại --host (địa chỉ của máy này) và --port (từ 0 đến 65535)."
    )
