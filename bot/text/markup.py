"""The one mark-up of our texts: `**words on a screen**`. Channels that cannot show it take it
away.
"""

from __future__ import annotations

import re

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


def to_plain(text: str) -> str:
    """The text without marks."""
    return _BOLD.sub(r"\1", text)
