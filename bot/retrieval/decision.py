"""Whether to answer, to offer choices, or to say that we do not know: calibrated, not guessed.

Two logistic models over a handful of signals, fitted by `training/tune_decision.py` on development
questions: is anything of ours asked for at all, and is the first topic the right one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain.errors import ConfigError
from bot.domain.understanding import FAMILIES_OF_FLOWS, IntentFamily
from bot.retrieval.signals import RANKINGS, Signals

#: What the logistic models see, in the order of their coefficients. The first three are differences
#: or values of logits: all topics together over all classes that are none (neighbouring topics that
#: share a question must not make it look foreign), the best topic over the second, and by itself.
#: Similarities of long questions are lower, hence the length.
GATE_SIGNALS = (
    "topics_over_outside",
    "over_second",
    "top",
    "nearest",
    "nearest_over_outside",
    "centroid",
    "bm25",
    "characters",
    "known_share",
    "log_length",
)
#: Questions up to this length have a gate of their own: few words are vague rather than foreign,
#: and what tells them apart is not what tells long ones apart.
SHORT_SYLLABLES = 8
#: A doubtful short question whose topics are so far (in logits) above all that is no topic gets
#: choices rather than a refusal.
SHORT_OVER_OUTSIDE = 2.0
#: And whose words the index mostly knows.
SHORT_KNOWN_SHARE = 0.6
_MAX_LOGIT_GAP = 12.0
_FAMILIES = frozenset(str(family) for family in IntentFamily)


class Verdict(StrEnum):
    """What to do with the ranking."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LogisticModel:
    """A probability from gate signals: sigmoid of the weighted sum of standardised signals."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def probability(self, values: NDArray[np.float64]) -> float:
        """Between 0 and 1; `values` in the order of `GATE_SIGNALS`."""
        total = float(
            ((values - np.asarray(self.mean)) / np.asarray(self.scale)) @ np.asarray(self.weights)
        )
        return 1 / (1 + float(np.exp(-np.clip(total + self.bias, -50, 50))))


@dataclass(frozen=True)
class Gate:
    """How sure one must be, for questions of one length."""

    in_scope: LogisticModel
    correct: LogisticModel
    #: Below this probability of being in scope: "chưa có thông tin".
    min_in_scope: float
    #: At or above this probability of being right: answer outright.
    min_correct: float


@dataclass(frozen=True)
class DecisionModel:
    """Weights of the fusion, and the gates, for one encoder."""

    encoder_id: str
    fusion: tuple[float, ...]
    #: Fused scores times this are logits of a softmax over classes.
    sharpness: float
    short: Gate
    long: Gate

    def logits(self, signals: Signals) -> NDArray[np.float64]:
        """Log-probabilities of the classes up to a constant, shape (classes,)."""
        return fused_logits(signals, self.fusion, self.sharpness)

    def decide(self, values: NDArray[np.float64]) -> tuple[Verdict, float, float]:
        """The verdict, the probability of being in scope, and that of the first topic."""
        gate = self.short if is_short(values) else self.long
        in_scope, correct = gate.in_scope.probability(values), gate.correct.probability(values)
        if in_scope < gate.min_in_scope:
            verdict = Verdict.CLARIFY if is_vague(values) else Verdict.UNKNOWN
            return verdict, in_scope, correct
        verdict = Verdict.ANSWER if correct >= gate.min_correct else Verdict.CLARIFY
        return verdict, in_scope, correct


def fused_logits(
    signals: Signals, fusion: Sequence[float], sharpness: float
) -> NDArray[np.float64]:
    """Log-probabilities of the classes up to a constant, shape (classes,)."""
    logits: NDArray[np.float64] = sharpness * signals.fused(fusion).astype(np.float64)
    return logits


def is_short(values: NDArray[np.float64]) -> bool:
    """Whether the gate of short questions is responsible."""
    return bool(values[GATE_SIGNALS.index("log_length")] <= np.log(SHORT_SYLLABLES) + 1e-9)


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities, summing to 1."""
    exponents = np.exp(logits - logits.max())
    probabilities: NDArray[np.float64] = exponents / exponents.sum()
    return probabilities


