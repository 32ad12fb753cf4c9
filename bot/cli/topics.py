"""`topics`: the list of topics, for people or as JSON."""

from __future__ import annotations

import argparse
import json

from bot.content.loader import load_catalog
from bot.domain.knowledge import Topic
from bot.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="In ra JSON.")


def run(options: argparse.Namespace) -> int:
    topics = sorted(load_catalog(load_settings().content_root).topics, key=lambda topic: topic.code)
    if options.json:
        print(json.dumps([_to_json(topic) for topic in topics], ensure_ascii=False, indent=1))
        return 0
    for topic in topics:
        print(f"{topic.code}  {topic.title}  ({topic.id})")
    return 0


def _to_json(topic: Topic) -> dict[str, object]:
    return {
        "id": topic.id,
        "code": topic.code,
        "title": topic.title,
        "also": list(topic.also),
        "sources": [
            {"title": one.title, "ref": one.reference, "date": one.date} for one in topic.sources
        ],
        "as_of": topic.as_of,
    }
