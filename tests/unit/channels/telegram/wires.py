"""A scripted wire under the real client: what is called comes out, what was scripted comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

import httpx

from bot.channels.telegram.client import TelegramClient, TelegramSettings
from tests.unit.channels.telegram.samples import BOT, DATE, PHOTO, PRIVATE

#: Of nobody; made up here so that a search for it finds every leak.
TOKEN = "123456:" + "x" * 35
HTML_PAGE = b"<html><body>502 Bad Gateway</body></html>"


def ok(result: Any = True) -> httpx.Response:
    return httpx.Response(200, json={"ok": True, "result": result})


def sent(message_id: int = 77, **fields: Any) -> httpx.Response:
    return ok({"message_id": message_id, "date": DATE, "chat": PRIVATE, "from": BOT, **fields})


def sent_photo(message_id: int = 77, file_id: str = "AgAD-lon") -> httpx.Response:
    return sent(message_id, photo=[*PHOTO, {**PHOTO[0], "file_id": file_id, "width": 800}])


def refused(status: int, description: str, **parameters: Any) -> httpx.Response:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return httpx.Response(status, json=body)


def bad(description: str) -> httpx.Response:
    return refused(400, f"Bad Request: {description}")


#: Told of each call over any wire: its name, and its parameters as the form has them. conftest.py
#: lets aiogram read them all.
Witness = Callable[[str, dict[str, Any]], None]


class Wire(httpx.AsyncBaseTransport):
    """Gives the scripted answers in order; an exception is raised as the wire's."""

    witness: Witness = staticmethod(lambda name, form: None)

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.urls: list[httpx.URL] = []
        #: Name of each call and its parameters, with files as bytes.
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.on_call: Callable[[str, dict[str, Any]], None] = lambda name, params: None
        #: What is answered when the script is at its end.
        self.otherwise: Callable[[], httpx.Response] | None = None
        #: Set then, when nothing is answered any more.
        self.is_silent: asyncio.Event | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.urls.append(request.url)
        name, form = request.url.path.rsplit("/", 1)[1], _form(request, await request.aread())
        self.witness(name, form)
        params = {field: _value(value) for field, value in form.items()}
        self.calls.append((name, params))
        self.on_call(name, params)
        if not self.answers and self.otherwise:
            return self.otherwise()
        if not self.answers and self.is_silent:
            self.is_silent.set()
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _form(request: httpx.Request, body: bytes) -> dict[str, Any]:
    """Texts, and files as bytes."""
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("multipart/"):
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        parts = BytesParser(policy=HTTP).parsebytes(head + body).iter_parts()
        return {
            str(part.get_param("name", header="Content-Disposition")): (
                content if part.get_filename() else content.decode()
            )
            for part in parts
            for content in [part.get_payload(decode=True)]
        }
    return dict(parse_qsl(body.decode()))


def _value(value: str | bytes) -> Any:
    """Objects and numbers come as JSON in a form."""
    try:
        return value if isinstance(value, bytes) else json.loads(value)
    except ValueError:
        return value


def client_over(wire: Wire, pictures_dir: Any, uploads: Any) -> TelegramClient:
    settings = TelegramSettings(TOKEN, pictures_dir, api_url="https://api.telegram.org/bot")
    return TelegramClient(settings, uploads, beneath=wire)
