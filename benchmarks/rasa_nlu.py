"""Rasa's classifier and ours on the same questions: accuracy, latency, memory, start, training.

    python -m bot export rasa FOLDER [--classifier diet] [--per-intent N]
    python -m benchmarks.rasa_nlu FOLDER [--python .venv-rasa/bin/python] [--set test]

FOLDER is an export; what is not trained there yet is trained, and timed. Both get the questions as
typed, one after the other on one thread, in a process of their own, topics alone are ranked.
`--lines` prints, for pairs of confidence lines, what each would do, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.rankings import cold_start, machine, percentiles
from bot.app import App, build_app, make_encoder, make_index
from bot.domain.rasa_names import from_rasa_name
from bot.domain.understanding import IntentMatch, IntentName
from bot.retrieval.decision import Verdict, is_topic
from bot.retrieval.evaluation import Question, load_questions
from bot.retrieval.given_ranking import ConfidenceLines, judge
from bot.settings import PROJECT_ROOT, Settings

#: Rasa leaves caches where it runs, and tells its makers who uses it unless told not to.
_ENVIRONMENT = {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
_ANSWER_LINES = (0.3, 0.4, 0.5, 0.6, 0.7)
_CHOICE_LINES = (0.2, 0.3, 0.4, 0.5, 0.6)


def rasa(python: Path, folder: Path, *arguments: str) -> str:
    """What a Python with Rasa prints, run inside a project."""
    environment = {**os.environ, **_ENVIRONMENT, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [str(python.absolute()), *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def model_of(python: Path, folder: Path) -> tuple[Path, float | None]:
    """The newest model of a project, made now if there is none, and the seconds that this took."""
    seconds = None
    if not any((folder / "models").glob("*.tar.gz")):
        began = time.perf_counter()
        rasa(python, folder, "-m", "rasa", "train")
        seconds = round(time.perf_counter() - began, 1)
    return max((folder / "models").glob("*.tar.gz"), key=lambda one: one.stat().st_mtime), seconds


def parse_all(python: Path, folder: Path, model: Path, texts: Sequence[str]) -> dict[str, Any]:
    """Rankings and figures of a model for these texts."""
    script = PROJECT_ROOT / "benchmarks" / "rasa_parse.py"
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "questions.json"
        path.write_text(json.dumps(list(texts)), encoding="utf-8")
        printed = rasa(python, folder, str(script), str(model.absolute()), str(path))
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def hits(questions: Sequence[Question], rankings: Sequence[Sequence[str]]) -> dict[str, float]:
    """How often the right topic is first, or among the first three topics."""
    topics = [[name for name in names if is_topic(name)] for names in rankings]
    pairs = list(zip(questions, topics, strict=True))
    return {
        "hit_at_1": round(float(np.mean([one.topic in names[:1] for one, names in pairs])), 4),
        "hit_at_3": round(float(np.mean([one.topic in names[:3] for one, names in pairs])), 4),
    }


def ours(app: App, questions: Sequence[Question]) -> dict[str, object]:
    """The same figures of the built-in classifier."""
    times, rankings = [], []
    for question in questions[:20]:
        app.retriever.retrieve(question.text)
    processor = time.process_time()
    for question in questions:
        began = time.perf_counter()
        found = app.retriever.retrieve(question.text)
        times.append(time.perf_counter() - began)
        rankings.append([one.name for one in found.topics])
    cpu_ms = round((time.process_time() - processor) / len(questions) * 1000, 2)
    began = time.perf_counter()
    make_index(app.settings, make_encoder(app.settings))
    indexed = round(time.perf_counter() - began, 1)
    return {
        **hits(questions, rankings),
        **percentiles(times),
        "cpu_ms": cpu_ms,
        **cold_start(),
        "index_s": indexed,
    }


def print_lines(questions: Sequence[Question], found: Sequence[Sequence[IntentMatch]]) -> None:
    """What pairs of lines do: answered right and wrong, refused of our own; answered of others."""
    print("answer choices | right wrong choices refused | foreign: answered choices")
    for answer in _ANSWER_LINES:
        for choices in _CHOICE_LINES:
            judged = [judge(one, ConfidenceLines(answer, choices)) for one in found]
            own = [
                (one.verdict, bool(one.topics) and one.topics[0].name == question.topic)
                for question, one in zip(questions, judged, strict=True)
                if question.topic
            ]
            foreign = [
                one.verdict
                for question, one in zip(questions, judged, strict=True)
                if not question.topic and one.best and is_topic(one.best.name)
            ]
            count = sum(question.topic is None for question in questions)
            shares = [
                np.mean([one == (Verdict.ANSWER, True) for one in own]),
                np.mean([one == (Verdict.ANSWER, False) for one in own]),
                np.mean([one[0] is Verdict.CLARIFY for one in own]),
                np.mean([one[0] is Verdict.UNKNOWN for one in own]),
                sum(one is Verdict.ANSWER for one in foreign) / count,
                sum(one is Verdict.CLARIFY for one in foreign) / count,
            ]
            print(answer, choices, "|", " ".join(f"{float(one):.3f}" for one in shares))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", type=Path, default=PROJECT_ROOT / ".venv-rasa/bin/python")
    parser.add_argument("--set", default="test")
    parser.add_argument("--lines", action="store_true")
    options = parser.parse_args()
    settings = Settings()
    questions = load_questions(settings.content_root / "evaluation" / f"{options.set}.jsonl")
    model, trained = model_of(options.python, options.folder)
    parsed = parse_all(options.python, options.folder, model, [one.text for one in questions])
    found = [
        [IntentMatch(IntentName(from_rasa_name(name)), score) for name, score in one]
        for one in parsed["rankings"]
    ]
    if options.lines:
        print_lines(questions, found)
        return
    at = [number for number, one in enumerate(questions) if one.topic]
    inside = [questions[one] for one in at]
    report = {
        "machine": machine(),
        "questions": len(inside),
        "rasa": {
            **hits(inside, [[match.name for match in found[one]] for one in at]),
            **percentiles([parsed["seconds"][one] for one in at]),
            **{key: parsed[key] for key in ("cpu_ms", "import_s", "load_s", "memory_mb")},
            "train_s": trained,
            "model_mb": round(model.stat().st_size / 1e6, 1),
        },
        "ours": ours(build_app(settings), inside),
    }
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
