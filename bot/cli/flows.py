"""`flows`: the list of flows, or pictures of them for authors."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.flow_drawing import to_mermaid
from bot.content.loader import load_catalog
from bot.domain.flows import Flow
from bot.settings import PROJECT_ROOT, load_settings

DRAWINGS = Path("docs") / "loi"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=["list", "draw"], help="list: liệt kê; draw: vẽ từng lối."
    )
    parser.add_argument("--output", type=Path, default=PROJECT_ROOT / DRAWINGS, help="Thư mục ghi.")


def run(options: argparse.Namespace) -> int:
    flows = sorted(load_catalog(load_settings().content_root).flows, key=lambda flow: flow.id)
    if options.action == "list":
        for flow in flows:
            print(f"{flow.id}  {flow.title}  ({len(flow.steps)} bước)")
        return 0
    options.output.mkdir(parents=True, exist_ok=True)
    for name, text in drawings(flows).items():
        (options.output / name).write_text(text, encoding="utf-8")
    print(f"Đã vẽ {len(flows)} lối vào {options.output}.")
    return 0


def drawings(flows: list[Flow]) -> dict[str, str]:
    """The pages with the pictures, by file name."""
    pages = {f"{flow.id}.md": _page(flow) for flow in flows}
    lines = [f"- [{flow.title}]({flow.id}.md): {flow.description}" for flow in flows]
    head = "# Các lối hướng dẫn\n\nVẽ bằng `python -m bot flows draw`; đừng sửa tay.\n\n"
    return {"README.md": head + "\n".join(lines) + "\n", **pages}


def _page(flow: Flow) -> str:
    return (
        f"# {flow.title}\n\n{flow.description}\n\nTệp: `{flow.path}`.\n\n"
        f"```mermaid\n{to_mermaid(flow)}```\n"
    )
