"""What people say in their own few words of a task they were given: that it is done ("gọi rồi",
"đã gửi mã") or that it does not work ("vẫn quay", "gọi không được"). What may mean anything else is
left to be searched: a question, giving up, a loss, a word about somebody who presses them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.domain.frames import DONE, TROUBLE
from bot.nlu.safety import phrase_pattern
from bot.text.particles import is_typed, peel


def _any_of(phrases: str) -> re.Pattern[str]:
    """Finds any of the phrases between commas, typed with their marks or without any."""
    return phrase_pattern(phrases.split(", "), marks_needed=False)


#: A longer message is told, and rather searched.
_MAX_WORDS = 6
_ASKING = _any_of(
    "sao, gì, nào, đâu, ai, mấy giờ, mấy ngày, mấy lần, bao giờ, bao nhiêu, bao lâu, hả, à"
)
_DENIALS = frozenset(["không", "chưa", "chẳng", "chả"])
#: "Hết lỗi rồi" is no failure.
_OVER = frozenset(["hết"])
_ENDS = frozenset(["rồi", "nữa"])
#: With a denial right before them, or a few words before in the case of the first two.
_SUCCESSES = frozenset(["được", "nổi"])
_RESULTS = frozenset(["ra", "ăn", "lên", "vào", "vô", "cho", "xong", "hiện", "nhận"])
#: Without marks these are parts of many other words, so only the phrases count then.
_FAILURES_WITH_MARKS = frozenset(["lỗi", "kẹt", "văng"])
_FAILURES = _any_of(
    "bị lỗi, báo lỗi, lỗi rồi, gặp lỗi, vẫn lỗi, lỗi hoài, lỗi mãi, lỗi nữa, "
    "bị kẹt, kẹt rồi, kẹt ở, vẫn kẹt, bị văng, văng ra, tự văng, vẫn văng, bị treo, bị đơ, "
    "vẫn quay, cứ quay, quay mãi, quay hoài, quay vòng, quay tròn, quay suốt, "
    "vẫn thế, vẫn vậy, vẫn báo, vẫn đơ, vẫn treo, vẫn đứng, vẫn im, vẫn trắng, vẫn như cũ"
)
#: Losses, giving up and putting off, what only a scam brings about, being too late or wrong, and
#: events in a family.
_NOT_DONE = _any_of(
    "mất, lừa, lộ, bị, khóa, quên, hết, hỏng, sai, hư, chết, nhầm, "
    "bỏ, thôi, chán, mệt, nản, mai, để sau, hôm khác, lát, nghỉ, bận rồi, bận quá, buồn ngủ, "
    "đợi mãi, đợi hoài, đợi lâu, chờ mãi, chờ hoài, chờ lâu, "
    "đổi ý, khuya, tối rồi, già rồi, khó, muốn, "
    "chuyển tiền, chuyển khoản, otp, đọc mã, đưa mã, cho mã, cung cấp mã, link, đường dẫn, "
    "cho họ, cho nó, cho người, có người, gọi tôi, gọi cho tôi, trừ tiền, rút tiền, lấy tiền, "
    "quá hạn, trễ, muộn, cưới, kết hôn, ly hôn, ly dị, sinh con, qua đời, chuyển nhà"
)
#: These hold a word of the list above without its meaning.
_HARMLESS = _any_of(
    "nhập otp, nhập mã otp, điền otp, điền mã otp, nhận otp, nhận mã otp, nhận được otp, "
    "nhận được mã otp, mật khẩu, bổ sung, xong hết, làm hết"
)
_OTHERS = _any_of("công an, cán bộ, nó, họ, người ta, người lạ")
_PRESS = _any_of("gọi, bảo, nhắn, kêu, bắt, đòi, lấy, hỏi")
#: A loss in itself, but no loss where the task is to do just that: "Gọi nhà mạng để khóa SIM."
_LOCK, _LOCKED = _any_of("khóa"), _any_of("bị khóa, tự khóa, đang khóa")
#: Somebody else did it: "công an gọi rồi", but not "gọi công an rồi".
_OTHERS_PRESS = re.compile(rf"{_OTHERS.pattern}(?: \S+)? {_PRESS.pattern}")
#: After "da" without its mark, they tell that dạ was meant rather than đã.
_AFTER_POLITE_YES = frozenset(
    ["em", "tôi", "cháu", "con", "bác", "mình", "cho", "thưa", "cô", "chú", "anh", "chị"]
)


def find_state(syllables: Sequence[str], task: Sequence[str] = ()) -> str | None:
    """DONE, TROUBLE, or None when the syllables say neither or leave a doubt. `task` are the
    syllables of what was to be done.
    """
    said = _without_words_behind(syllables) if syllables else ()
    typed = " ".join(said)
    if not said or len(said) > _MAX_WORDS or _ASKING.search(typed):
        return None
    if _is_denied(said):
        return TROUBLE
    if _has(said, _DENIALS):
        return None
    if _FAILURES.search(typed) or not _FAILURES_WITH_MARKS.isdisjoint(said):
        return None if _has(said, _OVER) else TROUBLE
    return DONE if _is_told(said) and not is_doubtful(_without_task(typed, task)) else None


def _without_task(typed: str, task: Sequence[str]) -> list[str]:
    """What is left to doubt of what was typed, when the task itself was to lock something."""
    is_to_lock = _LOCK.search(_LOCKED.sub("", " ".join(task)))
    is_loss = _LOCKED.search(typed)
    return (_LOCK.sub("", typed) if is_to_lock and not is_loss else typed).split()


def is_doubtful(syllables: Sequence[str]) -> bool:
    """Whether some of the words forbid to take the message for a report that something is done."""
    typed = " ".join(syllables)
    is_harm = _NOT_DONE.search(_HARMLESS.sub("", typed)) or _OTHERS_PRESS.search(typed)
    return bool(is_harm) or _has(syllables, _DENIALS)


def _has(said: Iterable[str], known: frozenset[str]) -> bool:
    return any(is_typed(one, known) for one in said)


def _without_words_behind(syllables: Sequence[str]) -> tuple[str, ...]:
    """What begins a message stays: "da" may be đã as well as dạ."""
    return [one for one in peel(syllables) if one[0] == syllables[0]][-1]


def _is_denied(said: Sequence[str]) -> bool:
    """Whether the words deny success: "bấm không được", "chưa bấm được rồi", "không thấy nút"."""
    pairs = pairwise(said)
    if any(_has([one], _DENIALS) and is_typed(two, frozenset(["thấy"])) for one, two in pairs):
        return True
    core = said[:-1] if _has(said[-1:], _ENDS) else said
    return (_has(core[-1:], _SUCCESSES) and _has(core[-4:-1], _DENIALS)) or (
        _has(core[-1:], _RESULTS) and _has(core[-2:-1], _DENIALS)
    )


def _is_told(said: Sequence[str]) -> bool:
    """Whether the words say that something has been done: "… rồi", "đã …", "rồi, xong …"."""
    then = frozenset(["rồi"])
    first = said[1:2] if is_typed(said[0], then) else said[:1]
    if is_typed(said[-1], then) or "xong" in {*first, said[-1]}:
        return True
    is_polite = said[0] == "da" and _has(said[1:2], _AFTER_POLITE_YES)
    return said[0] in {"đã", "da"} and not is_polite
