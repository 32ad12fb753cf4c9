"""`TROLY06_NLU=rasa` in real processes, against a server on this machine that speaks Rasa's parse
API. That Rasa itself speaks it so is tested in test_rasa.py.
"""

from __future__ import annotations

import json

import httpx
import pytest

from tests.fakes.understanding import TOPIC, understanding_server
from tests.processes import run_python, serving

#: Not what our own classifier would make of it.
QUESTION = "quên mật khẩu vneid"
OURS = "trouble/quen-mat-khau"


def texts(asked):
    return [json.loads(one)["text"] for one in asked]


@pytest.fixture(scope="module")
def ask(app, data_dir):
    """Put questions to `ask --jsonl`, understood by the server at an address."""

    def run(address: str, *texts: str):
        given = "".join(json.dumps({"text": text}) + "\n" for text in texts)
        arguments = ("-m", "bot", "ask", "--jsonl")
        result = run_python(data_dir, *arguments, given=given, nlu="rasa", rasa_url=address)
        return [json.loads(line) for line in result.stdout.splitlines()], result.stderr

    return run


def test_the_server_understands(ask):
    with understanding_server() as (address, asked):
        answers, told = ask(address, QUESTION)
    assert [one["id"] for one in answers[0]["topics"]] == [TOPIC]
    assert answers[0]["outcome"] == "answered"
    assert texts(asked) == [QUESTION]
    assert told == ""


def test_no_personal_number_reaches_the_server(ask):
    number = "079" + "987654321"
    with understanding_server() as (address, asked):
        ask(address, f"căn cước của tôi là {number}, {QUESTION}?")
    assert asked
    assert not [text for text in asked if number in text]


def test_an_emergency_is_recognised_here_whatever_the_server_says(ask):
    with understanding_server() as (address, _):
        answers, _ = ask(address, "cháy nhà rồi cứu với")
    assert answers[0]["outcome"] == "safety"
    assert "114" in answers[0]["reply"]


def test_when_it_is_away_the_built_in_way_answers_and_one_warning_is_told(ask):
    with understanding_server() as (address, _):
        pass
    answers, told = ask(address, QUESTION, QUESTION)
    assert [one["topics"][0]["id"] for one in answers] == [OURS, OURS]
    assert told.count("built-in") == 1
    assert "mật khẩu" not in told


def test_when_it_is_broken_the_built_in_way_answers(ask):
    with understanding_server(status=500) as (address, asked):
        answers, told = ask(address, QUESTION)
    assert answers[0]["topics"][0]["id"] == OURS
    assert len(asked) == 2, "once, and once more"
    assert "status 500" in told


def test_the_chat_page_is_understood_by_it_too(app, data_dir, tmp_path):
    log = tmp_path / "log.txt"
    with (
        understanding_server() as (address, asked),
        log.open("w") as err,
        serving(data_dir, err, nlu="rasa", rasa_url=f"{address}/?token=bi-mat") as page,
    ):
        turn = httpx.post(f"{page}/api/messages", json={"session": "s" * 32, "text": QUESTION})
    assert turn.status_code == 200, turn.text
    assert texts(asked) == [QUESTION]
    assert "bi-mat" not in log.read_text()
