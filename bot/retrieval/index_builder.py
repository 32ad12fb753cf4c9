"""Makes the search index from a catalog and an encoder."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from bot.domain.catalog import Catalog
from bot.domain.ports import Encoder
from bot.retrieval.dense_index import DenseIndex
from bot.retrieval.features import encoder_features
from bot.retrieval.lexical_index import build_bm25, build_tfidf, character_ngrams
from bot.retrieval.passages import Passage, passages_of
from bot.retrieval.signals import SearchIndex
from bot.retrieval.speller import Speller
from bot.text.fold import fold_syllable


def build_index(catalog: Catalog, encoder: Encoder) -> tuple[SearchIndex, NDArray[np.float32]]:
    """The index, and the passage vectors of shape (passages, dimensions) that it was made from."""
    return index_passages(passages_of(catalog), encoder)


def index_passages(
    passages: list[Passage], encoder: Encoder
) -> tuple[SearchIndex, NDArray[np.float32]]:
    """Index passages as they are; classes are in the order of their names."""
    names = tuple(sorted({passage.name for passage in passages}))
    numbers = {name: number for number, name in enumerate(names)}
    of = np.array([numbers[passage.name] for passage in passages], dtype=np.int32)
    vectors = encoder.encode([" ".join(passage.syllables) for passage in passages])
    grouped: list[list[tuple[str, ...]]] = [[] for _ in names]
    for passage in passages:
        grouped[numbers[passage.name]].append(passage.syllables)
    index = SearchIndex(
        names=names,
        passage_classes=of,
        dense=DenseIndex(vectors),
        centroids=class_centroids(vectors, of, len(names)),
        words=build_bm25([[encoder_features(one) for one in passages] for passages in grouped]),
        characters=build_tfidf(
            [[character_ngrams(one) for one in passages] for passages in grouped]
        ),
        speller=Speller(syllable_frequencies(passages)),
    )
    return index, vectors


def class_centroids(
    vectors: NDArray[np.float32], of: NDArray[np.int32], class_count: int
) -> NDArray[np.float32]:
    """Mean vector of each class scaled to length 1, shape (class_count, dimensions)."""
    sums = np.zeros((class_count, vectors.shape[1]), dtype=np.float64)
    np.add.at(sums, of, vectors)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    centroids: NDArray[np.float32] = (sums / np.maximum(lengths, 1e-12)).astype(np.float32)
    return centroids


def syllable_frequencies(passages: list[Passage]) -> dict[str, int]:
    """How many passages contain each folded syllable; those in a single passage may be slips and
    are left out.
    """
    counts: Counter[str] = Counter()
    for passage in passages:
        counts.update({fold_syllable(syllable) for syllable in passage.syllables})
    return {syllable: count for syllable, count in counts.items() if count >= 2}
