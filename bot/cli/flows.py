"""`flows`: the list of flows; pictures of them, and the schema of their files, for authors."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bot.cli.flow_drawing import to_mermaid
from bot.content.flow_schema import flow_schema
from bot.content.loader import load_catalog
from bot.domain.catalog import Catalog
from bot.domain.flows import Flow
from bot.settings import PROJECT_ROOT, load_settings

DRAWINGS = Path("docs") / "loi"
SCHEMA = Path("docs") / "noi-dung" / "flow.schema.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=["list", "draw", "schema"],
        help="list: liệt kê; draw: vẽ từng lối; schema: ghi tệp để trình soạn thảo gợi ý.",
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="Nơi ghi: thư mục cho draw, tệp cho schema. Bỏ thì ghi vào docs/.",
    )


def run(options: argparse.Namespace) -> int:
    catalog = load_catalog(load_settings().content_root)
    flows = sorted(catalog.flows, key=lambda flow: flow.id)
    match options.action:
        case "draw":
            _write_drawings(flows, options.output or PROJECT_ROOT / DRAWINGS)
        case "schema":
            path = options.output or PROJECT_ROOT / SCHEMA
            path.write_text(schema_text(catalog), encoding="utf-8")
            print(f"Đã ghi {path}.")
        case _:
            for flow in flows:
                print(f"{flow.id}  {flow.title}  ({len(flow.steps)} bước)")
    return 0


def _write_drawings(flows: list[Flow], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in drawings(flows).items():
        (folder / name).write_text(text, encoding="utf-8")
    print(f"Đã vẽ {len(flows)} lối vào {folder}.")


def schema_text(catalog: Catalog) -> str:
    """The file that editors complete and check flows with."""
    return json.dumps(flow_schema(catalog), ensure_ascii=False, indent=1) + "\n"


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
