from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.intake import Upload
from bot.domain.people import ChannelId
from bot.domain.pictures import PictureId
from bot.store.uploads import SqlUploads
from tests.promises import NOW, Clock

ZALO, TELEGRAM = ChannelId.ZALO_OA, ChannelId.TELEGRAM
NFC, QR = PictureId("nfc"), PictureId("qr")
HASH = "a" * 64


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def uploads(database, clock):
    return SqlUploads(database, clock)


async def test_an_upload_is_found_by_channel_picture_and_bytes(uploads):
    await uploads.save_upload(TELEGRAM, NFC, HASH, Upload("m1"))
    assert await uploads.find_upload(TELEGRAM, NFC, HASH) == Upload("m1")
    assert await uploads.find_upload(ZALO, NFC, HASH) is None
    assert await uploads.find_upload(TELEGRAM, QR, HASH) is None


async def test_a_picture_that_was_drawn_anew_must_be_uploaded_anew(uploads):
    await uploads.save_upload(TELEGRAM, NFC, HASH, Upload("m1"))
    assert await uploads.find_upload(TELEGRAM, NFC, "b" * 64) is None
    await uploads.save_upload(TELEGRAM, NFC, "b" * 64, Upload("m2"))
    assert await uploads.find_upload(TELEGRAM, NFC, "b" * 64) == Upload("m2")
    assert await uploads.find_upload(TELEGRAM, NFC, HASH) is None


async def test_an_upload_is_used_until_the_vendor_forgets_it(uploads, clock):
    ends = NOW + timedelta(days=7)
    await uploads.save_upload(ZALO, NFC, HASH, Upload("m1", ends))
    assert await uploads.find_upload(ZALO, NFC, HASH) == Upload("m1", ends)
    clock.at = ends
    assert await uploads.find_upload(ZALO, NFC, HASH) is None


async def test_an_upload_that_the_vendor_lost_is_forgotten(uploads):
    await uploads.save_upload(TELEGRAM, NFC, HASH, Upload("m1"))
    await uploads.save_upload(TELEGRAM, QR, HASH, Upload("m2"))
    await uploads.forget_upload(TELEGRAM, NFC)
    await uploads.forget_upload(ZALO, QR)
    assert await uploads.find_upload(TELEGRAM, NFC, HASH) is None
    assert await uploads.find_upload(TELEGRAM, QR, HASH) == Upload("m2")


async def test_two_who_upload_at_once_both_succeed(uploads, other_databases, clock):
    many = [uploads, *(SqlUploads(one, clock) for one in other_databases)]
    saving = (
        one.save_upload(TELEGRAM, NFC, HASH, Upload(f"m{number}"))
        for number, one in enumerate(many)
    )
    await asyncio.gather(*saving)
    assert (await uploads.find_upload(TELEGRAM, NFC, HASH)).media_id in {"m0", "m1", "m2", "m3"}
