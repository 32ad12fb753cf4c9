"""Ours against its parts and against plain baselines: same questions, same machine, one run.

    python -m benchmarks.rankings [--set test] [--json FILE]

Accuracy of the ranking alone (hit@1, hit@3, MRR on questions in scope), and latency of each ranking
for one question on one thread. Then the whole turn: normalise, retrieve, decide, compose.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.app import build_app
from bot.content.loader import load_catalog
from bot.domain.clock import vietnam_today
from bot.domain.messages import Utterance
from bot.domain.ports import Encoder
from bot.domain.session import Session
from bot.retrieval.decision import DecisionModel, is_topic
from bot.retrieval.evaluation import Question, load_questions
from bot.retrieval.lexical_index import build_bm25, build_tfidf, character_ngrams
from bot.retrieval.passages import example_passages, topic_passages
from bot.retrieval.question_text import question_reader
from bot.retrieval.retriever import Retriever
from bot.retrieval.signals import SearchIndex
from bot.settings import PROJECT_ROOT, Settings
from bot.text.fold import fold_syllable

Ranker = Callable[[str], NDArray[np.float32]]
_START = """
import time; began = time.perf_counter()
from bot.app import build_app
from bot.domain.clock import vietnam_today
from bot.domain.messages import Utterance
from bot.domain.session import Session
from bot.settings import Settings
app = build_app(Settings())
app.engine.run_turn(Session("x"), Utterance(text="quên mật khẩu vneid"), vietnam_today())
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.perf_counter() - began, int(peak.split()[1]) / 1024)
"""


def percentiles(seconds: list[float]) -> dict[str, float]:
    return {
        f"p{one}_ms": round(float(np.percentile(seconds, one)) * 1000, 3) for one in (50, 95, 99)
    }


def measure(names: tuple[str, ...], rank: Ranker, questions: list[Question]) -> dict[str, float]:
    """Accuracy over topics alone, and latency."""
    mask = np.array([is_topic(name) for name in names])
    ranks, times = [], []
    for question in questions:
        began = time.perf_counter()
        scores = rank(question.text)
        times.append(time.perf_counter() - began)
        order = [
            names[at] for at in np.argsort(-np.where(mask, scores, -np.inf), kind="stable")[:20]
        ]
        ranks.append(order.index(question.topic) + 1 if question.topic in order else 0)
    return {
        "hit_at_1": round(float(np.mean([one == 1 for one in ranks])), 4),
        "hit_at_3": round(float(np.mean([1 <= one <= 3 for one in ranks])), 4),
        "mrr": round(float(np.mean([1 / one if one else 0 for one in ranks])), 4),
        **percentiles(times),
    }


def _parts(retriever: Retriever) -> tuple[SearchIndex, Encoder, DecisionModel]:
    """What the retriever puts together, to be measured one by one."""
    return retriever._index, retriever._encoder, retriever._model  # noqa: SLF001 - no one else asks


def rankers(settings: Settings) -> tuple[tuple[str, ...], dict[str, Ranker]]:
    """Each ranking as a function from a question to one score per class."""
    app = build_app(settings)
    index, encoder, model = _parts(app.retriever)
    catalog = load_catalog(settings.content_root)
    passages = topic_passages(catalog) + example_passages(catalog)
    numbers = {name: at for at, name in enumerate(index.names)}
    grouped: list[list[tuple[str, ...]]] = [[] for _ in index.names]
    for passage in passages:
        grouped[numbers[passage.name]].append(passage.syllables)
    folded = build_bm25([[list(map(fold_syllable, one)) for one in group] for group in grouped])
    typed = build_bm25(grouped)
    titles = [[] for _ in index.names]
    for passage in topic_passages(catalog):
        titles[numbers[passage.name]].append(character_ngrams(passage.syllables))
    untaught = build_tfidf(titles, min_passages=1)

    syllables = question_reader(catalog)

    def dense(text: str) -> NDArray[np.float32]:
        vector = encoder.encode([" ".join(index.speller.correct(syllables(text)))])[0]
        return index._nearest(vector) + index.centroids @ vector  # noqa: SLF001 - a part alone

    return index.names, {
        "BM25, syllables as typed": lambda text: typed.score(set(syllables(text))),
        "BM25, folded syllables": lambda text: folded.score(
            set(map(fold_syllable, syllables(text)))
        ),
        "BM25, folded and marked, pairs": lambda text: index.signals(
            syllables(text), encoder
        ).rankings[2],
        "character TF-IDF, titles and answers only": lambda text: untaught.score(
            set(character_ngrams(syllables(text)))
        ),
        "character TF-IDF, all examples": lambda text: index.characters.score(
            set(character_ngrams(syllables(text)))
        ),
        "dense alone": dense,
        "ours (fusion)": lambda text: model.logits(index.signals(syllables(text), encoder)).astype(
            np.float32
        ),
    }


def whole_turn(settings: Settings, questions: list[Question]) -> dict[str, float]:
    """Latency and throughput of the engine, one process, one thread."""
    app = build_app(settings)
    today = vietnam_today()
    times = []
    for question in questions[:50] + questions:
        began = time.perf_counter()
        app.engine.run_turn(Session("x"), Utterance(text=question.text), today)
        times.append(time.perf_counter() - began)
    times = times[50:]
    return {**percentiles(times), "turns_per_second": round(len(times) / sum(times), 1)}


def cold_start() -> dict[str, float]:
    """Seconds from process start to the first answer, and its memory; median of five."""
    runs = []
    for _ in range(5):
        began = time.perf_counter()
        result = subprocess.run(
            [sys.executable, "-c", _START],
            capture_output=True,
            text=True,
            check=True,
            cwd=PROJECT_ROOT,
        )
        seconds = time.perf_counter() - began
        runs.append((seconds, float(result.stdout.split()[1])))
    return {
        "first_answer_s": round(float(np.median([one for one, _ in runs])), 2),
        "memory_mb": round(float(np.median([one for _, one in runs])), 1),
    }


def machine() -> str:
    """What this ran on."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", default="test")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    settings = Settings()
    questions = load_questions(settings.content_root / "evaluation" / f"{options.set}.jsonl")
    inside = [one for one in questions if one.topic is not None]
    names, functions = rankers(settings)
    report: dict[str, object] = {
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "questions": len(inside),
        "rankings": {name: measure(names, rank, inside) for name, rank in functions.items()},
        "whole_turn": whole_turn(settings, questions),
        "cold_start": cold_start(),
    }
    print(json.dumps(report, ensure_ascii=False, indent=1))
    if options.json:
        options.json.write_text(
            json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
