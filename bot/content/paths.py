"""Where content lies, relative to its root."""

from __future__ import annotations

from pathlib import Path

LAWS_PATH = "knowledge/laws.yaml"
IDS_PATH = "knowledge/ids.yaml"
ABBREVIATIONS_PATH = "config/abbreviations.yaml"
MESSAGES_PATH = "config/messages.yaml"
PLAIN_WORDS_PATH = "config/plain_words.yaml"
SAFETY_PATH = "config/safety.yaml"
_SINGLE_FILES = (
    LAWS_PATH,
    IDS_PATH,
    ABBREVIATIONS_PATH,
    MESSAGES_PATH,
    PLAIN_WORDS_PATH,
    SAFETY_PATH,
)
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


def content_paths(root: Path) -> list[Path]:
    """Every file that the catalog is made from, sorted."""
    topics = (
        path for folder in FOLDERS.values() for path in (root / "knowledge" / folder).glob("*.md")
    )
    intents = (root / "intents").glob("*.yml")
    singles = (root / one for one in _SINGLE_FILES)
    return sorted(path for path in (*topics, *intents, *singles) if path.is_file())
