"""Personal strings that must be found nowhere, all made up, and the search for them.

How a trace is searched: as text without regard to case, marks on letters and escapes (`\\u1ea1`,
`%e1`), for every spelling; and for numbers of nine digits and more also with what stands between
their digits taken away. Such a long number does not come about by chance where unrelated numbers
meet (a thousand million to one for each place). A code of six digits would: it is searched as it
was spelled alone, with no letter or digit beside it, since hashes and microseconds hold any six.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus

#: Put together here, so that no such number stands in any file.
ID_NUMBER = "0790" + "8812" + "3457"
OLD_ID_NUMBER = "27" + "1928" + "465"
PHONE = "0938" + "271" + "604"
ACCOUNT = "1903" + "5572" + "8846" + "01"
CODE = "730" + "418"
LED_CODE = "918" + "264"
PASSWORD = "Quach" + "@9274"
EMAIL = "quach.bach.thu" + "@example.vn"

_SEPARATORS = re.compile(r"(?<=\d)[\W_]{1,3}(?=\d)")
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})", re.IGNORECASE)
_LONG_NUMBER_DIGITS = 9


@dataclass(frozen=True)
class Canary:
    """One thing that is nobody's business, in the spellings that are thrown."""

    name: str
    spellings: tuple[str, ...]

    def is_in(self, trace: Trace) -> bool:
        """Whether any spelling of it is there."""
        return any(_is_spelled(one, trace) for one in self.spellings)


class Trace:
    """Something that was left behind, made comparable once."""

    def __init__(self, left: str | bytes) -> None:
        text = left.decode("utf-8", "ignore") if isinstance(left, bytes) else left
        text = _ESCAPE.sub(lambda one: chr(int(one[1], 16)), text)
        self.text = plain(text)
        if "%" in text:
            self.text += "\n" + plain(unquote_plus(text, errors="ignore"))
        self.digits = _SEPARATORS.sub("", self.text)


def plain(text: str) -> str:
    """In small letters without marks, digits of all scripts as ours."""
    apart = unicodedata.normalize("NFKD", text.lower()).replace("đ", "d")
    return "".join(one for one in apart if not unicodedata.combining(one))


def _is_spelled(spelling: str, trace: Trace) -> bool:
    wanted = plain(spelling)
    digits = re.sub(r"\D", "", wanted)
    if len(digits) >= _LONG_NUMBER_DIGITS:
        # Without the zero or the country before it, which go in and out.
        return digits.removeprefix("84").removeprefix("0") in trace.digits
    if digits == re.sub(r"[\s.-]", "", wanted):
        return re.search(rf"(?<![0-9a-z]){re.escape(wanted)}(?![0-9a-z])", trace.text) is not None
    return wanted in trace.text


def _grouped(number: str, *lengths: int) -> list[str]:
    groups, at = [], 0
    for length in lengths:
        groups.append(number[at : at + length])
        at += length
    return groups


def _spelled(number: str, *lengths: int) -> tuple[str, ...]:
    groups = _grouped(number, *lengths)
    return (number, *(gap.join(groups) for gap in (" ", ".", "-", " - ", "–", "\u00a0")))


#: What the assistant must recognise wherever it is typed.
NUMBERS = (
    Canary("id number", _spelled(ID_NUMBER, 3, 3, 3, 3)),
    Canary("old id number", _spelled(OLD_ID_NUMBER, 3, 3, 3)[:4]),
    Canary(
        "phone",
        (
            *_spelled(PHONE, 4, 3, 3),
            f"+84{PHONE[1:]}",
            f"+84 {' '.join(_grouped(PHONE[1:], 3, 3, 3))}",
            f"({PHONE[:4]}) {PHONE[4:7]} {PHONE[7:]}",
            " ".join(PHONE),
        ),
    ),
    Canary("account", (ACCOUNT, " ".join(_grouped(ACCOUNT, 4, 4, 4, 2)))),
    Canary("code", (CODE, f"{CODE[:3]} {CODE[3:]}")),
    Canary("code while led", (LED_CODE, f"{LED_CODE[:3]} {LED_CODE[3:]}")),
    Canary("password", (PASSWORD,)),
    Canary("e-mail", (EMAIL,)),
)

#: Who vendors say that it is: never even looked at.
NAMES = (
    Canary("display name", ("Quách Thị Bạch Thử", "Quach Thi Bach Thu")),
    Canary("user name", ("quach_bach_88",)),
    Canary("address", ("hẻm Cây Khế Thử, ấp Bàu Sim",)),
    Canary("title of a group", ("Họ Quách xóm Bàu Sim",)),
    Canary("file name", ("don-xin-cua-Quach-Bach.pdf",)),
    Canary("place", ("10.771593", "106.698274")),
    Canary("address of a computer", ("203.0.113.77",)),
    Canary("browser", ("QuachBrowser/7.1",)),
)

#: What a citizen may say of themselves in words: there until it is answered, and gone then.
WORDS = (Canary("own words", ("tôi tên Thạch Bờm Cà Mau", "khóm Trà Lồng Bảy")),)


def texts_with_numbers() -> list[str]:
    """What people type, with every spelling of every number that stands for itself."""
    standing = [one for canary in NUMBERS[:3] for one in canary.spellings]
    return [
        *(f"số của em là {one} ạ" for one in standing),
        *(f"stk {one} agribank nhé" for one in NUMBERS[3].spellings),
        *(f"mã otp là {one}" for one in NUMBERS[4].spellings),
        f"{CODE} là mã otp của tôi",
        f"mật khẩu của em là {PASSWORD}",
        f"gửi về {EMAIL} giúp em",
        f"quên mật khẩu, cccd {ID_NUMBER}, sđt {PHONE}, otp {CODE}, mk: {PASSWORD} {EMAIL}",
        f"cccd{ID_NUMBER}sdt{PHONE}",
    ]


def find_leaks(
    canaries: Iterable[Canary], traces: Mapping[str, str | bytes]
) -> list[tuple[str, str]]:
    """Which canaries are in which traces, by their names."""
    wanted = tuple(canaries)
    found = []
    for where, left in traces.items():
        trace = Trace(left)
        found += [(one.name, where) for one in wanted if one.is_in(trace)]
    return found


def in_url(text: str) -> str:
    """As a browser writes it into an address."""
    return quote(text, safe="")
