"""The JSON interface on a real database, through the whole application."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path

import httpx
import pytest

from bot.channels import limits
from bot.running.web import build_server
from bot.settings import Settings

ID_NUMBER = "079" + "555444333"


@pytest.fixture
async def client(app, settings: Settings, tmp_path: Path):
    """A client of a server with an empty database on the index that is already built."""
    own = settings.model_copy(update={"requests_per_minute": 1000})
    server = build_server(own)
    transport = httpx.ASGITransport(server, raise_app_exceptions=False)
    async with (
        server.router.lifespan_context(server),
        httpx.AsyncClient(transport=transport, base_url="http://test") as one,
    ):
        yield one


def name() -> str:
    return secrets.token_urlsafe(18)


async def ask(client: httpx.AsyncClient, session: str, **message: str) -> dict:
    response = await client.post("/api/messages", json={"session": session, **message})
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_question_is_answered_with_source_and_buttons(client):
    turn = await ask(client, name(), text="quên mật khẩu vneid lấy lại sao")
    assert turn["outcome"] == "answered"
    assert turn["topics"][0]["id"] == "trouble/quen-mat-khau"
    assert "Nguồn: " in turn["replies"][0]["text"]
    assert turn["replies"][0]["buttons"]


async def test_the_conversation_is_remembered_between_requests_and_can_be_forgotten(client):
    session = name()
    first = await ask(client, session, press="t:304")
    label = first["replies"][0]["buttons"][0]["label"]
    assert (await ask(client, session, text="1"))["replies"] == (
        await ask(client, name(), press=first["replies"][0]["buttons"][0]["payload"])
    )["replies"]
    assert label
    assert (await client.delete(f"/api/sessions/{session}")).status_code == 204
    assert (await ask(client, session, text="1"))["outcome"] != "answered"


async def test_personal_data_reaches_neither_reply_nor_log_nor_database(client, settings, caplog):
    caplog.set_level(logging.DEBUG)
    turn = await ask(client, name(), text=f"số cccd của tôi là {ID_NUMBER}, otp 123456")
    assert turn["outcome"] == "safety"
    assert ID_NUMBER not in turn["heard"]
    assert "123456" not in turn["heard"]
    assert ID_NUMBER not in caplog.text
    for path in settings.data_dir.rglob("troly06.db*"):
        assert ID_NUMBER.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "😀😀😀",
        "<script>alert(1)</script>",
        "'; DROP TABLE sessions; --",
        "\u202egnurt",
        "a\u0000b",
        "que\u0302n ma\u0323\u0302t kha\u0302\u0309u",
        "x" * 2500,
    ],
)
async def test_odd_input_gets_a_clear_reply(client, text):
    turn = await ask(client, name(), text=text)
    assert turn["outcome"] in {"unknown", "answered", "clarify", "smalltalk", "safety"}
    assert turn["replies"][0]["text"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"not json", 422),
        (b"\xff\xfe\x00\x01", 422),
        (b"[]", 422),
        (b'{"session": "short", "text": "a"}', 422),
        (b'{"session": "abcdefghijklmnopqrst", "text": 5}', 422),
        (b'{"session": "abcdefghijklmnopqrst", "text": "a", "more": 1}', 422),
        (b'{"session": "abcdefghijklmnopqrst", "text": "' + b"a" * 100_000 + b'"}', 413),
    ],
)
async def test_a_bad_request_gets_a_4xx_with_words_and_no_traceback(client, content, status):
    response = await client.post(
        "/api/messages", content=content, headers={"content-type": "application/json"}
    )
    assert response.status_code == status
    assert response.json()["error"]
    assert "Traceback" not in response.text


async def test_a_lone_surrogate_in_json_is_no_error(client):
    content = b'{"session": "abcdefghijklmnopqrst", "text": "qu\\ud800en mat khau vneid"}'
    response = await client.post(
        "/api/messages", content=content, headers={"content-type": "application/json"}
    )
    assert response.status_code in {200, 422}


@pytest.fixture
async def hurried(app, settings: Settings):
    """A client of a server that allows two requests a minute."""
    server = build_server(settings.model_copy(update={"requests_per_minute": 2}))
    transport = httpx.ASGITransport(server, client=("2001:db8::1", 1))
    async with (
        server.router.lifespan_context(server),
        httpx.AsyncClient(transport=transport, base_url="http://test") as one,
    ):
        yield one


REQUESTS = {
    "message": ("POST", "/api/messages", {"session": "a" * 20, "text": "chào"}),
    "no message": ("POST", "/api/messages", {"text": 5}),
    "forgetting": ("DELETE", "/api/sessions/" + "a" * 20, None),
    "no session": ("DELETE", "/api/sessions/short", None),
    "readiness": ("GET", "/readyz", None),
}


@pytest.mark.parametrize("request_name", REQUESTS)
async def test_a_client_that_asks_too_fast_is_told_to_wait(hurried, request_name):
    method, path, body = REQUESTS[request_name]
    answers = [await hurried.request(method, path, json=body) for _ in range(3)]
    assert [one.status_code == 429 for one in answers] == [False, False, True]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 31
    assert "chờ" in answers[2].json()["error"]
    assert answers[2].headers["x-content-type-options"] == "nosniff"
    assert (await hurried.get("/healthz")).status_code == 200
    for free in ("/static/chat.js", "/pictures/tat-mang.svg"):
        assert (await hurried.get(free)).status_code == 200


async def test_neighbours_in_one_ipv6_network_share_a_budget_and_others_do_not(app, settings):
    server = build_server(settings.model_copy(update={"requests_per_minute": 1}))
    codes = []
    for host in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
        transport = httpx.ASGITransport(server, client=(host, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as one:
            codes.append((await one.post("/api/messages", json={})).status_code)
    assert codes == [422, 429, 422]


async def test_health_readiness_and_the_description_of_the_interface(client):
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = (await client.get("/readyz")).json()
    assert ready["status"] == "ready"
    assert ready["topics"] > 200
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert {"/api/messages", "/healthz", "/readyz"} <= set(paths)


async def test_readiness_tells_the_truth_when_the_database_is_gone(
    app, settings, tmp_path, monkeypatch
):
    monkeypatch.setattr(limits, "CHECK_SECONDS", 0.0)
    own = settings.model_copy(update={"data_dir": tmp_path})
    (tmp_path / "index").symlink_to(settings.data_dir / "index")
    server = build_server(own)
    transport = httpx.ASGITransport(server, raise_app_exceptions=False)
    async with (
        server.router.lifespan_context(server),
        httpx.AsyncClient(transport=transport, base_url="http://test") as one,
    ):
        assert (await one.get("/readyz")).status_code == 200
        (tmp_path / "troly06.db").unlink()
        (tmp_path / "troly06.db").mkdir()
        for rest in tmp_path.glob("troly06.db-*"):
            rest.unlink()
        response = await one.post("/api/messages", json={"session": name(), "text": "chào"})
        assert response.status_code == 503
        assert (await one.get("/readyz")).status_code == 503


async def test_the_page_is_small_self_contained_and_guarded(client):
    page = await client.get("/")
    assert page.status_code == 200
    assert 'lang="vi"' in page.text
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    assert "https://" not in page.text
    assert "{{" not in page.text
    total = len(page.content)
    for asset in ("chat.js", "chat.css", "icon.svg"):
        response = await client.get(f"/static/{asset}")
        assert response.status_code == 200
        total += len(response.content)
    assert total < 100_000
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("suffix", "kind"), [("svg", "image/svg+xml"), ("png", "image/png")])
async def test_pictures_are_served_guarded_and_kept_for_a_day(client, suffix, kind):
    found = await client.get(f"/pictures/tat-mang.{suffix}")
    assert found.status_code == 200
    assert found.headers["content-type"].partition(";")[0] == kind
    assert found.headers["cache-control"] == "max-age=86400"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in found.headers["content-security-policy"]
    again = {"If-None-Match": found.headers["etag"]}
    kept = await client.get(f"/pictures/tat-mang.{suffix}", headers=again)
    assert (kept.status_code, kept.content) == (304, b"")
    assert kept.headers["cache-control"] == "max-age=86400"


@pytest.mark.parametrize("name", ["khong-co.svg", "", "../laws.yaml", "%2e%2e/laws.yaml"])
async def test_nothing_but_pictures_is_served_and_a_missing_one_is_asked_for_again(client, name):
    found = await client.get(f"/pictures/{name}")
    assert found.status_code == 404
    assert "cache-control" not in found.headers


async def test_a_task_comes_with_the_address_of_its_picture_and_words_for_it(client):
    turn = await ask(client, name(), press="f:t403")
    picture = turn["replies"][0]["image"]
    assert set(picture) == {"path", "alt"}
    assert picture["alt"].startswith("Điện thoại có người gọi đến")
    assert (await client.get(picture["path"])).headers["content-type"] == "image/svg+xml"


async def test_the_operator_is_named_and_escaped(app, settings):
    server = build_server(settings.model_copy(update={"operator_name": "UBND xã <b>A</b>"}))
    transport = httpx.ASGITransport(server)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as one:
        page = (await one.get("/")).text
    assert "UBND xã &lt;b&gt;A&lt;/b&gt;" in page


async def test_the_page_lets_nobody_type_more_than_is_answered(app, settings):
    server = build_server(settings.model_copy(update={"max_utterance_chars": 345}))
    transport = httpx.ASGITransport(server)
    async with (
        server.router.lifespan_context(server),
        httpx.AsyncClient(transport=transport, base_url="http://test") as one,
    ):
        assert 'maxlength="345"' in (await one.get("/")).text
        turn = await ask(one, name(), text="x" * 346)
        assert "dài quá" in turn["replies"][0]["text"]
        turn = await ask(one, name(), text="x" * 345)
        assert "dài quá" not in turn["replies"][0]["text"]
