"""Pictures beside what is said: schematic drawings of what a step tells to do.

Every picture is drawn once, as an SVG; the PNG of the same name is for channels that show no SVG.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

PictureId = NewType("PictureId", str)

#: Where the pictures lie, relative to the content root, with forward slashes.
PICTURES_FOLDER = "knowledge/pictures"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, and the same in words."""

    id: PictureId
    #: What it shows, for those who cannot see it.
    alt: str

    @property
    def path(self) -> str:
        """The drawing, relative to the content root, with forward slashes."""
        return f"{PICTURES_FOLDER}/{self.id}.svg"

    @property
    def png_path(self) -> str:
        """The same for channels that show no SVG."""
        return f"{PICTURES_FOLDER}/{self.id}.png"
