"""Takes a message with several questions apart."""

from __future__ import annotations

import re

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


def split_questions(text: str) -> list[str]:
    """The pieces of a message that could be questions of their own; the message itself when it is
    one.
    """
    pieces = [piece.strip(" ,.;") for piece in _BREAK.split(text) if piece]
    questions = [piece for piece in pieces if len(words(piece)) >= MIN_WORDS]
    return questions if len(questions) > 1 else [text]


_ASKS = re.compile(
    r"\?|\b(?:gì|gi|sao|nào|nao|đâu|dau|mấy|may|bao|không|khong|ko|hả|ha|thế nào|chưa|chua)\b",
    re.IGNORECASE,
)


def is_question(piece: str) -> bool:
    """Whether a piece asks something, and is not only told along the way."""
    return bool(_ASKS.search(piece))
