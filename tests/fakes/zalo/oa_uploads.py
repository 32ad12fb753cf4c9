"""Pictures and files that the fake OA keeps for seven days."""

from __future__ import annotations

import itertools
import re

from tests.fakes.zalo.clock import CloudClock
from tests.fakes.zalo.oa_messages import BAD_FIELD, OVER_LIMIT, OaRefused
from tests.fakes.zalo.oa_rules import OaRules
from tests.fakes.zalo.wire import Request

_NAME = re.compile(rb'\bname="([^"]*)"')
_FILENAME = re.compile(rb'filename="([^"]*)"')
_FILE_TYPES = (".pdf", ".doc", ".docx", ".csv")
QUOTA_USED_UP = -211


class OaUploads:
    """Takes uploads and remembers them."""

    def __init__(self, rules: OaRules, clock: CloudClock) -> None:
        self._rules = rules
        self._clock = clock
        self._numbers = itertools.count(1)
        self._until: dict[str, float] = {}
        #: The name of the file behind each id.
        self.names: dict[str, str] = {}

    def take(self, kind: str, request: Request) -> dict[str, str]:
        """What upload/image, gif or file answers.

        Raises:
            OaRefused: no such upload is allowed.
        """
        filename, content = _read_part(request)
        if kind == "file":
            if not filename.lower().endswith(_FILE_TYPES):
                raise OaRefused(BAD_FIELD, "file type is not allowed")
            self._expect_size(content, self._rules.file_bytes)
            return {"token": self._keep("token")}
        self._expect_picture(kind, content)
        limit = self._rules.image_bytes if kind == "image" else self._rules.file_bytes
        self._expect_size(content, limit)
        attachment = self._keep("attachment")
        self.names[attachment] = filename
        return {"attachment_id": attachment}

    def is_known(self, upload_id: str) -> bool:
        """Whether it was uploaded and is not too old."""
        return self._clock.now() <= self._until.get(upload_id, 0.0)

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self._until)

    def _keep(self, prefix: str) -> str:
        if len(self._until) >= self._rules.uploads_per_month:
            raise OaRefused(QUOTA_USED_UP, "uploads of this month are used up")
        upload_id = f"{prefix}-{next(self._numbers):08d}"
        self._until[upload_id] = self._clock.now() + self._rules.upload_seconds
        return upload_id

    def _expect_size(self, content: bytes, limit: int) -> None:
        if len(content) > limit:
            raise OaRefused(OVER_LIMIT, f"{len(content)} bytes, more than {limit}")

    def _expect_picture(self, kind: str, content: bytes) -> None:
        starts = (b"GIF8",) if kind == "gif" else (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
        if not content.startswith(starts):
            raise OaRefused(BAD_FIELD, f"no {kind} of an allowed type")


def _read_part(request: Request) -> tuple[str, bytes]:
    """Name and bytes of the one part, which must be called `file`."""
    kind, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    if not kind.startswith("multipart/form-data") or not boundary:
        raise OaRefused(BAD_FIELD, "body must be multipart/form-data")
    parts = request.body.split(b"--" + boundary.strip('"').encode())[1:-1]
    if len(parts) != 1:
        raise OaRefused(BAD_FIELD, "there must be one part, file")
    head, _, content = parts[0].removeprefix(b"\r\n").partition(b"\r\n\r\n")
    name, filename = _NAME.search(head), _FILENAME.search(head)
    if name is None or name[1] != b"file" or filename is None:
        raise OaRefused(BAD_FIELD, "the part must be called file")
    return filename[1].decode("utf-8", "replace"), content.removesuffix(b"\r\n")
