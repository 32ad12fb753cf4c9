from __future__ import annotations

import numpy as np
import pytest

from bot.retrieval.dense_index import DenseIndex


def unit_rows(count: int, dimensions: int) -> np.ndarray:
    rows = np.random.default_rng(6).normal(size=(count, dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_search_equals_brute_force():
    vectors = unit_rows(500, 16)
    index = DenseIndex(vectors)
    kept = vectors.astype(np.float16).astype(np.float32)
    for query in unit_rows(20, 16):
        rows, scores = index.search(query, 10)
        expected = np.argsort(-(kept @ query))[:10]
        assert rows.tolist() == expected.tolist()
        assert scores.tolist() == pytest.approx((kept @ query)[expected].tolist(), abs=1e-5)
        assert scores.tolist() == pytest.approx((vectors @ query)[expected].tolist(), abs=1e-3)


def test_asking_for_more_than_there_is_gives_all():
    rows, scores = DenseIndex(unit_rows(3, 4)).search(unit_rows(1, 4)[0], 10)
    assert sorted(rows.tolist()) == [0, 1, 2]
    assert len(scores) == 3


def test_an_empty_index_finds_nothing():
    rows, scores = DenseIndex(np.zeros((0, 4), dtype=np.float32)).search(unit_rows(1, 4)[0], 5)
    assert rows.tolist() == []
    assert scores.tolist() == []
