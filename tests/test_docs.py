"""Docs that would lie if the code changed without them."""

from __future__ import annotations

import re
import sys
import tomllib
from collections import defaultdict

import grimp
import pytest

from bot.cli.main import COMMANDS
from bot.content.loader import load_content
from bot.content.paths import FOLDERS
from bot.content.readers.flow_keys import BRANCH_KEYS, FLOW_KEYS, OPTION_KEYS, STEP_KEYS
from bot.content.readers.flows import STEP_READERS
from bot.content.readers.knowledge import ALLOWED_KEYS, AUDIENCES
from bot.content.readers.topic_body import SECTIONS
from bot.domain.flows import SPECIAL_STEPS
from bot.domain.scam_signs import FEW, MANY, NONE
from bot.settings import PROJECT_ROOT, Settings
from tests.factories import write_content

README = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (PROJECT_ROOT / "docs" / "noi-dung" / "viet-mot-chu-de.md").read_text(encoding="utf-8")
FLOW_GUIDE = (PROJECT_ROOT / "docs" / "noi-dung" / "viet-mot-loi-huong-dan.md").read_text(
    encoding="utf-8"
)


@pytest.fixture(scope="module")
def imports():
    """Each part of `bot/` to the other parts and the libraries that it imports."""
    graph = grimp.build_graph("bot", include_external_packages=True, cache_dir=None)
    found = defaultdict(set)
    for module in sorted(graph.modules):
        if module.startswith("bot."):
            part = module.split(".")[1]
            found[part] |= {
                other.removeprefix("bot.").split(".")[0]
                for other in graph.find_modules_directly_imported_by(module) - {"bot"}
            } - {part, *sys.stdlib_module_names}
    return found


def test_every_setting_is_in_the_readme_with_its_help():
    for name, field in Settings.model_fields.items():
        assert f"`TROLY06_{name.upper()}`" in README, name
        assert field.description, name
        assert field.description in README, name


def test_every_command_has_help_and_a_module():
    for command, help_text in COMMANDS.items():
        assert help_text
        assert (PROJECT_ROOT / "bot" / "cli" / f"{command.replace('-', '_')}.py").exists()


def test_the_editors_guide_names_every_key_section_group_and_audience():
    for word in (*ALLOWED_KEYS, *SECTIONS, *AUDIENCES):
        assert word in GUIDE, word
    for group, folder in FOLDERS.items():
        assert f"`{group}/`" in GUIDE
        assert f"`knowledge/{folder}/`" in GUIDE


@pytest.mark.parametrize("word", sorted({*FLOW_KEYS, *STEP_KEYS, *OPTION_KEYS, *BRANCH_KEYS}))
def test_the_guide_to_flows_names_every_key(word):
    assert re.search(rf"\b{word}\b", FLOW_GUIDE)


@pytest.mark.parametrize("word", [*STEP_READERS, *SPECIAL_STEPS, MANY, FEW, NONE])
def test_the_guide_to_flows_names_every_kind_of_step_special_way_and_verdict(word):
    assert f"`{word}`" in FLOW_GUIDE


def test_the_example_of_the_guide_to_flows_has_no_issue(tmp_path):
    """Authors begin by copying it. Its topic is of our own content, so that is not looked at."""
    example = re.search(r"```yaml\n(id: .*?)```", FLOW_GUIDE, flags=re.DOTALL).group(1)
    root = write_content(tmp_path)
    example = example.replace("trouble/mat-so-dien-thoai", "account/quen-mat-khau")
    (root / "flows" / "sim-con-dung.yaml").write_text(example, encoding="utf-8")
    assert load_content(root)[1] == []


def test_every_dependency_has_its_reason_in_the_readme():
    text = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.split("[project.scripts]")[0]
    names = re.findall(
        r'"([A-Za-z0-9_-]+)(?:\[[a-z]+\])?(?:>=[\d.]+(?:,<[\d.]+)?)?"',
        block.split("dependencies = [")[1],
    )
    for name in set(names):
        assert name in README, name


def test_no_blank_is_left_in_the_readme():
    assert not re.search(r"@[A-Z_]+@", README)


def test_links_between_documents_lead_somewhere():
    for path in [
        *PROJECT_ROOT.glob("*.md"),
        *PROJECT_ROOT.glob("docs/**/*.md"),
        *PROJECT_ROOT.glob("*/README.md"),
    ]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_arrows_in_the_readme_are_those_of_the_code(imports):
    drawn = {
        part: set(others.split(", "))
        for part, others in re.findall(r"^([a-z]+) +─► ([a-z, ]+)$", README, flags=re.MULTILINE)
    }
    parts = imports.keys() - {"__main__"}
    assert drawn == {part: imports[part] & parts for part in parts if imports[part] & parts}


def test_every_library_that_is_imported_has_a_contract(imports):
    text = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    protected = {name for one in contracts for name in one.get("protected_modules", ())}
    libraries = set().union(*imports.values()) - imports.keys()
    assert libraries - protected == set()
    assert libraries >= {"numpy", "faiss", "yaml"}
