from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.domain.errors import IndexMissing, IndexStale
from bot.retrieval.index_builder import index_passages
from bot.retrieval.index_store import INDEX_FILE, Manifest, load_index, save_index
from bot.retrieval.passages import Passage
from bot.retrieval.signals import SearchIndex

PASSAGES = [
    Passage("service/a", ("đăng", "ký", "tạm", "trú")),
    Passage("service/a", ("ở", "trọ", "tạm", "trú")),
    Passage("trouble/b", ("quên", "mật", "khẩu")),
    Passage("oos/near", ("thời", "tiết")),
]
MANIFEST = Manifest(content_hash="c0ffee", encoder_id="toy:1")
NEW_MANIFEST = Manifest(content_hash="new", encoder_id="toy:1")
QUESTIONS = (["tam", "tru"], ["quên", "mật", "khẩu"], ["xyz"])


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
    assert same(loaded, index)


def same(one: SearchIndex, other: SearchIndex) -> bool:
    """Whether two indexes say the same of some questions and have the same classes."""
    if one.names != other.names:
        return False
    for question in QUESTIONS:
        mine, theirs = (index.signals(question, ToyEncoder()) for index in (one, other))
        if not np.array_equal(mine.rankings, theirs.rankings):
            return False
        if mine.known_share != theirs.known_share:
            return False
    return True


def test_an_index_of_another_encoder_is_refused_with_what_to_do(saved):
    with pytest.raises(
        IndexStale, match="encoder 'toy:1', but 'other:2' is in use: run `python -m bot index`"
    ):
        load_index(saved[0], Manifest("c0ffee", "other:2"))


def test_an_index_of_other_content_is_refused(saved):
    with pytest.raises(IndexStale, match="content 'c0ffee'"):
        load_index(saved[0], Manifest("changed", "toy:1"))


def test_a_missing_index_is_refused(tmp_path):
    with pytest.raises(IndexMissing, match=r"no search index in .*python -m bot index"):
        load_index(tmp_path / "nowhere", MANIFEST)


def test_an_index_cut_short_is_refused(saved):
    path = saved[0] / INDEX_FILE
    whole = path.read_bytes()
    for length in range(0, len(whole), 61):
        path.write_bytes(whole[:length])
        with pytest.raises(IndexMissing, match="damaged"):
            load_index(saved[0], MANIFEST)


def test_an_index_with_a_wrong_byte_is_refused_unless_the_byte_means_nothing(saved):
    directory, index = saved
    path = directory / INDEX_FILE
    whole = path.read_bytes()
    refused = 0
    for at in range(0, len(whole), 11):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            loaded, catalog = load_index(directory, MANIFEST)
        except IndexMissing:
            refused += 1
        else:
            assert catalog == {"topics": []}
            assert same(loaded, index)
    assert refused > len(whole) // 11 // 2


def test_saving_again_replaces_the_index_and_leaves_nothing_behind(saved):
    directory, _ = saved
    save_new(directory)
    assert load_index(directory, NEW_MANIFEST)[1] == {"topics": [1]}
    assert [path.name for path in directory.iterdir()] == [INDEX_FILE]


def save_new(directory: Path) -> None:
    """Save an index of fewer passages over whatever is there."""
    index, vectors = index_passages(PASSAGES[:2], ToyEncoder())
    save_index(directory, NEW_MANIFEST, index, vectors, {"topics": [1]})


#: Where saving is cut off: a half-written file, all written, on its way to its place, in its place.
STAGES = ("savez", "fsync", "replace", "unlink")


def cut_off(stage: str, patch: pytest.MonkeyPatch, end: Callable[[], None]) -> None:
    """Make `save_index` call `end` when it comes to this stage."""

    def half_written(file, **members):
        savez(file, manifest=members["manifest"], words=members["words"])
        file.flush()
        end()

    savez = np.savez
    if stage == "savez":
        patch.setattr(np, "savez", half_written)
    else:
        patch.setattr(os if stage == "fsync" else Path, stage, lambda *_, **__: end())


def save_and_be_killed(directory: Path, stage: str) -> None:
    """What the other process does: save, and die at this stage as if the power were cut."""
    with pytest.MonkeyPatch.context() as patch:
        cut_off(stage, patch, lambda: os.kill(os.getpid(), signal.SIGKILL))
        save_new(directory)


@pytest.mark.parametrize("stage", STAGES)
def test_a_process_killed_while_saving_leaves_the_old_index_or_the_new_one(saved, stage):
    directory, old = saved
    process = multiprocessing.get_context("spawn").Process(
        target=save_and_be_killed, args=(directory, stage)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    if stage == "unlink":
        assert load_index(directory, NEW_MANIFEST)[1] == {"topics": [1]}
    else:
        assert same(load_index(directory, MANIFEST)[0], old)
    save_new(directory)
    assert load_index(directory, NEW_MANIFEST)[1] == {"topics": [1]}


@pytest.mark.parametrize("stage", STAGES[:-1])
def test_an_error_while_saving_leaves_the_old_index_and_nothing_else(saved, monkeypatch, stage):
    directory, old = saved

    def fail() -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        cut_off(stage, patch, fail)
        with pytest.raises(OSError, match="no space left"):
            save_new(directory)
    assert same(load_index(directory, MANIFEST)[0], old)
    assert [path.name for path in directory.iterdir()] == [INDEX_FILE]
