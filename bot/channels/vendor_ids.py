"""Ids that vendors give, as far as they can be stored: whatever else stands where an id should be
is none, so that nothing but an id is ever kept as one.
"""

from __future__ import annotations

import re

#: What vendors' ids were seen to be made of: digits, hexadecimal or base64 digits. As long as the
#: columns that hold them.
_ID = re.compile(r"[A-Za-z0-9_.:=+/-]{1,128}")
#: Numbers beyond these fit no column.
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


def id_of(value: object) -> str:
    """The id as text, a number too; empty for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    if isinstance(value, int) and not is_storable(value):
        return ""
    text = str(value)
    return text if _ID.fullmatch(text) else ""


def is_storable(number: int) -> bool:
    """Whether a column can hold the number."""
    return _SMALLEST <= number <= _LARGEST
