"""Both ways of serving the built-in encoder, and any other encoder by configuration."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from bot.app import App, build_app, decision_path, index_dir, make_encoder
from bot.content.loader import hash_content, load_content
from bot.domain.errors import ConfigError, IndexStale
from bot.retrieval.decision import load_decision_model, to_json
from bot.retrieval.encoder import BuiltinEncoder, feature_text
from bot.retrieval.index_store import load_index, load_manifest
from bot.retrieval.passages import passages_of
from bot.settings import PROJECT_ROOT, Settings

TEXTS = [
    "quên mật khẩu vneid",
    "quen mat khau vneid",
    "đăng ký tạm trú cho người thuê trọ",
    "zzz qqq không có từ nào quen xyzzy",
    "a",
    "",
    "em mới sinh bé thì làm giấy khai sinh với thẻ bảo hiểm cùng lúc được không ạ",
]
#: Plain questions and their topics, for a model that was trained for a moment only.
QUESTIONS = {
    "quên mật khẩu vneid": "trouble/quen-mat-khau",
    "đăng ký tạm trú": "service/dang-ky-tam-tru",
    "khai báo tạm vắng": "service/khai-bao-tam-vang",
    "làm con dấu mới": "service/lam-con-dau-moi",
    "đổi giấy phép lái xe": "service/doi-giay-phep-lai-xe",
}
TUNE = "run `python -m training.tune_decision`"


def needs_extra(test: Callable[..., None]) -> Callable[..., None]:
    """Marks a test that needs the extra, whose libraries warn of their own code."""
    return pytest.mark.encoder(pytest.mark.filterwarnings("default")(test))


@pytest.fixture(scope="module")
def builtin() -> BuiltinEncoder:
    return BuiltinEncoder(Settings(_env_file=None).builtin_encoder_dir)


def test_vectors_have_length_one_or_zero(builtin):
    vectors = builtin.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), builtin.dimensions)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    assert lengths[-2] == 0.0
    assert lengths[:3].tolist() == pytest.approx([1.0, 1.0, 1.0], abs=1e-5)
    assert builtin.encode([]).shape == (0, builtin.dimensions)


def test_the_weights_are_small_enough_to_ship(builtin):
    folder = Settings(_env_file=None).builtin_encoder_dir
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= 15_000_000


def test_a_folder_without_an_encoder_is_refused_with_a_clear_message(tmp_path):
    with pytest.raises(ConfigError, match="no usable built-in encoder"):
        BuiltinEncoder(tmp_path)


@pytest.fixture(scope="module")
def sentence_transformers() -> ModuleType:
    return pytest.importorskip(
        "sentence_transformers", reason="the extra `encoder` is not installed: run `make encoder`"
    )


@needs_extra
def test_sentence_transformers_and_numpy_give_the_same_vectors(builtin, sentence_transformers):
    folder = Settings(_env_file=None).builtin_encoder_dir
    model = sentence_transformers.SentenceTransformer(str(folder), device="cpu")
    known = [text for text in TEXTS if text]
    theirs = model.encode([feature_text(text) for text in known])
    assert np.abs(theirs - builtin.encode(known)).max() < 2e-3  # the library keeps half precision


@pytest.fixture(scope="module")
def other(tmp_path_factory, sentence_transformers) -> Settings:
    """The settings of an operator who chose another real model, here trained for a moment."""
    from training import train_encoder

    files, _ = load_content(PROJECT_ROOT)
    catalog = files.to_catalog("")
    folder = tmp_path_factory.mktemp("other")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train_encoder, "VARIANTS", 1)
        model = train_encoder.train(
            passages_of(catalog)[::5], dict(catalog.abbreviations), steps=60, seed=7
        )
    train_encoder.save(model, folder / "model")
    return Settings(_env_file=None, encoder=str(folder / "model"), data_dir=folder / "var")


@pytest.fixture(scope="module")
def other_app(other) -> App:
    """The assistant on that model, with a decision model that is called its own."""
    write_our_decision_model(other, encoder_id=make_encoder(other).id)
    return build_app(other)


def write_our_decision_model(settings: Settings, **changes: str) -> None:
    base = Settings(_env_file=None)
    model = load_decision_model(decision_path(base), make_encoder(base).id)
    settings.data_dir.mkdir()
    decision_path(settings).write_text(json.dumps(to_json(model) | changes), encoding="utf-8")


@needs_extra
def test_another_model_finds_sensible_neighbours(other, other_app):
    encoder = make_encoder(other)
    index, _ = load_index(index_dir(other), load_manifest(index_dir(other)))
    neighbours = {}
    for question in QUESTIONS:
        rows, _ = index.dense.search(encoder.encode([question])[0], 5)
        names = [index.names[at] for at in index.passage_classes[rows]]
        neighbours[question] = max(names, key=names.count)
    assert neighbours == QUESTIONS


@needs_extra
def test_another_model_answers_from_an_index_of_its_own(other, other_app):
    found = {one: other_app.retriever.retrieve(one).topics[0].name for one in QUESTIONS}
    assert found == QUESTIONS
    assert load_manifest(index_dir(other)).encoder_id == make_encoder(other).id
    ours = Settings(_env_file=None, data_dir=other.data_dir, build_index_when_stale=False)
    with pytest.raises(IndexStale, match="run `python -m bot index`"):
        build_app(ours)


@needs_extra
def test_another_model_is_refused_until_the_decision_is_fitted_for_it(other, tmp_path):
    own = other.model_copy(update={"data_dir": tmp_path / "var"})
    with pytest.raises(ConfigError, match=rf"no usable decision model in .*{TUNE}"):
        build_app(own)
    write_our_decision_model(own)
    with pytest.raises(ConfigError, match=rf"was fitted for encoder 'builtin:.*{TUNE}"):
        build_app(own)


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ConfigError, match="run `make encoder`"):
        make_encoder(Settings(_env_file=None, encoder="some/model"))


def test_a_decision_model_of_another_encoder_is_refused(settings):
    with pytest.raises(ConfigError, match=rf"was fitted for encoder 'builtin:.*{TUNE}"):
        load_decision_model(decision_path(settings), "builtin:other")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"encoder_id": "builtin:1"}'])
def test_a_broken_decision_model_is_refused(tmp_path, text):
    path = tmp_path / "decision.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"no usable decision model in .*{TUNE}"):
        load_decision_model(path, "builtin:1")


def test_a_stale_index_is_made_anew_only_when_that_is_allowed(app, settings, monkeypatch):
    monkeypatch.setattr("bot.app.hash_content", lambda _: "changed")
    with pytest.raises(IndexStale, match="content"):
        build_app(settings.model_copy(update={"build_index_when_stale": False}))


def test_the_index_says_what_it_was_made_from(app, settings):
    manifest = load_manifest(index_dir(settings))
    assert manifest.encoder_id == make_encoder(settings).id
    assert manifest.content_hash == hash_content(settings.content_root)
