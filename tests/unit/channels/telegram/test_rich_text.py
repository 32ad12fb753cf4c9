from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.rich_text import parse_rich_text, split, utf16_units
from tests.unit.channels.telegram.checker import check_text, words_of

#: Everything that a text can be made of and can go wrong with.
TEXTS = st.lists(
    st.sampled_from(
        [
            "**",
            "*",
            "<b>",
            "</b>",
            "&",
            "&amp;",
            "<",
            ">",
            "\n\n",
            "\n",
            " ",
            ". ",
            "😀",
            "ế",
            "e\u0302\u0301",
        ]
    )
    | st.text(max_size=20),
    max_size=60,
).map("".join)


def html(text: str) -> str:
    return parse_rich_text(text).to_html()


def squeezed(text: str) -> str:
    """Without blanks, which cuts may lose."""
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bấm **Đăng nhập**.", "Bấm <b>Đăng nhập</b>."),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("**<Lưu & gửi>**", "<b>&lt;Lưu &amp; gửi&gt;</b>"),
        ("\"trích\" 'dẫn'", "\"trích\" 'dẫn'"),
        ("2 ** 3 = 8", "2 ** 3 = 8"),
        ("**a** và **b", "<b>a</b> và **b"),
        ("  \n**a**\n ", "<b>a</b>"),
        ("** a **b", "<b>a </b>b"),
        ("te\u0302\u0301t", "tết"),
        ("", ""),
    ],
)
def test_marks_become_tags_and_signs_are_escaped(text, expected):
    assert html(text) == expected


def test_a_text_that_fits_stays_whole():
    (piece,) = split(parse_rich_text("a\n\nb"))
    assert piece.plain == "a\n\nb"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("một hai\n\nba bốn\nnăm. sáu", ["một hai", "ba bốn", "năm. sáu"]),
        ("một hai\nba bốn. năm sáu", ["một hai", "ba bốn.", "năm sáu"]),
        ("một hai. ba bốn năm", ["một hai.", "ba bốn năm"]),
        ("một hai ba bốn năm", ["một hai ba", "bốn năm"]),
        ("mộthaibabốnnăm", ["mộthaibabốnn", "ăm"]),
        # A heading alone would be a poor piece: the seam after it is passed over.
        ("a\n\nmột hai ba bốn", ["a\n\nmột hai", "ba bốn"]),
    ],
)
def test_a_long_text_is_cut_at_the_coarsest_seam(text, pieces):
    assert [piece.plain for piece in split(parse_rich_text(text), 12)] == pieces


def test_bold_words_are_bold_in_both_pieces():
    pieces = split(parse_rich_text("**một hai ba bốn năm**"), 12)
    assert [piece.to_html() for piece in pieces] == ["<b>một hai ba</b>", "<b>bốn năm</b>"]


def test_letters_outside_the_basic_plane_count_twice():
    assert utf16_units("ế😀") == 3
    pieces = split(parse_rich_text("😀" * 4096))
    assert [len(piece.plain) for piece in pieces] == [2048, 2048]


def test_a_text_that_only_its_tags_make_too_long_is_cut_too():
    """Telegram's server refuses more than 32 KiB, whatever is left of it without tags."""
    pieces = split(parse_rich_text("**&**&" * 2048))
    assert len(pieces) > 1
    assert all(len(piece.to_html().encode()) <= 32768 for piece in pieces)


def test_an_empty_text_has_no_pieces():
    assert split(parse_rich_text(" \n ")) == ()


@settings(deadline=None)
@given(TEXTS, st.integers(2, 80))
def test_cutting_loses_nothing_and_every_piece_can_be_sent(text, limit):
    rich = parse_rich_text(text)
    pieces = split(rich, limit)
    assert squeezed("".join(piece.plain for piece in pieces)) == squeezed(rich.plain)
    for piece in pieces:
        assert check_text(piece.to_html(), limit) == piece.plain


@settings(deadline=None)
@given(TEXTS)
def test_nothing_of_a_text_is_lost_but_its_marks(text):
    rich = parse_rich_text(text)
    assert words_of(rich.to_html()) == rich.plain
    composed = unicodedata.normalize("NFC", text)
    assert squeezed(rich.plain).replace("*", "") == squeezed(composed).replace("*", "")


@settings(deadline=None)
@given(TEXTS, st.integers(2, 80))
def test_what_is_bold_stays_bold_through_cuts(text, limit):
    rich = parse_rich_text(text)

    def bold_letters(one):
        return squeezed("".join(one.plain[begin:end] for begin, end in one.bold))

    assert "".join(map(bold_letters, split(rich, limit))) == bold_letters(rich)
