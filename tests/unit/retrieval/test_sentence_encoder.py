"""The id of an encoder from outside: another whenever its vectors may be others."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.retrieval.sentence_encoder import SentenceTransformerEncoder

FILES = [
    "modules.json",
    "config.json",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "vocab.txt",
    "model.safetensors",
    "pytorch_model.bin",
    "1_Pooling/config.json",
    "2_Dense/model.safetensors",
]


@pytest.fixture(autouse=True)
def library(monkeypatch):
    """A library that loads any folder, so that this runs without torch."""
    fake = SimpleNamespace(SentenceTransformer=lambda name, device: object())
    monkeypatch.setitem(sys.modules, "sentence_transformers", fake)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def id_of(folder: Path) -> str:
    return SentenceTransformerEncoder(str(folder)).id


@pytest.mark.parametrize("name", FILES)
def test_the_id_changes_when_a_file_changes_or_goes(folder, name):
    before = id_of(folder)
    (folder / name).write_bytes(b"changed")
    changed = id_of(folder)
    (folder / name).unlink()
    assert len({before, changed, id_of(folder)}) == 3


def test_the_id_changes_when_two_files_swap_their_content(folder):
    before = id_of(folder)
    one, other = folder / "1_Pooling/config.json", folder / "config.json"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    assert id_of(folder) != before


def test_the_id_stays_when_only_notes_and_hidden_files_come(folder):
    before = id_of(folder)
    (folder / "README.md").write_text("Model card", encoding="utf-8")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "lock").write_bytes(b"x")
    assert id_of(folder) == before


def test_a_model_of_a_hub_is_known_by_its_name():
    assert SentenceTransformerEncoder("some/model").id == "sentence-transformers:some/model"
