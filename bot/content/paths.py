"""Where content lies, relative to its root."""

from __future__ import annotations

from pathlib import Path

from bot.domain.pictures import PICTURES_FOLDER

LAWS_PATH = "knowledge/laws.yaml"
IDS_PATH = "knowledge/ids.yaml"
PICTURES_PATH = "knowledge/pictures.yaml"
ABBREVIATIONS_PATH = "config/abbreviations.yaml"
MESSAGES_PATH = "config/messages.yaml"
FILLERS_PATH = "config/fillers.yaml"
PLAIN_WORDS_PATH = "config/plain_words.yaml"
SAFETY_PATH = "config/safety.yaml"
SCAM_SIGNS_PATH = "config/scam_signs.yaml"
#: The folder of each group of topics.
FOLDERS = {
    "service": "services",
    "utility": "utilities",
    "account": "accounts",
    "activation": "activation",
    "trouble": "trouble",
    "safety": "safety",
    "campaign": "campaign",
}


#: The files of pictures, which the register must name.
PICTURE_PATTERNS = (f"{PICTURES_FOLDER}/*.svg", f"{PICTURES_FOLDER}/*.png")
#: The files that are content.
PATTERNS = (
    *(f"knowledge/{folder}/*.md" for folder in FOLDERS.values()),
    LAWS_PATH,
    IDS_PATH,
    PICTURES_PATH,
    *PICTURE_PATTERNS,
    "intents/*.yml",
    "flows/*.yaml",
    ABBREVIATIONS_PATH,
    FILLERS_PATH,
    MESSAGES_PATH,
    PLAIN_WORDS_PATH,
    SAFETY_PATH,
    SCAM_SIGNS_PATH,
)
CONTENT_FOLDERS = ("knowledge", "intents", "flows", "config")
#: What editors may leave beside the content for each other.
_NOTE = "readme.md"


def content_paths(root: Path) -> list[Path]:
    """Every file that the catalog is made from, sorted."""
    found = (path for pattern in PATTERNS for path in root.glob(pattern))
    return sorted(path for path in found if path.is_file())


def stray_paths(root: Path) -> list[Path]:
    """Every other file in the content folders, sorted. Notes and hidden files are nobody's lost
    content.
    """
    found = {path for folder in CONTENT_FOLDERS for path in (root / folder).rglob("*")}
    return sorted(
        path
        for path in found.difference(content_paths(root))
        if path.is_file() and path.name.lower() != _NOTE and not _is_hidden(path.relative_to(root))
    )


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
