from __future__ import annotations

import asyncio
import hashlib
import json

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.bodies import MAX_BODY_BYTES
from bot.channels.zalo_oa import webhook as webhook_module
from bot.channels.zalo_oa.callback import zalo_oa_callback
from bot.channels.zalo_oa.signs_of_life import SignsOfLife
from bot.channels.zalo_oa.webhook import ZaloOaWebhook, zalo_oa_webhook
from bot.domain.errors import ConfigError, StoreError
from tests.unit.channels.zalo_oa.zalo_world import (
    APP_ID,
    CITIZEN,
    NAMES,
    NOW,
    OA_ID,
    TOKEN,
    Clock,
    bad,
    make_settings,
)


class Receiver:
    def __init__(self):
        self.stored, self.fault, self.wait = [], None, None

    async def accept(self, updates):
        if self.wait:
            await self.wait.wait()
        if self.fault:
            raise self.fault
        self.stored += updates


class Site:
    """The webhook behind HTTP."""

    def __init__(self, **changed):
        self.receiver, self.clock, self.counted = Receiver(), Clock(), []
        self.is_off, self.seen_at = False, []
        self.webhook = ZaloOaWebhook(
            self.receiver,
            make_settings(**changed),
            self.clock,
            names=NAMES,
            is_switched_off=lambda: self.is_off,
            count=self.counted.append,
            life=SignsOfLife(self.note, self.clock),
        )
        app = FastAPI()
        app.include_router(zalo_oa_webhook(self.webhook))
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://127.0.0.1"
        )

    async def note(self, at):
        self.seen_at.append(at)

    async def post(self, body, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.http.post("/webhook/zalo-oa", content=body, headers=names)
        return answer.status_code

    async def send_event(self, **changed):
        body = json.dumps(event(**changed), ensure_ascii=False).encode()
        return await self.post(body, X_ZEvent_Signature=signature(body))


def timestamp():
    return str(int(NOW.timestamp() * 1000))


def event(**changed):
    return {
        "app_id": APP_ID,
        "sender": {"id": CITIZEN},
        "recipient": {"id": OA_ID},
        "event_name": "user_send_text",
        "message": {"text": "Xin chào", "msg_id": "a1"},
        "timestamp": timestamp(),
        **changed,
    }


def signature(body, secret="OA-SECRET-KEY-EXAMPLE"):
    signed = APP_ID.encode() + body + timestamp().encode() + secret.encode()
    return f"mac={hashlib.sha256(signed).hexdigest()}"


@pytest.fixture
async def site():
    made = Site()
    async with made.http:
        yield made


async def test_an_event_is_stored_before_it_is_answered(site):
    assert await site.send_event() == 200
    assert [one.utterance.text for one in site.receiver.stored] == ["Xin chào"]
    assert site.counted == ["event:message", "webhook:stored"]
    await site.webhook.close()
    assert site.seen_at == [NOW]


async def test_the_probe_of_the_console_is_answered_without_a_signature(site):
    assert await site.post(b"{}") == 200
    assert site.counted == ["webhook:probe"]
    await site.webhook.close()
    assert site.seen_at == []


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"5", b"\xff", b"[" * 99_999])
async def test_what_is_no_event_is_answered_and_dropped(site, body):
    assert await site.post(body) == 200
    assert site.counted == ["webhook:unparseable"]


async def test_forged_events_do_not_fill_the_log(site, caplog):
    for _ in range(3):
        await site.post(json.dumps(event()).encode())
    await site.send_event()
    await site.post(json.dumps(event()).encode())
    refused = [one for one in caplog.records if "refused" in one.getMessage()]
    assert len(refused) == 2


async def test_an_event_with_a_wrong_signature_is_refused(site):
    body = json.dumps(event()).encode()
    assert await site.post(body, X_ZEvent_Signature=signature(body, "other")) == 403
    assert await site.post(body) == 403
    assert site.receiver.stored == []
    assert site.counted == ["webhook:bad_signature"] * 2
    await site.webhook.close()
    assert site.seen_at == []


async def test_an_event_of_the_day_before_yesterday_is_refused(site):
    site.clock.advance(days=2)
    assert await site.send_event() == 403
    assert site.counted == ["webhook:stale"]


async def test_what_a_wrong_signature_is_answered_is_a_setting():
    site = Site(bad_signature_status=200)
    assert await site.post(json.dumps(event()).encode()) == 200
    assert site.receiver.stored == []


@pytest.mark.parametrize(("by_timestamp", "place"), [(True, 0), (False, 9_000)])
async def test_in_which_order_updates_are_taken_is_a_setting(by_timestamp, place):
    site = Site(orders_by_timestamp=by_timestamp)
    site.clock.advance(seconds=9)
    await site.send_event()
    [update] = site.receiver.stored
    assert update.position == int(timestamp()) + place


async def test_events_that_ask_nothing_are_signs_of_life(site):
    assert await site.send_event(event_name="user_seen_message") == 200
    assert site.receiver.stored == []
    assert site.counted == ["event:receipt"]
    await site.webhook.close()
    assert site.seen_at == [NOW]


async def test_an_event_sent_again_is_counted(site):
    body = json.dumps(event()).encode()
    answer = await site.http.post(
        "/webhook/zalo-oa",
        content=body,
        headers={"X-ZEvent-Signature": signature(body), "num_retry": "2"},
    )
    assert answer.status_code == 200
    assert "webhook:sent_again" in site.counted


