"""Reads "à nhầm, mức 1 cơ": an earlier answer of a flow, given anew."""

from __future__ import annotations

from itertools import islice

from bot.dialogue.decisions import Request
from bot.dialogue.flow_frames import Frames
from bot.dialogue.flow_pages import Walk
from bot.dialogue.flow_runner import FlowRunner
from bot.dialogue.questions import looks_like_question
from bot.domain.flows import Do
from bot.domain.understanding import IntentFamily
from bot.nlu.answers import AnswerReader
from bot.retrieval.option_guess import GuessOption
from bot.text.fold import fold
from bot.text.normalize import words

#: How a message begins that corrects an earlier answer, longest first.
_CORRECTS = tuple(
    sorted(
        ("nham roi", "toi nham", "em nham", "bac nham", "a nham", "nham", "lon roi", "bam nham",
         "toi bam nham", "em bam nham", "bam nham roi", "xin loi toi bam nham", "toi nham roi",
         "xin loi", "y toi la", "y em la", "y bac la", "sua lai la", "sua lai", "doi lai la",
         "doi lai", "sua lai cau truoc", "sua cau truoc"),
        key=len, reverse=True,
    )
)  # fmt: skip
#: What is left of such a message when it names no other answer.
_NO_ANSWER = frozenset(["roi", "a", "co", "em", "chau", "con", "ban", "nhe", "nha", "bac"])
#: So many of the latest questions can be answered anew in other words than those of their options.
_GUESSED_QUESTIONS = 3


class CorrectionReader:
    """Over one runner. Remembers nothing."""

    def __init__(self, runner: FlowRunner, reader: AnswerReader, guess: GuessOption) -> None:
        self._runner = runner
        self._reader = reader
        self._guess = guess

    def read(self, request: Request) -> Walk | None:
        """The walk after a correction; one step back when it names no answer; None when the
        message is no correction.
        """
        frames = request.session.frames
        rest = _rest(request.text)
        if rest is None:
            return None
        if not set(words(fold(rest))) - _NO_ANSWER:
            return self._runner.back(frames)
        if not self._runner.can_go_back(frames):
            return None
        if self._is_plain(rest) and self._was_task(frames):
            return self._runner.back(frames)
        if looks_like_question(rest):
            return None  # "xin lỗi, cho hỏi lệ phí bao nhiêu"
        return self._answered_anew(frames, rest) or self._guessed_anew(frames, rest)

    def _answered_anew(self, frames: Frames, rest: str) -> Walk | None:
        """A plain yes or no is about the latest question; an option may be of any earlier one."""
        for place, (above, question) in enumerate(self._runner.answered_questions(frames)):
            find = self._reader.find_stated_option if place else self._reader.find_answer
            value = find(question, rest)
            if value is not None and (walk := self._runner.correct(above, question.id, value)):
                return walk
        return None

    def _guessed_anew(self, frames: Frames, rest: str) -> Walk | None:
        questions = islice(self._runner.answered_questions(frames), _GUESSED_QUESTIONS)
        for above, question in questions:
            guess = self._guess(question, rest)
            if guess is not None and guess.is_sure:
                return self._runner.correct(above, question.id, guess.option.value)
        return None

    def _is_plain(self, rest: str) -> bool:
        intents = self._reader.find_intents(rest, with_slips=False)
        return any(one.startswith(f"{IntentFamily.ANSWER}/") for one in intents)

    def _was_task(self, frames: Frames) -> bool:
        """Whether what was answered last was a task, not a question."""
        trail = frames[-1].trail
        flow = self._runner.find_flow(frames[-1].flow_id)
        step = flow.find_step(trail[-1].step_id) if flow and trail else None
        return isinstance(step, Do)


def _rest(text: str) -> str | None:
    """What follows the opening of a correction; None when the message has none."""
    said = words(text)
    key = fold(" ".join(said))
    start = next((one for one in _CORRECTS if f"{key} ".startswith(f"{one} ")), None)
    return None if start is None else " ".join(said[len(start.split()) :])
