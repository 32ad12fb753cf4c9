from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from bot.domain.deliveries import Delivery, Lane, Message, Receipt
from bot.domain.errors import (
    ChannelMisconfigured,
    MessageRejected,
    NotSent,
    RecipientUnreachable,
    RetryLater,
    SendUnknown,
    VendorFailed,
    WindowClosed,
)
from bot.domain.people import Address, ChannelId, ConversationId
from bot.domain.pictures import PictureId
from tests.unit.channels.zalo_oa.zalo_world import (
    CITIZEN,
    CS,
    NOW,
    PICTURE,
    UPLOAD,
    bad,
    good,
)


async def test_a_message_goes_to_the_call_for_consultation_with_the_token_in_its_header(world):
    assert await world.send("Xin chào") == Receipt("message-1")
    request = world.wire.requests[0]
    assert (request.method, str(request.url)) == ("POST", f"https://openapi.zalo.me{CS}")
    assert request.headers["access_token"] == "access-old"
    assert request.headers["content-type"] == "application/json"
    assert "appsecret_proof" not in request.headers
    assert world.wire.bodies() == [
        {"recipient": {"user_id": CITIZEN}, "message": {"text": "Xin chào"}}
    ]


async def test_a_proof_of_the_secret_goes_along_where_the_console_asks_for_it(make_world):
    world = make_world(sends_secret_proof=True)
    await world.send()
    proof = hmac.new(b"APP-SECRET-EXAMPLE", b"access-old", hashlib.sha256).hexdigest()
    assert world.wire.requests[0].headers["appsecret_proof"] == proof


async def test_an_account_that_the_newer_call_does_not_serve_uses_the_older(make_world):
    world = make_world(sends_by_v2=True)
    await world.send("Xin chào")
    assert world.wire.bodies("/v2.0/oa/message") == [
        {"recipient": {"user_id": CITIZEN}, "message": {"text": "Xin chào"}}
    ]


async def test_what_paid_for_a_message_is_counted(world):
    world.wire.answer(
        CS,
        good({"message_id": "a", "quota": {"quota_type": "sub_quota"}}),
        good({"message_id": "b"}),
        good({"message_id": "c", "quota": {"quota_type": "new_quota"}}),
        {"error": 0},
    )
    receipts = [await world.send() for _ in range(4)]
    assert [one.is_billed for one in receipts] == [False, True, False, False]
    assert [one.message_id for one in receipts] == ["a", "b", "c", ""]
    assert world.counted == ["sent:sub_quota", "sent:billed", "sent:other", "sent:unknown"]


@pytest.mark.parametrize(
    ("answer", "fault", "code"),
    [
        (httpx.ConnectError("no"), NotSent, "zalo_oa_no_connection"),
        (httpx.ConnectTimeout("no"), NotSent, "zalo_oa_no_connection"),
        (httpx.ReadTimeout("late"), SendUnknown, "zalo_oa_timeout"),
        (httpx.WriteTimeout("late"), SendUnknown, "zalo_oa_timeout"),
        (httpx.ReadError("gone"), SendUnknown, "zalo_oa_connection_lost"),
        (httpx.WriteError("gone"), SendUnknown, "zalo_oa_connection_lost"),
        (httpx.RemoteProtocolError("gone"), SendUnknown, "zalo_oa_connection_lost"),
        (httpx.Response(502, text="<html>"), SendUnknown, "zalo_oa_status_502"),
        (httpx.Response(500, json=bad(-201)), SendUnknown, "zalo_oa_status_500"),
        (httpx.Response(200, text="<html>"), SendUnknown, "zalo_oa_unreadable"),
        (httpx.Response(200, text="[" * 99_999), SendUnknown, "zalo_oa_unreadable"),
        (httpx.Response(200, json=[]), SendUnknown, "zalo_oa_unreadable"),
        (httpx.Response(200, json={"message": "ok"}), SendUnknown, "zalo_oa_unreadable"),
        (httpx.Response(302, json=good({})), SendUnknown, "zalo_oa_unreadable"),
        (httpx.Response(429, text="slow"), RetryLater, "zalo_oa_status_429"),
        (httpx.Response(404, text="no"), ChannelMisconfigured, "zalo_oa_status_404"),
        (httpx.Response(413, text="big"), MessageRejected, "zalo_oa_status_413"),
        (httpx.Response(408, text="slow"), SendUnknown, "zalo_oa_status_408"),
        (httpx.Response(403, json=bad(-213)), RecipientUnreachable, "zalo_oa_not_following"),
        (bad("-213"), RecipientUnreachable, "zalo_oa_not_following"),
        (bad(-230), WindowClosed, "zalo_oa_no_interaction_in_7_days"),
        (bad(-100), MessageRejected, "zalo_oa_bad_parameter"),
        (bad(-9999), MessageRejected, "zalo_oa_error_other"),
    ],
)
async def test_a_call_that_goes_wrong_says_what_is_certain_and_is_made_once(
    world, answer, fault, code
):
    world.wire.answer(CS, answer)
    with pytest.raises(fault) as caught:
        await world.send()
    assert caught.value.code == code
    assert len(world.wire.to(CS)) == 1
    assert world.counted == []


