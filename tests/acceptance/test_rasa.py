"""The exported project under Rasa itself: checked, trained, served, asked. Takes some minutes.

Runs where Rasa 3.6 is installed under Python 3.10: in `.venv-rasa`, as `make rasa` makes it, or
where TROLY06_RASA_PYTHON points to.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot.content.loader import load_catalog
from bot.export.rasa_forms import forms_of
from bot.export.rasa_project import Classifier, rasa_project, write_project
from bot.nlu.rasa import Patience, RasaUnderstander
from bot.retrieval.decision import is_topic
from bot.retrieval.evaluation import load_questions
from bot.settings import PROJECT_ROOT
from tests.processes import run_python

#: Read before the fixture of conftest.py empties the environment.
PYTHON = Path(os.environ.get("TROLY06_RASA_PYTHON", PROJECT_ROOT / ".venv-rasa/bin/python"))
#: Trains in a minute; all examples take far longer and are right more often.
EXAMPLES_PER_INTENT = 10
#: Two classifiers, one of them taught a tenth: measured 0.71 and 0.85 (2026-11-21, 73 questions).
MIN_AGREEMENT_FIRST, MIN_AGREEMENT_THREE = 0.6, 0.75
_SECONDS_TO_TRAIN, _SECONDS_TO_START = 1800, 600

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.skipif(
        not PYTHON.exists(), reason="no Rasa: run `make rasa`, which needs Python 3.10"
    ),
]


def run_rasa(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PYTHON), "-m", "rasa", *arguments],
        cwd=folder,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=_SECONDS_TO_TRAIN,
        check=False,
    )


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(PROJECT_ROOT)


@pytest.fixture(scope="module")
def project(catalog, tmp_path_factory):
    """A small project: every intent, few examples."""
    folder = tmp_path_factory.mktemp("rasa")
    write_project(folder, rasa_project(catalog, Classifier.LOGISTIC, EXAMPLES_PER_INTENT))
    return folder


@pytest.fixture(scope="module")
def address(project):
    """A server of the trained project."""
    trained = run_rasa(project, "train", "--fixed-model-name", "small")
    assert trained.returncode == 0, trained.stdout[-3000:]
    with serving_rasa(project) as found:
        yield found


@contextmanager
def serving_rasa(folder: Path):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [str(PYTHON), "-m", "rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port)],
            cwd=folder,
            env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/status", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(address, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(f"no Rasa server at {address}")


def test_rasa_finds_no_fault_with_the_whole_project(catalog, tmp_path):
    write_project(tmp_path, rasa_project(catalog, Classifier.LOGISTIC))
    checked = run_rasa(tmp_path, "data", "validate")
    assert checked.returncode == 0, checked.stdout[-3000:]
    faults = [line for line in checked.stdout.splitlines() if "ERROR" in line]
    assert faults == []
    # Rasa looks for `utter_ask_…` in rules, though it is forms that say it; nothing else is warned.
    warned = [line for line in checked.stdout.splitlines() if "UserWarning" in line]
    assert [line for line in warned if "'utter_ask_" not in line] == []


def test_both_classifiers_agree_on_most_questions(address, app):
    questions = load_questions(PROJECT_ROOT / "evaluation" / "dev.jsonl")
    texts = [one.text for one in questions if one.topic][::8]
    known = {intent.name for intent in load_catalog(PROJECT_ROOT).intents}
    with httpx.Client(trust_env=False) as client:
        understander = RasaUnderstander(client, address, known, Patience(30.0, retries=1))
        ours = [app.retriever.retrieve(text).topics[0].name for text in texts]
        theirs = [
            [one.name for one in understander.rank([text])[text] if is_topic(one.name)]
            for text in texts
        ]
    first = [one == names[0] for one, names in zip(ours, theirs, strict=True)]
    three = [one in names[:3] for one, names in zip(ours, theirs, strict=True)]
    assert sum(first) / len(texts) >= MIN_AGREEMENT_FIRST
    assert sum(three) / len(texts) >= MIN_AGREEMENT_THREE


def test_the_assistant_answers_by_rasa_and_without_it_when_it_has_gone(address, app, data_dir):
    arguments = ("-m", "bot", "ask", "--explain", "quên mật khẩu vneid")
    settings = {"nlu": "rasa", "rasa_min_answer": "0.01", "rasa_timeout_ms": "10000"}
    there = run_python(data_dir, *arguments, rasa_url=address, **settings)
    gone = run_python(data_dir, *arguments, rasa_url="http://127.0.0.1:9", **settings)
    assert "trouble/quen-mat-khau" in there.stdout
    assert there.stderr == ""
    assert "trouble/quen-mat-khau" in gone.stdout
    assert "built-in" in gone.stderr


def say(address: str, text: str) -> list[dict]:
    body = {"sender": "test", "message": text}
    url = f"{address}/webhooks/rest/webhook"
    return httpx.post(url, json=body, timeout=30, trust_env=False).json()


def test_a_form_asks_its_questions_in_a_row_and_ends_with_topics(address, catalog):
    form = forms_of(catalog)[0]
    # The intent itself, as a button would send it: a small model may not hear it in words.
    replies = say(address, f"/{form.intent.replace('/', '__')}")
    for question in form.questions:
        assert [one["text"] for one in replies] == [question.ask]
        labels = [one["title"] for one in replies[0]["buttons"]]
        assert labels == [option.label for option in question.options]
        replies = say(address, labels[0])
    assert [one["title"] for one in replies[0]["buttons"]] == [one.title for one in form.topics]
    answer = say(address, replies[0]["buttons"][0]["payload"])
    assert form.topics[0].answer.split("**")[0] in answer[0]["text"]
