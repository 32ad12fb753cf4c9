"""Pictures that vendors keep for us, for all processes."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.domain.intake import Upload
from bot.domain.people import ChannelId
from bot.domain.pictures import PictureId
from bot.domain.ports import Clock
from bot.store.database import Database
from bot.store.statements import insert_or
from bot.store.tables import uploads


class SqlUploads:
    """Remembers the newest upload of each picture on each channel."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find_upload(
        self, channel: ChannelId, picture: PictureId, content_hash: str
    ) -> Upload | None:
        """What was uploaded of this picture with these bytes, if it is still there."""
        query = select(uploads).where(
            uploads.c.channel == channel.value,
            uploads.c.picture == picture,
            uploads.c.content_hash == content_hash,
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        if row is None or (row.expires_at is not None and row.expires_at <= self._clock.now()):
            return None
        return Upload(row.media_id, row.expires_at)

    async def save_upload(
        self, channel: ChannelId, picture: PictureId, content_hash: str, upload: Upload
    ) -> None:
        """Remember it, in the place of an older one."""
        values = {
            "content_hash": content_hash,
            "media_id": upload.media_id,
            "expires_at": upload.expires_at,
        }
        async with self._database.writing() as connection:
            saving = (
                insert_or(connection, uploads)
                .values(channel=channel.value, picture=picture, **values)
                .on_conflict_do_update(index_elements=["channel", "picture"], set_=values)
            )
            await connection.execute(saving)

    async def forget_upload(self, channel: ChannelId, picture: PictureId) -> None:
        """The vendor does not have it any more."""
        which = (uploads.c.channel == channel.value, uploads.c.picture == picture)
        async with self._database.writing() as connection:
            await connection.execute(delete(uploads).where(*which))