async def test_an_answer_that_does_not_end_is_given_up(make_world):
    world = make_world(call_seconds=0.01)

    async def hang(request):
        await asyncio.Event().wait()

    world.wire.before = hang
    with pytest.raises(SendUnknown, match="timeout"):
        await world.send()


async def test_two_days_after_the_last_word_nothing_is_sent_that_costs_money(world):
    with pytest.raises(WindowClosed, match="48_hours_over"):
        await world.send(last_interaction=timedelta(hours=49))
    assert world.wire.to(CS) == []


async def test_with_money_allowed_one_may_answer_for_seven_days(make_world):
    world = make_world(allows_paid_window=True)
    await world.send(last_interaction=timedelta(days=6))
    with pytest.raises(WindowClosed, match="7_days_over"):
        await world.send(last_interaction=timedelta(days=8))
    assert len(world.wire.to(CS)) == 1


async def test_who_never_wrote_is_not_written_to(world):
    with pytest.raises(WindowClosed):
        await world.send(last_interaction=None)


async def test_switched_off_the_channel_sends_nothing_and_waits(world):
    world.is_off = True
    with pytest.raises(RetryLater, match="switched_off") as caught:
        await world.send()
    assert caught.value.whole_channel
    world.is_off = False
    assert await world.send() == Receipt("message-1")


async def test_a_call_that_this_version_does_not_know_is_not_made(world):
    delivery = Delivery(
        id=1,
        conversation=ConversationId("c"),
        address=Address(ChannelId.ZALO_OA, CITIZEN),
        lane=Lane.REPLY,
        message=Message("message/promotion", {}),
        attempt=1,
        created_at=NOW,
        last_interaction_at=NOW,
    )
    with pytest.raises(MessageRejected, match="unknown_method"):
        await world.oa.client.send(delivery)
    broken = replace(delivery, message=Message("message/cs", {"message": {}}, PICTURE))
    with pytest.raises(MessageRejected, match="picture_without_place"):
        await world.oa.client.send(broken)


# pictures


async def test_a_picture_is_uploaded_once_and_named_in_each_message(world):
    for _ in range(2):
        await world.send(picture=PICTURE)
    uploads = world.wire.to(UPLOAD)
    assert len(uploads) == 1
    assert uploads[0].headers["content-type"].startswith("multipart/form-data")
    assert b'name="file"; filename="mo-vneid.png"' in uploads[0].content
    assert b"\x89PNG some drawing" in uploads[0].content
    elements = [
        body["message"]["attachment"]["payload"]["elements"] for body in world.wire.bodies()
    ]
    assert elements == [[{"media_type": "image", "attachment_id": "attachment-1"}]] * 2


