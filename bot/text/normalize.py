"""One spelling for one text: what people type, made comparable.

`clean` and `words` change nothing the second time. `clean` is safe to show and store;
`to_syllables` is for matching only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence, Set

from bot.text.fold import fold_syllable

#: Longest key of the abbreviation table, in syllables ("vi en ai đi").
MAX_ABBREVIATION_SYLLABLES = 5
#: Longest filler, in syllables.
MAX_FILLER_SYLLABLES = 8
#: With fewer syllables left, what looked like a filler was the message.
MIN_SYLLABLES_LEFT = 3

_WORD = re.compile(r"[^\W_]+")
_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_BREAK = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")
_LONG_RUN = re.compile(r"([^\W\d])\1{2,}")
_VOWELS = frozenset("aeiouy")
#: Signs that say "ok" when there is nothing else to read.
_AGREEMENT = frozenset("👍👌✅✔☑🆗")

# Open syllables in oa, oe, uy: the older spelling puts the mark on the second vowel (hoà),
# schools teach the first (hòa). After q the u belongs to the consonant, so quý keeps its mark.
_BARE = {"à": "a", "á": "a", "ả": "a", "ã": "a", "ạ": "a", "è": "e", "é": "e", "ẻ": "e", "ẽ": "e"}
_BARE |= {"ẹ": "e", "ỳ": "y", "ý": "y", "ỷ": "y", "ỹ": "y", "ỵ": "y"}
_MARKED_FIRST = {"o": "òóỏõọ", "u": "ùúủũụ"}
_MARKED_SECOND = {"a": "àáảãạ", "e": "èéẻẽẹ", "y": "ỳýỷỹỵ"}
_OLD_TONE_PLACE = re.compile(r"(?:o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])$")


def clean(text: str) -> str:
    """The text in NFC without control, zero-width and direction characters, spaces collapsed.

    Line breaks are kept (at most one empty line between paragraphs). Safe to show and to store.
    """
    composed = unicodedata.normalize("NFC", _LINE_BREAK.sub("\n", text))
    kept = composed
    if not composed.isprintable():
        kept = "".join(char for char in composed if char == "\n" or not _is_invisible(char))
        # Dropping a joiner can bring a letter and a combining mark together.
        kept = unicodedata.normalize("NFC", kept)
    lines = (_SPACES.sub(" ", line).strip() for line in kept.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _is_invisible(char: str) -> bool:
    category = unicodedata.category(char)
    return category in {"Cf", "Cs", "Co", "Cn"} or (category == "Cc" and char != "\t")


def move_tone_mark(syllable: str) -> str:
    """The lower-case syllable with its tone mark where schools put it today: "hoà" gives "hòa"."""
    if not _OLD_TONE_PLACE.search(syllable):
        return syllable
    first, second = syllable[-2], syllable[-1]
    base = _BARE[second]
    tone = _MARKED_SECOND[base].index(second)
    return syllable[:-2] + _MARKED_FIRST[first][tone] + base


def words(text: str) -> list[str]:
    """The lower-case words and numbers of a text, tone marks in place, long runs shortened; "ok"
    for a thumb and the like alone.
    """
    lowered = unicodedata.normalize("NFC", clean(text).lower())
    found = _WORD.findall(lowered)
    if not found and not _AGREEMENT.isdisjoint(lowered):
        return ["ok"]
    if _LONG_RUN.search(lowered):
        found = [_shorten(word) for word in found]
    return [_move_and_shorten(word) if _OLD_TONE_PLACE.search(word) else word for word in found]


def _shorten(word: str) -> str:
    """The word without drawn-out letters; without a vowel it is an abbreviation such as cccd."""
    if _VOWELS.isdisjoint(fold_syllable(word)):
        return word
    return _LONG_RUN.sub(r"\1", word)


def _move_and_shorten(word: str) -> str:
    # Moving the mark can make a run: "òoà" becomes "òòa".
    return _shorten(move_tone_mark(word))


def expand(tokens: Sequence[str], abbreviations: Mapping[str, str]) -> list[str]:
    """The tokens with every abbreviation written out; the longest match from the left wins."""
    result: list[str] = []
    at = 0
    while at < len(tokens):
        for length in range(min(MAX_ABBREVIATION_SYLLABLES, len(tokens) - at), 0, -1):
            meaning = abbreviations.get(" ".join(tokens[at : at + length]))
            if meaning is not None:
                result.extend(meaning.split())
                at += length
                break
        else:
            result.append(tokens[at])
            at += 1
    return result


def drop_fillers(syllables: Sequence[str], fillers: Set[str]) -> list[str]:
    """The syllables without the phrases that carry no meaning, the longest match from the left
    first; all of them when too few would be left. `fillers` are folded, as `fold_phrase` gives.
    """
    folded = [fold_syllable(one) for one in syllables]
    kept: list[str] = []
    at = 0
    while at < len(folded):
        for length in range(min(MAX_FILLER_SYLLABLES, len(folded) - at), 0, -1):
            if " ".join(folded[at : at + length]) in fillers:
                at += length
                break
        else:
            kept.append(syllables[at])
            at += 1
    return kept if len(kept) >= MIN_SYLLABLES_LEFT else list(syllables)


def fold_phrase(phrase: str) -> str:
    """The folded syllables of a phrase with single spaces, as fillers are compared."""
    return " ".join(fold_syllable(one) for one in words(phrase))


def to_syllables(
    text: str, abbreviations: Mapping[str, str], fillers: Set[str] = frozenset()
) -> list[str]:
    """The syllables of a text for matching: lower case, one spelling, abbreviations written out,
    and without what carries no meaning.
    """
    return drop_fillers(expand(words(text), abbreviations), fillers)
