"""What the tests of the doctor stand on: scenes on a fresh machine, databases, a real server."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from bot.cli.wording import tell_finding
from bot.domain.errors import IndexMissing
from bot.running.checks.findings import Grade
from bot.running.checks.scene import Limits, Scene
from bot.settings import Settings

#: Invented; nothing of it may ever be shown.
SECRET_KEY = "khoa-bi-mat-chi-dung-de-thu-0123456789"


class Clock:
    """The time of this machine, or so much beside it."""

    def __init__(self, ahead: timedelta = timedelta()):
        self.ahead = ahead

    def now(self):
        return datetime.now(UTC) + self.ahead


@pytest.fixture
async def scene(tmp_path):
    """Makes scenes of a machine with these settings and a data folder of its own. There is no index
    unless a test brings the app.
    """
    made = []

    def make(
        *, app=None, clock=None, limits=None, trust=True, errors=0, is_offline=False, **values
    ):
        values = {"data_dir": tmp_path / "var", "port": 0, **values}
        one = Scene(
            Settings(_env_file=None, **values),
            clock or Clock(),
            lambda _: errors,
            is_offline=is_offline,
            env_file=tmp_path / ".env",
            limits=Limits(**{"call_seconds": 3.0, **(limits or {})}),
            trust=trust,
        )

        async def find_app():
            if app is None:
                raise IndexMissing("no index in this test")
            return app

        one.app = find_app
        made.append(one)
        return one

    yield make
    for one in made:
        await one.close()


class Told(NamedTuple):
    """A finding as staff read it."""

    code: str
    grade: Grade
    text: str
    remedy: str


async def told(check, scene):
    return [Told(one.code, one.grade, *tell_finding(one)) async for one in check(scene)]


async def codes(check, scene):
    return [one.code for one in await told(check, scene)]


async def findings(check, scene):
    return {one.code: one for one in await told(check, scene)}


@contextmanager
def answering(
    body: Mapping | Sequence | bytes | None = None,
    status: int = 200,
    date: datetime | None = None,
    tls: ssl.SSLContext | None = None,
    delay: threading.Event | None = None,
):
    """The port of a server, in a thread of its own, that answers every request so; and the heads of
    the requests that it saw. It answers none before `delay` is set, which it is in the end.
    """
    content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(content)}", "Connection: close"]
    if date is not None:
        lines.append(f"Date: {date.strftime('%a, %d %b %Y %H:%M:%S GMT')}")
    answer = "\r\n".join((*lines, "", "")).encode() + content
    seen: list[str] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            with suppress(OSError):  # they hung up, or do not trust us
                stream = tls.wrap_socket(self.request, server_side=True) if tls else self.request
                with stream:
                    seen.append(stream.recv(65_536).decode())
                    if delay is not None:
                        delay.wait()
                    stream.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1], seen
        finally:
            if delay is not None:
                delay.set()
            server.shutdown()
            thread.join()
