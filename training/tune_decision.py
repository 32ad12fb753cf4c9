"""Fits the fusion weights and the gate for one encoder, on the development questions alone.

    python -m training.tune_decision

Writes `decision.json` beside the built-in encoder, or into the data folder for another encoder.
The fusion is a softmax over classes of the weighted, standardised rankings; the gate is two
logistic
models (in scope, first topic right). The lines are drawn where the development set allows.
"""

from __future__ import annotations

import argparse
import json

import numpy as np
from numpy.typing import NDArray

from bot.app import decision_path, make_encoder
from bot.content.loader import load_content
from bot.retrieval.decision import DecisionModel, LogisticModel, gate_values, is_topic, to_json
from bot.retrieval.evaluation import Question, load_questions
from bot.retrieval.index_builder import build_index
from bot.retrieval.signals import RANKINGS, Signals
from bot.settings import Settings
from bot.text.normalize import to_syllables

#: Shares of development questions: in scope refused, and out of scope let through when answering
#: outright.
MAX_REFUSED = 0.015
MAX_LET_THROUGH = 0.03
_LEARNING_RATE, _ROUNDS = 0.05, 400
_RIDGE = 0.02


def fit_fusion(
    signals: list[Signals], gold: NDArray[np.int64]
) -> tuple[NDArray[np.float64], float]:
    """Weights summing to 1 and a sharpness, by gradient descent on the cross-entropy of the right
    class.
    """
    stacked = np.stack([one.standardised() for one in signals]).astype(
        np.float64
    )  # (questions, rankings, classes)
    weights = np.full(len(RANKINGS), 0.5)
    rows = np.arange(len(gold))
    for _ in range(_ROUNDS):
        logits = np.einsum("r,qrc->qc", weights, stacked)
        logits -= logits.max(axis=1, keepdims=True)
        probabilities = np.exp(logits)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        probabilities[rows, gold] -= 1
        gradient = np.einsum("qc,qrc->r", probabilities, stacked) / len(gold) + _RIDGE * weights
        weights = np.maximum(weights - _LEARNING_RATE * gradient, 0.05)
    return weights / weights.sum(), float(weights.sum())


def fit_logistic(values: NDArray[np.float64], labels: NDArray[np.bool_]) -> LogisticModel:
    """A ridge logistic regression, both classes counting the same, by Newton's method."""
    mean, scale = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-6)
    inputs = np.column_stack([(values - mean) / scale, np.ones(len(values))])
    target = labels.astype(np.float64)
    share = target.mean()
    importance = np.where(labels, 0.5 / max(share, 1e-6), 0.5 / max(1 - share, 1e-6))
    ridge = np.eye(inputs.shape[1]) * 2.0
    ridge[-1, -1] = 1e-6
    weights = np.zeros(inputs.shape[1])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        gradient = inputs.T @ (importance * (probability - target)) + ridge @ weights
        hessian = (
            inputs * (importance * probability * (1 - probability))[:, None]
        ).T @ inputs + ridge
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return LogisticModel(tuple(mean), tuple(scale), tuple(weights[:-1]), float(weights[-1]))


def draw_lines(
    in_scope: NDArray[np.float64],
    correct: NDArray[np.float64],
    inside: NDArray[np.bool_],
) -> tuple[float, float]:
    """`min_in_scope` and `min_correct` that keep to the two shares above."""
    min_in_scope = float(np.quantile(in_scope[inside], MAX_REFUSED))
    outside = np.where(in_scope[~inside] < min_in_scope, 0.0, correct[~inside])
    min_correct = float(np.quantile(outside, 1 - MAX_LET_THROUGH)) if len(outside) else 0.5
    return round(min_in_scope, 4), round(max(min_correct, 0.3), 4)


def tune(settings: Settings, questions: list[Question]) -> DecisionModel:
    """The decision model of the chosen encoder."""
    encoder = make_encoder(settings)
    files, _ = load_content(settings.content_root)
    catalog = files.to_catalog("")
    index, _ = build_index(catalog, encoder)
    numbers = {name: at for at, name in enumerate(index.names)}
    questions = [one for one in questions if one.topic is None or one.topic in numbers]
    signals = [
        index.signals(to_syllables(one.text, catalog.abbreviations), encoder) for one in questions
    ]
    inside = np.array([one.topic is not None for one in questions])
    gold = np.array([numbers[one.topic] for one in questions if one.topic is not None])
    fusion, sharpness = fit_fusion(
        [one for one, is_in in zip(signals, inside, strict=True) if is_in], gold
    )
    draft = DecisionModel(
        encoder.id, tuple(fusion), sharpness, *([LogisticModel((), (), (), 0.0)] * 2), 0.0, 0.0
    )
    mask = np.array([is_topic(name) for name in index.names])
    probabilities = [draft.probabilities(one) for one in signals]
    values = np.stack(
        [gate_values(one, p, mask) for one, p in zip(signals, probabilities, strict=True)]
    )
    first = [index.names[int(np.argmax(np.where(mask, p, -1)))] for p in probabilities]
    right = np.array([one.topic == name for one, name in zip(questions, first, strict=True)])
    in_scope, correct = fit_logistic(values, inside), fit_logistic(values, right)
    p_in = np.array([in_scope.probability(row) for row in values])
    p_right = np.array([correct.probability(row) for row in values])
    min_in_scope, min_correct = draw_lines(p_in, p_right, inside)
    print(
        f"fusion {dict(zip(RANKINGS, np.round(fusion, 3), strict=True))}, sharpness {sharpness:.2f}"
    )
    print(f"hit@1 {right[inside].mean():.4f}; lines: in scope {min_in_scope}, right {min_correct}")
    print(f"AUROC in scope {auroc(p_in[inside], p_in[~inside]):.4f}")
    return DecisionModel(
        encoder.id,
        tuple(map(float, fusion)),
        sharpness,
        _plain(in_scope),
        _plain(correct),
        min_in_scope,
        min_correct,
    )


def auroc(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    """How often a question in scope scores above one out of scope."""
    return float((inside[:, None] > outside[None, :]).mean()) if len(outside) else float("nan")


def _plain(model: LogisticModel) -> LogisticModel:
    rounded = [
        tuple(round(float(one), 6) for one in part)
        for part in (model.mean, model.scale, model.weights)
    ]
    return LogisticModel(*rounded, round(model.bias, 6))


def main() -> None:
    """Tune on `evaluation/dev.jsonl` and write the model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    settings = Settings()
    model = tune(settings, load_questions(settings.content_root / "evaluation" / "dev.jsonl"))
    path = decision_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(to_json(model), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
