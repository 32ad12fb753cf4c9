"""Noise that real people make, added to clean questions: lost marks, slips of the finger, chat
spelling.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from bot.text.fold import fold

_OPENERS = (
    "alo", "ad ơi", "cho hỏi", "cho em hỏi", "cho tôi hỏi", "cho mình hỏi", "cho bác hỏi",
    "cháu ơi", "bạn ơi", "anh chị ơi", "dạ cho con hỏi", "em chào ạ", "chào bạn", "xin hỏi",
    "mọi người ơi", "giúp tôi với", "giúp em với", "tôi muốn hỏi", "em muốn hỏi", "bác muốn hỏi",
    "hỏi chút", "hỏi xíu", "phiền bạn", "nhờ bạn chỉ giúp", "trợ lý ơi", "bot ơi", "ê bot", "dạ",
    "thưa cán bộ", "cán bộ ơi", "tôi muốn", "em muốn", "bác muốn", "tôi cần", "em đang cần",
    "bây giờ tôi muốn", "giờ muốn", "cho tôi hỏi là", "khổ quá", "có ai biết không",
    "nhờ ad chỉ giúp", "làm ơn cho hỏi", "thưa luật sư cho tôi hỏi", "nhà tôi",
)  # fmt: skip
_CLOSERS = (
    "ạ", "với ạ", "nhé", "nha", "nhỉ", "giúp em", "giúp tôi với", "cảm ơn", "em cảm ơn ạ",
    "thế nào ạ", "sao ạ", "vậy", "hả", "ad ơi", "với", "được không", "được không ạ",
    "chỉ giúp tôi", "hướng dẫn giúp", "gấp lắm", "tôi không rành", "tôi già rồi không biết",
    "mong trả lời sớm", "xin cảm ơn", "mà không biết làm sao", "mà không biết bắt đầu từ đâu",
    "mà không biết làm thế nào", "thì làm sao", "thì phải làm gì", "giờ phải làm sao",
    "giờ tôi phải làm gì", "phải làm thế nào bây giờ", "chỉ tôi với", "chỉ bác với cháu",
    "có ai biết không", "làm ơn giúp", "không biết làm sao luôn", "rep em với",
)  # fmt: skip
_KEYS = {
    "a": "sqz",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "k": "jl",
    "l": "k",
    "m": "n",
    "n": "bm",
    "o": "ip",
    "p": "o",
    "q": "wa",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
    "v": "cb",
    "x": "zc",
    "y": "tu",
}
_SOUNDS = (
    ("s", "x"),
    ("x", "s"),
    ("tr", "ch"),
    ("ch", "tr"),
    ("d", "gi"),
    ("gi", "d"),
    ("r", "d"),
    ("l", "n"),
    ("n", "l"),
    ("v", "d"),
    ("qu", "w"),
    ("ngh", "ng"),
    ("ph", "f"),
    ("c", "k"),
    ("k", "c"),
    ("i", "y"),
)
_TONES = (
    "àáảãạa",
    "ằắẳẵặă",
    "ầấẩẫậâ",
    "èéẻẽẹe",
    "ềếểễệê",
    "ìíỉĩịi",
    "òóỏõọo",
    "ồốổỗộô",
    "ờớởỡợơ",
    "ùúủũụu",
    "ừứửữựư",
    "ỳýỷỹỵy",
)


class Augmenter:
    """Makes noisy variants of a question given as syllables. Same seed, same noise."""

    def __init__(self, abbreviations: Mapping[str, str], seed: int) -> None:
        self._random = random.Random(seed)
        self._short: dict[tuple[str, ...], list[str]] = {}
        for short, meaning in abbreviations.items():
            self._short.setdefault(tuple(meaning.split()), []).append(short)

    def vary(self, syllables: Sequence[str]) -> list[str]:
        """One noisy variant. Abbreviations are already written out, as at search time."""
        rng = self._random
        words = list(syllables)
        if rng.random() < 0.30:
            words = [word for word in words if rng.random() > 0.18] or words
        if rng.random() < 0.30:
            words = rng.choice(_OPENERS).split() + words
        if rng.random() < 0.30:
            words = words + rng.choice(_CLOSERS).split()
        if rng.random() < 0.12:
            turn = rng.randrange(len(words))
            words = words[turn:] + words[:turn]
        if rng.random() < 0.30:
            for _ in range(rng.randint(1, 2)):
                at = rng.randrange(len(words))
                words[at] = self._slip(words[at])
        if rng.random() < 0.05 and len(words) > 2:
            at = rng.randrange(len(words) - 1)
            words[at : at + 2] = [words[at] + words[at + 1]]
        marks = rng.random()
        if marks < 0.40:
            words = [fold(word) for word in words]
        elif marks < 0.52:
            words = [fold(word) if rng.random() < 0.5 else word for word in words]
        return words

    def _slip(self, word: str) -> str:
        """The word with one slip of the finger or of spelling, or as it is when none fits."""
        if len(word) < 2:
            return word
        kinds = (self._swap, self._drop, self._double, self._neighbour, self._sound, self._tone)
        return self._random.choice(kinds)(word, self._random.randrange(len(word)))

    def _swap(self, word: str, at: int) -> str:
        at = min(at, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    def _drop(self, word: str, at: int) -> str:
        return word[:at] + word[at + 1 :]

    def _double(self, word: str, at: int) -> str:
        return word[: at + 1] + word[at:]

    def _neighbour(self, word: str, at: int) -> str:
        keys = _KEYS.get(word[at])
        return word[:at] + self._random.choice(keys) + word[at + 1 :] if keys else word

    def _sound(self, word: str, _: int) -> str:
        fitting = [(old, new) for old, new in _SOUNDS if word.startswith(old)]
        if not fitting:
            return word
        old, new = self._random.choice(fitting)
        return new + word[len(old) :]

    def _tone(self, word: str, _: int) -> str:
        for row in _TONES:
            for position, char in enumerate(word):
                if char in row:
                    return word[:position] + self._random.choice(row) + word[position + 1 :]
        return word
