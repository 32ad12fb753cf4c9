"""The fake Official Account refuses what Zalo refuses, and calls as Zalo calls."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.fakes.zalo.clock import CloudClock
from tests.fakes.zalo.oa_events import signature
from tests.fakes.zalo.oa_rules import OaRules
from tests.fakes.zalo.oa_tokens import challenge_of
from tests.fakes.zalo.wire import Request, Response, WireServer
from tests.fakes.zalo_cloud import ZaloCloud

CS = "/v3.0/oa/message/cs"
USER = "2512523625412515001"
VERIFIER = "A" * 43
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
HIDDEN = {"title": "Danh mục", "type": "oa.query.hide", "payload": "#menu"}


@pytest.fixture
async def cloud() -> AsyncIterator[ZaloCloud]:
    async with ZaloCloud(clock=CloudClock(factor=0)) as running:
        yield running


@pytest.fixture
async def client(cloud: ZaloCloud) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=cloud.address, trust_env=False) as one:
        token = cloud.oa.tokens.issue()["access_token"]
        one.headers["access_token"] = token
        cloud.oa.people.get(USER).interact(cloud.clock.now())
        yield one


class Bot:
    """What stands where the bot would: keeps every post and answers as told."""

    def __init__(self) -> None:
        self.posts: list[Request] = []
        self.status = 200
        self.server = WireServer(self._take)
        self.url = ""

    async def _take(self, request: Request) -> Response:
        self.posts.append(request)
        return Response(self.status, b"")

    def bodies(self, event: str) -> list[dict[str, Any]]:
        return [one.json() for one in self.posts if one.json().get("event_name") == event]


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    one = Bot()
    one.url = f"http://127.0.0.1:{await one.server.start()}/webhook/zalo-oa"
    yield one
    await one.server.stop()


def cs(text: str = "Xin chào", **message: Any) -> dict[str, Any]:
    return {"recipient": {"user_id": USER}, "message": {"text": text, **message}}


def template(**payload: Any) -> dict[str, Any]:
    return {"type": "template", "payload": payload}


async def error_of(client: httpx.AsyncClient, body: dict[str, Any], path: str = CS) -> int:
    response = await client.post(path, json=body)
    assert response.status_code == 200
    return response.json()["error"]


def form(**values: str) -> dict[str, str]:
    return {"app_id": OaRules().app_id, **values}


async def grant(client: httpx.AsyncClient, data: dict[str, str], secret: str = "") -> dict:
    headers = {"secret_key": secret or OaRules().app_secret}
    response = await client.post("/v4/oa/access_token", data=data, headers=headers)
    assert response.status_code == 200
    return response.json()


# tokens


def test_the_challenge_is_the_one_of_the_public_example() -> None:
    assert challenge_of(VERIFIER) == "DwBzhbb51LfusnSGBa_hqYSgo7-j8BTQnip4TOnlzRo"


async def test_the_grant_page_leads_back_with_a_code_that_gives_tokens(
    cloud: ZaloCloud, client: httpx.AsyncClient
) -> None:
    query = {
        "app_id": OaRules().app_id,
        "redirect_uri": "https://bot.example/zalo",
        "code_challenge": challenge_of(VERIFIER),
        "state": "s1",
    }
    page = await client.get("/v4/oa/permission", params=query)
    back = httpx.URL(page.headers["location"])
    assert back.params["state"] == "s1"
    assert back.params["oa_id"] == OaRules().oa_id
    code = {"grant_type": "authorization_code", "code_verifier": VERIFIER}
    tokens = await grant(client, form(code=back.params["code"], **code))
    assert tokens["expires_in"] == "90000"
    client.headers["access_token"] = tokens["access_token"]
    assert await error_of(client, cs()) == 0


@pytest.mark.parametrize(
    ("spoilt", "error"),
    [
        ({"code_verifier": "B" * 43}, -14014),
        ({"code": "code-x"}, -14014),
        ({"app_id": "1"}, -14002),
        ({"grant_type": "password"}, -14001),
        ({"extra": "1"}, -14001),
    ],
)
async def test_a_grant_that_is_not_right_gives_no_tokens(
    cloud: ZaloCloud, client: httpx.AsyncClient, spoilt: dict[str, str], error: int
) -> None:
    code = cloud.oa.tokens.make_code(challenge_of(VERIFIER))
    good = form(grant_type="authorization_code", code=code, code_verifier=VERIFIER)
    answer = await grant(client, good | spoilt)
    assert (answer["error"], "access_token" in answer) == (error, False)


async def test_a_code_works_once_and_for_ten_minutes(
    cloud: ZaloCloud, client: httpx.AsyncClient
) -> None:
    kind = {"grant_type": "authorization_code", "code_verifier": VERIFIER}
    first = cloud.oa.tokens.make_code(challenge_of(VERIFIER))
    late = cloud.oa.tokens.make_code(challenge_of(VERIFIER))
    assert "access_token" in await grant(client, form(code=first, **kind))
    assert "error" in await grant(client, form(code=first, **kind))
    cloud.clock.advance(601)
    assert "error" in await grant(client, form(code=late, **kind))


async def test_a_token_call_needs_the_secret_in_its_header_and_a_form(
    cloud: ZaloCloud, client: httpx.AsyncClient
) -> None:
    refresh = form(grant_type="refresh_token", refresh_token="x")
    assert (await grant(client, refresh, "wrong"))["error"] == -14004
    as_json = await client.post("/v4/oa/access_token", json=refresh)
    assert as_json.json()["error"] == -14001


async def test_a_refresh_token_works_once_and_ends_the_old_access_token(
    cloud: ZaloCloud, client: httpx.AsyncClient
) -> None:
    pair = cloud.oa.tokens.issue()
    client.headers["access_token"] = pair["access_token"]
    refresh = form(grant_type="refresh_token", refresh_token=pair["refresh_token"])
    tokens = await grant(client, refresh)
    assert await error_of(client, cs()) == -220
    assert "error" in await grant(client, refresh)
    client.headers["access_token"] = tokens["access_token"]
    assert await error_of(client, cs()) == 0


async def test_tokens_run_out(cloud: ZaloCloud, client: httpx.AsyncClient) -> None:
    cloud.clock.advance(25 * 3600 + 1)
    assert await error_of(client, cs()) == -220
    pair = cloud.oa.tokens.issue()
    cloud.clock.advance(91 * 24 * 3600)
    refresh = form(grant_type="refresh_token", refresh_token=pair["refresh_token"])
    assert "error" in await grant(client, refresh)


async def test_an_unknown_or_missing_token_is_invalid(client: httpx.AsyncClient) -> None:
    client.headers["access_token"] = "strange"
    assert await error_of(client, cs()) == -216
    del client.headers["access_token"]
    client.headers["Authorization"] = "Bearer strange"
    assert await error_of(client, cs()) == -216


async def test_the_proof_is_needed_once_switched_on(
    cloud: ZaloCloud, client: httpx.AsyncClient
) -> None:
    cloud.oa.rules.needs_appsecret_proof = True
    assert await error_of(client, cs()) == -242
    token = client.headers["access_token"].encode()
    proof = hmac.new(OaRules().app_secret.encode(), token, hashlib.sha256).hexdigest()
    client.headers["appsecret_proof"] = proof
    assert await error_of(client, cs()) == 0


# messages


async def test_a_message_arrives_and_is_told_which_quota_paid(
    cloud: ZaloCloud, client: httpx.AsyncClient
) -> None:
    answer = (await client.post(CS, json=cs("a" * 2000))).json()
    assert answer["message"] == "Success"
    assert answer["data"]["quota"] == {"quota_type": "reply"}
    [arrival] = cloud.ledger.arrived("oa", USER)
    assert (arrival.text, arrival.message_id) == ("a" * 2000, answer["data"]["message_id"])
    assert cloud.ledger.violations == []


BUTTONS = template(buttons=[HIDDEN])
MEDIA = {"media_type": "image", "url": "https://bot.example/a.png"}


@pytest.mark.parametrize(
    "message",
    [
        {"attachment": BUTTONS},
        {"attachment": template(template_type="button", buttons=[HIDDEN] * 5)},
        {"attachment": template(template_type="media", elements=[MEDIA])},
        {"quote_message_id": "m1"},
    ],
)
async def test_what_the_pages_show_is_taken(
    client: httpx.AsyncClient, message: dict[str, Any]
) -> None:
    assert await error_of(client, cs(**message)) == 0


def button(**changes: Any) -> dict[str, Any]:
    return cs(attachment=template(buttons=[HIDDEN | changes]))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (cs("a" * 2001), -210),
        (cs(""), -201),
        (cs(extra=1), -201),
        (cs() | {"extra": 1}, -201),
        ({"recipient": {"user_id": USER}, "message": {}}, -201),
        ({"recipient": {"user_id": int(USER)}, "message": {"text": "a"}}, -201),
        ({"recipient": {"user_id": USER, "x": 1}, "message": {"text": "a"}}, -201),
        (cs(attachment=template(buttons=[HIDDEN] * 6)), -210),
        (cs(attachment=template(buttons=[])), -201),
        (cs(attachment=template(template_type="list", elements=[])), -233),
        (cs(attachment={"type": "image", "payload": {}}), -233),
        (button(title="a" * 101), -210),
        (button(payload="a" * 1001), -210),
        (button(type="postback"), -233),
        (button(extra=1), -201),
        (button(type="oa.open.url", payload="https://bot.example"), -201),
        (button(type="oa.open.url", payload={"url": "bot.example"}), -201),
        (cs(attachment=template(template_type="media", elements=[MEDIA, MEDIA])), -201),
        (cs(attachment=template(template_type="media", elements=[MEDIA | {"width": 1}])), 0),
        (
            cs(
                attachment=template(
                    template_type="media", elements=[MEDIA | {"attachment_id": "x"}]
                )
            ),
            -201,
        ),
    ],
)
async def test_a_message_that_breaks_a_rule_is_refused(
    cloud: ZaloCloud, client: httpx.AsyncClient, body: dict[str, Any], error: int
) -> None:
    assert await error_of(client, body) == error
    assert len(cloud.ledger.violations) == (error != 0)
    assert len(cloud.ledger.arrived("oa", USER)) == (error == 0)


async def test_a_body_must_be_json(client: httpx.AsyncClient) -> None:
    response = await client.post(CS, content=json.dumps(cs()))
    assert response.json()["error"] == -201
    headers = {"Content-Type": "application/json"}
    assert (await client.post(CS, content="{", headers=headers)).json()["error"] == -201


@pytest.mark.parametrize(("rule", "works"), [("required", "button"), ("forbidden", None)])
async def test_the_disputed_template_type_is_a_switch(
    cloud: ZaloCloud, client: httpx.AsyncClient, rule: str, works: str | None
) -> None:
    cloud.oa.rules.button_template_type = rule
    without = template(buttons=[HIDDEN])
    named = template(template_type="button", buttons=[HIDDEN])
    taken = await error_of(client, cs(attachment=named if works else without))
    refused = await error_of(client, cs(attachment=without if works else named))
    assert (taken, refused) == (0, -201)


@pytest.mark.parametrize("path", ["message/transaction", "message/promotion"])
async def test_the_finished_message_types_are_refused(client: httpx.AsyncClient, path: str) -> None:
    assert await error_of(client, cs(), f"/v3.0/oa/{path}") == -233


async def test_messages_by_the_second_version_are_refused(client: httpx.AsyncClient) -> None:
    assert await error_of(client, cs(), "/v2.0/oa/message") == -240
    react = {"react_icon": "/-strong", "react_message_id": "m1"}
    action = {"recipient": {"user_id": USER}, "sender_action": react}
    assert await error_of(client, action, "/v2.0/oa/message") == 0


# windows


async def test_after_two_days_a_message_is_billed_and_after_seven_refused(
    cloud: ZaloCloud, client: httpx.AsyncClient
) -> None:
    cloud.oa.rules.access_seconds = 1e9
    client.headers["access_token"] = cloud.oa.tokens.issue()["access_token"]
    cloud.clock.advance(48 * 3600 + 1)
    billed = (await client.post(CS, json=cs())).json()
    assert "quota" not in billed["data"]
    cloud.clock.advance(5 * 24 * 3600)
    assert await error_of(client, cs()) == -230
    await cloud.oa_citizen(USER).say("chào")
    assert await error_of(client, cs()) == 0


async def test_strangers_and_those_who_left_cannot_be_written_to(
    cloud: ZaloCloud, client: httpx.AsyncClient
) -> None:
    stranger = {"recipient": {"user_id": "9" * 19}, "message": {"text": "a"}}
    assert await error_of(client, stranger) == -230
    citizen = cloud.oa_citizen(USER)
    await citizen.unfollow()
    assert await error_of(client, cs()) == -213
    await citizen.follow()
    assert await error_of(client, cs()) == 0


async def test_people_and_quotas_are_told(cloud: ZaloCloud, client: httpx.AsyncClient) -> None:
    data = json.dumps({"user_id": USER})
    detail = (await client.get("/v3.0/oa/user/detail", params={"data": data})).json()["data"]
    assert (detail["user_id"], detail["user_is_follower"]) == (USER, False)
    quota = (await client.post("/v3.0/oa/quota/message", json={"user_id": USER})).json()["data"]
    assert quota["last_interaction"] == str(cloud.clock.now_ms())
    data = json.dumps({"offset": 0, "count": 50})
    listed = (await client.get("/v3.0/oa/user/getlist", params={"data": data})).json()["data"]
    assert listed["users"] == [{"user_id": USER}]
    data = json.dumps({"offset": 0, "count": 51})
    too_many = await client.get("/v3.0/oa/user/getlist", params={"data": data})
    assert too_many.json()["error"] == -210
    assert (await client.get("/v2.0/oa/getoa")).json()["data"]["oaid"] == OaRules().oa_id


# uploads


def media(attachment_id: str) -> dict[str, Any]:
    element = {"media_type": "image", "attachment_id": attachment_id}
    return cs(attachment=template(template_type="media", elements=[element]))


async def test_an_upload_can_be_sent_for_seven_days(
    cloud: ZaloCloud, client: httpx.AsyncClient
) -> None:
    files = {"file": ("a.png", PNG, "image/png")}
    data = (await client.post("/v2.0/oa/upload/image", files=files)).json()["data"]
    assert await error_of(client, media(data["attachment_id"])) == 0
    cloud.clock.advance(7 * 24 * 3600 + 1)
    client.headers["access_token"] = cloud.oa.tokens.issue()["access_token"]
    await cloud.oa_citizen(USER).say("chào")
    assert await error_of(client, media(data["attachment_id"])) == -100
    assert await error_of(client, media("made-up")) == -100


@pytest.mark.parametrize(
    ("kind", "field", "upload", "error"),
    [
        ("image", "file", ("a.png", PNG + b"\0" * 1024 * 1024), -210),
        ("image", "file", ("a.svg", b"<svg/>"), -201),
        ("image", "image", ("a.png", PNG), -201),
        ("file", "file", ("a.exe", b"MZ"), -201),
        ("file", "file", ("a.pdf", b"\0" * (5 * 1024 * 1024 + 1)), -210),
        ("file", "file", ("a.pdf", b"%PDF"), 0),
        ("gif", "file", ("a.gif", PNG), -201),
    ],
)
async def test_uploads_have_limits(
    client: httpx.AsyncClient, kind: str, field: str, upload: tuple[str, bytes], error: int
) -> None:
    answer = await client.post(f"/v2.0/oa/upload/{kind}", files={field: upload})
    assert answer.json()["error"] == error


async def test_uploads_of_a_month_are_used_up(cloud: ZaloCloud, client: httpx.AsyncClient) -> None:
    cloud.oa.rules.uploads_per_month = 1
    files = {"file": ("a.png", PNG)}
    errors = [
        (await client.post("/v2.0/oa/upload/image", files=files)).json()["error"] for _ in range(2)
    ]
    assert errors == [0, -211]


# pace and faults


async def test_calls_of_a_minute_are_limited(cloud: ZaloCloud, client: httpx.AsyncClient) -> None:
    cloud.oa.rules.calls_per_minute = 2
    first = await client.post(CS, json=cs())
    assert first.headers["X-RateLimit-Limit"] == "2"
    assert first.headers["X-RateLimit-Remain"] == "1"
    assert [await error_of(client, cs()) for _ in range(2)] == [0, -32]
    cloud.clock.advance(60)
    assert await error_of(client, cs()) == 0


async def test_scripted_faults_come_in_their_order(
    cloud: ZaloCloud, client: httpx.AsyncClient
) -> None:
    do = cloud.control.do
    await do("faults.add", product="oa", kind="error", method="message/cs", code=-200, times=2)
    await do("faults.add", product="oa", kind="html", status=502)
    assert [await error_of(client, cs()) for _ in range(2)] == [-200, -200]
    assert (await client.post(CS, json=cs())).status_code == 502
    assert cloud.ledger.arrived("oa", USER) == []
    assert await error_of(client, cs()) == 0


@pytest.mark.parametrize(
    ("kind", "arrived"), [("close_before", 0), ("close_after", 1), ("html_after", 1)]
)
async def test_a_lost_answer_says_nothing_of_what_arrived(
    cloud: ZaloCloud, client: httpx.AsyncClient, kind: str, arrived: int
) -> None:
    await cloud.control.do("faults.add", product="oa", kind=kind)
    try:
        response = await client.post(CS, json=cs())
        assert response.status_code == 502
    except httpx.RemoteProtocolError:
        pass
    assert len(cloud.ledger.arrived("oa", USER)) == arrived


async def test_a_delay_comes_after_the_message_arrived(
    cloud: ZaloCloud, client: httpx.AsyncClient
) -> None:
    await cloud.control.do("faults.add", product="oa", kind="delay", seconds=5)
    with pytest.raises(httpx.ReadTimeout):
        await client.post(CS, json=cs(), timeout=0.05)
    assert len(cloud.ledger.arrived("oa", USER)) == 1


async def test_a_fault_can_let_calls_through_first(
    cloud: ZaloCloud, client: httpx.AsyncClient
) -> None:
    await cloud.control.do("faults.add", product="oa", kind="error", code=-200, skip=1)
    assert [await error_of(client, cs()) for _ in range(3)] == [0, -200, 0]


# webhook


def test_the_signature_is_the_one_of_the_worked_example() -> None:
    body = (
        '{"app_id":"1234567890123456789","sender":{"id":"1111111111111111111"},'
        '"user_id_by_app":"2222222222222222222","recipient":{"id":"3333333333333333333"},'
        '"event_name":"user_send_text","message":{"text":"Xin chào","msg_id":"a1b2c3d4e5f60718"},'
        '"timestamp":"1700000000123"}'
    ).encode()
    assert len(body) == 267
    mac = signature("1234567890123456789", body, "1700000000123", "OA-SECRET-KEY-EXAMPLE")
    assert mac == "0845310903e00696eb6809fa72500c6596c0ad831153cd05e3203059eac7ef4a"


async def test_what_citizens_do_is_posted_and_signed(cloud: ZaloCloud, bot: Bot) -> None:
    cloud.oa.poster.webhook.url = bot.url
    citizen = cloud.oa_citizen(USER)
    message_id = await citizen.say("Xin chào")
    await citizen.send("location")
    await citizen.follow()
    await citizen.unfollow()
    await cloud.settle()
    [said] = bot.bodies("user_send_text")
    assert said["message"] == {"text": "Xin chào", "msg_id": message_id}
    assert said["sender"] == {"id": USER}
    [place] = bot.bodies("user_send_location")
    assert "coordinates" in place["message"]["attachments"][0]["payload"]
    [follow] = bot.bodies("follow")
    assert (follow["follower"], "sender" in follow) == ({"id": USER}, False)
    assert len(bot.bodies("unfollow")) == 1
    rules = OaRules()
    for post in bot.posts:
        mac = signature(rules.app_id, post.body, post.json()["timestamp"], rules.oa_secret_key)
        assert post.headers["x-zevent-signature"] == f"mac={mac}"


async def test_the_disputed_parts_of_the_signature_are_switches(cloud: ZaloCloud, bot: Bot) -> None:
    cloud.oa.poster.webhook.url = bot.url
    rules = cloud.oa.rules
    rules.signature_secret, rules.signature_first = "app_secret", "oa_id"
    rules.signature_timestamp, rules.escapes_bodies = "header", True
    await cloud.oa_citizen(USER).say("Xin chào")
    await cloud.settle()
    [post] = bot.posts
    assert "\\u00e0" in post.body.decode()
    stamp = post.headers["x-zevent-timestamp"]
    assert stamp != post.json()["timestamp"]
    mac = signature(rules.oa_id, post.body, stamp, rules.app_secret)
    assert post.headers["x-zevent-signature"] == f"mac={mac}"


async def test_our_own_messages_come_back(
    cloud: ZaloCloud, client: httpx.AsyncClient, bot: Bot
) -> None:
    cloud.oa.poster.webhook.url = bot.url
    message_id = (await client.post(CS, json=cs("Chào bạn"))).json()["data"]["message_id"]
    await cloud.control.do("oa.staff_says", user=USER, text="Cán bộ đây")
    await cloud.control.do("oa.see", user=USER, message_ids=[message_id])
    await cloud.settle()
    ours, theirs = bot.bodies("oa_send_text")
    assert ours["message"] == {"text": "Chào bạn", "msg_id": message_id}
    assert ours["sender"] == {"id": OaRules().oa_id}
    assert "admin_id" in theirs["sender"]
    assert bot.bodies("user_received_message")[0]["message"] == {"msg_id": message_id}
    assert bot.bodies("user_seen_message")[0]["message"] == {"msg_ids": [message_id]}


async def test_a_press_is_a_text_with_the_payload(
    cloud: ZaloCloud, client: httpx.AsyncClient, bot: Bot
) -> None:
    await client.post(CS, json=cs(attachment=BUTTONS))
    cloud.oa.poster.webhook.url = bot.url
    await cloud.oa_citizen(USER).press("Danh mục")
    await cloud.settle()
    assert bot.bodies("user_send_text")[0]["message"]["text"] == "#menu"


async def test_a_webhook_is_saved_when_it_answers_an_unsigned_probe(
    cloud: ZaloCloud, bot: Bot
) -> None:
    bot.status = 403
    assert await cloud.control.do("oa.save_webhook", url=bot.url) is False
    bot.status = 200
    assert await cloud.control.do("oa.save_webhook", url=bot.url) is True
    assert bot.posts[-1].body == b"{}"
    assert "x-zevent-signature" not in bot.posts[-1].headers


async def test_a_failed_event_is_posted_again_until_the_webhook_is_switched_off(
    cloud: ZaloCloud, bot: Bot
) -> None:
    cloud.oa.poster.webhook.url = bot.url
    bot.status = 500
    citizen = cloud.oa_citizen(USER)
    await citizen.say("một")
    counts = []
    for pause in (0, 29, 1, 300, 900, 1800, 3600):
        cloud.clock.advance(pause)
        await cloud.settle()
        counts.append(len(bot.posts))
    assert counts == [1, 1, 2, 3, 4, 5, 6]
    numbers = [post.headers.get("num_retry") for post in bot.posts]
    assert numbers == [None, "1", "2", "3", "4", "5"]
    assert len({post.body for post in bot.posts}) == 1
    assert cloud.oa.poster.webhook.is_on is False
    await citizen.say("hai")
    await cloud.settle()
    assert len(bot.posts) == 6
    assert cloud.oa.poster.log[-1].outcome == "dropped"


async def test_only_an_unopened_connection_is_tried_again_where_the_rule_says_so(
    cloud: ZaloCloud, bot: Bot
) -> None:
    webhook = cloud.oa.poster.webhook
    webhook.url, webhook.retries_any_failure = bot.url, False
    bot.status = 500
    await cloud.oa_citizen(USER).say("một")
    await cloud.settle()
    assert cloud.oa.poster.waiting_count == 0
    await bot.server.stop()
    await cloud.oa_citizen(USER).say("hai")
    await cloud.settle()
    assert [one.outcome for one in cloud.oa.poster.log] == ["status_500", "no_connection"]
    assert cloud.oa.poster.waiting_count == 1


async def test_zalo_does_not_wait_for_a_slow_answer(cloud: ZaloCloud) -> None:
    release = asyncio.Event()

    async def slow(_: Request) -> Response:
        await release.wait()
        return Response(200, b"")

    server = WireServer(slow)
    webhook = cloud.oa.poster.webhook
    assert webhook.patience_seconds == 2.0
    webhook.url, webhook.patience_seconds = f"http://127.0.0.1:{await server.start()}", 0.05
    await cloud.oa_citizen(USER).say("một")
    await cloud.settle()
    release.set()
    await server.stop()
    assert cloud.oa.poster.log[0].outcome == "slow"
