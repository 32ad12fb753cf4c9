"""Writes a Rasa NLU project from our topics, for the comparison with Rasa's DIET classifier.

    python -m benchmarks.rasa_export FOLDER [--per-topic 30] [--epochs 50]

Then, under Python 3.10 with `pip install rasa==3.6.21`:

    python benchmarks/rasa_diet.py FOLDER

Every topic becomes an intent with the same examples that ours has (as many as asked for, drawn at
random); texts are normalised as ours are, marks kept.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import yaml

from benchmarks.drawing import SEED, draw
from bot.content.loader import load_catalog
from bot.retrieval.decision import is_topic
from bot.retrieval.evaluation import load_questions
from bot.retrieval.passages import example_passages, topic_passages
from bot.retrieval.question_text import question_reader
from bot.settings import Settings

CONFIG = {
    "recipe": "default.v1",
    "language": "vi",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "entity_recognition": False, "constrain_similarities": True},
    ],
    "policies": [],
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--per-topic", type=int, default=30)
    parser.add_argument("--epochs", type=int, default=50)
    options = parser.parse_args()
    settings = Settings()
    catalog = load_catalog(settings.content_root)
    examples = [one for one in example_passages(catalog) if is_topic(one.name)]
    passages = topic_passages(catalog) + draw(examples, options.per_topic)
    random.Random(SEED).shuffle(passages)
    groups: dict[str, list[str]] = {}
    for one in passages:
        groups.setdefault(one.name.replace("/", "__"), []).append(" ".join(one.syllables))
    options.folder.mkdir(parents=True, exist_ok=True)
    nlu = [
        {"intent": name, "examples": "".join(f"- {text}\n" for text in texts)}
        for name, texts in sorted(groups.items())
    ]
    config = {
        **CONFIG,
        "pipeline": [
            *CONFIG["pipeline"][:-1],
            {**CONFIG["pipeline"][-1], "epochs": options.epochs},
        ],
    }
    for name, data in (
        ("nlu.yml", {"version": "3.1", "nlu": nlu}),
        ("domain.yml", {"version": "3.1", "intents": sorted(groups)}),
        ("config.yml", config),
    ):
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        (options.folder / name).write_text(text, encoding="utf-8")
    read = question_reader(catalog)
    questions = [
        {
            "text": " ".join(read(one.text)),
            "topic": one.topic.replace("/", "__"),
        }
        for one in load_questions(settings.content_root / "evaluation" / "test.jsonl")
        if one.topic
    ]
    (options.folder / "questions.json").write_text(
        json.dumps(questions, ensure_ascii=False), encoding="utf-8"
    )
    print(f"{len(groups)} intents, {len(passages)} examples, {len(questions)} questions")


if __name__ == "__main__":
    main()
