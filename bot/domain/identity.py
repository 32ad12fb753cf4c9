"""Names of conversations and of what came in them, which say nothing of who they are with."""

from __future__ import annotations

import hashlib
import hmac

from bot.domain.people import Address, ChannelId, ConversationId

#: Half of a SHA-256, in hexadecimal digits: two of a thousand million conversations meet with a
#: chance below one in 10^20.
_DIGITS = 32
MIN_KEY_BYTES = 16


class ConversationNames:
    """Makes names with one key; without it nobody can tell whose they are, nor try numbers out."""

    def __init__(self, key: bytes) -> None:
        """The key has at least `MIN_KEY_BYTES`."""
        self._key = _checked(key)

    def of(self, address: Address) -> ConversationId:
        """The same for the same address, always."""
        return self._name(address.channel, address.chat)

    def of_web(self, key: str) -> ConversationId:
        """Of a conversation on the web page, which its browser alone can name."""
        return self._name(ChannelId.WEB, key)

    def _name(self, channel: ChannelId, who: str) -> ConversationId:
        text = f"{channel.value}:{who}".encode()
        return ConversationId(hmac.new(self._key, text, hashlib.sha256).hexdigest()[:_DIGITS])


class UpdateNames:
    """Names updates to which the vendor gave no id, by what they are: without the key nobody can
    try out whether somebody whose id they know wrote at some moment.
    """

    def __init__(self, key: bytes) -> None:
        """The key has at least `MIN_KEY_BYTES`."""
        self._key = _checked(key)

    def of(self, address: Address, event: str, moment_ms: int) -> str:
        """The same for the same event sent again, always."""
        # Begins as no name of a conversation does, which may be made with the same key.
        parts = ("update", address.channel.value, event, str(moment_ms), address.chat)
        text = "\n".join(parts).encode("utf-8", "replace")
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()


def _checked(key: bytes) -> bytes:
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(f"a key of {len(key)} bytes is shorter than {MIN_KEY_BYTES}")
    return key
