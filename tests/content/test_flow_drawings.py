"""The pictures of the flows in docs/loi are those of the flows as they are."""

from __future__ import annotations

from bot.cli.flows import DRAWINGS, drawings
from bot.content.loader import load_catalog
from bot.settings import PROJECT_ROOT


def test_the_drawings_are_up_to_date():
    flows = sorted(load_catalog(PROJECT_ROOT).flows, key=lambda flow: flow.id)
    folder = PROJECT_ROOT / DRAWINGS
    drawn = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    assert drawn == drawings(flows), "run `python -m bot flows draw`"
