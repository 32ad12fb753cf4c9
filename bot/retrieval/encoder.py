"""The built-in sentence encoder, served with numpy and tokenizers alone.

Its files are those of a SentenceTransformer (StaticEmbedding, then Normalize) made by
`training/train_encoder.py`; `SentenceTransformer(path).encode(feature_text(...))` gives the same
vectors. Row 0 belongs to unknown features and is zero, so they change nothing after normalising.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from bot.domain.errors import ConfigError
from bot.retrieval.features import encoder_features
from bot.text.normalize import words

#: The files of a StaticEmbedding module, which sentence-transformers saves at the top of the
#: folder.
WEIGHTS_FILE, TOKENIZER_FILE = "model.safetensors", "tokenizer.json"


def feature_text(text: str) -> str:
    """The text as the encoder's tokenizer reads it: its features, separated by spaces.

    Abbreviations are written out before, by `bot.text.normalize.to_syllables`.
    """
    return " ".join(encoder_features(words(text)))


class BuiltinEncoder:
    """Mean of the trained vectors of a text's features, scaled to length 1."""

    def __init__(self, directory: Path) -> None:
        """Load the weights.

        Raises:
            ConfigError: the files are not there or do not belong together.
        """
        try:
            weights = (directory / WEIGHTS_FILE).read_bytes()
            self._tokenizer = Tokenizer.from_file(str(directory / TOKENIZER_FILE))
            self._rows: NDArray[np.float32] = load_file(directory / WEIGHTS_FILE)[
                "embedding.weight"
            ].astype(np.float32)
        except (
            Exception
        ) as error:  # the libraries raise their own kinds for a missing or broken file
            raise ConfigError(f"no usable built-in encoder in {directory}: {error}") from error
        if len(self._rows) != self._tokenizer.get_vocab_size():
            raise ConfigError(
                f"{len(self._rows)} vectors for {self._tokenizer.get_vocab_size()} features "
                f"in {directory}"
            )
        digest = hashlib.sha256(weights + (directory / TOKENIZER_FILE).read_bytes())
        self._id = f"builtin:{digest.hexdigest()[:16]}"

    @property
    def id(self) -> str:
        """`builtin:` and a hash of weights and vocabulary."""
        return self._id

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._rows.shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (n, dimensions), float32; zeros for a text without a known feature."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for at, text in enumerate(texts):
            ids = self._tokenizer.encode(feature_text(text), add_special_tokens=False).ids
            if ids:
                mean = self._rows[ids].mean(axis=0)
                length = float(np.linalg.norm(mean))
                if length > 0:
                    vectors[at] = mean / length
        return vectors