async def test_a_picture_is_uploaded_again_before_its_seven_days_are_over(world):
    await world.send(picture=PICTURE)
    world.clock.advance(days=6, hours=11)
    await world.oa.tokens.replace("access-old")
    await world.send(picture=PICTURE)
    assert len(world.wire.to(UPLOAD)) == 1
    world.clock.advance(hours=2)
    await world.send(picture=PICTURE)
    assert len(world.wire.to(UPLOAD)) == 2


async def test_for_how_long_an_uploaded_picture_is_used_is_a_setting(make_world):
    world = make_world(upload_days=0.5)
    for hours in (0, 11, 2):
        world.clock.advance(hours=hours)
        await world.send(picture=PICTURE)
    assert len(world.wire.to(UPLOAD)) == 2


async def test_a_picture_that_changed_is_uploaded_again(world, tmp_path):
    await world.send(picture=PICTURE)
    (tmp_path / f"{PICTURE}.png").write_bytes(b"\x89PNG another drawing")
    await world.send(picture=PICTURE)
    assert len(world.wire.to(UPLOAD)) == 2


async def test_an_id_that_zalo_forgot_is_made_again_once(world):
    await world.send(picture=PICTURE)
    world.wire.answer(CS, bad(-100))
    await world.send(picture=PICTURE)
    used = [
        body["message"]["attachment"]["payload"]["elements"][0]["attachment_id"]
        for body in world.wire.bodies()
    ]
    assert used == ["attachment-1", "attachment-1", "attachment-2"]
    world.wire.answer(CS, bad(-100), bad(-100))
    with pytest.raises(MessageRejected, match="bad_parameter"):
        await world.send(picture=PICTURE)
    assert len(world.wire.to(UPLOAD)) == 3


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (httpx.ConnectError("no"), NotSent),
        (httpx.ReadTimeout("late"), NotSent),
        (httpx.Response(502), NotSent),
        (good({}), VendorFailed),
        (good([]), VendorFailed),
        (bad(-200), VendorFailed),
        (bad(-210), MessageRejected),
        (bad(-32), RetryLater),
        (bad(-224), ChannelMisconfigured),
    ],
)
async def test_an_upload_that_goes_wrong_leaves_the_message_certainly_unsent(world, answer, fault):
    world.wire.answer(UPLOAD, answer)
    with pytest.raises(fault):
        await world.send(picture=PICTURE)
    assert world.wire.to(CS) == []


async def test_a_picture_goes_out_where_its_id_cannot_be_stored(world):
    world.uploads.fails = {"save"}
    await world.send(picture=PICTURE)
    assert len(world.wire.to(CS)) == 1


async def test_without_the_stored_ids_a_picture_waits(world):
    world.uploads.fails = {"find"}
    with pytest.raises(NotSent, match="no_uploads"):
        await world.send(picture=PICTURE)


@pytest.mark.parametrize("part", ["vault", "uploads"])
async def test_a_store_that_does_not_answer_leaves_the_message_certainly_unsent(make_world, part):
    world = make_world(preparing_seconds=0.01)
    getattr(world, part).hangs = True
    with pytest.raises(NotSent, match="_late"):
        await world.send(picture=PICTURE)
    assert world.wire.to(CS) == []


@pytest.mark.parametrize(
    ("picture", "code"),
    [("khong-co", "picture_missing"), ("../secret", "picture_name"), (".", "picture_name")],
)
async def test_a_picture_that_is_none_of_ours_is_not_sent(world, picture, code):
    with pytest.raises(MessageRejected, match=code):
        await world.send(picture=PictureId(picture))


async def test_a_picture_over_the_limit_is_not_uploaded(world, tmp_path):
    (tmp_path / f"{PICTURE}.png").write_bytes(b"x" * 1_000_001)
    with pytest.raises(MessageRejected, match="too_large"):
        await world.send(picture=PICTURE)
    assert world.wire.requests == []
