"""Asking a Rasa server: what comes back, and what happens when it is slow, broken or away."""

from __future__ import annotations

import json
import logging

import httpx
import pytest

from bot.domain.errors import ConfigError
from bot.domain.understanding import IntentMatch
from bot.nlu.rasa import (
    MAX_ANSWER_BYTES,
    REST_SECONDS,
    Patience,
    RasaUnderstander,
    connect_to_rasa,
)

KNOWN = frozenset({"service/dang-ky-tam-tru", "account/muc-do-2", "oos/far"})
RANKING = [
    {"name": "service__dang-ky-tam-tru", "confidence": 0.8},
    {"name": "account__muc-do-2", "confidence": 0.15},
    {"name": "oos__far", "confidence": 0.05},
]
MATCHES = [
    IntentMatch("service/dang-ky-tam-tru", 0.8),
    IntentMatch("account/muc-do-2", 0.15),
    IntentMatch("oos/far", 0.05),
]


class Time:
    """Passes only when somebody sleeps, or is told to."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.naps = []

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.at += seconds


class Server:
    """A Rasa server that answers as scripted, the last answer again and again."""

    def __init__(self, *script) -> None:
        self.script = list(script)
        self.asked = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    @property
    def texts(self) -> list[str]:
        return [json.loads(one.content)["text"] for one in self.asked]


def good(ranking=RANKING) -> httpx.Response:
    return httpx.Response(200, json={"text": "…", "intent_ranking": ranking})


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def make(time):
    clients = []

    def make_understander(server, retries=1, limit_seconds=1.0, url="http://rasa:5005"):
        clients.append(httpx.Client(transport=httpx.MockTransport(server)))
        patience = Patience(limit_seconds, retries, time.now, time.sleep)
        return RasaUnderstander(clients[-1], url, KNOWN, patience)

    yield make_understander
    for one in clients:
        one.close()


def test_a_ranking_comes_back_under_our_names(make):
    server = Server(good())
    assert make(server).rank(["tạm trú"]) == {"tạm trú": MATCHES}
    assert server.texts == ["tạm trú"]
    assert str(server.asked[0].url) == "http://rasa:5005/model/parse"


def test_each_text_is_asked_for(make):
    server = Server(good(RANKING[:1]), good(RANKING[1:2]))
    found = make(server).rank(["một", "hai"])
    assert found == {"một": MATCHES[:1], "hai": MATCHES[1:2]}
    assert server.texts == ["một", "hai"]


def test_the_address_may_have_a_folder_and_a_token(make):
    server = Server(good())
    make(server, url="https://rasa.example/nlu/?token=bi-mat").rank(["x"])
    assert str(server.asked[0].url) == "https://rasa.example/nlu/model/parse?token=bi-mat"


def test_intents_that_are_not_ours_are_dropped_and_told_of_once(make, caplog):
    strange = {"name": "service__bo-roi", "confidence": 0.9}
    understander = make(Server(good([strange, *RANKING])))
    assert understander.rank(["x"]) == {"x": MATCHES}
    understander.rank(["y"])
    assert [one.levelno for one in caplog.records] == [logging.WARNING]
    assert "service/bo-roi" in caplog.text


def test_a_ranking_without_any_of_ours_is_none(make):
    assert make(Server(good([{"name": "chao", "confidence": 1.0}]))).rank(["x"]) == {}


def test_the_fallback_of_rasa_is_no_intent_and_no_stranger(make, caplog):
    fallback = {"name": "nlu_fallback", "confidence": 0.9}
    assert make(Server(good([fallback, *RANKING]))).rank(["x"]) == {"x": MATCHES}
    assert caplog.records == []


def test_the_ranking_is_put_in_order(make):
    assert make(Server(good(RANKING[::-1]))).rank(["x"]) == {"x": MATCHES}


@pytest.mark.parametrize(
    "passing",
    [
        httpx.Response(500),
        httpx.Response(503),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("closed"),
    ],
    ids=lambda one: getattr(one, "status_code", type(one).__name__),
)
def test_what_may_pass_is_tried_again_after_a_pause(make, time, caplog, passing):
    server = Server(passing, good())
    assert make(server).rank(["x"]) == {"x": MATCHES}
    assert len(time.naps) == 1
    assert caplog.records == []


def test_pauses_grow_and_retries_end(make, time):
    server = Server(httpx.Response(500))
    assert make(server, retries=3).rank(["x"]) == {}
    assert len(server.asked) == 4
    assert time.naps == sorted(set(time.naps))


@pytest.mark.parametrize("status", [302, 400, 401, 404, 409])
def test_what_does_not_pass_is_not_tried_again(make, status):
    server = Server(httpx.Response(status))
    assert make(server, retries=3).rank(["x"]) == {}
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"",
        b"null",
        b"[]",
        b'{"intent": {"name": "x"}}',
        b'{"intent_ranking": 5}',
        b'{"intent_ranking": [5]}',
        b'{"intent_ranking": [{"name": "oos__far"}]}',
        b'{"intent_ranking": [{"name": 5, "confidence": 0.5}]}',
        b'{"intent_ranking": [{"name": "oos__far", "confidence": "much"}]}',
        b'{"intent_ranking": [{"name": "oos__far", "confidence": NaN}]}',
        b'{"intent_ranking": [{"name": "oos__far", "confidence": 7}]}',
        b"[" * 100_000,
        b"\xff\xfe\xfa",
    ],
)
def test_an_answer_that_is_none_is_a_fault_of_the_server(make, caplog, body):
    server = Server(httpx.Response(200, content=body))
    assert make(server, retries=3).rank(["x"]) == {}
    assert len(server.asked) == 1
    assert "built-in" in caplog.text


def test_an_endless_answer_is_left(make):
    server = Server(lambda _: httpx.Response(200, content=iter([b" " * MAX_ANSWER_BYTES] * 9)))
    assert make(server).rank(["x"]) == {}


def test_a_server_that_drips_is_left_when_the_time_is_over(make, time):
    def drip(_):
        def pieces():
            for _ in range(100):
                time.at += 0.3
                yield b" "

        return httpx.Response(200, content=pieces())

    began = time.at
    assert make(Server(drip)).rank(["x"]) == {}
    assert time.at - began < 2


def test_all_texts_of_a_turn_share_one_time_limit(make, time):
    def slow(_):
        time.at += 0.6
        return good()

    server = Server(slow)
    assert make(server).rank(["một", "hai", "ba", "bốn"]).keys() <= {"một", "hai"}
    assert len(server.asked) <= 2


def test_there_is_no_retry_that_would_be_too_late(make, time):
    def slow(_):
        time.at += 0.99
        raise httpx.ReadTimeout("slow")

    server = Server(slow)
    assert make(server, retries=5).rank(["x"]) == {}
    assert len(server.asked) == 1


def test_after_a_failure_the_server_has_a_rest_and_is_then_asked_again(make, time, caplog):
    server = Server(httpx.ConnectError("refused"), good())
    understander = make(server, retries=0)
    assert understander.rank(["x"]) == {}
    assert understander.rank(["x"]) == {}
    assert len(server.asked) == 1
    assert len(caplog.records) == 1
    time.at += REST_SECONDS
    assert understander.rank(["x"]) == {"x": MATCHES}


def test_what_was_found_before_a_failure_is_kept(make):
    server = Server(good(), httpx.Response(404))
    assert make(server).rank(["một", "hai"]) == {"một": MATCHES}


def test_no_word_of_a_citizen_and_no_address_is_logged(make, caplog):
    caplog.set_level(logging.DEBUG, logger="bot")
    server = Server(httpx.Response(500))
    make(server, url="http://rasa:5005/?token=bi-mat").rank(["con tôi bị bệnh"])
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("bot")]
    assert ours
    assert not [one for one in ours if "bệnh" in one or "bi-mat" in one]


def test_an_address_that_is_none_is_told_at_the_start():
    with pytest.raises(ConfigError, match="TROLY06_RASA_URL"):
        connect_to_rasa("http://[::1", KNOWN, 1.0, 1)
