"""The small words around a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.particles import peel


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("chua duoc em oi", "chua duoc"),
        ("lam lai tu dau nhe", "lam lai tu dau"),
        ("uh tiep tuc nhe", "tiep tuc"),
        ("uhm phai do con", "phai"),
        ("dạ được rồi cháu ơi", "được rồi"),
        # Marks that were typed count.
        ("vẫn còn", "vẫn còn"),
        ("van con", "van"),
        ("không rõ lắm", "không rõ"),
        ("khong biet lam", "khong biet lam"),
        ("xong rồi à", "xong rồi à"),
        # These carry the meaning.
        ("chua co", "chua co"),
        ("con han", "con han"),
        ("nhé", "nhé"),
        ("dạ ạ", "dạ"),
    ],
)
def test_the_small_words_are_peeled_off_as_they_were_typed(text, core):
    assert " ".join(peel(text.split())[-1]) == core


def test_the_words_behind_go_first_one_at_a_time():
    assert peel(["da", "vang", "chau", "a"]) == [
        ("da", "vang", "chau", "a"),
        ("da", "vang", "chau"),
        ("da", "vang"),
        ("vang",),
    ]


@given(
    st.lists(
        st.sampled_from(["dạ", "da", "ạ", "em", "ơi", "con", "còn", "nhé", "xong", "vâng"]),
        min_size=1,
    )
)
def test_something_is_always_left(syllables):
    assert all(peel(syllables))
