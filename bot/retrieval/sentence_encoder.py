"""Any SentenceTransformer as encoder. Loads torch, so only where an operator chose it (extra
`encoder`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.domain.errors import ConfigError


class SentenceTransformerEncoder:
    """Wraps `sentence_transformers.SentenceTransformer`."""

    def __init__(self, name: str) -> None:
        """Load a model from a folder, or by name where a model hub can be reached.

        Raises:
            ConfigError: the extra is not installed, or there is no such model.
        """
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - heavy and optional
        except ImportError as error:
            raise ConfigError('encoder needs the extra: pip install "troly06[encoder]"') from error
        try:
            self._model = SentenceTransformer(name, device="cpu")
        except Exception as error:  # the library raises many kinds for a model it cannot find
            raise ConfigError(f"no SentenceTransformer at {name!r}: {error}") from error
        self._id = f"sentence-transformers:{name}:{_hash_weights(Path(name))}"

    @property
    def id(self) -> str:
        """Name of the model, and a hash of its weights when it lies in a folder."""
        return self._id

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._model.get_sentence_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (n, dimensions), float32, rows of length 1."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        # In half precision a text without any known word becomes NaN: it has no direction.
        return np.nan_to_num(np.asarray(vectors, dtype=np.float32))


def _hash_weights(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors")) if folder.is_dir() else ():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
