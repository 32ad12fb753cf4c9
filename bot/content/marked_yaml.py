"""YAML and Markdown front matter that remember on which line every value stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from bot.content.yaml_mistakes import likely_mistake

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML without libyaml: slower, reads the same
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]


class _Loader(_SafeLoader):
    """Knows texts and whole numbers only: 8.000, 12:30, no and 2026-02-30 stay as written."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as PyYAML declares it


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"(?:~|null|)\Z"), ["~", "n", ""]
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"-?(?:0|[1-9][0-9]*)\Z"), list("-0123456789")
)

#: Where a value stands in its document: keys and list positions from the top.
YamlPath: TypeAlias = tuple[str | int, ...]


class YamlBroken(Exception):
    """The text is not YAML, or not a mapping. `code` is of the issue table, `line` from 1."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(f"{code} in line {line}")
        self.code = code
        self.line = line


@dataclass(frozen=True, slots=True)
class RepeatedKey:
    """A key that one mapping has twice; only the later value is in the data."""

    key: str
    first_line: int
    line: int


@dataclass(frozen=True)
class Marked:
    """Plain data read from YAML, with the line of every key and list item."""

    data: Mapping[str, Any]
    lines: Mapping[YamlPath, int] = field(default_factory=dict)
    repeated: tuple[RepeatedKey, ...] = ()

    def line(self, *path: str | int) -> int:
        """The line of a value, or of the nearest thing above it that has one."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def parse_marked(text: str, first_line: int = 1) -> Marked:
    """Read a YAML mapping. `first_line` is the line of the file on which `text` begins.

    Raises:
        YamlBroken: the text is no YAML mapping.
    """
    try:
        return _parse(text, first_line)
    except (yaml.YAMLError, ValueError) as error:
        code, line = likely_mistake(text, error)
        raise YamlBroken(code, first_line + line) from error


def _parse(text: str, first_line: int) -> Marked:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return Marked({}, {(): first_line})
        if not isinstance(node, yaml.MappingNode):
            raise YamlBroken("yaml_not_mapping", first_line)
        if (line := _line_of_alias(node)) is not None:
            raise YamlBroken("yaml_special_character", first_line + line)
        # Built first: it refuses keys that no path of lines could hold.
        data = loader.construct_document(node)
        return Marked(data, dict(_lines(node, (), first_line)), tuple(_repeated(node, first_line)))
    finally:
        loader.dispose()


def _line_of_alias(top: yaml.Node) -> int | None:
    """The line, from 0, of a node that stands in two places, as no editor means it to. One that
    stands inside itself would never end.
    """
    seen: set[int] = set()
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            return int(node.start_mark.line)
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            waiting += (one for pair in node.value for one in pair)
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return None


def _lines(node: yaml.Node, path: YamlPath, first_line: int) -> Iterator[tuple[YamlPath, int]]:
    yield path, node.start_mark.line + first_line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*path, key.value), first_line)
            yield (*path, key.value), key.start_mark.line + first_line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*path, index), first_line)


def _repeated(node: yaml.Node, first_line: int) -> Iterator[RepeatedKey]:
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + first_line
            if key.value in seen:
                yield RepeatedKey(key.value, seen[key.value], line)
            seen.setdefault(key.value, line)
            yield from _repeated(value, first_line)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated(value, first_line)


@dataclass(frozen=True)
class FrontMatter:
    """A Markdown file taken apart: its front matter and the lines of its body."""

    head: Marked
    body: str
    #: The line of the file on which the body begins.
    body_line: int


def parse_front_matter(text: str) -> FrontMatter:
    """Split a Markdown file that begins with YAML between two lines of `---`.

    Raises:
        YamlBroken: there is no front matter, or it is no YAML mapping.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        raise YamlBroken("front_matter_missing", 1)
    closing = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if closing is None:
        raise YamlBroken("front_matter_open", 1)
    head = parse_marked("\n".join(lines[1:closing]), first_line=2)
    return FrontMatter(head, "\n".join(lines[closing + 1 :]), closing + 2)
