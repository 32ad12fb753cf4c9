"""Conditions of branches as editors write them: `muc = muc-2 and not (the = het-han)`.

Grammar, weakest first: `a or b`, `a and b`, `not a`, `(a)`, `slot = value`, `slot != value`,
`slot in value, value`.
"""

from __future__ import annotations

import re

from bot.domain.flows import AllOf, AnyOf, Condition, Is, Not

_TOKEN = re.compile(r"\s*(!=|=|\(|\)|,|[A-Za-z0-9_-]+)")
_WORDS = frozenset({"and", "or", "not", "in"})


class ConditionBroken(Exception):
    """The text is no condition; says at what."""


def parse_condition(text: str) -> Condition:
    """The condition that a text says.

    Raises:
        ConditionBroken: the text is no condition.
    """
    parser = _Parser(_tokens(text))
    condition = parser.any_of()
    if parser.rest:
        raise ConditionBroken(parser.rest[0])
    return condition


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    stripped = text.strip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise ConditionBroken(stripped[at:])
        found.append(match.group(1))
        at = match.end()
    return found


class _Parser:
    """Recursive descent over the tokens that are left."""

    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens

    def any_of(self) -> Condition:
        found = [self.all_of()]
        while self._takes("or"):
            found.append(self.all_of())
        return found[0] if len(found) == 1 else AnyOf(tuple(found))

    def all_of(self) -> Condition:
        found = [self.one()]
        while self._takes("and"):
            found.append(self.one())
        return found[0] if len(found) == 1 else AllOf(tuple(found))

    def one(self) -> Condition:
        if self._takes("not"):
            return Not(self.one())
        if self._takes("("):
            inner = self.any_of()
            if not self._takes(")"):
                raise ConditionBroken(" ".join(self.rest) or "(")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        slot = self._name()
        if self._takes("="):
            return Is(slot, (self._name(),))
        if self._takes("!="):
            return Not(Is(slot, (self._name(),)))
        if self._takes("in"):
            values = [self._name()]
            while self._takes(","):
                values.append(self._name())
            return Is(slot, tuple(values))
        raise ConditionBroken(self.rest[0] if self.rest else slot)

    def _name(self) -> str:
        if not self.rest or not self.rest[0][0].isalnum() or self.rest[0] in _WORDS:
            raise ConditionBroken(self.rest[0] if self.rest else "")
        return self.rest.pop(0)

    def _takes(self, token: str) -> bool:
        if self.rest and self.rest[0] == token:
            self.rest.pop(0)
            return True
        return False
