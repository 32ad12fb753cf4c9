"""Both ways of serving the built-in encoder, and any other encoder by configuration."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from bot.app import build_app, make_encoder, make_index
from bot.domain.errors import ConfigError, IndexStale
from bot.retrieval.encoder import BuiltinEncoder, feature_text
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


@pytest.mark.encoder
@pytest.mark.filterwarnings("default")
def test_sentence_transformers_and_numpy_give_the_same_vectors(builtin):
    library = pytest.importorskip(
        "sentence_transformers", reason="the extra `encoder` is not installed"
    )
    folder = Settings(_env_file=None).builtin_encoder_dir
    model = library.SentenceTransformer(str(folder), device="cpu")
    known = [text for text in TEXTS if text]
    theirs = model.encode([feature_text(text) for text in known])
    assert np.abs(theirs - builtin.encode(known)).max() < 2e-3  # the library keeps half precision


@pytest.mark.encoder
@pytest.mark.filterwarnings("default")
def test_another_real_model_can_be_chosen_and_its_index_is_not_mixed_up(tmp_path, monkeypatch):
    pytest.importorskip("sentence_transformers", reason="the extra `encoder` is not installed")
    train_encoder = pytest.importorskip("training.train_encoder")
    from bot.content.loader import load_content
    from bot.retrieval.decision import load_decision_model, to_json
    from bot.retrieval.passages import passages_of

    files, _ = load_content(PROJECT_ROOT)
    catalog = files.to_catalog("")
    some = [one for at, one in enumerate(passages_of(catalog)) if at % 5 == 0]
    monkeypatch.setattr(train_encoder, "VARIANTS", 1)
    other = tmp_path / "other-model"
    train_encoder.save(train_encoder.train(some, dict(catalog.abbreviations), 60, 7), other)
    own = Settings(_env_file=None, encoder=str(other), data_dir=tmp_path / "var")
    with pytest.raises(ConfigError, match="no usable decision model"):
        build_app(own)
    encoder = make_encoder(own)
    base = Settings(_env_file=None)
    model = load_decision_model(base.builtin_encoder_dir / "decision.json", make_encoder(base).id)
    import json

    (tmp_path / "var" / "decision.json").write_text(
        json.dumps({**to_json(model), "encoder_id": encoder.id}), encoding="utf-8"
    )
    app = build_app(own)
    assert app.retriever.retrieve("quên mật khẩu vneid").topics[0].name == "trouble/quen-mat-khau"
    mixed = Settings(_env_file=None, data_dir=own.data_dir, build_index_when_stale=False)
    with pytest.raises(IndexStale, match="run `python -m bot index`"):
        build_app(mixed)


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ConfigError, match=r"troly06\[encoder\]"):
        make_encoder(Settings(_env_file=None, encoder="some/model"))


def test_a_decision_model_of_another_encoder_is_refused(settings, tmp_path):
    from bot.retrieval.decision import load_decision_model

    path = settings.builtin_encoder_dir / "decision.json"
    with pytest.raises(ConfigError, match="was fitted for encoder"):
        load_decision_model(path, "builtin:other")


def test_a_stale_index_is_made_anew_only_when_that_is_allowed(app, settings, monkeypatch):
    monkeypatch.setattr("bot.app.hash_content", lambda _: "changed")
    with pytest.raises(IndexStale, match="content"):
        build_app(settings.model_copy(update={"build_index_when_stale": False}))


def test_make_index_says_what_it_was_made_from(app, settings):
    from bot.app import index_dir
    from bot.content.loader import hash_content
    from bot.retrieval.index_store import load_manifest

    manifest = load_manifest(index_dir(settings))
    assert manifest.encoder_id == make_encoder(settings).id
    assert manifest.content_hash == hash_content(settings.content_root)
    assert callable(make_index)
