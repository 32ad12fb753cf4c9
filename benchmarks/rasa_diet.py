"""Trains and measures Rasa's DIET classifier on a folder made by `benchmarks.rasa_export`.

Runs under Python 3.10 with rasa 3.6 alone; imports nothing of this project.

    python benchmarks/rasa_diet.py FOLDER
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main(folder: Path) -> None:
    began = time.perf_counter()
    from rasa.core.agent import Agent  # noqa: PLC0415 - importing is measured
    from rasa.model_training import train_nlu  # noqa: PLC0415 - importing is measured

    imported = time.perf_counter() - began
    model = folder / "model.tar.gz"
    trained = 0.0
    if not model.exists():
        began = time.perf_counter()
        train_nlu(
            config=str(folder / "config.yml"),
            nlu_data=str(folder / "nlu.yml"),
            output=str(folder),
            fixed_model_name="model",
            domain=str(folder / "domain.yml"),
        )
        trained = time.perf_counter() - began
    began = time.perf_counter()
    agent = Agent.load(str(model))
    loaded = time.perf_counter() - began
    questions = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    loop = asyncio.new_event_loop()
    first = three = 0
    times = []
    for question in questions:
        began = time.perf_counter()
        result = loop.run_until_complete(agent.parse_message(question["text"]))
        times.append(time.perf_counter() - began)
        names = [one["name"] for one in result["intent_ranking"][:3]]
        first += names[:1] == [question["topic"]]
        three += question["topic"] in names
    print(
        json.dumps(
            {
                "hit_at_1": round(first / len(questions), 4),
                "hit_at_3": round(three / len(questions), 4),
                "p50_ms": round(percentile(times, 0.5) * 1000, 2),
                "p95_ms": round(percentile(times, 0.95) * 1000, 2),
                "p99_ms": round(percentile(times, 0.99) * 1000, 2),
                "per_second": round(len(times) / sum(times), 1),
                "import_s": round(imported, 1),
                "train_s": round(trained, 1),
                "load_s": round(loaded, 1),
                "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
