"""The socket that `serve` listens on."""

from __future__ import annotations

import asyncio
import socket

from bot.cli.serve import bind


async def test_small_answers_are_sent_at_once():
    """Else each waits for 40 ms for the client to confirm the piece before it."""
    found = asyncio.get_running_loop().create_future()

    class Server(asyncio.Protocol):
        def connection_made(self, transport):
            one = transport.get_extra_info("socket")
            found.set_result(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    listener = bind("127.0.0.1", 0)
    server = await asyncio.get_running_loop().create_server(Server, sock=listener)
    async with server:
        _, writer = await asyncio.open_connection(*listener.getsockname())
        assert await found
        writer.close()
        await writer.wait_closed()
