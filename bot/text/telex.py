"""Undo keyboard slips: Vietnamese typed in Telex keys that no input method turned into letters."""

from __future__ import annotations

import re
import unicodedata

_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_SHAPES = (
    ("dd", "đ"),
    ("aa", "â"),
    ("aw", "ă"),
    ("ee", "ê"),
    ("oo", "ô"),
    ("ow", "ơ"),
    ("uw", "ư"),
)
_PLAIN = re.compile(r"[a-z]{3,10}")
_VOWEL_GROUPS = (
    "iêu|oai|oao|oay|oeo|uây|uôi|uya|uyê|uyu|ươi|ươu|yêu"
    "|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|ôi|ơi|ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê"
    "|[aăâeêioôơuưy]"
)
_SYLLABLE = re.compile(
    r"(ngh|ng|gh|gi|kh|nh|ph|qu|th|tr|ch|[bcdđghklmnprstvx])?"
    rf"({_VOWEL_GROUPS})(ch|ng|nh|[cmnpt])?"
)


def decode_telex(token: str) -> str | None:
    """The syllable that these Telex keys spell ("ddawngs" gives "đắng"), or None.

    None when the keys hold no Telex mark or spell no possible syllable.
    """
    if not _PLAIN.fullmatch(token):
        return None
    tone, letters = "", token
    for position in range(len(token) - 1, 0, -1):
        if token[position] in _TONES and any(vowel in token[:position] for vowel in "aeiouy"):
            tone, letters = _TONES[token[position]], token[:position] + token[position + 1 :]
            break
    shaped = _shape(letters)
    if not tone and shaped == letters:
        return None
    match = _SYLLABLE.fullmatch(shaped)
    if match is None:
        return None
    onset, vowels, coda = match.group(1) or "", match.group(2), match.group(3) or ""
    place = _tone_place(vowels, coda)
    marked = vowels[: place + 1] + tone + vowels[place + 1 :]
    return unicodedata.normalize("NFC", onset + marked + coda)


def _shape(letters: str) -> str:
    shaped = letters
    if shaped.startswith("d") and "d" in shaped[1:] and not shaped.startswith("dd"):
        shaped = "dd" + shaped[1:].replace("d", "", 1)
    if "uow" in shaped:
        shaped = shaped.replace("uow", "ươ")
    for keys, letter in _SHAPES:
        shaped = shaped.replace(keys, letter)
    shaped = shaped.replace("ưo", "ươ")
    if shaped.endswith("w"):
        shaped = shaped[:-1]
        for plain, horned in (("uo", "ươ"), ("o", "ơ"), ("u", "ư"), ("a", "ă")):
            if plain in shaped:
                return shaped.replace(plain, horned, 1)
    return shaped


def _tone_place(vowels: str, coda: str) -> int:
    """The index of the vowel that carries the tone."""
    for index in range(len(vowels) - 1, -1, -1):
        if vowels[index] in "ăâêôơư" and not (vowels[index] == "ư" and "ơ" in vowels):
            return index
    if len(vowels) == 1:
        return 0
    return 1 if coda or len(vowels) == 3 else 0
