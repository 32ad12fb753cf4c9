"""What is read, what the hash covers, and that no file can make loading crash."""

from __future__ import annotations

import codecs
from datetime import date
from pathlib import Path

import pytest

from bot.content.issues import ContentIssue, Severity
from bot.content.loader import hash_content, load_catalog, load_content
from bot.content.paths import content_paths
from bot.content.readers.knowledge import ALLOWED_KEYS
from bot.domain.cards import MAX_REPLY_CHARS, answer_card
from bot.domain.errors import ContentInvalid
from bot.domain.understanding import EntityPhrase, IntentName
from tests.factories import DRAWING_PNG, LAWS, LUA_DAO, MAT_KHAU, SMALL_TREE, TAM_TRU, spoil


def issues_of(root: Path) -> list[ContentIssue]:
    return load_content(root)[1]


def test_every_content_file_is_in_the_hash(root):
    found = [path.relative_to(root).as_posix() for path in content_paths(root)]
    assert sorted(found) == sorted([*SMALL_TREE, DRAWING_PNG])


@pytest.mark.parametrize("path", [*SMALL_TREE, DRAWING_PNG])
def test_the_hash_changes_when_a_byte_of_a_file_changes(root, path):
    before = hash_content(root)
    data = bytearray((root / path).read_bytes())
    data[-1] ^= 1
    (root / path).write_bytes(data)
    assert hash_content(root) != before


def test_the_hash_changes_when_a_file_is_renamed_or_two_swap_their_text(root):
    before = hash_content(root)
    (root / LUA_DAO).rename(root / "knowledge/safety/khac.md")
    renamed = hash_content(root)
    (root / "knowledge/safety/khac.md").rename(root / LUA_DAO)
    assert hash_content(root) == before
    one, other = (root / TAM_TRU).read_bytes(), (root / MAT_KHAU).read_bytes()
    (root / TAM_TRU).write_bytes(other)
    (root / MAT_KHAU).write_bytes(one)
    assert len({before, renamed, hash_content(root)}) == 3


def test_the_hash_ignores_files_that_no_catalog_is_made_from(root):
    before = hash_content(root)
    (root / "knowledge/README.md").write_text("# Ghi chú", encoding="utf-8")
    assert hash_content(root) == before


def test_the_catalog_carries_its_hash_and_all_content(root):
    catalog = load_catalog(root)
    assert catalog.content_hash == hash_content(root)
    assert [topic.code for topic in catalog.topics] == [310, 210, 510]
    assert catalog.find_topic("utility/dang-ky-tam-tru") is catalog.topics_by_code[310]
    assert len(catalog.intents) == 19
    assert [flow.id for flow in catalog.flows] == ["giu-kin", "lay-lai"]
    assert [picture.alt for picture in catalog.pictures.values()] == ["Điện thoại đang tắt."]
    assert catalog.topics_by_code[210].pictures == {2: "tat-may"}
    assert [sign.id for sign in catalog.scam_signs.signs] == ["doi-ma", "xung-can-bo"]
    assert catalog.entities == (
        EntityPhrase("giay_to", "gplx", "bằng lái"),
        EntityPhrase("muc", "muc-2", "mức hai"),
    )
    assert catalog.abbreviations["cccd"] == "căn cước công dân"
    assert catalog.safety_phrases["emergency"] == ("cháy nhà",)


def test_a_catalog_with_errors_is_refused_with_their_number(root):
    spoil(root, TAM_TRU, "as_of: 2026-06", "as_of: 06/2026")
    spoil(root, MAT_KHAU, "code: 210", "code: 21")
    with pytest.raises(ContentInvalid, match="2 errors"):
        load_catalog(root)


@pytest.mark.parametrize("path", [*SMALL_TREE, DRAWING_PNG])
def test_a_file_that_may_not_be_read_is_an_error_and_no_crash(root, monkeypatch, path):
    opened = Path.open

    def refuse(self: Path, *arguments, **options):
        if self == root / path:
            raise PermissionError(13, "denied")
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    assert "file_unreadable" in {one.code for one in issues_of(root) if one.path == path}
    with pytest.raises(ContentInvalid):
        load_catalog(root)


def test_a_catalog_with_notices_only_is_served(root):
    spoil(root, LAWS, "in_force_from: 2021-07-01", "amended_on: 2020-01-01")
    assert [one.code for one in issues_of(root)] == ["law_amended"]
    assert load_catalog(root).topics


