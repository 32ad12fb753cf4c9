"""Encrypts what must rest in the database and be of no use to who reads it there."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from bot.domain.errors import StoreError


class Seal:
    """Opens what it closed, and nothing else."""

    def __init__(self, key: bytes) -> None:
        """The key of the installation; another one is made of it for this use alone."""
        derived = hashlib.sha256(b"troly06 seal\0" + key).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def close(self, text: str) -> bytes:
        """Encrypted, and guarded against change."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """What was closed.

        Raises:
            StoreError: it was closed with another key, or changed since.
        """
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise StoreError("a secret was stored with another TROLY06_SECRET_KEY") from error
