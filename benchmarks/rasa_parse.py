"""What a trained Rasa model makes of questions, in one process: accuracy, latency, memory, start.

Runs under Python 3.10 with Rasa alone and imports nothing of this project; `benchmarks.rasa_nlu`
calls it.

    python benchmarks/rasa_parse.py MODEL QUESTIONS
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

WARM_UP = 20


def main(model: str, questions_path: str) -> None:
    began = time.perf_counter()
    from rasa.core.agent import Agent  # noqa: PLC0415 - importing is measured

    imported = time.perf_counter() - began
    began = time.perf_counter()
    agent = Agent.load(model)
    loaded = time.perf_counter() - began
    questions = json.loads(Path(questions_path).read_text(encoding="utf-8"))
    loop = asyncio.new_event_loop()
    rankings, times = [], []
    for number, text in enumerate(questions[:WARM_UP] + questions):
        if number == WARM_UP:
            processor = time.process_time()
        began = time.perf_counter()
        result = loop.run_until_complete(agent.parse_message(text))
        times.append(time.perf_counter() - began)
        rankings.append([[one["name"], one["confidence"]] for one in result["intent_ranking"]])
    print(
        json.dumps(
            {
                "rankings": rankings[WARM_UP:],
                "seconds": times[WARM_UP:],
                "cpu_ms": round((time.process_time() - processor) / len(questions) * 1000, 2),
                "import_s": round(imported, 1),
                "load_s": round(loaded, 1),
                "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