def test_a_law_that_lapses_next_year_warns_then_and_goes_on_being_served(root):
    """A day that comes by itself must not stop what ran the day before."""
    spoil(root, LAWS, "in_force_from: 2021-07-01", "lapsed_on: 2027-03-01")
    before, after = date(2027, 2, 28), date(2027, 3, 1)

    assert load_content(root, before)[1] == []
    (found,) = load_content(root, after)[1]
    assert (found.code, found.severity, found.path) == ("law_lapsed", Severity.WARNING, TAM_TRU)
    assert "2027-03-01" in found.text

    catalog = load_catalog(root, after)
    topic = catalog.topics_by_code[310]
    told = "Luật Cư trú (68/2020/QH14) đã hết hiệu lực từ ngày 01/03/2027"
    assert told in answer_card(topic, catalog, after)
    assert told not in answer_card(topic, catalog, before)


def test_an_answer_too_long_for_the_caution_of_a_coming_law_is_reported_today(root):
    spoil(root, TAM_TRU, "documents:\n  - Tờ khai điền sẵn trên mạng.\n", "")
    catalog = load_catalog(root)
    room = MAX_REPLY_CHARS - len(answer_card(catalog.topics_by_code[310], catalog, date.min))
    spoil(root, TAM_TRU, "where: ", f"where: {'xã ' * (room // 3)}")
    assert issues_of(root) == []
    spoil(root, LAWS, "in_force_from: 2021-07-01", "lapsed_on: 2999-01-01")
    assert [one.code for one in issues_of(root)] == ["reply_too_long"]


@pytest.mark.parametrize("path", SMALL_TREE)
def test_a_byte_order_mark_is_accepted(root, path):
    (root / path).write_bytes(codecs.BOM_UTF8 + (root / path).read_bytes())
    assert issues_of(root) == []


@pytest.mark.parametrize("path", SMALL_TREE)
def test_windows_line_ends_change_neither_content_nor_lines(root, path):
    unchanged = load_content(root)[0]
    (root / path).write_bytes((root / path).read_bytes().replace(b"\n", b"\r\n"))
    files, issues = load_content(root)
    assert issues == []
    assert files.topics == unchanged.topics
    assert files.intents == unchanged.intents


@pytest.mark.parametrize("path", SMALL_TREE)
def test_a_file_that_is_not_utf8_is_reported_at_its_first_line(root, path):
    (root / path).write_bytes("# Đăng ký\n".encode("utf-16"))
    found = [one for one in issues_of(root) if one.code == "file_not_utf8"]
    assert [(one.path, one.line) for one in found] == [(path, 1)]


def test_an_empty_folder_is_reported_and_does_not_crash(tmp_path):
    assert {one.code for one in issues_of(tmp_path)} == {"file_missing"}


@pytest.mark.parametrize("path", SMALL_TREE)
@pytest.mark.parametrize(
    "text",
    ["", "---", "---\n---\n", "- a", "a: [", "{a: b}: c", "a: \0", "laws: 5\nids: 5\nnlu: 5"],
)
def test_a_file_of_nonsense_is_reported_and_does_not_crash(root, path, text):
    (root / path).write_text(text, encoding="utf-8")
    assert path in {one.path for one in issues_of(root)}


@pytest.mark.parametrize("key", ALLOWED_KEYS)
@pytest.mark.parametrize("value", ["5", "-5", "x", "~", "[]", "[5, ~, [a], {a: b}]", "{a: b}"])
def test_a_value_of_any_shape_does_not_crash(root, key, value):
    text = (root / MAT_KHAU).read_text(encoding="utf-8")
    head, dashes, body = text.removeprefix("---\n").partition("---\n")
    kept = [line for line in head.split("\n") if not line.startswith(f"{key}:")]
    spoiled = "\n".join(["---", f"{key}: {value}", *kept])
    (root / MAT_KHAU).write_text(spoiled + dashes + body, encoding="utf-8")
    load_content(root)


def test_an_intent_spread_over_two_files_becomes_one(root):
    more = (
        'version: "3.1"\nnlu:\n  - intent: smalltalk/greeting\n    examples: |\n      - chào bạn\n'
    )
    (root / "intents/them.yml").write_text(more, encoding="utf-8")
    intents = {intent.name: intent for intent in load_catalog(root).intents}
    assert intents[IntentName("smalltalk/greeting")].examples == ("xin chào", "chào bạn")
