from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.zalo_oa.signature import CANDIDATES, SignatureChecker, Signed, Verdict
from bot.domain.errors import ConfigError
from tests.unit.channels.zalo_oa.zalo_world import APP_ID, OA_ID, make_settings

TIMESTAMP = "1700000000123"
MOMENT = datetime.fromtimestamp(1_700_000_000, UTC)
# The worked example of the documentation of this channel: 267 bytes.
BODY = (
    '{"app_id":"1234567890123456789","sender":{"id":"1111111111111111111"},'
    '"user_id_by_app":"2222222222222222222","recipient":{"id":"3333333333333333333"},'
    '"event_name":"user_send_text","message":{"text":"Xin chào","msg_id":"a1b2c3d4e5f60718"},'
    '"timestamp":"1700000000123"}'
).encode()
MAC = "0845310903e00696eb6809fa72500c6596c0ad831153cd05e3203059eac7ef4a"
SECRETS = {"oa_secret_key": "OA-SECRET-KEY-EXAMPLE", "app_secret": "APP-SECRET-EXAMPLE"}
FIRSTS = {"app_id": APP_ID, "oa_id": OA_ID}


def signed(signature=f"mac={MAC}", body=BODY, header_timestamp="", body_timestamp=TIMESTAMP):
    return Signed(body, signature, header_timestamp, body_timestamp)


def sign(candidate, timestamp, body=BODY):
    terms = FIRSTS[candidate.first].encode(), body, timestamp.encode()
    return hashlib.sha256(b"".join(terms) + SECRETS[candidate.secret].encode()).hexdigest()


def check(signed_, settings=None, now=MOMENT):
    return SignatureChecker(settings or make_settings()).check(signed_, now)


def test_the_worked_example_is_good():
    assert len(BODY) == 267
    assert check(signed()) is Verdict.GOOD


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "mac=",
        "mac=ae1da624cfac78ad1a7d701b604d9924899a100b093f02d835ec7ed781abda7b",  # an HMAC
        "mac=1086cd9b01e3d758fccba361bc9b2bd0978e0ec387219388052dda0b86f97eb3",  # dumped again
        "mac=chữ ký",
    ],
)
def test_other_signatures_are_bad(signature):
    assert check(signed(signature)) is Verdict.BAD


def test_one_byte_more_makes_it_bad():
    assert check(signed(body=BODY + b" ")) is Verdict.BAD


@pytest.mark.parametrize("written", [MAC, f"mac={MAC.upper()}", f" mac={MAC} "])
def test_the_signature_is_read_with_or_without_its_name_and_in_any_case(written):
    assert check(signed(written)) is Verdict.GOOD


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda one: one.name)
def test_every_way_of_signing_that_readings_name_is_good(candidate):
    header = "1700000000999"
    mac = sign(candidate, TIMESTAMP if candidate.timestamp == "body" else header)
    assert check(signed(f"mac={mac}", header_timestamp=header)) is Verdict.GOOD


def test_a_setting_leaves_one_way_of_signing():
    settings = make_settings(signature_candidates=frozenset({"app_secret-body-app_id"}))
    assert check(signed(), settings) is Verdict.BAD
    other = sign(CANDIDATES[2], TIMESTAMP)
    assert CANDIDATES[2].name == "app_secret-body-app_id"
    assert check(signed(other), settings) is Verdict.GOOD


def test_an_empty_secret_signs_nothing():
    forged = hashlib.sha256(APP_ID.encode() + BODY + TIMESTAMP.encode()).hexdigest()
    assert check(signed(forged), make_settings(oa_secret_key="")) is Verdict.BAD


def test_without_any_secret_there_is_no_webhook():
    with pytest.raises(ConfigError, match="no secret"):
        SignatureChecker(make_settings(oa_secret_key="", app_secret=""))


def test_a_candidate_that_does_not_exist_is_a_fault_of_the_settings():
    with pytest.raises(ConfigError, match="no such signature of Zalo: hmac"):
        SignatureChecker(make_settings(signature_candidates=frozenset({"hmac"})))


@pytest.mark.parametrize("away", [timedelta(days=1, minutes=1), -timedelta(days=1, minutes=1)])
def test_what_was_signed_more_than_a_day_away_is_stale(away):
    assert check(signed(), now=MOMENT + away) is Verdict.STALE


def test_the_last_retry_of_zalo_is_still_fresh():
    assert check(signed(), now=MOMENT + timedelta(hours=2)) is Verdict.GOOD


@pytest.mark.parametrize("timestamp", ["", "soon", "9" * 40, "-5"])
def test_what_is_signed_with_no_time_at_all_is_stale(timestamp):
    mac = sign(CANDIDATES[0], timestamp)
    assert check(signed(mac, body_timestamp=timestamp)) is Verdict.STALE


def test_the_way_of_signing_is_told_when_it_changes(caplog):
    caplog.set_level(logging.INFO)
    checker = SignatureChecker(make_settings())
    for mac in (MAC, MAC, sign(CANDIDATES[2], TIMESTAMP)):
        checker.check(signed(mac), MOMENT)
    assert [one.getMessage() for one in caplog.records] == [
        "webhooks of Zalo are signed as oa_secret_key-body-app_id",
        "webhooks of Zalo are signed as app_secret-body-app_id",
    ]


def test_no_secret_is_in_the_repr_of_the_settings():
    assert "EXAMPLE" not in repr(make_settings())
