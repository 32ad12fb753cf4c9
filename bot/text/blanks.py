"""Blanks in phrases that editors write: "{person}" stands for any word of the list of that name,
"{person?}" also for nothing.
"""

from __future__ import annotations

import re

#: The name, and a question mark where nothing may stand there.
BLANK = re.compile(r"\{(\w+)(\??)\}")
