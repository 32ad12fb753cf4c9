"""No code can say a text that is not declared, or leave one of its blanks open."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from bot.domain.system_texts import SystemText, find_blanks
from bot.settings import PROJECT_ROOT

#: Arguments of the methods that say a text, apart from its blanks.
NO_BLANKS = {"buttons"}


def trees() -> Iterator[ast.Module]:
    for path in sorted((PROJECT_ROOT / "bot").rglob("*.py")):
        yield ast.parse(path.read_text(encoding="utf-8"))


def named(node: ast.AST) -> SystemText | None:
    is_member = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return SystemText[node.attr] if is_member and node.value.id == "SystemText" else None


NODES = [node for tree in trees() for node in ast.walk(tree)]
MENTIONS = [one for node in NODES if (one := named(node)) is not None]
CALLS = [
    (one, {keyword.arg for keyword in node.keywords} - NO_BLANKS)
    for node in NODES
    if isinstance(node, ast.Call) and node.args and (one := named(node.args[0])) is not None
]


@pytest.mark.parametrize("key", SystemText)
def test_every_declared_text_is_said(key):
    assert key in MENTIONS


@pytest.mark.parametrize("key", SystemText)
def test_who_says_a_text_fills_in_exactly_its_blanks(key):
    given = [values for one, values in CALLS if one is key]
    assert all(values == key.blanks for values in given)
    if key.blanks:
        # Said nowhere but by name, so that no call can escape this test.
        assert len(given) == MENTIONS.count(key)


def test_every_call_that_says_a_text_names_it_by_its_declaration():
    literals = [
        ast.unparse(node)
        for node in NODES
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"message", "button"}
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert literals == []


def test_a_declared_text_keeps_its_name_and_its_blanks():
    assert str(SystemText.SOURCES_MORE) == "sources_more"
    assert SystemText("sources_more") is SystemText.SOURCES_MORE
    assert SystemText.SOURCES_MORE.needed == {"sources"}
    assert SystemText.SOURCES_MORE.blanks == {"sources", "count"}
    assert SystemText.EMPTY.blanks == frozenset()


@pytest.mark.parametrize(
    ("text", "blanks"),
    [
        ("Chào bạn.", set()),
        ("{title} ({date})", {"title", "date"}),
        ("{{title}}", set()),
        ("{title", None),
        ("title}", None),
        ("{}", None),
        ("{0}", None),
        ("{title!r}", None),
        ("{title:>9}", None),
        ("{title.x}", None),
        ("{title[0]}", None),
    ],
)
def test_blanks_are_plain_names_in_braces(text, blanks):
    assert find_blanks(text) == blanks


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("{sources} và {count} nguồn khác", True),
        ("{sources} và nguồn khác", True),
        ("và {count} nguồn khác", False),
        ("{sources} và {so} nguồn khác", False),
        ("{sources", False),
        (None, False),
    ],
)
def test_a_text_fits_when_its_blanks_are_those_of_its_key(text, fits):
    assert SystemText.SOURCES_MORE.fits(text) is fits
