"""Pictures of steps: sent by their bytes once, then by the id under which Telegram keeps them."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from bot.channels.preparing import prepared
from bot.channels.telegram.bot_calls import BotCalls
from bot.channels.telegram.faults import NO_PICTURES
from bot.domain.errors import MessageRejected, NotSent, StoreError
from bot.domain.intake import Upload, Uploads
from bot.domain.people import ChannelId
from bot.domain.pictures import PictureId

#: There is no file for the picture on this machine.
PICTURE_MISSING = "telegram_picture_missing"
#: How long the ids of pictures may take to be found, or stored.
_STORE_SECONDS = 2.0

T = TypeVar("T")

log = logging.getLogger(__name__)


class PhotoSender:
    """Sends pictures, which lie in one folder as PNG files."""

    def __init__(self, calls: BotCalls, folder: Path, uploads: Uploads) -> None:
        self._calls = calls
        self._folder = folder
        self._uploads = uploads

    async def send(self, chat: int | str, picture: PictureId, params: Mapping[str, Any]) -> str:
        """Send one picture; the id of the message.

        Raises:
            ChannelError: it was not taken, or nobody knows.
        """
        content = await self._read(picture)
        content_hash = hashlib.sha256(content).hexdigest()
        if upload := await self._find(picture, content_hash):
            try:
                message_id, _ = await self._calls.send_picture(chat, upload.media_id, params)
            except MessageRejected as refusal:
                if refusal.code == NO_PICTURES:
                    raise
                # Perhaps the id: those of another bot, or of a file lost, are refused.
                log.info("stored picture %s was refused: %s", picture, refusal.code)
                await self._forget(picture)
            else:
                return message_id
        message_id, media_id = await self._calls.send_picture(chat, content, params)
        if media_id:
            await self._save(picture, content_hash, Upload(media_id))
        return message_id

    async def _read(self, picture: PictureId) -> bytes:
        path = self._folder / f"{picture}.png"
        try:
            return await asyncio.to_thread(path.read_bytes)
        except OSError:
            log.error("picture %s cannot be read", picture)
            raise MessageRejected(PICTURE_MISSING) from None

    # What is remembered of uploads only saves sending bytes: a message never fails for it.

    async def _find(self, picture: PictureId, content_hash: str) -> Upload | None:
        try:
            return await _in_time(
                self._uploads.find_upload(ChannelId.TELEGRAM, picture, content_hash)
            )
        except (StoreError, NotSent):
            log.warning("cannot look up the upload of picture %s", picture)
            return None

    async def _save(self, picture: PictureId, content_hash: str, upload: Upload) -> None:
        try:
            await _in_time(
                self._uploads.save_upload(ChannelId.TELEGRAM, picture, content_hash, upload)
            )
        except (StoreError, NotSent):
            log.warning("cannot remember the upload of picture %s", picture)

    async def _forget(self, picture: PictureId) -> None:
        try:
            await _in_time(self._uploads.forget_upload(ChannelId.TELEGRAM, picture))
        except (StoreError, NotSent):
            log.warning("cannot forget the upload of picture %s", picture)


async def _in_time(work: Awaitable[T]) -> T:
    """A store that is slow must not make a message doubtful."""
    return await prepared(work, "telegram_uploads_late", _STORE_SECONDS)