async def take_at_the_last_moment(site):
    body = json.dumps(event()).encode()
    return await site.webhook.take(body, {"X-ZEvent-Signature": signature(body)}, 0.0)


async def test_a_slow_store_is_not_waited_for_and_goes_on(site):
    site.receiver.wait = asyncio.Event()
    assert await take_at_the_last_moment(site) == 200
    assert site.receiver.stored == []
    site.receiver.wait.set()
    await site.webhook.close()
    assert len(site.receiver.stored) == 1
    assert site.counted == ["event:message", "webhook:kept"]


async def test_an_event_that_could_not_be_stored_is_kept_until_it_can_be(site):
    site.receiver.fault = StoreError("away")
    assert await site.send_event() == 200
    assert site.counted == ["event:message", "webhook:kept"]
    site.receiver.fault = None
    await site.webhook.close()
    assert len(site.receiver.stored) == 1


async def test_zalo_may_be_asked_to_send_again_what_is_not_stored_in_time():
    site = Site(answers_before_stored=False)
    site.receiver.fault = StoreError("away")
    assert await site.send_event() == 503
    site.receiver.fault = None
    await site.webhook.close()
    # Storing twice is safe.
    assert len(site.receiver.stored) == 1


async def test_what_there_is_no_room_for_is_to_be_sent_again(site, monkeypatch):
    monkeypatch.setattr("bot.channels.zalo_oa.keeping.MAX_KEPT", 2)
    site.receiver.wait = asyncio.Event()
    assert [await take_at_the_last_moment(site) for _ in range(3)] == [200, 200, 503]
    assert site.counted[-1] == "webhook:no_room"
    site.receiver.wait.set()
    await site.webhook.close()


async def test_a_fault_of_ours_is_not_taken_for_a_fault_of_the_store(site):
    site.receiver.fault = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await site.send_event()


def test_the_answer_is_there_within_two_seconds():
    assert webhook_module.ANSWER_SECONDS < 2


async def test_a_body_over_the_limit_is_not_read_to_its_end(site):
    read = []

    async def endless():
        while True:
            read.append(1)
            yield b"x" * 65_536

    assert await site.post(endless()) == 413
    assert len(read) <= MAX_BODY_BYTES // 65_536 + 2


async def test_a_body_that_does_not_come_is_given_up(site, monkeypatch):
    monkeypatch.setattr(webhook_module, "ANSWER_SECONDS", 0.01)

    async def stuck():
        yield b"{"
        await asyncio.Event().wait()

    assert await site.post(stuck()) == 503


async def test_switched_off_the_webhook_answers_well_and_drops_everything(site):
    site.is_off = True
    assert await site.send_event() == 200
    assert await site.post(b"anything") == 200
    assert site.receiver.stored == []
    assert site.counted == ["webhook:switched_off"] * 2
    site.is_off = False
    assert await site.send_event() == 200
    assert len(site.receiver.stored) == 1


def test_without_a_secret_there_is_no_webhook():
    with pytest.raises(ConfigError):
        Site(oa_secret_key="", app_secret="")


# the way back from the page of the grant


@pytest.fixture
async def callback(world, app):
    made = FastAPI()
    made.include_router(zalo_oa_callback(world.oa.grants, app.catalog))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(made), base_url="http://127.0.0.1"
    ) as http:
        yield http


async def test_who_comes_back_from_granting_is_told_that_it_is_done(world, callback):
    world.vault.pair = None
    state = world.oa.grants.make_link().state
    params = {"code": "the-code", "oa_id": OA_ID, "state": state}
    answer = await callback.get("/zalo-oa/callback", params=params)
    assert answer.status_code == 200
    assert answer.text.startswith("Đã nối")
    assert answer.headers["cache-control"] == "no-store"
    assert world.vault.pair.access == "access-1"


async def test_where_zalo_left_the_state_out_the_person_is_told_what_to_do(world, callback):
    answer = await callback.get("/zalo-oa/callback", params={"code": "the-code", "oa_id": OA_ID})
    assert "dán vào cửa sổ" in answer.text
    assert world.wire.requests == []


@pytest.mark.parametrize("params", [{}, {"code": "c", "state": "forged"}])
async def test_what_answers_no_link_of_ours_is_refused(world, callback, params):
    answer = await callback.get("/zalo-oa/callback", params=params)
    assert answer.status_code == 400
    assert answer.text.startswith("Chưa nối được")
    assert world.wire.requests == []


async def test_answers_to_no_link_of_ours_cannot_fill_the_log(callback, caplog):
    for number in range(20):
        await callback.get("/zalo-oa/callback", params={"code": "c", "state": f"{number}.forged"})
    assert caplog.text.count("no grant of Zalo OA") == 1
    assert "forged" not in "".join(one.message for one in caplog.records if "oa" in one.name)


async def test_a_grant_that_failed_is_logged_each_time(world, callback, caplog):
    for _ in range(2):
        world.wire.answer(TOKEN, bad(-14003))
        state = world.oa.grants.make_link().state
        await callback.get("/zalo-oa/callback", params={"code": "c", "state": state})
    assert caplog.text.count("the grant of Zalo OA failed") == 2


async def test_a_code_that_zalo_refuses_is_told_without_its_words(world, callback):
    world.wire.answer(TOKEN, bad(-14003))
    state = world.oa.grants.make_link().state
    answer = await callback.get("/zalo-oa/callback", params={"code": "c", "state": state})
    assert answer.status_code == 400
    assert "some words" not in answer.text
