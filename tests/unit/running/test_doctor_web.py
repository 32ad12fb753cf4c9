"""Servers of ours and of others, at real ports: public address, server, metrics, Rasa, clocks."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest

from bot.running.checks.clock import check_clock
from bot.running.checks.rasa import check_rasa
from bot.running.checks.web import check_public_url, check_server
from tests.deploy.certificate import write_certificate
from tests.unit.running.conftest import Clock, answering, codes, findings

ALIVE = {"status": "ok"}
READY = {"status": "ready", "topics": 1, "content": "", "channels": {"telegram": "ready"}}
TOKEN = "1000000001:AA-invented-token"


def closed_port():
    """A port at which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def tls_of(folder, **days):
    """What a server shows, and what trusts it."""
    certificate, key = write_certificate(folder, **days)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=certificate)


async def test_a_public_address_that_answers_is_good_as_long_as_its_certificate(scene, tmp_path):
    tls, trust = tls_of(tmp_path, days_left=60)
    with answering(ALIVE, tls=tls) as (port, seen):
        one = scene(public_url=f"https://127.0.0.1:{port}", trust=trust)
        assert await codes(check_public_url, one) == ["public_url_good"]
        assert seen[0].startswith("GET /healthz ")
        later = scene(
            public_url=one.settings.public_url, trust=trust, clock=Clock(timedelta(days=50))
        )
        found = await findings(check_public_url, later)
        assert "9 ngày" in found["public_certificate_ends"].text


async def test_a_certificate_that_is_not_trusted_is_a_failure(scene, tmp_path):
    tls, _ = tls_of(tmp_path)
    with answering(ALIVE, tls=tls) as (port, _):
        one = scene(public_url=f"https://127.0.0.1:{port}")
        assert await codes(check_public_url, one) == ["public_certificate_bad"]


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ({"days_old": 9, "days_left": -2}, "đã hết hạn"),
        ({"days_old": -2, "days_left": 9}, "đồng hồ của máy này sai"),
    ],
)
async def test_a_certificate_out_of_its_time_is_a_failure(scene, tmp_path, days, why):
    tls, trust = tls_of(tmp_path, **days)
    with answering(ALIVE, tls=tls) as (port, _):
        one = scene(public_url=f"https://127.0.0.1:{port}", trust=trust)
        found = await findings(check_public_url, one)
        assert why in found["public_certificate_bad"].text


@pytest.mark.parametrize("body", [{"error": "bad gateway"}, b"<html>", [1]])
async def test_a_gateway_without_a_server_behind_it_is_told(scene, tmp_path, body):
    tls, trust = tls_of(tmp_path, days_left=60)
    with answering(body, status=502, tls=tls) as (port, _):
        one = scene(public_url=f"https://127.0.0.1:{port}", trust=trust)
        found = await findings(check_public_url, one)
        assert "502" in found["public_url_other_answer"].text


async def test_an_address_that_cannot_be_opened_from_here_is_a_reminder(scene):
    """Many networks let no machine call itself from outside."""
    one = scene(public_url=f"https://127.0.0.1:{closed_port()}")
    assert await codes(check_public_url, one) == ["public_url_unreachable"]


async def test_a_server_that_never_answers_is_given_up(scene):
    with answering(READY, delay=threading.Event()) as (port, _):
        one = scene(port=port, limits={"call_seconds": 0.1})
        assert await codes(check_server, one) == ["server_not_here"]


async def test_offline_the_public_address_is_left_alone(scene):
    one = scene(public_url="https://bot.example", is_offline=True)
    assert await codes(check_public_url, one) == []


async def test_the_server_of_this_machine_is_found_at_its_port(scene, app):
    content = app.catalog.content_hash[:12]
    with answering({**READY, "content": content}) as (port, seen):
        assert await codes(check_server, scene(port=port, host="0.0.0.0", app=app)) == [
            "server_ready"
        ]
        assert seen[0].startswith("GET /readyz ")


async def test_a_server_with_other_content_than_the_folder_is_told(scene, app):
    with answering({**READY, "content": "0123456789ab"}) as (port, _):
        assert await codes(check_server, scene(port=port, app=app)) == [
            "server_ready",
            "server_old_content",
        ]


async def test_a_channel_that_the_running_server_could_not_open_is_a_failure(scene):
    channels = {"telegram": "ready", "zalo_oa": "off", "zalo_bot": "not_ready"}
    with answering({**READY, "channels": channels}) as (port, _):
        found = await findings(check_server, scene(port=port))
        assert "Zalo Bot" in found["server_channel_not_ready"].text
        assert len(found) == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"error": "Hệ thống đang bận."}, 503, "server_not_ready"),
        (b"<html>another program</html>", 200, "server_other_program"),
    ],
)
async def test_a_server_that_is_not_ready_is_told_from_another_program(scene, body, status, code):
    with answering(body, status=status) as (port, _):
        assert await codes(check_server, scene(port=port)) == [code]


async def test_no_server_here_is_a_reminder_unless_there_is_a_public_one(scene):
    port = closed_port()
    assert await codes(check_server, scene(port=port)) == ["server_not_here"]
    assert await codes(check_server, scene(port=port, public_url="https://bot.example")) == []


