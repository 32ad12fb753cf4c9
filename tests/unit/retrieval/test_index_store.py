from __future__ import annotations

import numpy as np
import pytest

from bot.domain.errors import IndexMissing, IndexStale
from bot.retrieval.index_builder import index_passages
from bot.retrieval.index_store import ARRAYS_FILE, Manifest, load_index, save_index
from bot.retrieval.passages import Passage

PASSAGES = [
    Passage("service/a", ("đăng", "ký", "tạm", "trú")),
    Passage("service/a", ("ở", "trọ", "tạm", "trú")),
    Passage("trouble/b", ("quên", "mật", "khẩu")),
    Passage("oos/near", ("thời", "tiết")),
]
MANIFEST = Manifest(content_hash="c0ffee", encoder_id="toy:1")


class ToyEncoder:
    """Counts letters: enough to tell texts apart."""

    id = "toy:1"
    dimensions = 26

    def encode(self, texts):
        rows = np.zeros((len(texts), 26), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for char in text:
                if "a" <= char <= "z":
                    row[ord(char) - 97] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def saved(tmp_path):
    index, vectors = index_passages(PASSAGES, ToyEncoder())
    save_index(tmp_path / "index", MANIFEST, index, vectors, {"topics": []})
    return tmp_path / "index", index


def test_a_saved_index_gives_the_same_signals(saved):
    directory, index = saved
    loaded, catalog = load_index(directory, MANIFEST)
    assert catalog == {"topics": []}
    for question in (["tam", "tru"], ["quên", "mật", "khẩu"], ["xyz"]):
        before = index.signals(question, ToyEncoder())
        after = loaded.signals(question, ToyEncoder())
        assert np.array_equal(before.rankings, after.rankings)
        assert before.known_share == after.known_share


def test_an_index_of_another_encoder_is_refused_with_what_to_do(saved):
    with pytest.raises(
        IndexStale, match="encoder 'toy:1', but 'other:2' is in use: run `python -m bot index`"
    ):
        load_index(saved[0], Manifest("c0ffee", "other:2"))


def test_an_index_of_other_content_is_refused(saved):
    with pytest.raises(IndexStale, match="content 'c0ffee'"):
        load_index(saved[0], Manifest("changed", "toy:1"))


def test_a_missing_or_damaged_index_is_refused(saved, tmp_path):
    with pytest.raises(IndexMissing, match="python -m bot index"):
        load_index(tmp_path / "nowhere", MANIFEST)
    (saved[0] / ARRAYS_FILE).write_bytes(b"damaged")
    with pytest.raises(IndexMissing, match="damaged"):
        load_index(saved[0], MANIFEST)


def test_saving_again_replaces_the_index_and_leaves_nothing_behind(saved):
    directory, index = saved
    _, vectors = index_passages(PASSAGES, ToyEncoder())
    save_index(directory, Manifest("new", "toy:1"), index, vectors, {"topics": [1]})
    assert load_index(directory, Manifest("new", "toy:1"))[1] == {"topics": [1]}
    assert [path.name for path in directory.parent.iterdir()] == ["index"]
