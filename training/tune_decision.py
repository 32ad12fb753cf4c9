"""Fits the fusion weights and the gate for one encoder, on questions that it has never seen.

    make encoder
    python -m training.tune_decision

The examples of `intents/` are split into folds; for each fold an encoder is trained and an index
built without it, and its questions are looked up there. On these out-of-fold questions the fusion
is fitted (a softmax over classes of the weighted, standardised rankings) and then the gates for
short and for long questions (two logistic models each: in scope, first topic right). The
development questions only say where the lines are drawn. Writes `decision.json` beside the built-in
encoder, or into the data folder for another encoder, which is not trained again for each fold.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.app import BUILTIN, decision_path, make_encoder
from bot.content.loader import load_content
from bot.domain.catalog import Catalog
from bot.domain.ports import Encoder
from bot.retrieval.decision import (
    GATE_SIGNALS,
    DecisionModel,
    Gate,
    LogisticModel,
    Masks,
    fused_logits,
    gate_values,
    is_short,
    is_topic,
    to_json,
)
from bot.retrieval.encoder import BuiltinEncoder
from bot.retrieval.evaluation import load_questions
from bot.retrieval.index_builder import index_passages
from bot.retrieval.passages import Passage, example_passages, topic_passages
from bot.retrieval.question_text import question_reader
from bot.retrieval.signals import RANKINGS, SearchIndex, Signals
from bot.settings import Settings

FOLDS = 3
FOLD_STEPS = 1000
SEED = 20261121
#: Shares of questions in wordings unseen: in scope refused, and out of scope answered outright.
#: Those of people who write about what they know the assistant for are half as large.
MAX_REFUSED = 0.03
MAX_LET_THROUGH = 0.05
_LEARNING_RATE, _ROUNDS = 0.05, 300
_RIDGE = 0.02


@dataclass(frozen=True)
class Case:
    """One question looked up in an index that does not hold it."""

    name: str
    signals: Signals


def fold_encoder(settings: Settings, passages: list[Passage], catalog: Catalog) -> Encoder:
    """The chosen encoder; the built-in one is trained anew on these passages alone."""
    if settings.encoder != BUILTIN:
        return make_encoder(settings)
    from training.train_encoder import save, train  # noqa: PLC0415 - loads torch

    with tempfile.TemporaryDirectory() as folder:
        save(train(passages, dict(catalog.abbreviations), FOLD_STEPS, SEED), Path(folder))
        return BuiltinEncoder(Path(folder))


def out_of_fold(settings: Settings, catalog: Catalog) -> tuple[list[Case], tuple[str, ...]]:
    """Every example looked up without itself, and the class names of all indexes."""
    fixed, examples = topic_passages(catalog), example_passages(catalog)
    random.Random(SEED).shuffle(examples)
    cases: list[Case] = []
    names: tuple[str, ...] = ()
    for fold in range(FOLDS):
        began = time.perf_counter()
        kept = fixed + [one for at, one in enumerate(examples) if at % FOLDS != fold]
        encoder = fold_encoder(settings, kept, catalog)
        index, _ = index_passages(kept, encoder)
        names = index.names
        cases += [
            Case(passage.name, index.signals(passage.syllables, encoder))
            for passage in examples[fold::FOLDS]
        ]
        print(f"fold {fold + 1} of {FOLDS}: {time.perf_counter() - began:.0f} s", flush=True)
    return cases, names


@dataclass(frozen=True)
class Fusion:
    """Weights summing to 1, and the factor that makes logits of the sum."""

    weights: tuple[float, ...]
    sharpness: float


def fit_fusion(cases: list[Case], names: tuple[str, ...]) -> Fusion:
    """Fusion weights by gradient descent on the cross-entropy of the right class."""
    numbers = {name: at for at, name in enumerate(names)}
    stacked = np.stack([one.signals.standardised() for one in cases])  # (cases, rankings, classes)
    gold = np.array([numbers[one.name] for one in cases])
    weights = np.full(len(RANKINGS), 0.5)
    rows = np.arange(len(gold))
    for _ in range(_ROUNDS):
        logits = np.tensordot(weights.astype(np.float32), stacked, axes=(0, 1))
        logits -= logits.max(axis=1, keepdims=True)
        probabilities = np.exp(logits)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        probabilities[rows, gold] -= 1
        gradient = np.einsum("qc,qrc->r", probabilities, stacked) / len(gold) + _RIDGE * weights
        weights = np.maximum(weights - _LEARNING_RATE * gradient, 0.05)
    total = float(weights.sum())
    return Fusion(tuple(round(float(one) / total, 6) for one in weights), round(total, 6))


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
        curvature = importance * probability * (1 - probability)
        step = np.linalg.solve((inputs * curvature[:, None]).T @ inputs + ridge, gradient)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    rounded = [tuple(round(float(one), 6) for one in part) for part in (mean, scale, weights)]
    return LogisticModel(rounded[0], rounded[1], rounded[2][:-1], rounded[2][-1])


@dataclass(frozen=True)
class Gated:
    """Questions as the gate sees them."""

    values: NDArray[np.float64]
    is_inside: NDArray[np.bool_]
    is_right: NDArray[np.bool_]

    def short(self) -> Gated:
        """Those that the gate of short questions decides."""
        return self._where(np.array([is_short(row) for row in self.values]))

    def long(self) -> Gated:
        """Those that the gate of long questions decides."""
        return self._where(np.array([not is_short(row) for row in self.values]))

    def _where(self, mask: NDArray[np.bool_]) -> Gated:
        return Gated(self.values[mask], self.is_inside[mask], self.is_right[mask])

    def joined(self, other: Gated) -> Gated:
        """Both together."""
        return Gated(
            np.concatenate([self.values, other.values]),
            np.concatenate([self.is_inside, other.is_inside]),
            np.concatenate([self.is_right, other.is_right]),
        )


def gated(cases: list[Case], names: tuple[str, ...], fusion: Fusion) -> Gated:
    """The gate's view of the cases; a class of another family counts as out of scope."""
    masks = Masks.of(names)
    values, right = [], []
    for one in cases:
        logits = fused_logits(one.signals, fusion.weights, fusion.sharpness)
        values.append(gate_values(one.signals, logits, masks))
        right.append(names[int(np.argmax(np.where(masks.topics, logits, -np.inf)))] == one.name)
    inside = np.array([is_topic(one.name) for one in cases])
    return Gated(np.stack(values), inside, np.array(right))


