"""What every response of the web interface carries: headers that guard the page in a browser."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.web_json import PICTURES_URL

#: A picture that is not there today may be there in a minute: only what is found is kept.
_FIRST_REFUSAL = 400
_GUARDS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
#: The page and its files are asked for again each time, so an update is seen at once.
_ASKED_FOR_AGAIN = {"Cache-Control": "no-cache"}
#: Pictures hardly ever change and cost a slow network most: asked for again the next day.
_KEPT = {"Cache-Control": "max-age=86400"}


class ResponseHeaders:
    """ASGI middleware: adds the headers, to refusals of the middleware below it as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add to its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = _headers(scope["path"], message["status"])
                MutableHeaders(scope=message).update(added)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _headers(path: str, status: int) -> dict[str, str]:
    if path == "/" or path.startswith("/static/"):
        return {**_GUARDS, **_ASKED_FOR_AGAIN}
    is_picture = path.startswith(f"{PICTURES_URL}/") and status < _FIRST_REFUSAL
    return {**_GUARDS, **_KEPT} if is_picture else _GUARDS
