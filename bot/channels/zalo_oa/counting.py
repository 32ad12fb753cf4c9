"""What is worth counting, under names of which there are few: for metrics, never for decisions.

`event:<kind>` of webhooks, `webhook:<what became of it>`, `sent:<quota that paid for it>`,
`window:opened_by_zalo` where it is not too late though by our own record it was.
"""

from __future__ import annotations

from collections.abc import Callable

#: Adds one under a name.
Count = Callable[[str], None]


def count_nothing(name: str) -> None:
    """For commands, which have no metrics."""
