"""Ranking by shared words and letters: BM25 over syllables and pairs, TF-IDF over character
n-grams.

A class (a topic, or another intent) is one document: all its passages together. Both rankings are
inverted lists over numpy arrays, so a query touches only the features it has.
BM25: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", eq. 3.15 with the idf
of Lucene (never negative).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.text.fold import fold_syllable

#: Flat within noise between 0.9 and 1.6, and between 0.3 and 0.75, on the development questions.
BM25_K1, BM25_B = 1.2, 0.5
#: Long enough to tell words apart, short enough to survive a slip of the finger.
NGRAM_SIZES = (3, 4, 5)


def character_ngrams(syllables: Sequence[str]) -> list[str]:
    """Character n-grams of the folded text, across word borders, with a space at both ends."""
    text = f" {' '.join(map(fold_syllable, syllables))} "
    return [text[at : at + size] for size in NGRAM_SIZES for at in range(len(text) - size + 1)]


@dataclass(frozen=True)
class Postings:
    """An inverted list: for each feature, the classes that have it and its weight there.

    The lists of all features lie one after another in `classes` and `weights`; feature number i has
    the slice `starts[i]:starts[i + 1]`.
    """

    vocabulary: Mapping[str, int]
    #: Inverse document frequency of each feature, shape (features,), float32.
    idf: NDArray[np.float32]
    starts: NDArray[np.int64]
    classes: NDArray[np.int32]
    weights: NDArray[np.float32]
    class_count: int

    def score(self, names: Iterable[str]) -> NDArray[np.float32]:
        """Sum of the weights of the named features for every class, shape (class_count,)."""
        numbers = np.array(
            [self.vocabulary[one] for one in names if one in self.vocabulary], np.int64
        )
        starts, lengths = self.starts[numbers], self.starts[numbers + 1] - self.starts[numbers]
        # Rows of all lists at once: for each list its start, repeated, plus 0, 1, 2…
        before = np.cumsum(lengths) - lengths
        rows = np.repeat(starts - before, lengths) + np.arange(lengths.sum())
        scores = np.bincount(self.classes[rows], self.weights[rows], minlength=self.class_count)
        return scores.astype(np.float32)

    def known_share(self, names: Iterable[str]) -> float:
        """Share of the query's idf weight that lies on features the index knows, 0 to 1; 1 for no
        names.
        """
        found = [self.vocabulary.get(name) for name in names]
        numbers = [number for number in found if number is not None]
        known = float(self.idf[numbers].sum(dtype=np.float64)) if numbers else 0.0
        total = known + (len(found) - len(numbers)) * self._unknown_idf
        return known / total if total else 1.0

    @cached_property
    def _unknown_idf(self) -> float:
        """What a feature would weigh that no class has: as much as the rarest."""
        return float(self.idf.max()) if len(self.idf) else 1.0


#: From feature counts and the class of each, the weights before idf.
Weigh: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.int32]], NDArray[np.float64]]


def build_bm25(documents: Sequence[Sequence[Sequence[str]]]) -> Postings:
    """BM25 postings. A document is a class: a list of passages, each a list of features."""
    counts = [
        Counter(name for passage in passages for name in set(passage)) for passages in documents
    ]
    lengths = np.array([sum(count.values()) for count in counts], dtype=np.float64)
    norm = BM25_K1 * (1 - BM25_B + BM25_B * lengths / max(lengths.mean(), 1.0))
    return _invert(counts, lambda tf, of: tf * (BM25_K1 + 1) / (tf + norm[of]), normalise=False)


def build_tfidf(documents: Sequence[Sequence[Sequence[str]]], min_passages: int = 2) -> Postings:
    """TF-IDF postings, each class scaled to length 1; rare features are left out."""
    counts = [
        Counter(name for passage in passages for name in set(passage)) for passages in documents
    ]
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    kept = [
        Counter({name: tf for name, tf in count.items() if total[name] >= min_passages})
        for count in counts
    ]
    sizes = np.array([max(len(passages), 1) for passages in documents], dtype=np.float64)
    return _invert(kept, lambda tf, of: tf / sizes[of], normalise=True)


def _invert(counts: Sequence[Counter[str]], weigh: Weigh, *, normalise: bool) -> Postings:
    """Turn per-class feature counts into postings; `weigh` maps (counts, classes) to weights."""
    vocabulary = (
        {name: number for number, name in enumerate(sorted(set().union(*counts)))} if counts else {}
    )
    features = np.array([vocabulary[name] for count in counts for name in count], dtype=np.int64)
    classes = np.array([of for of, count in enumerate(counts) for _ in count], dtype=np.int32)
    tf = np.array([value for count in counts for value in count.values()], dtype=np.float64)
    frequency = np.bincount(features, minlength=len(vocabulary))
    idf = np.log(1 + (len(counts) - frequency + 0.5) / (frequency + 0.5))
    weights = weigh(tf, classes) * idf[features]
    if normalise:
        lengths = np.sqrt(np.bincount(classes, weights=weights**2, minlength=len(counts)))
        weights = weights / np.maximum(lengths, 1e-12)[classes]
    order = np.argsort(features, kind="stable")
    starts = np.concatenate([[0], np.cumsum(frequency)])
    return Postings(
        vocabulary=vocabulary,
        idf=idf.astype(np.float32),
        starts=starts.astype(np.int64),
        classes=classes[order],
        weights=weights[order].astype(np.float32),
        class_count=len(counts),
    )
