"""The words for whoever runs the machines: one table, complete, with nothing left over."""

from __future__ import annotations

import ast
import pkgutil
import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from bot.cli.wording import (
    TABLE_PATH,
    label_of_check,
    label_of_grade,
    load_words,
    tell_fault,
    tell_finding,
)
from bot.content.marked_yaml import parse_marked
from bot.domain.errors import BackupUnusable, BotError, ConfigError, SchemaMismatch, StoreError
from bot.running import checks, doctor
from bot.running.checks.findings import Grade, Saying, good
from bot.settings import PROJECT_ROOT

LETTERS = re.compile("[ăâđêôơưàáạảãèéẹẻẽìíịỉĩòóọỏõùúụủũỳýỵỷỹ]", re.IGNORECASE)
CHECK_MODULES = [
    doctor,
    *(
        import_module(f"{checks.__name__}.{one.name}")
        for one in pkgutil.iter_modules(checks.__path__)
    ),
]
WORDLESS = ("running", "store", "outbox")
#: What Rasa is asked, to see whether it answers; nobody reads it.
NO_SENTENCE = {"xin chào"}


def sayings_of(module):
    for value in vars(module).values():
        for one in value.values() if isinstance(value, dict) else [value]:
            if isinstance(one, Saying):
                yield one


SAYINGS = {one.sentence: one for module in CHECK_MODULES for one in sayings_of(module)}


def trees(*parts):
    for part in parts:
        for path in sorted((PROJECT_ROOT / "bot" / part).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def blanks(*texts):
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def fault_codes():
    """Each code that is raised, with the names of the values that come with it."""
    for _, tree in trees(*WORDLESS):
        named = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for code in named.values():
            if str(code).startswith("backup_"):
                yield code, None
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "of"
                and isinstance(node.args[0], ast.Constant)
            ):
                yield node.args[0].value, {one.arg for one in node.keywords}


def classes_of_faults(kind=BotError):
    yield kind
    for one in kind.__subclasses__():
        yield from classes_of_faults(one)


def test_every_finding_has_words_and_no_words_are_left_over():
    assert len(SAYINGS) > 100
    assert SAYINGS.keys() == load_words()["findings"].keys()


@pytest.mark.parametrize("sentence", sorted(SAYINGS))
def test_what_is_no_good_comes_with_a_remedy(sentence):
    entry = load_words()["findings"][sentence]
    assert ("remedy" in entry) is (SAYINGS[sentence].grade is not Grade.GOOD)
    # Broken settings bring a sentence of their own.
    assert entry["what"].endswith(".") or entry["what"] == "{what}"


@pytest.mark.parametrize("module", CHECK_MODULES, ids=lambda one: one.__name__)
def test_every_blank_of_a_finding_is_given(module):
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and all(one.arg for one in node.keywords):
            for name in ast.walk(node.func):
                saying = vars(module).get(getattr(name, "id", ""))
                if isinstance(saying, Saying):
                    entry = load_words()["findings"][saying.sentence]
                    given = {one.arg for one in node.keywords}
                    assert blanks(*entry.values()) <= given, saying.sentence


def test_every_fault_that_is_raised_has_words_and_no_words_are_left_over():
    raised = {code for code, _ in fault_codes()}
    of_classes = {one.code for one in classes_of_faults() if one.code}
    of_schema = {SchemaMismatch("", is_newer=one).code for one in (True, False)}
    assert raised >= {"backup_exists", "secret_key_missing", "zalo_oa_settings_missing"}
    assert raised | of_classes | of_schema == load_words()["faults"].keys()


def test_every_blank_of_a_fault_is_given():
    for code, given in fault_codes():
        if given is not None:
            assert blanks(load_words()["faults"][code]) <= given | {"fault"}, code


def test_no_entry_stands_twice():
    assert parse_marked(TABLE_PATH.read_text(encoding="utf-8")).repeated == ()


def test_every_check_and_grade_has_a_label():
    assert load_words()["checks"].keys() == {one.name for one in doctor.CHECKS}
    assert label_of_check("clock") == "Đồng hồ"
    assert [label_of_grade(one) for one in Grade] == ["ổn", "nhắc", "hỏng"]


@pytest.mark.parametrize("part", WORDLESS)
def test_code_that_finds_faults_holds_no_words_for_staff(part):
    found = [
        f"{path.name}:{node.lineno}: {node.value}"
        for path, tree in trees(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and LETTERS.search(node.value)
        and node.value not in NO_SENTENCE
    ]
    assert found == []


def test_a_fault_is_told_by_its_code_and_values():
    fault = BackupUnusable.of("backup_exists", path="/tmp/a.backup")
    assert str(fault) == "backup exists: path /tmp/a.backup"
    assert tell_fault(fault).startswith("Đã có tệp /tmp/a.backup. Hãy đặt tên khác")


def test_a_database_that_fails_is_told_with_what_to_do():
    told = tell_fault(StoreError("the database failed: OperationalError"))
    assert "Không dùng được cơ sở dữ liệu (the database failed: OperationalError)." in told
    assert "Hãy xem TROLY06_DATABASE_URL" in told


def test_a_fault_without_words_is_told_in_its_own():
    assert tell_fault(ConfigError("Cài đặt A hỏng.")) == "Cài đặt A hỏng."


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2026, 11, 21, 17, 5, tzinfo=UTC), "00:05 ngày 22/11/2026"),
        (timedelta(seconds=119), "119 giây"),
        (-timedelta(minutes=3), "3 phút"),
        (timedelta(hours=47), "47 giờ"),
        (timedelta(days=2), "2 ngày"),
        ("", "(không rõ)"),
        (None, "(không rõ)"),
        (0, "0"),
    ],
)
def test_values_stand_in_a_sentence_as_people_write_them(value, shown):
    what, remedy = tell_finding(good("operator_named")(name=value))
    assert (what, remedy) == (f"Tên đơn vị vận hành: {shown}.", "")