def fit_gate(learnt: Gated, lines: Gated) -> Gate:
    """Fit both models on `learnt`; draw the lines where `lines` keeps to the two shares above."""
    in_scope = fit_logistic(learnt.values, learnt.is_inside)
    correct = fit_logistic(learnt.values, learnt.is_right)
    p_in = np.array([in_scope.probability(row) for row in lines.values])
    p_right = np.array([correct.probability(row) for row in lines.values])
    # A question whose topic is not found anyway loses nothing by being refused.
    min_in_scope = float(np.quantile(p_in[lines.is_inside & lines.is_right], MAX_REFUSED))
    let_through = np.where(p_in < min_in_scope, 0.0, p_right)[~lines.is_inside]
    min_correct = max(float(np.quantile(let_through, 1 - MAX_LET_THROUGH)), 0.3)
    print("  in scope", dict(zip(GATE_SIGNALS, in_scope.weights, strict=True)))
    print(f"  lines: in scope {min_in_scope:.4f}, right {min_correct:.4f}")
    return Gate(in_scope, correct, round(min_in_scope, 4), round(min_correct, 4))


def development_cases(
    settings: Settings, catalog: Catalog, index: SearchIndex, encoder: Encoder
) -> list[Case]:
    """The development questions looked up in the full index; "oos/" stands for no topic."""
    questions = load_questions(settings.content_root / "evaluation" / "dev.jsonl")
    read = question_reader(catalog)
    return [Case(one.topic or "oos/", index.signals(read(one.text), encoder)) for one in questions]


def tune(settings: Settings) -> DecisionModel:
    """The decision model of the chosen encoder."""
    files, _ = load_content(settings.content_root)
    catalog = files.to_catalog("")
    cases, names = out_of_fold(settings, catalog)
    fusion = fit_fusion(cases, names)
    encoder = make_encoder(settings)
    index, _ = index_passages(topic_passages(catalog) + example_passages(catalog), encoder)
    print("fusion", dict(zip(RANKINGS, fusion.weights, strict=True)), f"x {fusion.sharpness:.2f}")
    folds = gated(cases, names, fusion)
    development = gated(development_cases(settings, catalog, index, encoder), index.names, fusion)
    report("out of fold", folds)
    report("development", development)
    # Lines drawn on the development questions alone refused too many real ones: their wordings are
    # too near to those of the examples.
    short = fit_gate(folds.short(), folds.short().joined(development.short()))
    long = fit_gate(folds.long(), folds.long().joined(development.long()))
    return DecisionModel(encoder.id, fusion.weights, fusion.sharpness, short, long)


def report(name: str, seen: Gated) -> None:
    """Print how well topics are found and how well the best single signal tells in from out."""
    over = seen.values[:, GATE_SIGNALS.index("topics_over_outside")]
    inside, outside = over[seen.is_inside], over[~seen.is_inside]
    above = float((inside[:, None] > outside[None, :]).mean()) if len(outside) else float("nan")
    hits = seen.is_right[seen.is_inside].mean()
    print(f"{name}: {len(over)} questions, hit@1 {hits:.4f}, AUROC topics_over_outside {above:.4f}")


def main() -> None:
    """Tune and write the model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    settings = Settings()
    model = tune(settings)
    path = decision_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(to_json(model), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
