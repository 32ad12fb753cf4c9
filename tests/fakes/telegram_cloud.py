"""A strict fake of Telegram's Bot API on a real port, in-process or as a process of its own.

Serves `/bot<token>/<method>` as the real server does, `/control/<operation>` for tests
(`telegram_control.OPERATIONS`). `python -m tests.fakes.telegram_cloud --port 0` prints one line of
JSON with its address and token, and ends on a signal.

What it is strict about is said in the modules beside this one, each with its source. It never
imports anything of `bot/`: it is the other side.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncIterator
from urllib.parse import unquote

from aiohttp import web

from tests.fakes.telegram_control import operate
from tests.fakes.telegram_core import Answer, CloudCore
from tests.fakes.telegram_errors import JsonObject, Refusal
from tests.fakes.telegram_faults import Fault
from tests.fakes.telegram_requests import MAX_BODY_BYTES, Call, parse_call
from tests.fakes.telegram_state import TOKEN

_JSON = {"Content-Type": "application/json"}
_NOT_FOUND = Answer(404, Refusal(404, "Not Found").to_json())
_UNAUTHORIZED = Answer(401, Refusal(401, "Unauthorized").to_json())
_TOO_LARGE = Answer(413, Refusal(413, "Request Entity Too Large").to_json())


class TelegramCloud:
    """The fake cloud listening on a port of this machine."""

    def __init__(self, token: str = TOKEN) -> None:
        self.core = CloudCore(token)
        self.token = token
        self.address = ""
        self._runner: web.ServerRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen; 0 takes a free port. The address, `http://host:port`."""
        # The low-level server: routing and middlewares would cost a third of the speed.
        server = web.Server(self._answer, request_factory=_request)
        self._runner = web.ServerRunner(server, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, backlog=1024, reuse_address=True)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"
        return self.address

    async def stop(self) -> None:
        """Answer no more, deliver no more."""
        self.core.polling.abort(500, "Internal Server Error: restart")
        await self.core.webhook.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def control(self, operation: str, **arguments: object) -> object:
        """Run an operation of the control API in-process."""
        return await operate(self.core, operation, arguments)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/bot"):
            return await self._answer_bot(request, path)
        if path.startswith("/control/") and request.method == "POST":
            return await self._answer_test(request, path.removeprefix("/control/"))
        return _response(_NOT_FOUND)

    async def _answer_test(self, request: web.BaseRequest, operation: str) -> web.Response:
        try:
            body = await request.read()
            result = await operate(self.core, operation, json.loads(body) if body else {})
        except (KeyError, TypeError, ValueError) as error:
            mistake = {"error": f"{type(error).__name__}: {error}"}
            return web.Response(status=400, body=json.dumps(mistake).encode(), headers=_JSON)
        return web.Response(body=json.dumps({"result": result}).encode(), headers=_JSON)

    async def _answer_bot(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        token, _, method = unquote(path.removeprefix("/bot")).partition("/")
        if refused := self._refused_unread(request, token, method):
            return _response(refused)
        body = await request.read()
        content_type = request.headers.get("Content-Type", "")
        try:
            call = parse_call(method, request.query_string, content_type, body)
        except Refusal as refusal:
            self.core.state.add_violation("refused", method, refusal.description)
            return _response(Answer(refusal.code, refusal.to_json()))
        call.is_gone = lambda: request.transport is None
        fault = self.core.faults.take(call.method, call.text("chat_id"))
        if fault is None:
            return _response(await self.core.perform(call))
        return await self._answer_with_fault(request, call, fault)

    def _refused_unread(self, request: web.BaseRequest, token: str, method: str) -> Answer | None:
        if not method or request.method not in {"GET", "POST"}:
            return _NOT_FOUND
        if token != self.token:
            self.core.state.add_violation("wrong_token", method, "401")
            return _UNAUTHORIZED
        return _TOO_LARGE if (request.content_length or 0) > MAX_BODY_BYTES else None

    async def _answer_with_fault(
        self, request: web.BaseRequest, call: Call, fault: Fault
    ) -> web.StreamResponse:
        self.core.state.counters[f"fault.{call.method}"] += 1
        self.core.state.changed()
        await asyncio.sleep(fault.delay_before_seconds)
        answer = await self.core.perform(call) if fault.performs else None
        self.core.state.changed()
        await asyncio.sleep(fault.delay_after_seconds)
        if fault.close is not None:
            return _hang_up(request)
        if fault.status is not None:
            return _error_response(fault)
        assert answer is not None
        if fault.slow_body_seconds:
            return await _respond_slowly(request, answer, fault.slow_body_seconds)
        return _response(answer)


def _request(message, payload, protocol, writer, task) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY_BYTES + 1
    )


def _response(answer: Answer) -> web.Response:
    headers = _JSON
    if answer.status == 429:
        wait = answer.body["parameters"]["retry_after"]
        headers = {**_JSON, "Retry-After": str(wait)}
    return web.Response(
        status=answer.status, body=json.dumps(answer.body).encode(), headers=headers
    )


def _error_response(fault: Fault) -> web.Response:
    body = fault.error_body()
    assert fault.status is not None
    if isinstance(body, str):
        return web.Response(status=fault.status, text=body, content_type="text/html")
    headers = dict(_JSON)
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    return web.Response(status=fault.status, body=json.dumps(body).encode(), headers=headers)


def _hang_up(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)  # goes nowhere


async def _respond_slowly(
    request: web.BaseRequest, answer: Answer, seconds: float
) -> web.StreamResponse:
    """The body in eight pieces, spread over so many seconds."""
    body = json.dumps(answer.body).encode()
    response = web.StreamResponse(status=answer.status, headers=_JSON)
    response.content_length = len(body)
    await response.prepare(request)
    size = max(1, -(-len(body) // 8))
    with contextlib.suppress(ConnectionError):  # the bot may have given up
        for start in range(0, len(body), size):
            await response.write(body[start : start + size])
            await asyncio.sleep(seconds / 8)
        await response.write_eof()
    return response


@contextlib.asynccontextmanager
async def telegram_cloud(token: str = TOKEN) -> AsyncIterator[TelegramCloud]:
    """A fake cloud for the length of a test."""
    cloud = TelegramCloud(token)
    await cloud.start()
    try:
        yield cloud
    finally:
        await cloud.stop()


async def _serve(host: str, port: int, token: str, flood: JsonObject) -> None:
    cloud = TelegramCloud(token)
    await cloud.start(host, port)
    await cloud.control("set_flood_rules", **flood)
    print(json.dumps({"address": cloud.address, "token": token}), flush=True)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, ended.set)
    await ended.wait()
    await cloud.stop()


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--flood", action="store_true", help="keep Telegram's published limits")
    options = parser.parse_args()
    flood = {"of_telegram": options.flood}
    asyncio.run(_serve(options.host, options.port, options.token, flood))


if __name__ == "__main__":
    sys.exit(main())
