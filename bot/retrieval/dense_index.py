"""Nearest examples by meaning: exact inner product over unit vectors with FAISS."""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray


class DenseIndex:
    """Flat FAISS index over passage vectors; equal to brute force within float32 tolerance."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """Index vectors of shape (n, d), float32; the index keeps its own copy."""
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        if len(vectors):
            self._index.add(np.ascontiguousarray(vectors))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(
        self, vector: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Row numbers and cosines of the `count` nearest passages, best first; fewer if there are
        fewer.
        """
        count = min(count, len(self))
        if count == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        # One query is too little work to share; waking other threads costs more than it saves.
        # Asked for at each search, because OpenMP keeps this number for each thread.
        faiss.omp_set_num_threads(1)
        scores, rows = self._index.search(vector.reshape(1, -1), count)
        return rows[0], scores[0]
