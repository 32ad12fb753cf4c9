"""Pictures that Zalo keeps for us for 7 days.

https://docs.zaloplatforms.com/docs/OA/tin-nhan (notes, 2026-08): `POST /v2.0/oa/upload/image`, jpg
or png of at most 1 MB, 5,000 uploads a month.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Mapping
from datetime import timedelta

from bot.channels.zalo_oa.api import ZaloOaApi
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.domain.errors import MessageRejected, NotSent, SendUnknown, StoreError, VendorFailed
from bot.domain.intake import Upload, Uploads
from bot.domain.people import ChannelId
from bot.domain.pictures import PictureId
from bot.domain.ports import Clock

MAX_IMAGE_BYTES = 1_000_000
_PATH = "/v2.0/oa/upload/image"
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")

log = logging.getLogger(__name__)


class PictureUploads:
    """Knows the ids of our pictures, and uploads those that have none (any more)."""

    def __init__(
        self, api: ZaloOaApi, uploads: Uploads, settings: ZaloOaSettings, clock: Clock
    ) -> None:
        self._api = api
        self._uploads = uploads
        self._folder = settings.pictures_dir
        self._used_for = timedelta(days=settings.upload_days)
        self._clock = clock

    async def find_id(self, picture: PictureId) -> str:
        """Zalo's id of a picture.

        Raises:
            MessageRejected: there is no such picture, or Zalo does not take it.
            ChannelError: no id now; the message it was for is not sent.
        """
        content = await asyncio.to_thread(self._read, picture)
        content_hash = hashlib.sha256(content).hexdigest()
        try:
            known = await self._uploads.find_upload(ChannelId.ZALO_OA, picture, content_hash)
        except StoreError as error:
            raise NotSent("zalo_oa_no_uploads") from error
        if known and (known.expires_at is None or self._clock.now() < known.expires_at):
            return known.media_id
        return await self._upload(picture, content, content_hash)

    async def forget(self, picture: PictureId) -> None:
        """Zalo did not take the id: the next `find_id` uploads again."""
        try:
            await self._uploads.forget_upload(ChannelId.ZALO_OA, picture)
        except StoreError as error:
            raise NotSent("zalo_oa_no_uploads") from error

    async def _upload(self, picture: PictureId, content: bytes, content_hash: str) -> str:
        expires_at = self._clock.now() + self._used_for
        try:
            data = await self._api.upload(_PATH, f"{picture}.png", content, "image/png")
        except SendUnknown as error:
            # Whatever became of the picture, the message it was for is certainly not sent.
            raise NotSent(error.code) from error
        media_id = data.get("attachment_id") if isinstance(data, Mapping) else None
        if not isinstance(media_id, str) or not media_id:
            raise VendorFailed("zalo_oa_no_attachment_id")
        try:
            await self._uploads.save_upload(
                ChannelId.ZALO_OA, picture, content_hash, Upload(media_id, expires_at)
            )
        except StoreError as error:
            log.warning("the id of a picture is not stored and will be made again: %s", error)
        return media_id

    def _read(self, picture: PictureId) -> bytes:
        if not _PLAIN_NAME.fullmatch(picture):
            raise MessageRejected("zalo_oa_picture_name")
        try:
            content = (self._folder / f"{picture}.png").read_bytes()
        except OSError as error:
            raise MessageRejected("zalo_oa_picture_missing") from error
        if len(content) > MAX_IMAGE_BYTES:
            raise MessageRejected("zalo_oa_picture_too_large")
        return content
