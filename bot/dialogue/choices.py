"""Which of the offered buttons a typed message means: its number, its place, or its label.

The numbers run on over all replies of a turn. The same label may stand under several of them; typed
in words, it means the last, which is nearest to what is being typed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.session import Choice
from bot.nlu.answers import NEGATIONS
from bot.text.fold import fold, is_folded
from bot.text.normalize import words

_ORDINALS = {
    "mot": 1,
    "nhat": 1,
    "dau": 1,
    "hai": 2,
    "nhi": 2,
    "ba": 3,
    "bon": 4,
    "tu": 4,
    "nam": 5,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
    "muoi": 10,
}
# From six on, the words are numbers only after "thứ", "số" or "phương án": "sau" alone is rather
# sau, "tam" rather tạm.
_NUMBER = re.compile(
    r"(?P<before>(?:(?:da|u|uh|ok|cho|toi|tui|em|bac|chu|minh|chon|lay|bam|nhan|so|muc|cau|y|cai"
    r"|viec|o|thu|nut|lua chon|phuong an|dap an) )*)"
    r"(?P<number>\d{1,2}|mot|nhat|hai|nhi|ba|bon|tu|nam|"
    r"(?:(?<=thu )|(?<=so )|(?<=lua chon )|(?<=an ))(?:sau|bay|tam|chin|muoi)|"
    r"(?:(?<=cai )|(?<=muc )|(?<=thu )|(?<=nut )|(?<=lua chon )|(?<=an ))dau)"
    r"(?P<behind>(?: (?:tien|a|nhe|nha|nhen|nghen|nghe|di|do|luon|oi|con|em|chau|bot))*)"
)
#: Words that a number or a place follows. Without one, a word is a number only by itself: "bác ba"
#: and "cho ba" are people, "năm đó" is a year.
_LEADING = frozenset(
    ["chon", "lay", "bam", "nhan", "so", "muc", "cau", "y", "cai", "viec", "o", "thu", "nut", "an"]
)
_SOFT = frozenset(["tien", "a", "nhe", "nha", "di"])
#: Right behind a number they are counted: "2 con".
_COUNTED = frozenset(["con", "em", "chau"])
#: A label typed in part still counts when it has at least so many words of the label in a row.
_MIN_LABEL_WORDS = 2


#: Without marks these are two commands: đúng or dừng.
_TWO_WORDS = frozenset({"dung"})
#: Whole messages that lose their meaning with their marks: "bà" is no "ba", "nam" no "năm".
_OTHER_WORDS = frozenset(
    {"bà", "bả", "bã", "bá", "nam", "nằm", "tự", "từ", "hại", "hải", "nhì", "tứ"}
    | {"tạm", "tâm", "tấm", "bẩy", "bầy", "muối", "muỗi"}
)
#: Words without marks of their own: beside words with marks they are no numbers.
_BARE_WORDS = frozenset({"sau", "bay"})


def _is_another_word(text: str) -> bool:
    """Whether the message only looks like a number of a choice: "mức 2" and "muc 2" are a level of
    the account, "mục 2" is the second choice.
    """
    typed = words(text)
    if not {"muc", "mức"}.isdisjoint(typed):
        return True
    is_bare = not _BARE_WORDS.isdisjoint(typed) and not is_folded(text)
    others = _OTHER_WORDS.intersection(typed)
    # "thu nam" is thứ năm where no marks are typed at all.
    is_fifth = is_folded(text) and not {"thu", "so"}.isdisjoint(typed)
    return is_bare or bool(others - {"nam"} if is_fifth else others)


def _find_number(text: str) -> int | None:
    """The number that a whole message is: "2", "số 2 đó con", "cái thứ hai"."""
    match = _NUMBER.fullmatch(fold(" ".join(words(text))))
    if match is None or _is_another_word(text) or not _is_choosing(match):
        return None
    number = match["number"]
    return int(number) if number.isdigit() else _ORDINALS[number]


def _is_choosing(match: re.Match[str]) -> bool:
    """Whether the words around a number leave it one of a choice."""
    before, behind = match["before"].split(), match["behind"].split()
    if not _LEADING.isdisjoint(before):
        return True
    if match["number"].isdigit():
        return _COUNTED.isdisjoint(behind[:1])
    return not before and _SOFT.issuperset(behind)


def _find_numbered(number: int, choices: Sequence[Choice]) -> Choice | None:
    # A label that begins with a number is called by it: "5 điểm".
    called = [one for one in choices if words(one.label)[:1] == [str(number)]]
    if len(called) == 1:
        return called[0]
    return choices[number - 1] if 1 <= number <= len(choices) else None


def is_number_beyond(text: str, choices: Sequence[Choice]) -> bool:
    """Whether a message is only a number, or a place such as "thứ bảy", that no choice has."""
    number = _find_number(text)
    return bool(choices) and number is not None and _find_numbered(number, choices) is None


def find_choice(  # noqa: PLR0911 - a list
    text: str, choices: Sequence[Choice]
) -> Choice | None:
    """The choice that a message picks, or None."""
    key = fold(" ".join(words(text)))
    if not key or not choices:
        return None
    if (number := _find_number(text)) is not None:
        return _find_numbered(number, choices)
    if key in {"cai cuoi", "cai cuoi cung", "muc cuoi", "muc cuoi cung"}:
        return choices[-1]
    if key in _TWO_WORDS:
        return None
    exact = [choice for choice in choices if _is_label(text, choice.label)]
    if exact:
        return exact[-1]
    if len(key.split()) < _MIN_LABEL_WORDS:
        return None
    partial = {choice for choice in choices if _is_part(key, fold(" ".join(words(choice.label))))}
    return partial.pop() if len(partial) == 1 else None


def _is_label(text: str, label: str) -> bool:
    """Whether the text is the label; marks that were typed must be those of the label."""
    typed, wanted = words(text), words(label)
    return len(typed) == len(wanted) and all(
        one == other or one == fold(other) for one, other in zip(typed, wanted, strict=True)
    )


def _is_part(key: str, label: str) -> bool:
    """Whether the words stand in the label, and not denied there: "còn SIM" is no part of "Không
    còn SIM".
    """
    before, found, _ = f" {label} ".partition(f" {key} ")
    return bool(found) and not NEGATIONS.intersection(before.split()[-1:])
