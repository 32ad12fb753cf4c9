from __future__ import annotations

import math
import random

import numpy as np
import pytest

from bot.retrieval.lexical_index import (
    BM25_B,
    BM25_K1,
    build_bm25,
    build_tfidf,
    character_ngrams,
)

DOCUMENTS = [
    [["đăng", "ký", "tạm", "trú"], ["ở", "trọ"]],
    [["quên", "mật", "khẩu"], ["quên", "mật", "khẩu", "vneid"]],
    [["tạm", "vắng"]],
]


def brute_force_bm25(query: set[str], documents: list[list[list[str]]]) -> list[float]:
    """BM25 written out term by term, with Lucene's idf."""
    counts = [
        {term: sum(term in passage for passage in document) for term in set().union(*document)}
        for document in documents
    ]
    mean = sum(sum(count.values()) for count in counts) / len(counts)
    scores = []
    for count in counts:
        length = sum(count.values())
        score = 0.0
        for term in query:
            having = sum(term in other for other in counts)
            if term in count:
                idf = math.log(1 + (len(counts) - having + 0.5) / (having + 0.5))
                norm = BM25_K1 * (1 - BM25_B + BM25_B * length / mean)
                score += idf * count[term] * (BM25_K1 + 1) / (count[term] + norm)
        scores.append(score)
    return scores


def test_bm25_equals_brute_force_on_random_queries():
    rng = random.Random(6)
    vocabulary = sorted(
        {term for document in DOCUMENTS for passage in document for term in passage}
    )
    index = build_bm25(DOCUMENTS)
    for _ in range(50):
        query = set(rng.sample([*vocabulary, "lạ", "không-có"], 4))
        assert index.score(query).tolist() == pytest.approx(
            brute_force_bm25(query, DOCUMENTS), abs=1e-5
        )


def test_a_query_of_unknown_words_scores_nothing():
    assert build_bm25(DOCUMENTS).score({"xyz"}).tolist() == [0.0, 0.0, 0.0]
    assert build_bm25(DOCUMENTS).score(set()).tolist() == [0.0, 0.0, 0.0]


def test_known_share_weighs_rare_words_more_and_is_one_for_no_words():
    index = build_bm25(DOCUMENTS)
    assert index.known_share([]) == 1.0
    assert index.known_share(["tạm", "quên"]) == 1.0
    assert index.known_share(["xyz"]) == 0.0
    assert 0.0 < index.known_share(["tạm", "xyz"]) < 0.5


def test_tfidf_rows_have_length_one_and_leave_single_use_features_out():
    index = build_tfidf(DOCUMENTS)
    assert set(index.vocabulary) == {"quên", "mật", "khẩu", "tạm"}
    for of in range(len(DOCUMENTS)):
        weights = index.weights[index.classes == of]
        assert np.linalg.norm(weights) == pytest.approx(1.0, abs=1e-6)


def test_character_ngrams_are_folded_and_cross_word_borders():
    grams = character_ngrams(["tạm", "trú"])
    assert " ta" in grams
    assert "m t" in grams
    assert "tru " in grams
    assert all(gram.isascii() for gram in grams)
