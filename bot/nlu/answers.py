"""Which answer to a question of a flow a typed message is: by label, by other words, by yes or no.

Numbers and whole labels of buttons are found before, by `bot.dialogue.choices`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from bot.domain.flows import Do, Inspect, Option, Waiting
from bot.domain.frames import DONE, TROUBLE, UNSURE
from bot.domain.understanding import LOOKED_UP_WHOLE, Intent
from bot.text.fold import fold
from bot.text.normalize import to_syllables, words

#: How alike (0 to 1, difflib's ratio) a message and a label must be, and by how much more alike
#: than the next option. Set so that two slips in a label of three words still pass.
MIN_LIKENESS, MIN_LEAD = 0.78, 0.08
#: The same for a whole example of an answer or a command; shorter ones are other words, not slips,
#: and longer ones are told, not answered.
MIN_LIKENESS_OF_EXAMPLE = 0.88
_MIN_CHARS_WITH_SLIP, _MAX_CHARS_WITH_SLIP = 6, 24
#: A message so much longer than a label is no label with slips.
_MAX_EXTRA_WORDS = 4
#: First words of labels that a plain yes or no means.
_YES = frozenset(["có", "rồi", "còn", "đúng", "được", "đã"])
_NO = frozenset(["không", "chưa", "hết", "sai"])
#: Right before a phrase, they turn it round: "không còn hạn" is not "còn hạn".
_NEGATIONS = frozenset(["khong", "chua", "chang", "dau", "het"])
_SAYS_YES = frozenset({"answer/yes", "answer/done"})
_SAYS_NO = frozenset({"answer/no", "answer/not-done"})


@dataclass(frozen=True)
class AnswerReader:
    """Reads typed answers, with the words that editors listed in `intents/`."""

    #: For a whole message, folded: the name of the intent that has it as an example.
    intents: Mapping[str, str]
    abbreviations: Mapping[str, str]

    @classmethod
    def of(cls, intents: Iterable[Intent], abbreviations: Mapping[str, str]) -> AnswerReader:
        """From the examples of answers and commands."""
        known: dict[str, str] = {}
        for intent in intents:
            if intent.family in LOOKED_UP_WHOLE:
                for example in intent.examples:
                    known.setdefault(_key(example, abbreviations), str(intent.name))
        return cls(known, abbreviations)

    def find_intent(self, text: str) -> str | None:
        """The intent that has this whole message as an example, such as "command/back"; a short
        message may have a slip.
        """
        key = _key(text, self.abbreviations)
        if key in self.intents or not _MIN_CHARS_WITH_SLIP <= len(key) <= _MAX_CHARS_WITH_SLIP:
            return self.intents.get(key)
        near = get_close_matches(key, self.intents, n=1, cutoff=MIN_LIKENESS_OF_EXAMPLE)
        return self.intents[near[0]] if near else None

    def find_answer(self, step: Waiting, text: str, intent: str | None = None) -> str | None:
        """The answer that a message gives to a step, or None.

        `intent` is what the message was found to mean otherwise, such as "answer/yes".
        """
        intent = intent or self.find_intent(text)
        if isinstance(step, Do):
            says_no = intent in _SAYS_NO or intent == "answer/unsure"
            return DONE if intent in _SAYS_YES else TROUBLE if says_no else None
        if isinstance(step, Inspect):
            # Who has no message to paste.
            return UNSURE if intent in _SAYS_NO or intent == "answer/unsure" else None
        if option := self._likest(step.options, text):
            return option.value
        if intent == "answer/unsure":
            return UNSURE
        if intent in _SAYS_YES:
            return _value_of_only(step.options, _YES)
        return _value_of_only(step.options, _NO) if intent in _SAYS_NO else None

    def _likest(self, options: Iterable[Option], text: str) -> Option | None:
        """The one option whose label, or another way to say it, the message is or holds."""
        key = _key(text, self.abbreviations)
        scored = sorted(
            (
                (max(self._likeness(key, phrase) for phrase in (one.label, *one.also)), at, one)
                for at, one in enumerate(options)
            ),
            key=lambda scored: (-scored[0], scored[1]),
        )
        if not scored or scored[0][0] < MIN_LIKENESS:
            return None
        is_exact = scored[0][0] == 1
        if len(scored) > 1 and scored[0][0] - scored[1][0] < (0.01 if is_exact else MIN_LEAD):
            return None
        return scored[0][2]

    def _likeness(self, key: str, phrase: str) -> float:
        """1 when the phrase stands in the message as whole words, else how alike they are."""
        label = _key(phrase, self.abbreviations)
        if not label or not key:
            return 0.0
        if key == label:
            return 1.0
        if _numbers(key) and _numbers(label) and _numbers(key) != _numbers(label):
            return 0.0  # 16 is no slip of 14
        extra = len(key.split()) - len(label.split())
        if extra > _MAX_EXTRA_WORDS:
            return 0.0
        if len(label.split()) > 1 and f" {label} " in f" {key} ":
            before = f" {key} ".split(f" {label} ")[0].split()[-1:]
            return 0.0 if _NEGATIONS.intersection(before) else 0.95
        return SequenceMatcher(None, key, label, autojunk=False).ratio()


def _value_of_only(options: Iterable[Option], first_words: frozenset[str]) -> str | None:
    """The value of the one option whose label begins with one of the words."""
    found = [one.value for one in options if _first_word(one.label) in first_words]
    return found[0] if len(found) == 1 else None


def _numbers(key: str) -> set[str]:
    return {word for word in key.split() if word.isdigit()}


def _first_word(label: str) -> str:
    return next(iter(words(label)), "")


def _key(text: str, abbreviations: Mapping[str, str]) -> str:
    return fold(" ".join(to_syllables(text, abbreviations)))