def is_topic(name: str) -> bool:
    """Whether a class is a topic and not one of the other intents."""
    return name.split("/", 1)[0] not in _FAMILIES


def is_outside(name: str) -> bool:
    """Whether a class speaks against a question being ours: no topic, and nothing with a flow."""
    return not is_topic(name) and name.split("/", 1)[0] not in FAMILIES_OF_FLOWS


@dataclass(frozen=True)
class Masks:
    """Which classes are topics, and which speak against a question being ours; of shape
    (classes,).
    """

    topics: NDArray[np.bool_]
    outside: NDArray[np.bool_]

    @classmethod
    def of(cls, names: Sequence[str]) -> Masks:
        """The masks of an index with these classes."""
        return cls(
            np.array([is_topic(name) for name in names], dtype=np.bool_),
            np.array([is_outside(name) for name in names], dtype=np.bool_),
        )


def gate_values(signals: Signals, logits: NDArray[np.float64], masks: Masks) -> NDArray[np.float64]:
    """The gate signals of one question, in the order of `GATE_SIGNALS`."""
    topic_mask, outside = masks.topics, masks.outside
    topics = np.where(topic_mask, logits, -np.inf)
    best = int(np.argmax(topics))
    second = np.delete(topics, best).max(initial=-np.inf)
    over_outside = _log_sum(logits[topic_mask]) - _log_sum(logits[outside])
    nearest = signals.rankings[RANKINGS.index("nearest")]
    syllables = max(signals.syllable_count, 1)
    return np.array(
        [
            np.clip(over_outside, -_MAX_LOGIT_GAP, _MAX_LOGIT_GAP),
            np.clip(topics[best] - second, 0, _MAX_LOGIT_GAP),
            topics[best],
            nearest[best],
            nearest[topic_mask].max() - nearest[outside].max(initial=0.0),
            signals.rankings[RANKINGS.index("centroid"), best],
            signals.rankings[RANKINGS.index("bm25"), best] / syllables,
            signals.rankings[RANKINGS.index("characters"), best] / np.sqrt(syllables),
            signals.known_share,
            np.log(syllables),
        ]
    )


def _log_sum(logits: NDArray[np.float64]) -> float:
    """Logarithm of the sum of the exponentials; minus infinity for no logits."""
    return float(np.logaddexp.reduce(logits)) if len(logits) else -np.inf


def is_vague(values: NDArray[np.float64]) -> bool:
    """Whether a question is clearly nearer to topics than to anything else, so worth choices."""
    over_outside = values[GATE_SIGNALS.index("topics_over_outside")]
    is_nearer = values[GATE_SIGNALS.index("nearest_over_outside")] > 0
    is_known = values[GATE_SIGNALS.index("known_share")] >= SHORT_KNOWN_SHARE
    return bool(is_short(values) and is_nearer and is_known and over_outside >= SHORT_OVER_OUTSIDE)


def load_decision_model(path: Path, encoder_id: str) -> DecisionModel:
    """Read a model that was fitted for this encoder.

    Raises:
        ConfigError: the file is missing, broken, or was fitted for another encoder.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        model = from_json(data)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"no usable decision model in {path}: run `python -m training.tune_decision` ({error})"
        ) from error
    if model.encoder_id != encoder_id:
        raise ConfigError(
            f"{path} was fitted for encoder {model.encoder_id!r}, not {encoder_id!r}: "
            "run `python -m training.tune_decision`"
        )
    return model


def from_json(data: Mapping[str, Any]) -> DecisionModel:
    """A decision model from what `to_json` gave."""
    gates = {name: _gate(data[name]) for name in ("short", "long")}
    return DecisionModel(**{**data, **gates, "fusion": tuple(data["fusion"])})


def _gate(data: Mapping[str, Any]) -> Gate:
    models = {name: _logistic(data[name]) for name in ("in_scope", "correct")}
    return Gate(**{**data, **models})


def _logistic(data: Mapping[str, Any]) -> LogisticModel:
    lists = {key: tuple(data[key]) for key in ("mean", "scale", "weights")}
    return LogisticModel(bias=data["bias"], **lists)


def to_json(model: DecisionModel) -> dict[str, Any]:
    """The model as JSON-ready data."""
    return asdict(model)
