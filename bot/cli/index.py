"""`index`: make the search index now."""

from __future__ import annotations

import argparse
import time

from bot.app import index_dir, make_encoder, make_index
from bot.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults()


def run(options: argparse.Namespace) -> int:
    settings = load_settings()
    began = time.perf_counter()
    encoder = make_encoder(settings)
    index, catalog = make_index(settings, encoder)
    seconds = time.perf_counter() - began
    print(
        f"Đã dựng chỉ mục {len(index.passage_classes)} câu, {len(catalog.topics)} chủ đề "
        f"trong {seconds:.1f} giây tại {index_dir(settings)}."
    )
    return 0
