"""Takes a message with several questions apart."""

from __future__ import annotations

import re

from bot.text.fold import fold_syllable
from bot.text.normalize import words

#: A shorter piece is no question of its own ("ạ?", "với lại?").
MIN_WORDS = 3
_BREAK = re.compile(
    r"(?<=[?!;\n])\s*|"
    r"(?:^|\s)(?:\d{1,2}[.)]|[-•*])\s+|"
    r"[,.]?\s+(?:với lại|voi lai|ngoài ra|ngoai ra|tiện thể|tien the|nhân tiện|nhan tien"
    r"|sẵn cho hỏi|san cho hoi|cho hỏi thêm|cho hoi them|hỏi thêm là|và cho hỏi|va cho hoi"
    r"|rồi cho hỏi|roi cho hoi|còn nữa|con nua)\s+",
    re.IGNORECASE,
)

#: No break inside numbers and addresses: "7.000 đồng", "vneid.gov.vn".
_CLAUSE_BREAK = re.compile(r"[,.;](?=\s|$)")


def split_questions(text: str) -> list[str]:
    """The pieces of a message that could be questions of their own; the message itself when it is
    one.
    """
    pieces = [piece.strip(" ,.;") for piece in _BREAK.split(text) if piece]
    questions = [piece for piece in pieces if len(words(piece)) >= MIN_WORDS]
    return questions if len(questions) > 1 else [text]


def split_at_commas(text: str) -> list[str]:
    """All pieces between commas and full stops, however short."""
    return [piece for one in _CLAUSE_BREAK.split(text) if (piece := one.strip(" ,.;"))]


def split_clauses(text: str) -> list[str]:
    """The pieces between commas and full stops, which only sometimes are questions of their own;
    the text itself when there is but one.
    """
    clauses = [piece for piece in split_at_commas(text) if len(words(piece)) >= MIN_WORDS]
    return clauses if len(clauses) > 1 else [text]


_ASKS = re.compile(
    r"\?|\b(?:gì|gi|sao|nào|nao|đâu|dau|mấy|may|bao|không|khong|ko|hả|ha|thế nào|chưa|chua)\b",
    re.IGNORECASE,
)


#: Last words of a question, as typed: "mấy" asks, "may" is a phone.
_ENDS_OF_QUESTIONS = frozenset(
    ["không", "khong", "ko", "chưa", "chua", "sao", "gì", "gi", "j", "ji",
     "nào", "nao", "đâu", "dau", "mấy", "nhiêu", "nhieu", "nhiu", "bn", "bnhieu", "lâu", "lau",
     "ai", "ntn"]
)  # fmt: skip
#: What people say behind them; folded.
_ONLY_ASKS = re.compile(
    r"\b(?:bao (?:lau|nhieu|nhiu|gio|h)|khi nao|lam sao|the nao|o dau|o mo|(?:tai|vi|lam) sao"
    r"|(?:lam|la|bi) s|may (?:ngay|gio|h)|ai (?:nop|lam|tra|di|giu|chiu)|(?:cai|viec) (?:gi|j))\b"
)
_ENDS_OF_DENIALS, _DENYING = (
    frozenset({"nao", "gi", "j", "ji", "chi", "dau"}),
    frozenset({"chua", "khong", "ko"}),
)
#: "không" and "chưa ạ" by themselves are answers.
_MIN_QUESTION = 2
_AFTER_QUESTIONS = frozenset(
    ["a", "ah", "ha", "han", "nhi", "vay", "the", "z", "em", "chau", "con", "anh", "co", "bac"]
)


def looks_like_question(text: str) -> bool:
    """Whether a text asks rather than answers: it has a question mark or words that only ask, or it
    ends as questions do, such as "… được không cháu".
    """
    said = words(text)
    folded = [fold_syllable(word) for word in said]
    if "?" in text or _ONLY_ASKS.search(" ".join(folded)):
        return True
    while len(said) > 1 and folded[-1] in _AFTER_QUESTIONS:
        said.pop()
        folded.pop()
    if len(said) < _MIN_QUESTION or said[-1] not in _ENDS_OF_QUESTIONS:
        return False
    # "chưa cài lần nào" tells, "cài lần nào" asks.
    is_denied = folded[-1] in _ENDS_OF_DENIALS and not _DENYING.isdisjoint(folded[:-1])
    return not is_denied


def is_question(piece: str) -> bool:
    """Whether a piece asks something, and is not only told along the way."""
    return bool(_ASKS.search(piece))
