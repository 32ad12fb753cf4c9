"""How accuracy grows with the number of examples a topic: 5, 15, 30, 60, all.

    make encoder
    python -m benchmarks.learning_curve [--set test]

For each size an encoder is trained and an index built from that many examples of each topic (drawn
at random, the same for every run), and the questions are ranked. Other intents keep all theirs.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.drawing import SEED, draw
from bot.app import decision_path
from bot.content.loader import load_catalog
from bot.retrieval.decision import from_json, is_topic
from bot.retrieval.encoder import BuiltinEncoder
from bot.retrieval.evaluation import load_questions
from bot.retrieval.index_builder import index_passages
from bot.retrieval.passages import example_passages, topic_passages
from bot.retrieval.question_text import question_reader
from bot.settings import Settings
from training.train_encoder import save, train

SIZES = (5, 15, 30, 60, 1000)
STEPS = 1000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", default="test")
    options = parser.parse_args()
    settings = Settings()
    catalog = load_catalog(settings.content_root)
    fixed, examples = topic_passages(catalog), example_passages(catalog)
    questions = [
        one
        for one in load_questions(settings.content_root / "evaluation" / f"{options.set}.jsonl")
        if one.topic
    ]
    model = from_json(json.loads(decision_path(settings).read_text(encoding="utf-8")))
    print("examples a topic | examples | dense hit@1 | fused hit@1 | fused hit@3")
    read = question_reader(catalog)
    for size in SIZES:
        passages = fixed + draw(list(examples), size)
        with tempfile.TemporaryDirectory() as folder:
            save(train(passages, dict(catalog.abbreviations), STEPS, SEED), Path(folder))
            encoder = BuiltinEncoder(Path(folder))
        index, _ = index_passages(passages, encoder)
        mask = np.array([is_topic(name) for name in index.names])
        dense, fused, three = [], [], []
        for one in questions:
            signals = index.signals(read(one.text), encoder)
            ranked = np.where(mask, model.logits(signals), -np.inf)
            order = [index.names[at] for at in np.argsort(-ranked)[:3]]
            near = np.where(mask, signals.rankings[0] + signals.rankings[1], -np.inf)
            dense.append(index.names[int(np.argmax(near))] == one.topic)
            fused.append(order[0] == one.topic)
            three.append(one.topic in order)
        count = sum(is_topic(one.name) for one in passages) - len(fixed)
        shown = "all" if size > 500 else str(size)
        figures = " | ".join(f"{np.mean(one):.4f}" for one in (dense, fused, three))
        print(f"{shown} | {count} | {figures}", flush=True)


if __name__ == "__main__":
    main()
