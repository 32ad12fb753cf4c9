"""Where the programs are that check the files of deploy/."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

#: First those that `make deploy-tools` has put there.
_PLACES = (str(Path(sys.prefix) / "bin"), os.environ.get("PATH", os.defpath), "/usr/sbin")


def find_tool(name: str) -> str | None:
    """The path of a program, or None where this machine lacks it (`make deploy-tools`)."""
    return shutil.which(name, path=os.pathsep.join(_PLACES))
