"""YAML with lines: values stay as editors wrote them, and mistakes name their line."""

from __future__ import annotations

from contextlib import suppress

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content import marked_yaml
from bot.content.marked_yaml import RepeatedKey, YamlBroken, parse_front_matter, parse_marked


class PlainLoader(yaml.SafeLoader):
    """What is used where PyYAML came without libyaml: it words its complaints in another way."""


#: Both readers of PyYAML, with our own rules for numbers.
LOADERS = [marked_yaml._Loader, PlainLoader]
PlainLoader.yaml_implicit_resolvers = marked_yaml._Loader.yaml_implicit_resolvers


@pytest.mark.parametrize(
    "written", ["8.000", "12:30", "0310", "no", "yes", "2026-02-30", "2026-06-10", "1e3", "0x1F"]
)
def test_what_other_readers_turn_into_numbers_dates_or_truth_stays_text(written):
    assert parse_marked(f"a: {written}").data == {"a": written}


def test_only_whole_numbers_and_nothing_are_not_text():
    assert parse_marked("a: 310\nb: -5\nc:\nd: ~\ne: '310'").data == {
        "a": 310,
        "b": -5,
        "c": None,
        "d": None,
        "e": "310",
    }


def test_every_key_and_list_item_has_its_line():
    marked = parse_marked("a: 1\nb:\n  - x\n  - c: 2\n    d: 3\n", first_line=10)
    wanted = [(("a",), 10), (("b",), 11), (("b", 0), 12), (("b", 1, "c"), 13), (("b", 1, "d"), 14)]
    assert [(path, marked.line(*path)) for path, _ in wanted] == wanted


def test_a_value_that_is_not_there_has_the_line_of_what_is_above_it():
    marked = parse_marked("a: 1\nb:\n  - x\n")
    assert marked.line("b", 7, "c") == 2
    assert marked.line("z") == 1


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a:\n\tb: 1", "yaml_tab", 2),
        ("a:\n  - x\n\t- y", "yaml_tab", 3),
        ("a: |\n\tx", "yaml_tab", 2),
        ("a: x\n\ty", "yaml_tab", 2),
        ('a: 1\nb: "x\nc: 1', "yaml_quote", 2),
        ("a: 1\nb: 'x\nc: 1", "yaml_quote", 2),
        ('a: 1\nb: "x "y" z"\nc: 1', "yaml_quote", 2),
        ("a: 'x'y'\nb: 1", "yaml_quote", 1),
        ('a:\n  - "x" y\n  - z', "yaml_quote", 2),
        ("a: 1\nb:x\nc: 2", "yaml_colon_missing", 2),
        ("a: 1\nb:x", "yaml_colon_missing", 2),
        ("a: 1\nxin chào\nb: 2", "yaml_colon_missing", 2),
        ("b:x\na: 1", "yaml_colon_missing", 1),
        ("a: 1\nb: c: d", "yaml_colon_twice", 2),
        ("a:\n  - b: c: d", "yaml_colon_twice", 2),
        ("a: 1\nb: [x, y\nc: 2", "yaml_bracket", 2),
        ("a: 1\nb: [\n", "yaml_bracket", 3),
        ("a: {x: 1\nb: 2", "yaml_bracket", 1),
        ("a: 1\nb: {value} đồng\nc: 1", "yaml_bracket", 2),
        ("a: 1\nb: *c", "yaml_special_character", 2),
        ("a: !tuple 1", "yaml_special_character", 1),
        ("a: 1\nb: @x", "yaml_special_character", 2),
        ("a: 1\nb: %x", "yaml_special_character", 2),
        ("a: 1\nb: `x`", "yaml_special_character", 2),
        ("a: - x", "yaml_special_character", 1),
        ("a: > x", "yaml_special_character", 1),
        ("a: &x\n  b: *x", "yaml_special_character", 1),
        ("a: 1\nb: &x [c]\nd: *x", "yaml_special_character", 2),
        ("a: 1\n  b: 2", "yaml_indentation", 2),
        ("a:\n    b: 1\n  c: 2", "yaml_indentation", 3),
        ("a:\n  - x\n - y", "yaml_indentation", 3),
        ("a:\n- x\n - y: z", "yaml_indentation", 3),
        (" a: 1\nb: 2", "yaml_indentation", 2),
        ("a: 1\nb: x\vy", "yaml_control_character", 2),
        ("a: 1\nb: \0", "yaml_control_character", 2),
        ("- a", "yaml_not_mapping", 1),
        ("xin chào", "yaml_not_mapping", 1),
        ("a: 1\n{b: c}: d", "yaml_broken", 2),
        ('a: 1\nb: "C:\\x"', "yaml_broken", 2),
        ("a: 1\n---\nb: 2", "yaml_broken", 2),
    ],
)
@pytest.mark.parametrize("loader", LOADERS)
def test_broken_yaml_names_the_likely_mistake_and_its_line(monkeypatch, loader, text, code, line):
    monkeypatch.setattr(marked_yaml, "_Loader", loader)
    with pytest.raises(YamlBroken) as caught:
        parse_marked(text, first_line=10)
    assert (caught.value.code, caught.value.line - 9) == (code, line)


def test_front_matter_knows_where_head_and_body_begin():
    parts = parse_front_matter("---\na: 1\nb: 2\n---\nText\n")
    assert (parts.head.line("b"), parts.body, parts.body_line) == (3, "Text\n", 5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "front_matter_missing"),
        ("a: 1", "front_matter_missing"),
        ("\n---\na: 1\n---", "front_matter_missing"),
        ("--- x\n---", "front_matter_missing"),
        ("---\na: 1\n", "front_matter_open"),
    ],
)
def test_a_file_without_front_matter_is_broken_at_line_1(text, code):
    with pytest.raises(YamlBroken) as caught:
        parse_front_matter(text)
    assert (caught.value.code, caught.value.line) == (code, 1)


@settings(deadline=None)
@given(st.text(st.characters()) | st.text("ab:-[]{}&*!|>'\"#%@, \n\t01", max_size=40))
def test_any_text_is_either_a_mapping_or_broken(text):
    with suppress(YamlBroken):
        assert parse_marked(text).line() >= 1


def test_a_key_that_one_mapping_has_twice_is_told_with_both_lines():
    marked = parse_marked("a: 1\nb:\n  - c: 2\n    d: 3\n    c: 4\n  - c: 5\na: 6\n", first_line=10)
    assert marked.repeated == (RepeatedKey("c", 12, 14), RepeatedKey("a", 10, 16))
    assert marked.data["a"] == 6
