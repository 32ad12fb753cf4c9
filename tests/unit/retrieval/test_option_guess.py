"""Guessing which option is meant, with an encoder whose directions are known."""

from __future__ import annotations

import numpy as np
import pytest

from bot.domain.flows import END, PERSON
from bot.retrieval.option_guess import option_guesser
from tests.flow_factories import option, question

WORDS = ("gop", "rieng", "mang", "chung")


class KnownWords:
    """One direction for each known word; others have none."""

    id, dimensions = "known", len(WORDS)

    def encode(self, texts):
        found = np.array([[float(word in text.split()) for word in WORDS] for text in texts])
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return (found / np.where(lengths == 0, 1, lengths)).astype(np.float32)


GUESS = option_guesser(KnownWords(), str.split)
# The end of a flow is no place to be led to without being asked, so these lead on.
GOING_ON = question("viec", option("gop", "gop", "a"), option("rieng", "rieng", "b"))


def guessed(step, text):
    found = GUESS(step, text)
    return found and (found.option.value, found.is_sure)


def test_the_nearest_option_is_guessed():
    assert guessed(GOING_ON, "lam gop di") == ("gop", True)
    assert guessed(GOING_ON, "lam rieng di") == ("rieng", True)


@pytest.mark.parametrize("text", ["", "viec khac", "gop rieng"])
def test_what_is_near_to_none_or_to_two_is_not_guessed(text):
    assert guessed(GOING_ON, text) is None


@pytest.mark.parametrize("way", [END, PERSON])
def test_no_guess_is_sure_that_would_end_the_flow(way):
    step = question("viec", option("gop", "gop", way), option("rieng", "rieng", "b"))
    assert guessed(step, "lam gop di") == ("gop", False)


def test_a_long_text_that_denies_is_not_surely_an_option_that_does_not():
    assert guessed(GOING_ON, "viec nay khong gop dau nhe") == ("gop", False)


def test_a_short_text_that_denies_is_not_even_asked_back_as_its_contrary():
    assert guessed(GOING_ON, "khong gop dau") is None


def test_a_text_between_two_options_is_only_possible():
    step = question("viec", option("gop chung", "gop", "a"), option("rieng", "rieng", "b"))
    assert guessed(step, "gop mang") == ("gop", True)
    step = question("viec", option("gop chung", "gop", "a"), option("gop mang", "rieng", "b"))
    assert guessed(step, "gop mang chung mang") is None
