"""Trains the built-in encoder from this repository's own texts, with sentence-transformers.

    make encoder
    python -m training.train_encoder

Reads titles, aliases, answers and intent examples; writes `bot/retrieval/builtin/` in the format
that `SentenceTransformer(path)` loads. Same content, seed and versions give the same weights.

Recipe: a table of vectors for syllables and pairs, with and without marks (StaticEmbedding),
trained with MultipleNegativesRankingLoss on pairs of questions of one class; every batch holds one
pair of each class, so there are no false negatives and the loss is a softmax over all classes.
Questions pass through `training.augment` (lost marks, slips, chat phrases) on the way.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from bot.content.loader import load_content
from bot.retrieval.features import encoder_features
from bot.retrieval.passages import Passage, passages_of
from bot.settings import Settings
from training.augment import Augmenter

SEED = 20261121
DIMENSIONS = 160
#: 40,000 rows of 160 half-precision numbers are 12.8 MB, under the 15 MB that may be shipped.
MAX_FEATURES = 40_000
VARIANTS = 8
STEPS = 1500
LEARNING_RATE = 0.02
SCALE = 20.0
UNKNOWN = "[UNK]"


class PairSampler:
    """Draws one pair of differently worded, noisy questions for each class."""

    def __init__(self, passages: list[Passage], augmenter: Augmenter, seed: int) -> None:
        self._random = random.Random(seed)
        self._variants: dict[str, list[list[list[str]]]] = defaultdict(list)
        for passage in passages:
            noisy = [augmenter.vary(passage.syllables) for _ in range(VARIANTS)]
            self._variants[passage.name].append([list(passage.syllables), *noisy])
        self.names = sorted(self._variants)

    def feature_counts(self) -> Counter[str]:
        """For each feature, the number of passages that have it in some variant."""
        counts: Counter[str] = Counter()
        for name in self.names:
            for variants in self._variants[name]:
                counts.update(
                    {feature for variant in variants for feature in encoder_features(variant)}
                )
        return counts

    def number(self, vocabulary: dict[str, int]) -> None:
        """Turn all variants into feature numbers; unknown features are dropped."""
        self._numbered = [
            [
                [
                    [vocabulary[one] for one in encoder_features(variant) if one in vocabulary]
                    for variant in variants
                ]
                for variants in self._variants[name]
            ]
            for name in self.names
        ]

    def draw(self) -> tuple[list[list[int]], list[list[int]]]:
        """Anchors and positives, one of each class."""
        rng = self._random
        anchors, positives = [], []
        for passages in self._numbered:
            first, second = (
                rng.sample(passages, 2) if len(passages) > 1 else (passages[0], passages[0])
            )
            anchors.append(rng.choice(first))
            positives.append(rng.choice(second))
        return anchors, positives


def to_features(lists: list[list[int]]) -> dict[str, torch.Tensor]:
    """Input of a StaticEmbedding module: all numbers in a row, and where each text begins."""
    lengths = [len(one) for one in lists]
    return {
        "input_ids": torch.tensor([number for one in lists for number in one], dtype=torch.long),
        "offsets": torch.tensor(np.cumsum([0, *lengths[:-1]]), dtype=torch.long),
    }


def train(
    passages: list[Passage], abbreviations: dict[str, str], steps: int, seed: int
) -> SentenceTransformer:
    """A trained model; row 0 (unknown features) is zero."""
    torch.manual_seed(seed)
    sampler = PairSampler(passages, Augmenter(abbreviations, seed), seed)
    counts = sampler.feature_counts()
    kept = [
        feature
        for feature, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        if count >= 2
    ]
    vocabulary = {UNKNOWN: 0} | {
        feature: at for at, feature in enumerate(kept[: MAX_FEATURES - 1], 1)
    }
    sampler.number(vocabulary)
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    embedding = StaticEmbedding(tokenizer, embedding_dim=DIMENSIONS)
    torch.nn.init.normal_(embedding.embedding.weight, std=1 / 30)
    with torch.no_grad():
        embedding.embedding.weight[0] = 0
    model = SentenceTransformer(modules=[embedding, Normalize()], device="cpu")
    loss_function = MultipleNegativesRankingLoss(model, scale=SCALE)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.1
    )
    began = time.perf_counter()
    total = 0.0
    for step in range(1, steps + 1):
        anchors, positives = sampler.draw()
        loss = loss_function([to_features(anchors), to_features(positives)], None)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.item()
        if step % 100 == 0:
            print(
                f"step {step}: loss {total / 100:.3f}, {time.perf_counter() - began:.0f} s",
                flush=True,
            )
            total = 0.0
    with torch.no_grad():
        embedding.embedding.weight[0] = 0
    return model


def save(model: SentenceTransformer, directory: Path) -> None:
    """Write the model in half precision, readable by everyone."""
    model.half().save(str(directory), create_model_card=False)
    for path in directory.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)  # safetensors writes for the owner alone


def main() -> None:
    """Train on the whole content and write the model."""
    settings = Settings()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=settings.builtin_encoder_dir)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    torch.set_num_threads(2)
    files, _ = load_content(settings.content_root)
    catalog = files.to_catalog("")
    passages = passages_of(catalog)
    model = train(passages, dict(catalog.abbreviations), options.steps, options.seed)
    save(model, options.output)
    about = {
        "seed": options.seed,
        "steps": options.steps,
        "classes": len({passage.name for passage in passages}),
        "passages": len(passages),
        "dimensions": DIMENSIONS,
        "torch": torch.__version__.split("+")[0],
    }
    (options.output / "training.json").write_text(
        json.dumps(about, indent=1) + "\n", encoding="utf-8"
    )
    print(about)


if __name__ == "__main__":
    main()
