"""Finding values of entities by their phrases."""

from __future__ import annotations

from bot.domain.understanding import EntityMatch, EntityPhrase
from bot.nlu.entities import EntityFinder

FINDER = EntityFinder(
    [
        EntityPhrase("su_kien", "mat-giay-to", "mất ví"),
        EntityPhrase("su_kien", "co-nguoi-mat", "mất vì bệnh"),
        EntityPhrase("giay_to", "gplx", "bằng lái"),
    ],
    {"gplx": "bằng lái"},
)


def values(text):
    return [one.value for one in FINDER.find(text)]


def test_the_longest_phrase_wins():
    assert values("ba toi mat vi benh") == ["co-nguoi-mat"]
    assert values("ba toi mat vi roi") == ["mat-giay-to"]


def test_phrases_are_found_with_and_without_marks_and_through_abbreviations():
    assert values("MẤT VÍ, mất cả gplx") == ["mat-giay-to", "gplx"]


def test_only_whole_syllables_in_a_row_are_a_phrase():
    assert values("mất cái ví") == []
    assert values("mất việt quất") == []


def test_a_match_says_where_it_stands():
    assert FINDER.find("em bị mất ví") == (EntityMatch("su_kien", "mat-giay-to", 2, 4),)
