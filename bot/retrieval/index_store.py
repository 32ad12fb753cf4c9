"""The search index on disk: one file, with a manifest that says what it was made from.

An index made from other content, by another encoder or in another format is refused, never served;
so is one that is damaged or half written.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from bot.domain.errors import IndexMissing, IndexStale
from bot.retrieval.dense_index import DenseIndex
from bot.retrieval.lexical_index import Postings
from bot.retrieval.signals import SearchIndex
from bot.retrieval.speller import Speller

#: Raised whenever the members of the file change their meaning, or the same text gives other
#: features.
FORMAT = 4
#: A zip of arrays, each with a checksum. What is no array is JSON in UTF-8, as an array of bytes.
INDEX_FILE = "index.npz"
_POSTING_ARRAYS = ("idf", "starts", "classes", "weights")
#: What numpy, zipfile and json raise for a file that is cut short or has a wrong byte somewhere.
_DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
)


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
    """Write the index to a file beside the old one, then put it in its place in one step.

    Whoever reads meanwhile, or after a crash at any point, finds the old index or the new one. A
    process that is killed may leave a file `*.part` behind; it is never read.
    """
    directory.mkdir(parents=True, exist_ok=True)
    words = {
        "names": index.names,
        "words": list(index.words.vocabulary),
        "characters": list(index.characters.vocabulary),
        "frequencies": index.speller.frequencies,
    }
    members: dict[str, Any] = {
        "manifest": _json_bytes(vars(manifest)),
        "catalog": _json_bytes(catalog),
        "words": _json_bytes(words),
        "vectors": vectors,
        "passage_classes": index.passage_classes,
        "centroids": index.centroids,
    }
    for prefix, postings in (("words", index.words), ("characters", index.characters)):
        members |= {f"{prefix}_{name}": getattr(postings, name) for name in _POSTING_ARRAYS}
    fresh = directory / f"{INDEX_FILE}.{uuid4().hex}.part"
    try:
        with fresh.open("wb") as file:
            np.savez(file, **members)
            file.flush()
            os.fsync(file.fileno())  # else a power cut could leave the name without the bytes
        fresh.replace(directory / INDEX_FILE)
    finally:
        fresh.unlink(missing_ok=True)


def load_manifest(directory: Path) -> Manifest:
    """The manifest of the index in `directory`.

    Raises:
        IndexMissing: there is no readable index.
    """
    with _opened(directory) as members:
        return _manifest(members)


def load_index(directory: Path, wanted: Manifest) -> tuple[SearchIndex, Mapping[str, Any]]:
    """The index and the catalog snapshot saved with it.

    Raises:
        IndexMissing: there is no readable index.
        IndexStale: it was made from something else than `wanted`.
    """
    with _opened(directory) as members:
        _manifest(members).check(wanted)
        words = _from_json_bytes(members["words"])
        class_count = len(words["names"])
        index = SearchIndex(
            names=tuple(words["names"]),
            passage_classes=members["passage_classes"],
            dense=DenseIndex(members["vectors"]),
            centroids=members["centroids"],
            words=_postings(words["words"], members, "words", class_count),
            characters=_postings(words["characters"], members, "characters", class_count),
            speller=Speller(words["frequencies"]),
        )
        return index, _from_json_bytes(members["catalog"])


@contextmanager
def _opened(directory: Path) -> Iterator[Mapping[str, Any]]:
    """The members of the index file; whatever hinders reading them is raised as IndexMissing."""
    try:
        with (directory / INDEX_FILE).open("rb") as file, np.load(file) as members:
            yield members
    except FileNotFoundError as error:
        raise IndexMissing(f"no search index in {directory}: run `python -m bot index`") from error
    except _DAMAGE as error:
        raise IndexMissing(
            f"the search index in {directory} is damaged: run `python -m bot index`"
        ) from error


def _manifest(members: Mapping[str, Any]) -> Manifest:
    return Manifest(**_from_json_bytes(members["manifest"]))


def _postings(
    names: list[str], arrays: Mapping[str, Any], prefix: str, class_count: int
) -> Postings:
    vocabulary = {name: number for number, name in enumerate(names)}
    values = {name: arrays[f"{prefix}_{name}"] for name in _POSTING_ARRAYS}
    return Postings(vocabulary=vocabulary, class_count=class_count, **values)


def _json_bytes(data: object) -> NDArray[np.uint8]:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _from_json_bytes(data: NDArray[np.uint8]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(data.tobytes())
    return result
