"""What Zalo writes for the small pictures of its keyboard and its reactions, as emoji.

No page lists them; `/-strong` stands in the page on reactions, the others are seen in public code
that shows Zalo messages (read 2026-11-21). Only those that say yes, no, thanks or sympathy are
here: the rest means nothing in an answer.
"""

from __future__ import annotations

import re

_EMOJI = {
    "/-strong": "👍",
    "/-ok": "👌",
    "/-weak": "👎",
    "/-no": "👎",
    "/-heart": "❤️",
    "/-loveu": "❤️",
    "/-showlove": "❤️",
    "/-rose": "🌹",
    "/-thanks": "🙏",
}
_CODE = re.compile("|".join(rf"{re.escape(one)}(?![a-z])" for one in _EMOJI))


def with_emoji(text: str) -> str:
    """The text with Zalo's codes as the emoji that citizens saw when they sent them."""
    return _CODE.sub(lambda found: _EMOJI[found[0]], text)
