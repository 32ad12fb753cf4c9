"""What may be looked at, stored and handed on of what a citizen typed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.text.normalize import clean, words
from bot.text.personal_data import find_personal_data, mask_personal_data

#: While being led, a short number is a code, unless one of the latter words says what else it is
#: and none of the former stands there.
_CODE_WORDS = frozenset({"mã", "ma", "code", "pass", "passcode", "otp", "pin", "gửi", "gui"})
_OTHER_WORDS = frozenset(
    ["nhà", "nha", "hẻm", "hem", "ngõ", "ngo", "đường", "duong", "thôn", "thon", "tổ", "thửa",
     "thua", "phí", "phi", "tiền", "tien", "đồng", "dong", "năm", "nam", "ngày", "ngay"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """The text of an utterance as everything after sees it."""

    #: Cleaned, cut to the longest allowed, personal data masked.
    text: str
    has_personal_data: bool
    is_too_long: bool


def hear(text: str, max_chars: int, *, is_led: bool) -> Heard:
    """What is heard of a typed text of which the first `max_chars` are read; `is_led` while the
    citizen is being led through something, where a short number is rather a code.
    """
    cleaned = clean(text[:max_chars])
    expects_code = is_led and _may_tell_code(cleaned)
    return Heard(
        text=mask_personal_data(cleaned, expects_code=expects_code),
        has_personal_data=bool(find_personal_data(cleaned, expects_code=expects_code)),
        is_too_long=len(text) > max_chars,
    )


def _may_tell_code(text: str) -> bool:
    """Whether a short number in it is rather a code than a fee or a house number."""
    said = words(text)
    return _OTHER_WORDS.isdisjoint(said) or not _CODE_WORDS.isdisjoint(said)
