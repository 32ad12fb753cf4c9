from __future__ import annotations

import pytest

from bot.retrieval.features import encoder_features
from bot.retrieval.speller import Speller

SPELLER = Speller({"dang": 50, "ky": 40, "mat": 30, "khau": 30, "vneid": 60, "quen": 20, "tru": 9})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["ddawng", "kys"], ["đăng", "ký"]),
        (["matj", "khaaur"], ["mạt", "khẩu"]),
        (["vnedi"], ["vneid"]),
        (["khauu"], ["khau"]),
        (["dangky"], ["dang", "ky"]),
        (["đăng", "ký"], ["đăng", "ký"]),
        (["2026"], ["2026"]),
        (["xyzw"], ["xyzw"]),
    ],
)
def test_unknown_words_are_corrected_towards_known_ones(typed, meant):
    assert SPELLER.correct(typed) == meant


def test_features_of_a_marked_text_contain_those_of_the_text_without_marks():
    marked = encoder_features(["tạm", "trú"])
    bare = encoder_features(["tam", "tru"])
    assert set(bare) < set(marked)
    assert marked == ["tam", "tru", "tạm", "trú", "tam~tru", "tạm~trú"]
