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
            raise ConfigError("the extra `encoder` is not installed: run `make encoder`") from error
        try:
            self._model = SentenceTransformer(name, device="cpu")
        except Exception as error:  # the library raises many kinds for a model it cannot find
            raise ConfigError(f"no SentenceTransformer at {name!r}: {error}") from error
        self._id = f"sentence-transformers:{name}"
        if Path(name).is_dir():
            self._id += f":{_hash_files(Path(name))}"

    @property
    def id(self) -> str:
        """Name of the model, and a hash of its files when it lies in a folder; of a model from a
        hub nothing but the name is known.
        """
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


def _hash_files(folder: Path) -> str:
    """Hash of the names and bytes of all files but notes and hidden ones.

    Weights, tokenizer, pooling, normalising and prompts all decide the vectors, and libraries keep
    naming their files anew, so nothing else is left out.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix != ".md" and "/." not in f"/{name}":
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").digest()
            digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()[:16]
