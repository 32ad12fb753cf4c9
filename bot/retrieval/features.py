"""The features that the built-in encoder sees: syllables and pairs, with and without their marks.

A text with all its marks and the same text without any share the folded features, so both land in
one neighbourhood; a tone that was typed adds features of its own, so it still tells words apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.text.fold import fold_syllable

#: Joins the two syllables of a pair. Never part of a syllable.
PAIR = "~"


def encoder_features(syllables: Sequence[str]) -> list[str]:
    """Folded syllables, marked syllables that differ, and the same for neighbouring pairs."""
    folded = [fold_syllable(syllable) for syllable in syllables]
    features = list(folded)
    features += [marked for marked, bare in zip(syllables, folded, strict=True) if marked != bare]
    for at in range(len(folded) - 1):
        bare_pair = f"{folded[at]}{PAIR}{folded[at + 1]}"
        marked_pair = f"{syllables[at]}{PAIR}{syllables[at + 1]}"
        features.append(bare_pair)
        if marked_pair != bare_pair:
            features.append(marked_pair)
    return features
