"""Finds personal data in text, so that it can be masked before anything is stored or logged.

Numbers are recognised by their shape and by the words before them; a doubtful long number counts
as personal. Shapes: personal identification number 12 digits, old ID card 9 digits, mobile number
10 digits from 0 (or +84), one-time code 4-8 digits after a word such as OTP.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.text.fold import fold


class PersonalDataKind(StrEnum):
    """Kinds of personal data that are masked before anything is stored or logged."""

    ID_NUMBER = "id_number"
    PHONE = "phone"
    ONE_TIME_CODE = "one_time_code"
    PASSWORD = "password"  # noqa: S105 - the name of a kind, not a secret
    BANK_ACCOUNT = "bank_account"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class PersonalDataSpan:
    """Where personal data stands in a text, as character offsets."""

    kind: PersonalDataKind
    start: int
    end: int


MASK = "•••"

# Single separators that people put between groups of digits.
_GAP = r"[ ._/\-\u00a0]?"
# Letters may touch: people write sdt0900000000. A longer number is never cut to a shorter one.
_DIGITS = re.compile(rf"\+?\d(?:{_GAP}\d)*")
#: Groups with more than one separator, or an odd one, between them: "0901 - 234 - 567",
#: "(0901) 234 567", "079–055–512–345". Longer than any hour, day or month, so that a list of those
#: is none.
_SPREAD = re.compile(r"\(?\+?(?<!\d)\d{2,5}\)?(?:[\W_]{1,3}\d{3,5}){2,3}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
#: Where such a word stands, every short number is taken for a code: "482913 là mã otp của em".
_CODE_WORD = re.compile(
    r"\botp|\bo t p\b|mã xác (?:thực|nhận)|ma xac (?:thuc|nhan)|passcode|pass code"
    r"|mã pin|ma pin|\bpin\b",
    re.IGNORECASE,
)
#: A code that is told without such a word, marks left out: "mã nó gửi là 482913", "6 số là 482913".
#: Only words of sending and owning stand between: "mã lỗi 1001", "mã hồ sơ là 482913" are none.
_CODE_BEFORE = re.compile(
    r"(?:\b(?<!cac )ma(?! (?:so )?ho so)(?: so| bi mat)?"
    r"(?:(?: (?:so|no|ho|gui|goi|nhan|ve|toi|qua|cho|cua|may|trong|tin|dien|thoai|nay|day|do|moi"
    r"|vua|bac|tui|em|con|co|chu|ong|ba|minh|chau|anh|chi)){0,8} ?(?:\bla|[:=])|(?<= ma so))"
    r"|\btin(?: nhan)?(?: (?:no|gui|ve|do|nay)){0,3} (?:ghi|bao|la)"
    r"|\b(?:6|sau|4|bon) so(?: (?:do|nay))? ?(?:la|[:=])"
    r")[ :=]*$"
)
#: How a code is typed: in one piece, in two halves, or digit by digit.
_CODE_SHAPE = re.compile(r"\d{4,8}|\d{3}[ .\-]\d{3}|\d(?: \d){3,7}")
_PASSWORD = re.compile(
    r"(?:mật khẩu|mat khau|password|\bpass\b|\bmk\b)"
    r"(?:\s+[^\W\d_]+){0,4}?"  # "vneid của em"
    r"\s*(?:(?:là|la)\b|[:=])[\s:=]*"
    r"(?=\S*\d)(\S{6,})",
    re.IGNORECASE,
)
#: A word with digits and signs after the word for password is one, whatever stands between.
_BARE_PASSWORD = re.compile(
    r"(?:mật ?khẩu|mat ?khau|password|\bpass\b|\bmk\b)(?:\s+[^\W\d_]+){0,4}?"
    r"\s+(?=\S*\d)(?=\S*[@#$%^&*!?+=])(\S{6,})",
    re.IGNORECASE,
)
_BANK_WORD = re.compile(
    r"(?:\bstk\b|số tài khoản|so tai khoan|tài khoản ngân hàng|tai khoan ngan hang|số thẻ|so the)"
    r"[^\d\n]{0,40}$",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{1,2}[ ./\-]\d{1,2}[ ./\-]\d{4}|\d{4}-\d{1,2}-\d{1,2}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR_WORD = re.compile(r"\b(?:năm|nam)\s*$", re.IGNORECASE)
# Numbers that anybody may call: 1900 and 1800 with four digits.
_HOTLINE = re.compile(r"1[89]00\d{4}")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[ .\-\u00a0]\d{3})+")
# "123456 k dùng được" and "đồng ý" name no money, "200k" does.
_MONEY_AFTER = re.compile(
    r"(?:k|\s*(?:(?:đồng|dong)(?!\s*(?:ý|y|chí|chi|thời|thoi)\b)"
    r"|đ|vnd|vnđ|triệu|trieu|nghìn|nghin|ngàn|ngan|tỷ|ty|%))(?!\w)",
    re.IGNORECASE,
)


def find_personal_data(text: str, *, expects_code: bool = False) -> list[PersonalDataSpan]:
    """All personal data in the text, in order, without overlaps.

    With `expects_code`, as while somebody is led through an activation, a short number is a code
    even where no word says so.
    """
    spans = [
        PersonalDataSpan(PersonalDataKind.EMAIL, *match.span()) for match in _EMAIL.finditer(text)
    ]
    spans += [
        PersonalDataSpan(PersonalDataKind.PASSWORD, *match.span(1))
        for pattern in (_PASSWORD, _BARE_PASSWORD)
        for match in pattern.finditer(text)
    ]
    code_is_near = expects_code or bool(_CODE_WORD.search(text))
    for match in _DIGITS.finditer(text):
        kind = _kind_of_number(text, match.start(), match.end(), code_is_near)
        if kind is not None:
            spans.append(PersonalDataSpan(kind, *match.span()))
    for match in _SPREAD.finditer(text):
        kind = _kind_of_spread(match[0])
        if kind is not None:
            spans.append(PersonalDataSpan(kind, *match.span()))
    return _without_overlaps(spans)


def _kind_of_spread(written: str) -> PersonalDataKind | None:
    """Only what begins as a number of a person does: everything else is counted in groups."""
    digits = re.sub(r"\D", "", written)
    if _is_mobile(digits):
        return PersonalDataKind.PHONE
    is_id = len(digits) == 12 and digits[0] == "0"
    return PersonalDataKind.ID_NUMBER if is_id else None


def _kind_of_number(text: str, start: int, end: int, code_is_near: bool) -> PersonalDataKind | None:
    written = text[start:end]
    digits = re.sub(r"\D", "", written)
    before = text[max(0, start - 60) : start]
    if _is_harmless(written, digits, before) or _is_money(written, digits, text[end : end + 20]):
        return None
    if len(digits) >= 6 and _BANK_WORD.search(before):
        return PersonalDataKind.BANK_ACCOUNT
    if 4 <= len(digits) <= 8:
        may_be_code = not _YEAR.fullmatch(written) and "/" not in written
        is_code = may_be_code and (code_is_near or _is_told_as_code(written, before))
        return PersonalDataKind.ONE_TIME_CODE if is_code else None
    if _is_mobile(digits):
        return PersonalDataKind.PHONE
    if len(digits) < 9 or _is_list_of_small_numbers(written):
        return None
    return PersonalDataKind.ID_NUMBER if len(digits) in {9, 12} else PersonalDataKind.BANK_ACCOUNT


def _is_told_as_code(written: str, before: str) -> bool:
    """Whether the words just before a number say that it was sent as a code."""
    said = " " + " ".join(fold(before.lower()).split())
    return bool(_CODE_SHAPE.fullmatch(written) and _CODE_BEFORE.search(said))


def _is_list_of_small_numbers(written: str) -> bool:
    """Whether the digits are separate one- and two-digit numbers, such as "5 25 28 53 76"."""
    groups = re.findall(r"\d+", written)
    return max(map(len, groups)) == 2 and not written.startswith("0")


def _is_harmless(written: str, digits: str, before: str) -> bool:
    """Whether a date, a year or a hotline stands there."""
    if _YEAR.fullmatch(written) and _YEAR_WORD.search(before):
        return True
    return bool(_DATE.fullmatch(written) or _HOTLINE.fullmatch(digits))


def _is_money(written: str, digits: str, after: str) -> bool:
    """Whether an amount stands there. A long number that is not grouped stays doubtful."""
    if written[0] not in "123456789" or not _MONEY_AFTER.match(after):
        return False
    return len(digits) <= 8 or _THOUSANDS.fullmatch(written) is not None


def _is_mobile(digits: str) -> bool:
    national = "0" + digits[2:] if digits.startswith("84") and len(digits) == 11 else digits
    return len(national) == 10 and national[0] == "0" and national[1] in "35789"


def _without_overlaps(spans: list[PersonalDataSpan]) -> list[PersonalDataSpan]:
    kept: list[PersonalDataSpan] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if kept and span.start < kept[-1].end:
            kept[-1] = replace(kept[-1], end=max(span.end, kept[-1].end))
        else:
            kept.append(span)
    return kept


def mask_personal_data(text: str, *, expects_code: bool = False) -> str:
    """The text with every piece of personal data replaced by a mark. Masking twice changes
    nothing: a number that comes into sight behind a masked one is masked too.
    """
    while spans := find_personal_data(text, expects_code=expects_code):
        for span in reversed(spans):
            text = text[: span.start] + MASK + text[span.end :]
    return text
