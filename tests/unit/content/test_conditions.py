"""Conditions as editors write them, and when they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.readers.conditions import ConditionBroken, parse_condition
from bot.dialogue.conditions import holds, way
from bot.domain.flows import END, AllOf, AnyOf, Branch, Is, Not, StepId

A, B, C = Is("a", ("1",)), Is("b", ("2",)), Is("c", ("3",))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("a = 1", A),
        ("a=1", A),
        ("a != 1", Not(A)),
        ("a in 1, 2,3", Is("a", ("1", "2", "3"))),
        ("not a = 1", Not(A)),
        ("not not a = 1", Not(Not(A))),
        ("a = 1 and b = 2 and c = 3", AllOf((A, B, C))),
        ("a = 1 or b = 2 and c = 3", AnyOf((A, AllOf((B, C))))),
        ("(a = 1 or b = 2) and c = 3", AllOf((AnyOf((A, B)), C))),
        ("not (a = 1 and b = 2)", Not(AllOf((A, B)))),
        ("not a = 1 and b = 2", AllOf((Not(A), B))),
        ("a in 1, 2 and b = 2", AllOf((Is("a", ("1", "2")), B))),
        ("muc = muc-2 and not (the = het-han)",
         AllOf((Is("muc", ("muc-2",)), Not(Is("the", ("het-han",)))))),
        ("  ((a = 1))  ", A),
    ],
)  # fmt: skip
def test_a_condition_is_read_with_its_precedence(text, condition):
    assert parse_condition(text) == condition


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", ""),
        ("a", "a"),
        ("a =", ""),
        ("= 1", "="),
        ("a == 1", "="),
        ("a = 1 b = 2", "b"),
        ("a = 1 and", ""),
        ("a = 1 and and b = 2", "and"),
        ("(a = 1", "("),
        ("a = 1)", ")"),
        ("a = not", "not"),
        ("a in 1,", ""),
        ("a là 1", "à 1"),
        ("a = 'x'", "'x'"),
        ("a > 1", "> 1"),
        ("-a = 1", "-a"),
        ("()", ")"),
    ],
)
def test_a_broken_condition_says_at_what(text, at):
    with pytest.raises(ConditionBroken) as broken:
        parse_condition(text)
    assert str(broken.value).strip() == at


@pytest.mark.parametrize(
    ("text", "slots", "expected"),
    [
        ("a = 1", {"a": "1"}, True),
        ("a = 1", {"a": "2"}, False),
        ("a = 1", {}, False),
        ("a != 1", {}, True),
        ("a in 1, 2", {"a": "2"}, True),
        ("a = 1 and b = 2", {"a": "1"}, False),
        ("a = 1 or b = 2", {"b": "2"}, True),
        ("not (a = 1 or b = 2)", {"c": "3"}, True),
    ],
)
def test_a_condition_holds_when_its_slots_have_the_values(text, slots, expected):
    assert holds(parse_condition(text), slots) is expected


def test_the_first_branch_that_holds_is_taken_and_without_an_else_the_end():
    branches = (Branch(StepId("x"), A), Branch(StepId("y"), A), Branch(StepId("z")))
    assert way(branches, {"a": "1"}) == "x"
    assert way(branches, {}) == "z"
    assert way(branches[:2], {}) == END


def text_of(condition):
    match condition:
        case Is(slot, values) if len(values) == 1:
            return f"{slot} = {values[0]}"
        case Is(slot, values):
            return f"{slot} in {', '.join(values)}"
        case Not(inner):
            return f"not ({text_of(inner)})"
        case AllOf(all_):
            return " and ".join(f"({text_of(one)})" for one in all_)
        case AnyOf(all_):
            return " or ".join(f"({text_of(one)})" for one in all_)


NAMES = st.sampled_from(["a", "noi_cai", "muc-2", "x1"])
CONDITIONS = st.recursive(
    st.builds(Is, NAMES, st.lists(NAMES, min_size=1, max_size=3).map(tuple)),
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, min_size=2, max_size=3).map(lambda all_: AllOf(tuple(all_)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda all_: AnyOf(tuple(all_)))
    ),
    max_leaves=8,
)


@given(CONDITIONS)
def test_a_condition_that_is_written_out_is_read_back(condition):
    assert parse_condition(text_of(condition)) == condition


@given(st.text(alphabet="ab12 ()=!,-_andornti'é", max_size=40))
def test_any_text_is_a_condition_or_broken(text):
    try:
        condition = parse_condition(text)
    except ConditionBroken:
        return
    assert holds(condition, {"a": "1"}) in {True, False}
