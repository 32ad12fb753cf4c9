"""The search index on disk, with a manifest that says what it was made from.

An index made from other content, by another encoder or in another format is refused, never served.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain.errors import IndexMissing, IndexStale
from bot.retrieval.dense_index import DenseIndex
from bot.retrieval.lexical_index import Postings
from bot.retrieval.signals import SearchIndex
from bot.retrieval.speller import Speller

#: Raised whenever the files below change their meaning, or the same text gives other features.
FORMAT = 2
MANIFEST_FILE, WORDS_FILE, ARRAYS_FILE, CATALOG_FILE = (
    "manifest.json",
    "words.json",
    "arrays.npz",
    "catalog.json",
)
_POSTING_ARRAYS = ("idf", "starts", "classes", "weights")


@dataclass(frozen=True)
class Manifest:
    """What an index was made from."""

    content_hash: str
    encoder_id: str
    format: int = FORMAT

    def check(self, wanted: Manifest) -> None:
        """Compare with what is wanted now.

        Raises:
            IndexStale: the index was made from something else; the message says from what.
        """
        for name, what in (
            ("format", "format"),
            ("encoder_id", "encoder"),
            ("content_hash", "content"),
        ):
            have, want = getattr(self, name), getattr(wanted, name)
            if have != want:
                raise IndexStale(
                    f"the index was made with {what} {str(have)[:40]!r}, "
                    f"but {str(want)[:40]!r} is in use: "
                    "run `python -m bot index`"
                )


def save_index(
    directory: Path,
    manifest: Manifest,
    index: SearchIndex,
    vectors: NDArray[np.float32],
    catalog: Mapping[str, Any],
) -> None:
    """Write the index beside the old one, then put it in its place; a crash leaves the old one
    whole.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".index-", dir=directory.parent))
    try:
        _write_json(fresh / CATALOG_FILE, catalog)
        words = {
            "names": index.names,
            "words": list(index.words.vocabulary),
            "characters": list(index.characters.vocabulary),
            "frequencies": index.speller.frequencies,
        }
        _write_json(fresh / WORDS_FILE, words)
        arrays: dict[str, Any] = {
            "vectors": vectors,
            "passage_classes": index.passage_classes,
            "centroids": index.centroids,
        }
        for prefix, postings in (("words", index.words), ("characters", index.characters)):
            arrays |= {f"{prefix}_{name}": getattr(postings, name) for name in _POSTING_ARRAYS}
        with (fresh / ARRAYS_FILE).open("wb") as file:
            np.savez(file, **arrays)
        _write_json(fresh / MANIFEST_FILE, vars(manifest))
        old = directory.with_name(f"{directory.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if directory.exists():
            directory.replace(old)
        fresh.replace(directory)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def load_manifest(directory: Path) -> Manifest:
    """The manifest of the index in `directory`.

    Raises:
        IndexMissing: there is no readable index.
    """
    try:
        return Manifest(**json.loads((directory / MANIFEST_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise IndexMissing(f"no search index in {directory}: run `python -m bot index`") from error


def load_index(directory: Path, wanted: Manifest) -> tuple[SearchIndex, Mapping[str, Any]]:
    """The index and the catalog snapshot saved with it.

    Raises:
        IndexMissing: there is no readable index.
        IndexStale: it was made from something else than `wanted`.
    """
    load_manifest(directory).check(wanted)
    try:
        words = json.loads((directory / WORDS_FILE).read_text(encoding="utf-8"))
        catalog = json.loads((directory / CATALOG_FILE).read_text(encoding="utf-8"))
        with np.load(directory / ARRAYS_FILE) as arrays:
            index = SearchIndex(
                names=tuple(words["names"]),
                passage_classes=arrays["passage_classes"],
                dense=DenseIndex(arrays["vectors"]),
                centroids=arrays["centroids"],
                words=_postings(words["words"], arrays, "words", len(words["names"])),
                characters=_postings(
                    words["characters"], arrays, "characters", len(words["names"])
                ),
                speller=Speller(words["frequencies"]),
            )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise IndexMissing(
            f"the search index in {directory} is damaged: run `python -m bot index`"
        ) from error
    return index, catalog


def _postings(
    names: list[str], arrays: Mapping[str, Any], prefix: str, class_count: int
) -> Postings:
    vocabulary = {name: number for number, name in enumerate(names)}
    values = {name: arrays[f"{prefix}_{name}"] for name in _POSTING_ARRAYS}
    return Postings(vocabulary=vocabulary, class_count=class_count, **values)


def _write_json(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
