"""A call to the Bot API as it lies on the wire (query string, form, multipart, JSON) to parameters.

In forms every value is text and nested values are JSON inside that text; in JSON bodies they are
values. `Call` reads both alike. Source: https://core.telegram.org/bots/api#making-requests,
read 2026-11-20.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.telegram_errors import Refusal, bad_request

#: A larger body is refused before it is read (50 MB files and some form around them).
MAX_BODY_BYTES = 52 * 1024 * 1024

_WHOLE_NUMBER = re.compile(r"\s*[+-]?\d+\s*")


@dataclass(frozen=True)
class UploadedFile:
    """A file in a multipart body."""

    name: str
    content: bytes


@dataclass
class Call:
    """One call: the method in small letters, its parameters, its files by field name."""

    method: str
    parameters: dict[str, Any]
    files: dict[str, UploadedFile] = field(default_factory=dict)
    #: Whether whoever made it has hung up meanwhile.
    is_gone: Callable[[], bool] = bool

    def text(self, name: str) -> str:
        """The parameter as text; empty when it is missing."""
        value = self.parameters.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        return (
            json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
        )

    def whole_number(self, name: str, default: int = 0) -> int:
        """The parameter as a whole number; 0 when it is none, as the server reads it."""
        value = self.parameters.get(name)
        if isinstance(value, int):
            return int(value)
        text = self.text(name)
        if not text:
            return default
        return int(text) if _WHOLE_NUMBER.fullmatch(text) else 0

    def flag(self, name: str) -> bool:
        """The parameter as yes or no."""
        return self.text(name).lower() in {"true", "yes", "1"}

    def json_value(self, name: str, complaint: str) -> Any:
        """A nested parameter; None when it is missing.

        Raises:
            Refusal: it is not JSON; `complaint` is the server's wording for this parameter.
        """
        value = self.parameters.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(complaint) from None


def parse_call(method: str, query: str, content_type: str, body: bytes) -> Call:
    """The call that a request makes; parameters in the body win over the query string.

    Raises:
        Refusal: the body is not what its content type says.
    """
    call = Call(method.lower(), dict(parse_qsl(query, keep_blank_values=True)) if query else {})
    if not body:
        return call
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        call.parameters.update(_read_json(body))
    elif kind == "multipart/form-data":
        _read_multipart(content_type, body, call)
    elif kind in {"application/x-www-form-urlencoded", ""}:
        call.parameters.update(parse_qsl(_decode(body), keep_blank_values=True))
    else:
        raise bad_request(f"unsupported content type {kind}")
    return call


def _decode(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("expected a JSON object")
    return {name: one for name, one in value.items() if one is not None}


def _read_multipart(content_type: str, body: bytes, call: Call) -> None:
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str):
        raise bad_request("boundary not found")
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise Refusal(400, "Bad Request: unexpected end of the multipart body")
    for part in parts[1:-1]:
        _read_part(part.removeprefix(b"\r\n"), call)


def _read_part(part: bytes, call: Call) -> None:
    if part.startswith(b"\r\n"):
        raise bad_request("part of the multipart body has no headers")
    head, separator, content = part.partition(b"\r\n\r\n")
    if not separator:
        raise bad_request("part of the multipart body has no end of headers")
    header = Message()
    for line in _decode(head).split("\r\n"):
        name, _, value = line.partition(":")
        header[name.strip()] = value.strip()
    name = header.get_param("name", header="content-disposition")
    file_name = header.get_param("filename", header="content-disposition")
    if not isinstance(name, str):
        raise bad_request("part of the multipart body has no name")
    if file_name is None:
        call.parameters[name] = _decode(content)
    else:
        call.files[name] = UploadedFile(str(file_name), content)
