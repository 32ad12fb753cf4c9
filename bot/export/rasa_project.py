"""A whole Rasa 3.6 project as files: training data, domain, rules, pipeline, end points, how-to.

What never changes lies as templates beside this module, in `rasa/`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from string import Template
from typing import Any

import yaml

from bot.domain.catalog import Catalog
from bot.domain.errors import ExportRefused
from bot.export.rasa_domain import domain, rules
from bot.export.rasa_forms import forms_of
from bot.export.rasa_nlu import classes_of, nlu_files

#: In the first line of the file that lists what an export wrote; so a folder is known as ours.
MARKER = ".troly06-export"
_TEMPLATES = Path(__file__).parent / "rasa"
_ID_CHARS = 12


class Classifier(StrEnum):
    """Which of Rasa's classifiers the project trains."""

    LOGISTIC = "logistic"
    DIET = "diet"


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, as Rasa's format asks for and people read them."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - asked for each value
        """Whether a value that comes twice is written twice: always."""
        return True


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _block)


def rasa_project(
    catalog: Catalog, classifier: Classifier, per_intent: int | None = None
) -> dict[str, str]:
    """The text of every file by its path, with forward slashes.

    At most `per_intent` examples of each intent; all of them when None.
    """
    classes, forms = classes_of(catalog), forms_of(catalog)
    data: dict[str, Any] = {
        **nlu_files(catalog, per_intent),
        "domain.yml": domain(catalog, classes, forms),
        "data/rules.yml": rules(catalog, classes, forms),
    }
    blanks = {
        "id": catalog.content_hash[:_ID_CHARS],
        "classes": len(classes),
        "forms": "\n".join(f"- {form.flow.title} (`{form.flow.id}`)" for form in forms),
    }
    templates = {
        "config.yml": f"config-{classifier}.yml",
        **{name: name for name in ("endpoints.yml", "credentials.yml", "README.md")},
    }
    files = {path: _fill(name, blanks) for path, name in templates.items()}
    return files | {path: _to_yaml(one) for path, one in data.items()}


def _fill(template: str, blanks: dict[str, object]) -> str:
    text = (_TEMPLATES / template).read_text(encoding="utf-8")
    return Template(text).substitute(blanks)


def _to_yaml(data: dict[str, Any]) -> str:
    # No line is folded: one example, one line.
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)


def write_project(folder: Path, files: dict[str, str]) -> None:
    """Write the files into an empty folder, or over an earlier export; what that left and is no
    longer part of the project goes. Models that Rasa trained there stay.

    Raises:
        ExportRefused: the folder holds other things.
    """
    earlier = _earlier_files(folder)
    for path in earlier - files.keys():
        (folder / path).unlink(missing_ok=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")
    (folder / MARKER).write_text("\n".join(sorted(files)) + "\n", encoding="utf-8")


def _earlier_files(folder: Path) -> set[str]:
    if (folder / MARKER).is_file():
        return set((folder / MARKER).read_text(encoding="utf-8").split("\n")) - {""}
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportRefused(folder)
    return set()
