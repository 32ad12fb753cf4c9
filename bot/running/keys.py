"""The one secret of an installation, and those that are made of it."""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from pathlib import Path
from secrets import token_urlsafe

from bot.domain.errors import ConfigError
from bot.domain.identity import MIN_KEY_BYTES
from bot.settings import Settings


def load_secret_key(settings: Settings) -> bytes:
    """The key that is set; on the embedded default, one that is made once and kept in a file.

    Raises:
        ConfigError: it is missing, too short, or the file cannot be read or made.
    """
    given = settings.secret_key.get_secret_value().encode()
    if given:
        if len(given) < MIN_KEY_BYTES:
            raise ConfigError.of("secret_key_short", count=MIN_KEY_BYTES)
        return given
    if not settings.is_embedded:
        raise ConfigError.of("secret_key_missing")
    path = key_path(settings)
    try:
        key = _load_or_make(path)
    except OSError as error:
        raise ConfigError.of("secret_key_unreadable", path=path) from error
    if len(key) < MIN_KEY_BYTES:
        raise ConfigError.of("secret_key_damaged", path=path)
    return key


def key_path(settings: Settings) -> Path:
    """Where the key lies that was made by itself."""
    return settings.data_dir / "secret.key"


def _load_or_make(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked: of two processes that start together, one makes it and both read it.
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
    return path.read_bytes().strip()


def derive_secret(key: bytes, purpose: str) -> str:
    """Another secret for one purpose, the same each time: letters and digits."""
    return hmac.new(key, purpose.encode(), hashlib.sha256).hexdigest()