@pytest.mark.parametrize(
    ("body", "code"), [(b"troly06_turns_total 1\n", "metrics_good"), (b"other", "metrics_away")]
)
async def test_metrics_are_looked_for_where_a_server_runs(scene, body, code):
    with answering(READY) as (port, _), answering(body) as (metrics, seen):
        one = scene(port=port, metrics_port=metrics)
        assert await codes(check_server, one) == ["server_ready", code]
        assert seen[0].startswith("GET /metrics ")
    gone = scene(port=closed_port(), metrics_port=metrics)
    assert await codes(check_server, gone) == ["server_not_here"]


async def test_rasa_is_asked_as_a_turn_asks_it(scene):
    ranking = {"intent_ranking": [{"name": "chao", "confidence": 0.9}]}
    with answering(ranking) as (port, seen):
        one = scene(nlu="rasa", rasa_url=f"http://127.0.0.1:{port}/rasa/?token=sekrit-token")
        found = await findings(check_rasa, one)
        assert list(found) == ["rasa_good"]
        assert seen[0].startswith("POST /rasa/model/parse?token=sekrit-token ")
        assert "sekrit" not in str(found)
    assert await codes(check_rasa, scene()) == []


@pytest.mark.parametrize(("body", "status"), [(b"{}", 200), (b"[]", 200), (b"Not found", 404)])
async def test_a_rasa_server_without_a_model_is_a_failure(scene, body, status):
    with answering(body, status=status) as (port, _):
        one = scene(nlu="rasa", rasa_url=f"http://127.0.0.1:{port}")
        assert await codes(check_rasa, one) == ["rasa_other_answer"]


async def test_a_rasa_server_that_is_away_is_told_from_a_slow_one(scene):
    away = scene(nlu="rasa", rasa_url=f"http://127.0.0.1:{closed_port()}")
    assert await codes(check_rasa, away) == ["rasa_unreachable"]
    with answering({}, delay=threading.Event()) as (port, _):
        slow = scene(nlu="rasa", rasa_url=f"http://127.0.0.1:{port}", rasa_timeout_ms=50)
        assert await codes(check_rasa, slow) == ["rasa_slow"]


@pytest.mark.parametrize(
    ("behind", "code", "said"),
    [
        (timedelta(), "clock_right", "đúng giờ"),
        (timedelta(seconds=90), "clock_drifts", "chạy nhanh"),
        (-timedelta(minutes=3), "clock_drifts", "chạy chậm"),
        (timedelta(hours=7), "clock_wrong", "chạy nhanh tới"),
    ],
)
async def test_our_clock_is_compared_with_those_of_the_vendors(scene, behind, code, said):
    date = datetime.now(UTC) - behind
    with answering({}, date=date) as (port, seen):
        one = scene(telegram_bot_token=TOKEN, telegram_api_url=f"http://127.0.0.1:{port}")
        found = await findings(check_clock, one)
        assert said in found[code].text
        assert TOKEN not in str(seen)


@pytest.mark.parametrize(
    ("url", "says_so"), [("", True), ("postgresql://troly06@127.0.0.1:1/troly06", False)]
)
async def test_only_beside_sqlite_are_messages_of_zalo_judged_by_our_clock(scene, url, says_so):
    with answering({}, date=datetime.now(UTC) - timedelta(hours=7)) as (port, _):
        api = f"http://127.0.0.1:{port}"
        one = scene(telegram_bot_token=TOKEN, telegram_api_url=api, database_url=url)
        found = await findings(check_clock, one)
    assert ("Zalo" in found["clock_wrong"].text) is says_so


async def test_one_vendor_whose_answers_are_old_does_not_make_our_clock_wrong(scene):
    now = datetime.now(UTC)
    with (
        answering({}, date=now - timedelta(hours=2)) as (old, _),
        answering({}, date=now) as (right, _),
        answering({}) as (silent, _),
    ):
        one = scene(
            telegram_bot_token=TOKEN,
            telegram_api_url=f"http://127.0.0.1:{old}",
            zalo_oa_id="1",
            zalo_oa_api_url=f"http://127.0.0.1:{right}",
            zalo_bot_token="1:x",
            zalo_bot_api_url=f"http://127.0.0.1:{silent}",
        )
        assert await codes(check_clock, one) == ["clock_right"]


async def test_certificates_that_look_too_new_or_too_old_point_to_the_clock(scene, tmp_path):
    tls, trust = tls_of(tmp_path, days_old=-2, days_left=9)
    with answering({}, tls=tls) as (port, _):
        one = scene(
            telegram_bot_token=TOKEN, telegram_api_url=f"https://127.0.0.1:{port}", trust=trust
        )
        assert await codes(check_clock, one) == ["clock_or_certificate_wrong"]


async def test_without_a_vendor_or_offline_nobody_is_asked_for_the_time(scene):
    assert await codes(check_clock, scene()) == []
    assert await codes(check_clock, scene(telegram_bot_token=TOKEN, is_offline=True)) == []
