"""One question against every class of the index: what each ranking says, and the fused ranking.

A class is an intent: a topic, or small talk, a handoff, a refusal, another matter. Four rankings:
nearest examples and centroid by meaning, BM25 and character n-grams by letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.ports import Encoder
from bot.retrieval.dense_index import DenseIndex
from bot.retrieval.features import encoder_features
from bot.retrieval.lexical_index import Postings, character_ngrams
from bot.retrieval.speller import Speller

#: The rankings, in the order of their weights.
RANKINGS = ("nearest", "centroid", "bm25", "characters")
#: So many nearest examples are looked at; a class without one among them gets the worst of their
#: scores.
NEAREST_COUNT = 64
#: The mean of a class's best examples: one odd example cannot carry a class alone.
BEST_PER_CLASS = 3


@dataclass(frozen=True)
class Signals:
    """What the index says of one question; arrays have one value per class, float32."""

    #: Shape (len(RANKINGS), classes).
    rankings: NDArray[np.float32]
    #: Share of the question's word weight that the index has ever seen, 0 to 1.
    known_share: float
    syllable_count: int

    def standardised(self) -> NDArray[np.float32]:
        """Each ranking with mean 0 and deviation 1 over the classes."""
        mean = self.rankings.mean(axis=1, keepdims=True)
        deviation = self.rankings.std(axis=1, keepdims=True)
        scaled: NDArray[np.float32] = (self.rankings - mean) / np.maximum(deviation, 1e-6)
        return scaled

    def fused(self, weights: Sequence[float]) -> NDArray[np.float32]:
        """One score per class: the weighted sum of the standardised rankings."""
        result: NDArray[np.float32] = np.asarray(weights, dtype=np.float32) @ self.standardised()
        return result


@dataclass(frozen=True)
class SearchIndex:
    """Everything that is looked up for a question."""

    #: Name of each class, in the order of every array here.
    names: tuple[str, ...]
    #: Class of each passage, shape (passages,), int32.
    passage_classes: NDArray[np.int32]
    dense: DenseIndex
    #: Mean passage vector of each class, rows of length 1, shape (classes, dimensions).
    centroids: NDArray[np.float32]
    words: Postings
    characters: Postings
    speller: Speller

    def signals(self, syllables: Sequence[str], encoder: Encoder) -> Signals:
        """Look one question up, given as normalised syllables."""
        corrected = self.speller.correct(syllables)
        vector = encoder.encode([" ".join(corrected)])[0]
        features = set(encoder_features(corrected))
        rankings = np.stack(
            [
                self._nearest(vector),
                self.centroids @ vector,
                self.words.score(features),
                self.characters.score(set(character_ngrams(corrected))),
            ]
        )
        return Signals(rankings, self.words.known_share(features), len(corrected))

    def _nearest(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """For each class the mean of its best examples among the nearest ones."""
        rows, scores = self.dense.search(vector, NEAREST_COUNT)
        floor = float(scores[-1]) if len(scores) else 0.0
        result = np.full((BEST_PER_CLASS, len(self.names)), floor, dtype=np.float32)
        taken = np.zeros(len(self.names), dtype=np.int64)
        for of, score in zip(self.passage_classes[rows], scores, strict=True):
            if taken[of] < BEST_PER_CLASS:
                result[taken[of], of] = score
                taken[of] += 1
        mean: NDArray[np.float32] = result.mean(axis=0)
        return mean
