"""`serve`: the chat page and the JSON interface."""

from __future__ import annotations

import argparse
import errno
import os
import socket

import uvicorn

from bot.cli.announce import announce_address, announce_indexing, announce_missing_operator
from bot.domain.errors import ConfigError
from bot.observability import set_up_logging
from bot.server import build_server
from bot.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=None, help="Địa chỉ lắng nghe.")
    parser.add_argument("--port", type=int, default=None, help="Cổng lắng nghe; 0 là cổng bất kỳ.")


class AnnouncingServer(uvicorn.Server):
    """Says where it is as soon as it accepts connections."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start up, or end the process when that fails."""
        await super().startup(sockets)
        for one in sockets or ():
            announce_address(self.config.host, one.getsockname()[1])


def run(options: argparse.Namespace) -> int:
    set_up_logging()
    settings = load_settings()
    host = options.host or settings.host
    port = settings.port if options.port is None else options.port
    listener = bind(host, port)
    announce_missing_operator(settings)
    config = uvicorn.Config(
        build_server(settings, announce_indexing),
        host=host,
        log_level="warning",
        access_log=False,
        server_header=False,
        log_config=None,
    )
    AnnouncingServer(config).run([listener])
    return 0


def bind(host: str, port: int) -> socket.socket:
    """A socket that has the port, before the time that indexing takes. It does not listen yet.

    Raises:
        ConfigError: the port or the address cannot be had.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
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
