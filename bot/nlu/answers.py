"""Which answer to a question of a flow a typed message is: by label, by other words, by yes or no.

Numbers and whole labels of buttons are found before, by `bot.dialogue.choices`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.domain.flows import Collect, Do, Inspect, Option, Waiting
from bot.domain.frames import DONE, TROUBLE, UNSURE
from bot.domain.understanding import LOOKED_UP_WHOLE, Intent
from bot.nlu.likeness import closest, likeness
from bot.nlu.task_states import find_state, is_doubtful
from bot.text.fold import fold
from bot.text.normalize import to_syllables, words
from bot.text.particles import peel

#: How alike (0 to 1, `bot.nlu.likeness`) a message and a label must be, and by how much more alike
#: than the next option. Set so that two slips in a label of three words still pass.
MIN_LIKENESS, MIN_LEAD = 0.78, 0.08
#: The same for a whole example of an answer or a command; shorter ones are other words, not slips,
#: and longer ones are told, not answered.
MIN_LIKENESS_OF_EXAMPLE = 0.88
#: More than all options of our own flows have.
_PHRASES_REMEMBERED = 8192
_MIN_CHARS_WITH_SLIP, _MAX_CHARS_WITH_SLIP = 9, 24
#: A message that is or holds an option is taken before anything else is made of it.
MIN_LIKENESS_OF_STATED = 0.95
#: A message so much longer than a label is no label with slips.
_MAX_EXTRA_WORDS = 4
#: First words of labels that a plain yes or no means.
_YES = frozenset(["có", "rồi", "còn", "đúng", "được", "đã"])
_NO = frozenset(["không", "chưa", "hết", "sai"])
#: With more options, a yes or no says too little, unless two of them are contrary.
_MAX_OPTIONS_OF_YES_OR_NO = 3
#: The first words of labels that say of themselves what is so: "Còn…", "Không còn…".
_PREDICATES = frozenset(["còn", "đúng", "được"])
#: Right before a phrase, they turn it round: "không còn hạn" is not "còn hạn".
NEGATIONS = frozenset(["khong", "chua", "chang", "dau", "het"])
#: First words of labels that "xong" and "làm rồi" mean: they affirm no fact.
_DONE = frozenset(["rồi", "đã", "xong"])
_SAYS_DONE = frozenset({"answer/yes", "answer/done", "answer/ack"})
_SAYS_NO = frozenset({"answer/no", "answer/not-done"})
#: Who asks what comes next has done what was just told.
_ASKS_NEXT = "answer/next"


@dataclass(frozen=True)
class AnswerReader:
    """Reads typed answers, with the words that editors listed in `intents/`."""

    #: For a whole message, with its marks and folded: the intents that have it as an example.
    intents: Mapping[str, tuple[str, ...]]
    abbreviations: Mapping[str, str]

    @classmethod
    def of(cls, intents: Iterable[Intent], abbreviations: Mapping[str, str]) -> AnswerReader:
        """From the examples of answers and commands."""
        known: dict[str, tuple[str, ...]] = {}
        for intent in intents:
            if intent.family in LOOKED_UP_WHOLE:
                for example in intent.examples:
                    marked = " ".join(to_syllables(example, abbreviations))
                    for key in {marked, fold(marked)}:
                        known[key] = tuple(dict.fromkeys((*known.get(key, ()), str(intent.name))))
        return cls(known, abbreviations)

    @cached_property
    def _examples(self) -> tuple[str, ...]:
        return tuple(self.intents)

    def find_intents(self, text: str, *, with_slips: bool = True) -> tuple[str, ...]:
        """The intents that have this whole message as an example, such as "command/back", as it is
        or without the small words around it. Typed marks count; a short message may have a slip.
        More than one only without marks: "dung" is đúng or dừng, and the caller decides by what
        waits.
        """
        syllables = to_syllables(text, self.abbreviations)
        for rest in map(" ".join, peel(syllables)):
            if found := self.intents.get(rest, self.intents.get(fold(rest), ())):
                return found
        key = fold(" ".join(syllables))
        if not with_slips or not _MIN_CHARS_WITH_SLIP <= len(key) <= _MAX_CHARS_WITH_SLIP:
            return ()
        near = closest(key, self._examples, MIN_LIKENESS_OF_EXAMPLE)
        found = self.intents[near] if near else ()
        # "Mất mạng rồi" is no slip of "tắt mạng rồi".
        return () if _SAYS_DONE.intersection(found) and is_doubtful(syllables) else found

    def find_answer(  # noqa: PLR0911 - a list
        self, step: Waiting, text: str
    ) -> str | None:
        """The answer that a message gives to a step, or None."""
        intents = set(self.find_intents(text))
        if isinstance(step, Do):
            return self._find_state(step, intents, text)
        if isinstance(step, Inspect):
            # Who has no message to paste.
            return UNSURE if intents & {*_SAYS_NO, "answer/unsure"} else None
        if option := self._likest(step.options, text):
            return option.value
        if "answer/unsure" in intents:
            return UNSURE
        if "answer/yes" in intents:
            return _value_of_only(step.options, _YES, _NO)
        if "answer/done" in intents:
            return _value_of_only(step.options, _DONE, _NO)
        return _value_of_only(step.options, _NO, _YES) if intents & _SAYS_NO else None

    def find_stated_option(self, step: Collect, text: str) -> str | None:
        """The value of the option whose label or other wording the message is or holds."""
        option = self._likest(step.options, text, MIN_LIKENESS_OF_STATED)
        return option.value if option else None

    def _find_state(self, step: Do, intents: set[str], text: str) -> str | None:
        """Whether a task was done or did not work: in listed words, or in a few others."""
        if _ASKS_NEXT in intents:
            return DONE
        # "dung" is dừng rather than đúng where a task, not a question, waits.
        if any(one.startswith("command/") for one in intents):
            return None
        if intents & _SAYS_DONE:
            return DONE
        if intents & {*_SAYS_NO, "answer/unsure"}:
            return TROUBLE
        if "?" in text:
            return None
        task = to_syllables(step.text, self.abbreviations)
        return find_state(to_syllables(text, self.abbreviations), task)

    def _likest(
        self, options: Iterable[Option], text: str, least: float = MIN_LIKENESS
    ) -> Option | None:
        """The one option whose label, or another way to say it, the message is or holds."""
        peeled = peel(to_syllables(text, self.abbreviations))
        keys = {fold(" ".join(rest)) for rest in peeled}
        scored = sorted(
            ((self._best_likeness(keys, one), at, one) for at, one in enumerate(options)),
            key=lambda scored: (-scored[0], scored[1]),
        )
        if not scored or scored[0][0] < least:
            return None
        is_exact = scored[0][0] == 1
        if len(scored) > 1 and scored[0][0] - scored[1][0] < (0.01 if is_exact else MIN_LEAD):
            return None
        return scored[0][2]

    def _best_likeness(self, keys: set[str], option: Option) -> float:
        labels = map(self._key_of_phrase, (option.label, *option.also))
        return max(self._likeness(key, label) for label in labels for key in keys)

    @cached_property
    def _key_of_phrase(self) -> Callable[[str], str]:
        """Keys of what editors wrote under options, remembered: they took half of a typed turn."""
        return lru_cache(_PHRASES_REMEMBERED)(lambda phrase: _key(phrase, self.abbreviations))

    def _likeness(  # noqa: PLR0911 - a list
        self, key: str, label: str
    ) -> float:
        """1 when the label is the message, less when one stands in the other as whole words, else
        how alike they are; 0 where that is too little to matter.
        """
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
            return 0.0 if NEGATIONS.intersection(before) else 0.95
        if len(key.split()) > 1 and f" {key} " in f" {label} ":
            before = f" {label} ".split(f" {key} ")[0].split()[-1:]
            return 0.0 if NEGATIONS.intersection(before) else 0.9
        return likeness(key, label)


def _value_of_only(
    options: Sequence[Option], first_words: frozenset[str], opposite: frozenset[str]
) -> str | None:
    """The value of the one option whose label begins with one of the words, if the question is one
    of yes or no: another label begins with the opposite, and there is little else to choose.
    """
    found = [one for one in options if _first_word(one.label) in first_words]
    others = [one.label for one in options if _first_word(one.label) in opposite]
    if len(found) != 1 or not others:
        return None
    label = found[0].label
    is_either_or = len(options) <= _MAX_OPTIONS_OF_YES_OR_NO or _is_plain(label)
    is_either_or = is_either_or or any(_are_contrary(label, other) for other in others)
    return found[0].value if is_either_or else None


def _is_plain(label: str) -> bool:
    """Whether a label begins with a yes or no by itself: "Còn, tôi vào được", "Có rồi"."""
    return {*words(label.partition(",")[0])} <= _YES | _NO


def _are_contrary(label: str, other: str) -> bool:
    """Whether one label denies the other: "Đã quá hạn" and "Chưa quá hạn", "Còn, tôi nhận được" and
    "Không còn SIM đó". Having one thing is not the contrary of not having another.
    """
    said, denied = words(label), words(other)
    if said[1:] == denied[1:]:
        return True
    if said[0] in _NO:
        said, denied = denied, said
    return said[0] in _PREDICATES and denied[1:2] == said[:1]


def _numbers(key: str) -> set[str]:
    return {word for word in key.split() if word.isdigit()}


def _first_word(label: str) -> str:
    return next(iter(words(label)), "")


def _key(text: str, abbreviations: Mapping[str, str]) -> str:
    return fold(" ".join(to_syllables(text, abbreviations)))
