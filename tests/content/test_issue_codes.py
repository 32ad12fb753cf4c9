"""Every code of the table is reported for the right line of a file with exactly that mistake."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.content.issues import ISSUE_KINDS, Severity
from bot.content.loader import load_content
from bot.domain.system_texts import SystemText
from tests.factories import (
    ABBREVIATIONS,
    DRAWING,
    DRAWING_PNG,
    FILLERS,
    GIU_KIN,
    IDS,
    INTENTS,
    LAWS,
    LAY_LAI,
    LUA_DAO,
    MAT_KHAU,
    MESSAGES,
    PICTURES,
    PLAIN_WORDS,
    SAFETY,
    SCAM_SIGNS,
    TAM_TRU,
    make_png,
    spoil,
)


@dataclass(frozen=True)
class Mistake:
    """`old` becomes `new`; then `code` is reported once, on the line that begins with `at`."""

    code: str
    path: str
    old: str
    new: str
    at: str
    #: Where the issue is shown, when not in the file that was spoiled.
    shown_in: str = ""
    #: What else is reported because of it, anywhere.
    follows: tuple[str, ...] = ()
    #: Where it is reported too.
    and_at: tuple[str, ...] = ()


ANSWER = "Không đọc mã cho ai. Công an không bao giờ hỏi mã này."
LONG = "và một bước nữa "
NFD = unicodedata.normalize("NFD", "- Gác máy rồi báo Công an")
FREE_LAW = "  - {id: 1-1900-nd-cp, number: 1/1900/NĐ-CP, title: Cũ}\n"
LAST_INTENT = "  - intent: smalltalk/greeting"
STRAY_INTENT = "  - intent: service/khong-co\n    examples: |\n      - hỏi gì đó\n" + LAST_INTENT
NEW_TALK = "  - intent: smalltalk/moi\n    examples: |\n      - hỏi gì đó\n" + LAST_INTENT
INTENT_OF_NO_FLOW = "  - intent: flow/khong-co\n    examples: |\n      - dắt tôi đi\n" + LAST_INTENT
WITHOUT_EXAMPLES = "  - intent: handoff/nguoi\n    examples: |\n" + LAST_INTENT
OTHER_ID = "id: service/tam-tru"
RENAMED = ("intent_unknown", "examples_too_few", "id_not_listed", "id_unresolved", "topic_unknown")
UNREAD = ("intent_unknown", "id_unresolved", "topic_unknown")
WORD_LIST = "officialese:\n  tiến hành: làm\n  nêu trên: ở trên"
IN_FORCE = "in_force_from: 2021-07-01"
IN_FORCE_154 = "in_force_from: 2025-01-10"

UNSURE = "    unsure: lam\n"
LOOP = "    unsure: vong\n  - id: vong\n    say: Chào.\n    next: vong\n"
ORPHAN = UNSURE + "  - id: le\n    say: Chào.\n    next: END\n"
NAMED_END = UNSURE + "  - id: END\n    say: Chào.\n    next: END\n"
NAMED_TWICE = "    unsure: doi\n  - id: doi\n    say: Chào.\n    next: lam\n"
LOOKUP = "  - lookup: muc\n    examples: |\n"
SYNONYM = "  - synonym: muc-2\n    examples: |\n"
LONG_QUESTION = f"""steps:
  - id: {"hoi-" * 11}do
    collect: co
    ask: Bạn có máy không?
    options:
      - label: Có
        next: doc
    unsure: doc
"""
ONLY_STEP = """steps:
  - id: doc
    do: Đọc kỹ lời dặn này.
    topic: account/quen-mat-khau
    trouble: PERSON
    next: END
"""
#: Its buttons are too long only where it is written out.
LONG_GUIDE = f"  - id: {'lam-' * 11}theo\n    guide: account/quen-mat-khau\n    next: doc\n"
MIXED = "then: goi\n      - else: dan"
FIRST_OPTION = "      - label: Có\n        next: lam\n"
MANY_OPTIONS = FIRST_OPTION + "".join(
    f"      - label: Ý {number}\n        next: lam\n" for number in range(11)
)
TASK = "    do: Tắt máy rồi mở lại."
PARTING = "    say: Bạn giữ kín mật khẩu nhé.\n    next: END"
IF = "      - if: may = co and da_doi = roi"

MISTAKES = [
    # files and schema
    Mistake("file_not_utf8", PLAIN_WORDS, "làm", "l\udcffm", ""),
    Mistake("front_matter_missing", LUA_DAO, "---\nid:", "id:", "id:", "", UNREAD),
    Mistake("front_matter_open", LUA_DAO, "confirmed\n---\n", "confirmed\n", "---", "", UNREAD),
    Mistake("yaml_tab", PLAIN_WORDS, "  nêu trên", "\tnêu trên", "\tnêu trên"),
    Mistake("yaml_quote", PLAIN_WORDS, "tiến hành: làm", 'tiến hành: "làm', "  tiến hành"),
    Mistake("yaml_colon_missing", PLAIN_WORDS, "nêu trên: ở", "nêu trên:ở", "  nêu trên"),
    Mistake("yaml_colon_twice", PLAIN_WORDS, "hành: làm", "hành: làm: nhé", "  tiến hành"),
    Mistake("yaml_bracket", PLAIN_WORDS, "tiến hành: làm", "tiến hành: [làm", "  tiến hành"),
    Mistake("yaml_special_character", PLAIN_WORDS, "hành: làm", "hành: @làm", "  tiến hành"),
    Mistake("yaml_control_character", PLAIN_WORDS, "hành: làm", "hành: l\bm", "  tiến hành"),
    Mistake("yaml_indentation", PLAIN_WORDS, "  nêu trên", "   nêu trên", "   nêu trên"),
    Mistake("yaml_not_mapping", PLAIN_WORDS, WORD_LIST, "- tiến hành", "- tiến hành"),
    Mistake("yaml_broken", PLAIN_WORDS, "tiến hành: làm", "{a: b}: làm", "  {a: b}"),
    Mistake("key_unknown", TAM_TRU, "fee:", "phi:", "phi:"),
    Mistake("key_repeated", TAM_TRU, "code: 310\n", "code: 310\ncode : 311\n", "code :"),
    Mistake("key_repeated", MAT_KHAU, "    date: 2026", "    title: Nguồn\n    date: 2026",
            "    title: Nguồn"),
    Mistake("key_repeated", LAWS, IN_FORCE, IN_FORCE + "\n    number : 1", "    number :"),
    Mistake("key_repeated", IDS, "ids:", "ids: []\nids:", "ids:\n"),
    Mistake("key_repeated", INTENTS, "      - xin chào", "      - x\n    examples: |\n      - y",
            "    examples: |\n      - y"),
    Mistake("key_repeated", MESSAGES, "  clarify_none:", "  clarify : Gì?\n  clarify_none:",
            "  clarify :"),
    Mistake("key_repeated", PLAIN_WORDS, "tiến hành: làm", "tiến hành: làm\n  tiến hành : xử lý",
            "  tiến hành :"),
    Mistake("key_missing", TAM_TRU, "as_of: 2026-06\n", "", "id:"),
    Mistake("value_not_text", TAM_TRU, "fee: 7.000 đồng một người", "fee: [7.000]", "fee:"),
    Mistake("value_not_text", MESSAGES, "clarify: \"Bạn", "clarify: 5 #", "  clarify:"),
    Mistake("value_not_number", TAM_TRU, "code: 310", "code: 0310", "code:"),
    Mistake("value_not_list", TAM_TRU, "duties: [M071]", "duties: M071", "duties:"),
    Mistake("value_not_table", PLAIN_WORDS, WORD_LIST, "officialese: làm", "officialese:"),
    Mistake("value_not_block", INTENTS, "|\n      - xin chào", "\n      - xin chào",
            "    examples: \n", "", ("intent_without_examples",)),
    Mistake("item_not_text", SAFETY, "  - cháy nhà", "  -", "  -"),
    Mistake("item_not_table", LAWS, "laws:\n", "laws:\n  - Luật Cư trú\n", "  - Luật"),
    Mistake("value_empty", TAM_TRU, "fee: 7.000 đồng một người", "fee:", "fee:"),
    Mistake("value_not_allowed", TAM_TRU, "[citizen, tenant]", "[citizen, ai]", "audience:"),
    Mistake("id_malformed", IDS, "ids:", "ids:\n  - Quên", "  - Quên", follows=("id_unresolved",)),
    Mistake("id_not_like_file", LUA_DAO, "id: safety/lua-dao-otp", OTHER_ID, "id:", "", RENAMED),
    Mistake("id_duplicate", LAWS, "laws:\n", "laws:\n" + FREE_LAW * 2, "", "", ("law_uncited",)),
    Mistake("code_duplicate", MAT_KHAU, "code: 210", "code: 310", "code:"),
    Mistake("code_out_of_range", MAT_KHAU, "code: 210", "code: 21", "code:"),
    Mistake("date_malformed", TAM_TRU, "as_of: 2026-06", "as_of: 06/2026", "as_of:"),
    Mistake("day_malformed", LAWS, IN_FORCE, "in_force_from: 2021-02-30", "    in_force_from:"),
    Mistake("duty_malformed", TAM_TRU, "[M071]", "[71]", "duties:"),
    # the body of a topic
    Mistake("answer_missing", LUA_DAO, ANSWER, "", ""),
    Mistake("answer_too_long", LUA_DAO, ANSWER, "Đọc " + LONG * 15, "Đọc"),
    Mistake("answer_too_many_sentences", LUA_DAO, ANSWER, ANSWER + " Nhớ nhé.", "Không đọc"),
    Mistake("section_unknown", LUA_DAO, "## Lưu ý", "## Chú ý", "## Chú ý"),
    Mistake("section_repeated", LUA_DAO, "## Lưu ý", "## Lưu ý\n### Lưu ý", "### Lưu ý"),
    Mistake("section_out_of_order", LUA_DAO, "## Lưu ý", "## Lưu ý\n## Các bước\n## Lưu ý", "", "",
            ("section_repeated",)),
    Mistake("step_not_understood", TAM_TRU, "2. Chọn **Đăng", "Chọn **Đăng", "Chọn **Đăng"),
    Mistake("what_if_not_understood", TAM_TRU, "- Chủ nhà chưa", "Chủ nhà chưa", "Chủ nhà"),
    Mistake("item_not_understood", TAM_TRU, "- Không nhờ", "Không nhờ", "Không nhờ"),
    Mistake("example_not_understood", INTENTS, "- xin chào", "xin chào", "      xin chào", "",
            ("intent_without_examples",)),
    Mistake("step_number_wrong", TAM_TRU, "2. Chọn", "3. Chọn", "3. Chọn"),
    Mistake("step_too_long", TAM_TRU, "2. Chọn", "2. Chọn " + LONG * 8, "2. Chọn"),
    Mistake("title_too_long", LUA_DAO, "title: Có", "title: Có" + " lắm" * 12, "title:"),
    Mistake("reply_too_long", TAM_TRU, "fee: 7.000", "fee: " + LONG * 125 + "7.000", "Bạn ở nơi"),
    # flows
    Mistake("flow_step_kind", LAY_LAI, "    say: Bạn", "    noi: Bạn", "  - id: chao"),
    Mistake("flow_step_kind", LAY_LAI, "    say: Bạn", "    show: a/b\n    say: Bạn",
            "  - id: chao"),
    Mistake("flow_id_malformed", LAY_LAI, "value: khong", "value: Không", "        value: Không"),
    Mistake("flow_id_malformed", LAY_LAI, UNSURE, "    unsure: vào_đây\n  - id: vào_đây\n"
            "    say: Chào.\n    next: lam\n", "  - id: vào_đây"),
    Mistake("flow_slot_malformed", LAY_LAI, "collect: may", "collect: may-1", "    collect:", "",
            ("flow_slot_unknown",)),
    Mistake("flow_slot_malformed", LAY_LAI, "inspect: tin", "inspect: Tin", "    inspect:"),
    Mistake("flow_condition_broken", LAY_LAI, "may = co and", "may == co and", "      - if:"),
    # The flow that is dropped is still one that others may name.
    Mistake("flow_step_kind", GIU_KIN, "    do: Đọc", "    noi: Đọc", "  - id: doc"),
    Mistake("yaml_tab", GIU_KIN, "    do: Đọc", "\tdo: Đọc", "\tdo: Đọc"),
    Mistake("flow_without_steps", GIU_KIN, ONLY_STEP, "steps: []\n", "steps:"),
    Mistake("flow_id_malformed", GIU_KIN, "id: giu-kin", "id: giu_kin", "id:", "",
            ("id_not_like_file",)),
    Mistake("flow_id_reserved", GIU_KIN, "id: giu-kin", "id: t999", "id:", "",
            ("id_not_like_file",)),
    Mistake("value_not_number", LAY_LAI, "    to: 1", "    to: 0", "    to:"),
    Mistake("flow_guide_backwards", LAY_LAI, "    to: 1", "    from: 2\n    to: 1", "    to:"),
    Mistake("flow_guide_step_left_out", LAY_LAI, "checks: {1:", "checks: {2:", "    checks:"),
    Mistake("flow_guide_step_left_out", LAY_LAI, "troubles: {1:", "troubles: {2:",
            "    troubles:"),
    Mistake("flow_branch_mixed", LAY_LAI, MIXED, MIXED.replace("      - ", "        "),
            "      - if:"),
    Mistake("flow_phrase_duplicate", LAY_LAI, "also: [để ở nhà]", "also: [CO!]",
            "        also:"),
    Mistake("flow_phrase_duplicate", LAY_LAI, "      - label: Có\n        next",
            "      - label: Có\n        also: [để ở nhà]\n        next",
            "        also: [để ở nhà]\n        next: lam", and_at=(
            "        also: [để ở nhà]\n        next: hen",)),
    Mistake("flow_payload_too_long", GIU_KIN, "- id: doc\n", f"- id: {'doc-' * 14}ky\n",
            "  - id: doc-"),
    Mistake("flow_payload_too_long", GIU_KIN, "steps:\n", LONG_QUESTION, "    unsure: doc"),
    Mistake("flow_payload_too_long", GIU_KIN, "  - id: doc\n", LONG_GUIDE + "  - id: doc\n",
            "  - id: lam-"),
    Mistake("value_not_numbered", LAY_LAI, "checks: {1:", "checks: {một:", "    checks:"),
    Mistake("id_not_like_file", LAY_LAI, "id: lay-lai", "id: quen", "id:"),
    Mistake("key_unknown", LAY_LAI, "    check: máy báo", "    kiem: máy báo", "    kiem:"),
    Mistake("key_missing", LAY_LAI, "    unsure: chao\n", "", "  - id: dan", "",
            ("flow_step_unknown",)),
    Mistake("flow_step_duplicate", LAY_LAI, UNSURE, NAMED_END, "  - id: END", "",
            ("flow_id_malformed",)),
    Mistake("flow_step_duplicate", LAY_LAI, UNSURE, NAMED_TWICE,
            "  - id: doi\n    say", and_at=("  - id: doi\n    do",)),
    Mistake("flow_step_unknown", LAY_LAI, UNSURE, "    unsure: khong-co\n", "  - id: may"),
    Mistake("flow_step_unknown", LAY_LAI, "troubles: {1: go}", "troubles: {1: gỡ}", "  - id: lam"),
    Mistake("topic_unknown", LAY_LAI, "topics: [account/quen-mat-khau]", "topics: [a/b]",
            "topics:"),
    Mistake("topic_unknown", LAY_LAI, "guide: account/quen-mat-khau", "guide: a/b",
            "  - id: lam"),
    Mistake("topic_unknown", LAY_LAI, PARTING, "    show: a/b", "  - id: chao"),
    Mistake("topic_step_unknown", LAY_LAI, "to: 1", "to: 9", "  - id: lam"),
    Mistake("topic_step_unknown", LAY_LAI, "checks: {1:", "checks: {0:", "  - id: lam"),
    Mistake("flow_unknown", LAY_LAI, "link: giu-kin", "link: t510", "  - id: hen"),
    Mistake("flow_branch_without_else", LAY_LAI, "      - else: dan\n", "", "  - id: re"),
    Mistake("flow_branch_without_else", LAY_LAI, PARTING, PARTING.replace("END", "[]"),
            "  - id: chao", "", ("flow_loop_without_exit",)),
    Mistake("flow_else_not_last", LAY_LAI, IF, "      - else: dan\n" + IF, "  - id: re"),
    Mistake("flow_slot_unknown", LAY_LAI, "may = co and", "mai = co and", "  - id: re"),
    Mistake("flow_value_unknown", LAY_LAI, "da_doi = roi", "da_doi in roi, chua", "  - id: re"),
    Mistake("flow_step_unreachable", LAY_LAI, UNSURE, ORPHAN, "  - id: le"),
    Mistake("flow_loop_without_exit", LAY_LAI, UNSURE, LOOP, "  - id: vong"),
    Mistake("flow_retry_without_trouble", LAY_LAI, PARTING, PARTING.replace("END", "RETRY"),
            "  - id: chao"),
    Mistake("flow_calls_itself", LAY_LAI, "call: giu-kin", "call: lay-lai", "  - id: goi"),
    Mistake("flow_options_count", LAY_LAI, FIRST_OPTION, MANY_OPTIONS, "    options:"),
    Mistake("flow_option_duplicate", LAY_LAI, "label: Không", "label: CO", "      - label: Có",
            and_at=("      - label: CO",)),
    Mistake("flow_option_duplicate", LAY_LAI, "value: khong", "value: co", "      - label: Có",
            and_at=("      - label: Không",)),
    Mistake("flow_payload_too_long", LAY_LAI, "value: khong", "value: " + "khong-" * 8 + "khong",
            "      - label: Không"),
    Mistake("flow_task_too_long", LAY_LAI, TASK, TASK + " " + LONG * 9, "    do: Tắt"),
    Mistake("flow_text_too_long", LAY_LAI, "ask: Bạn", "ask: " + LONG * 70 + "bạn", "    ask: và"),
    Mistake("flow_text_too_long", LAY_LAI, "say: Bạn", "say: " + LONG * 70 + "bạn", "    say: và"),
    Mistake("flow_asks_personal_data", LAY_LAI, "ask: Bạn có điện thoại ở đây không?",
            "ask: Cho tôi biết số điện thoại của bạn?", "    ask: Cho"),
    Mistake("flow_asks_personal_data", LAY_LAI, TASK, "    do: Chụp mã OTP gửi vào đây.",
            "    do: Chụp"),
    Mistake("flow_without_unsure", LAY_LAI, UNSURE, "", "  - id: may"),
    Mistake("flow_without_trouble", LAY_LAI, "    trouble: PERSON\n", "", "  - id: go", "",
            ("key_missing", "flow_step_unknown")),
    Mistake("title_too_long", LAY_LAI, "title: Lấy", "title: Lấy" + " lại" * 15, "title:"),
    Mistake("title_too_long", LAY_LAI, "label: Không", "label: Không" + " có" * 20,
            "      - label: Không"),
    Mistake("item_not_table", SCAM_SIGNS, "signs:\n", "signs:\n  - đọc mã\n", "  - đọc mã\n  - id"),
    Mistake("key_missing", SCAM_SIGNS, "    weight: 2\n    topic: safety/lua-dao-otp\n"
            "    reason: Tin hỏi mã OTP.\n", "    weight: 2\n    reason: Tin hỏi mã OTP.\n",
            "  - id: doi-ma"),
    Mistake("value_not_allowed", SCAM_SIGNS, "weight: 1", "weight: 0", "    weight: 0"),
    Mistake("value_not_allowed", SCAM_SIGNS, "  id: duong-dan-la\n  weight: 2",
            "  id: duong-dan-la\n  weight: 3", "  weight: 3"),
    Mistake("topic_unknown", SCAM_SIGNS, "lua-dao-otp\n    reason: Tin hỏi",
            "k\n    reason: Tin hỏi", "    topic: safety/k"),
    Mistake("topic_unknown", SCAM_SIGNS, "lua-dao-otp\n  reason:", "k\n  reason:",
            "  topic: safety/k"),
    # pictures
    Mistake("picture_unknown", LAY_LAI, "picture: tat-may", "picture: tat", "    picture:"),
    Mistake("picture_unknown", MAT_KHAU, "{2: tat-may}", "{2: tat}", "pictures:"),
    Mistake("topic_step_unknown", MAT_KHAU, "{2: tat-may}", "{3: tat-may}", "pictures:"),
    Mistake("topic_step_unknown", MAT_KHAU, "pictures: {2: tat-may}",
            "pictures:\n  1: tat-may\n  0: tat-may", "  0:"),
    Mistake("value_not_numbered", MAT_KHAU, "{2: tat-may}", "{hai: tat-may}", "pictures:"),
    Mistake("key_missing", PICTURES, "    alt: Điện thoại đang tắt.\n", "", "  - id: tat-may"),
    Mistake("value_empty", PICTURES, "alt: Điện thoại đang tắt.", "alt:", "    alt:"),
    Mistake("picture_alt_too_long", PICTURES, "đang tắt.", LONG * 10, "    alt:"),
    Mistake("topic_unknown", PICTURES, "topic: account/quen-mat-khau", "topic: a/b", "    topic:"),
    Mistake("id_duplicate", PICTURES, "pictures:\n", "pictures:\n  - id: tat-may\n"
            "    alt: Một chiếc máy.\n    topic: account/quen-mat-khau\n",
            "  - id: tat-may\n    alt: Điện"),
    Mistake("flow_id_malformed", PICTURES, "id: tat-may", "id: tắt máy", "  - id: tắt", "",
            ("picture_unknown", "picture_unlisted")),
    Mistake("picture_too_large", DRAWING, "</svg>", f"<!-- {LONG * 4000} --></svg>", "<svg", "",
            ("picture_outdated",)),
    Mistake("picture_size_wrong", DRAWING, "0 0 960 540", "0 0 540 960", "<svg", "",
            ("picture_outdated",)),
    Mistake("picture_outdated", DRAWING, "Tắt máy", "Tắt máy nhé", "", DRAWING_PNG),
    Mistake("not_nfc", DRAWING, "Tắt máy", NFD[2:], "  <text", "", ("picture_outdated",)),
    Mistake("diacritics_missing", DRAWING, "Tắt máy", "Tat may roi mo lai", "  <text", "",
            ("picture_outdated",)),
    Mistake("diacritics_missing", PICTURES, "Điện thoại đang tắt", "Dien thoai cua ban dang tat",
            "    alt:"),
    Mistake("officialese", PICTURES, "đang tắt", "tiến hành tắt", "    alt:"),
    Mistake("personal_number", PICTURES, "đang tắt", "gọi 0900.000.001", "    alt:"),
    # across files
    Mistake("also_dead", TAM_TRU, "also:", "also:\n  - utility/cu", "  - utility/cu"),
    Mistake("also_claimed_twice", MAT_KHAU, "code: 210",
            "code: 210\nalso: [utility/dang-ky-tam-tru]", "also:"),
    Mistake("id_not_listed", IDS, "  - safety/lua-dao-otp\n", "", "id:", LUA_DAO),
    Mistake("id_unresolved", IDS, "ids:", "ids:\n  - service/moi", "  - service/moi"),
    Mistake("related_unknown", TAM_TRU, "related:", "related:\n  - service/x", "  - service/x"),
    Mistake("related_to_itself", TAM_TRU, "related:", "related:\n  - service/dang-ky-tam-tru",
            "  - service/dang-ky-tam-tru"),
    Mistake("alias_duplicate", MAT_KHAU, "không nhớ mật khẩu", "Khai báo tạm trú!", "  - Khai báo"),
    Mistake("alias_duplicate", MAT_KHAU, "title: Quên mật khẩu VNeID", "title: Đăng ký tạm trú",
            "title:"),
    Mistake("source_missing", LUA_DAO, "- title: Bộ Công an cảnh báo\n"
            "    ref: https://bocongan.gov.vn/\n    date: không rõ\n", "[]\n", "sources:"),
    Mistake("law_unknown", TAM_TRU, "legal:", "legal:\n  - 1-1900-nd-cp", "  - 1-1900-nd-cp"),
    Mistake("law_reference_unknown", LAWS, IN_FORCE, "amended_by: [1-1900-nd-cp]",
            "  - id: 68-2020-qh14"),
    Mistake("law_lapsed", LAWS, IN_FORCE, "lapsed_on: 2020-01-01", "  - 68-2020-qh14", TAM_TRU),
    Mistake("law_lapsed_told", LAWS, IN_FORCE_154, "lapsed_on: 2020-01-01", "  - 154-", TAM_TRU),
    Mistake("law_amended", LAWS, IN_FORCE, "amended_on: 2020-01-01", "  - 68-2020-qh14", TAM_TRU),
    Mistake("law_uncited", LAWS, "laws:\n", "laws:\n" + FREE_LAW, "  - {id: 1-1900-nd-cp"),
    # wording
    Mistake("not_nfc", LUA_DAO, "- Gác máy rồi báo Công an", NFD, NFD),
    Mistake("diacritics_missing", TAM_TRU, "3 ngày làm việc.", "lam trong vong ba ngay",
            "time_limit:"),
    Mistake("not_nfc", LUA_DAO, "Bộ Công an cảnh báo", NFD[2:], "  - title:"),
    Mistake("not_nfc", MESSAGES, 'clarify: "', f'clarify: "{NFD} ', "  clarify:"),
    Mistake("not_nfc", INTENTS, "- xin chào", NFD, "      - Ga"),
    Mistake("diacritics_missing", LUA_DAO, "Bộ Công an cảnh báo", "Bo Cong an canh bao", "  - ti"),
    Mistake("diacritics_missing", MESSAGES, "Bạn muốn hỏi việc nào dưới đây?",
            "Ban muon hoi viec nao?", "  clarify:"),
    Mistake("officialese", TAM_TRU, "2. Chọn", "2. Tiến hành chọn", "2. Tiến hành"),
    Mistake("officialese", MESSAGES, 'label_steps: "', 'label_steps: "Tiến hành ',
            "  label_steps:"),
    Mistake("personal_number", TAM_TRU, "VNeID hoặc Công an", "Gọi 0900.000.001 hoặc", "where:"),
    Mistake("personal_number", MAT_KHAU, "1. Mở VNeID", "1. Viết cho ai.do@vidu.vn", "1. Viết"),
    Mistake("personal_number", LUA_DAO, "Công an cảnh báo", "Công an 0900000001", "  - title:"),
    Mistake("personal_number", MESSAGES, "hỏi việc nào", "gọi 0900000001", "  clarify:"),
    Mistake("personal_number", INTENTS, "- xin chào", "- số 001099000123", "      - số"),
    Mistake("not_nfc", LAY_LAI, "say: Bạn", f"say: {NFD[2:]} bạn", "    say:"),
    Mistake("diacritics_missing", LAY_LAI, "Bạn giữ kín mật khẩu nhé.", "Ban giu kin mat khau.",
            "    say:"),
    Mistake("diacritics_missing", LAY_LAI, "label: Không", "label: Toi khong co dien thoai",
            "      - label: Toi"),
    Mistake("officialese", LAY_LAI, "closing: Bạn vào", "closing: Tiến hành vào", "closing:"),
    Mistake("personal_number", LAY_LAI, TASK, TASK + " Gọi 0900.000.001.", "    do: Tắt"),
    Mistake("topic_title_unknown", TAM_TRU, "Nhắc chủ nhà mở VNeID.", 'Xem chủ đề "Tạm vắng".',
            "- Chủ nhà"),
    Mistake("topic_title_unknown", LUA_DAO, "Gác máy rồi báo",
            'Xem chủ đề "Quên mật khẩu VNeID" hoặc "Đăng ký tạm vắng", hay báo', "- Xem"),
    Mistake("topic_title_unknown", LAY_LAI, TASK, '    do: Xem chủ đề "Quên mật khẩu".',
            "    do: Xem"),
    # intents
    Mistake("intent_unknown", INTENTS, LAST_INTENT, STRAY_INTENT, "  - intent: service/khong-co"),
    Mistake("flow_unknown", INTENTS, LAST_INTENT, INTENT_OF_NO_FLOW, "  - intent: flow/khong-co"),
    Mistake("intent_without_examples", INTENTS, LAST_INTENT, WITHOUT_EXAMPLES,
            "  - intent: handoff/nguoi"),
    Mistake("examples_too_few", INTENTS, "      - có người xin mã của tôi, cách 60\n", "", "id:",
            LUA_DAO),
    Mistake("example_duplicate", INTENTS, "có người xin mã của tôi, cách 60",
            "TÔI MUỐN ĐĂNG KÝ TẠM TRÚ cách 1", "      - TÔI"),
    # entities
    Mistake("phrases_duplicate", INTENTS, "lookup: muc", "lookup: giay_to",
            "  - lookup: giay_to\n    examples: |\n      - mức hai"),
    Mistake("phrases_duplicate", INTENTS, "synonym: muc-2", "synonym: gplx",
            "  - synonym: gplx\n    examples: |\n      - mức hai"),
    Mistake("phrase_in_two_lists", INTENTS, LOOKUP, LOOKUP + "      - bằng lái\n",
            "      - bằng lái\n      - mức hai\n  - synonym"),
    Mistake("phrase_in_two_lists", INTENTS, SYNONYM, SYNONYM + "      - bằng lái\n",
            "      - bằng lái\n      - mức hai\n"),
    Mistake("phrase_in_two_lists", INTENTS, SYNONYM, SYNONYM + "      - Bang lai\n",
            "      - Bang lai", follows=("phrase_without_entity",)),
    Mistake("phrase_without_value", INTENTS, LOOKUP, LOOKUP + "      - mức cao\n",
            "      - mức cao"),
    Mistake("phrase_without_entity", INTENTS, SYNONYM, SYNONYM + "      - mức cao\n",
            "      - mức cao"),
    # messages
    Mistake("message_missing", INTENTS, LAST_INTENT, NEW_TALK, "  - intent: smalltalk/moi"),
    Mistake("message_missing", MESSAGES, "  menu_group:", "  # menu_group:", "messages:"),
    Mistake("message_unknown", MESSAGES, "  greeting:", "  chao: Chào\n  greeting:", "  chao:"),
    Mistake("message_unknown", INTENTS, "  - intent: smalltalk/thanks\n    examples: |\n"
            "      - cảm ơn nhé\n", "", "  thanks:", MESSAGES),
    Mistake("message_broken", MESSAGES, "Lệ phí: {value}", "Lệ phí: {value", "  label_fee:"),
    Mistake("message_broken", MESSAGES, "Lệ phí: {value}", "Lệ phí: {}", "  label_fee:"),
    Mistake("message_broken", MESSAGES, "Lệ phí: {value}", "Phí: {value.x}", "  label_fee:"),
    Mistake("message_blank_unknown", MESSAGES, "{sources} và {count}", "{sources} và {so}",
            "  sources_more:"),
    Mistake("message_blank_unknown", MESSAGES, "Rất vui được giúp bạn.", "Chào {name}.",
            "  thanks:"),
    Mistake("message_blank_missing", MESSAGES, "Lệ phí: {value}", "Lệ phí:", "  label_fee:"),
]  # fmt: skip
STRAY = [
    "knowledge/tam-tru.md",
    "knowledge/services/cu/tam-tru.md",
    "knowledge/services/tam-tru.markdown",
    "knowledge/services/tam-tru.MD",
    "knowledge/services/tam-tru.md.txt",
    "knowledge/dich-vu/tam-tru.md",
    "knowledge/them.yaml",
    "intents/service.yaml",
    "intents/moi/service.yml",
    "config/message.yaml",
    "config/messages.yml",
    "flows/lay-lai.yml",
    "flows/cu/lay-lai.yaml",
    "knowledge/pictures/tat-may.jpg",
    "knowledge/pictures/cu/tat-may.svg",
]
#: Codes of whole files, which have tests of their own.
FILE_MISTAKES = {
    "file_stray",
    "file_missing",
    "file_unreadable",
    "picture_unlisted",
    "picture_unused",
}
#: The lines of mistakes that no text can name: an unreadable file, an empty or a repeated line.
LINES = {
    "file_not_utf8": 1,
    "answer_missing": 15,
    "id_duplicate": 3,
    "section_out_of_order": 18,
    "picture_outdated": 1,
}


def line_of(root: Path, path: str, at: str) -> int:
    before, _, _ = f"\n{(root / path).read_text(encoding='utf-8')}".partition(f"\n{at}")
    return before.count("\n") + 1


def test_the_small_content_tree_has_no_issue(root):
    assert load_content(root)[1] == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: f"{one.code}-{one.new[:20].strip()}")
def test_a_mistake_is_reported_once_on_its_line_with_its_remedy(root, mistake):
    spoil(root, mistake.path, mistake.old, mistake.new)

    issues = load_content(root)[1]

    found = [one for one in issues if one.code == mistake.code]
    path = mistake.shown_in or mistake.path
    lines = [line_of(root, path, at) for at in (mistake.at, *mistake.and_at) if at]
    lines = sorted(lines) or [LINES[mistake.code]]
    assert [(one.path, one.line) for one in found] == [(path, line) for line in lines], issues
    assert {one.code for one in issues} == {mistake.code, *mistake.follows}
    assert str(found[0]).startswith(f"{path}:{lines[0]}: ")
    if found[0].severity is Severity.ERROR:
        assert "Hãy " in found[0].text


@pytest.mark.parametrize("path", STRAY)
def test_a_file_that_nothing_is_read_from_is_reported_but_stops_nothing(root, path):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("Đăng ký tạm trú", encoding="utf-8")
    found = load_content(root)[1]
    assert [(one.path, one.line, one.code) for one in found] == [(path, 1, "file_stray")]
    assert found[0].severity is Severity.WARNING
    assert "Hãy " in found[0].text


@pytest.mark.parametrize(
    "path",
    [
        *(LAWS, IDS, MESSAGES, ABBREVIATIONS, FILLERS, PLAIN_WORDS, SAFETY, SCAM_SIGNS),
        *(PICTURES, DRAWING, DRAWING_PNG),
    ],
)
def test_a_file_that_is_gone_or_cannot_be_opened_is_reported(root, path):
    (root / path).unlink()
    gone = [one for one in load_content(root)[1] if one.path == path]
    (root / path).mkdir()
    locked = [one for one in load_content(root)[1] if one.path == path]
    assert [(one.code, one.line) for one in gone] == [("file_missing", 1)]
    assert [(one.code, one.line) for one in locked] == [("file_unreadable", 1)]
    assert all("Hãy " in one.text for one in gone + locked)


@pytest.mark.parametrize("path", ["knowledge/README.md", "intents/readme.md", "config/.gitkeep"])
def test_notes_and_hidden_files_are_no_lost_content(root, path):
    (root / path).write_text("Ghi chú", encoding="utf-8")
    assert load_content(root)[1] == []


@pytest.mark.parametrize("code", ISSUE_KINDS)
def test_every_code_of_the_table_has_a_mistake(code):
    assert code in {mistake.code for mistake in MISTAKES} | FILE_MISTAKES


@pytest.mark.parametrize("key", SystemText)
def test_a_renamed_message_is_missed_and_not_known(root, key):
    spoil(root, MESSAGES, f"\n  {key}: ", f"\n  khac_{key}: ")
    found = [(one.code, one.line) for one in load_content(root)[1] if one.path == MESSAGES]
    assert found == [
        ("message_missing", line_of(root, MESSAGES, "messages:")),
        ("message_unknown", line_of(root, MESSAGES, f"  khac_{key}:")),
    ]


def test_topics_are_named_by_their_titles_and_buttons_by_theirs(root):
    named = 'Xem chủ đề "Quên mật khẩu VNeID", "Có người xin mã OTP" rồi bấm "Gửi".'
    spoil(root, TAM_TRU, "Nhắc chủ nhà mở VNeID.", named)
    assert load_content(root)[1] == []


def test_the_title_of_a_source_may_be_worded_as_officials_do(root):
    spoil(root, LUA_DAO, "Bộ Công an cảnh báo", "Thông báo về việc tiến hành rà soát")
    assert load_content(root)[1] == []


def test_wrong_blanks_are_named_with_those_that_can_be_filled_in(root):
    spoil(root, MESSAGES, "{sources} và {count}", "{so} và {count}")
    unknown, missing = sorted(load_content(root)[1], key=lambda one: one.code, reverse=True)
    assert "{so}" in unknown.text
    assert "{count}, {sources}" in unknown.text
    assert "{sources}" in missing.text


def test_all_mistakes_are_reported_at_once_sorted_by_file_and_line(root):
    spoil(root, TAM_TRU, "2. Chọn", "3. Chọn")
    spoil(root, TAM_TRU, "as_of: 2026-06", "as_of: 06/2026")
    spoil(root, MAT_KHAU, "code: 210", "code: 21")
    spoil(root, LAWS, IN_FORCE, "in_force_from: 01/7/2021")
    spoil(root, INTENTS, LAST_INTENT, STRAY_INTENT)
    issues = load_content(root)[1]
    assert [(one.path, one.code) for one in issues] == [
        (INTENTS, "intent_unknown"),
        (MAT_KHAU, "code_out_of_range"),
        (LAWS, "day_malformed"),
        (TAM_TRU, "date_malformed"),
        (TAM_TRU, "step_number_wrong"),
    ]
    assert [one.line for one in issues[-2:]] == sorted(one.line for one in issues[-2:])


def test_two_topics_with_one_id_are_told_of_each_other(root):
    text = (root / LUA_DAO).read_text(encoding="utf-8")
    copy = "knowledge/safety/z.md"
    (root / copy).write_text(text.replace("code: 510", "code: 511"), encoding="utf-8")
    found = next(one for one in load_content(root)[1] if one.code == "id_duplicate")
    assert (found.path, found.line) == (copy, 2)
    assert LUA_DAO in found.text


def test_topics_without_id_and_code_are_not_called_duplicates(root):
    for path, old in ((TAM_TRU, "code: 310\n"), (MAT_KHAU, "code: 210\n")):
        spoil(root, path, old, "")
    assert {one.code for one in load_content(root)[1]} == {"key_missing"}


@pytest.mark.parametrize("flow", ["t310", "t210"])
def test_a_flow_may_lead_into_the_one_made_of_a_topic_with_steps(root, flow):
    spoil(root, LAY_LAI, "call: giu-kin", f"call: {flow}")
    spoil(root, LAY_LAI, "link: giu-kin", f"link: {flow}")
    assert load_content(root)[1] == []


def test_flows_that_call_each_other_in_a_ring_are_each_told(root):
    spoil(
        root,
        GIU_KIN,
        "    next: END",
        "    next: goi\n  - id: goi\n    call: lay-lai\n    next: END",
    )
    found = [(one.path, one.code) for one in load_content(root)[1]]
    assert found == [(GIU_KIN, "flow_calls_itself"), (LAY_LAI, "flow_calls_itself")]


def test_no_address_need_be_trusted(root):
    spoil(root, SCAM_SIGNS, "  trusted:\n    - vneid.gov.vn\n", "  trusted: []\n")
    assert load_content(root)[1] == []


def test_two_flows_with_one_id_are_told_of_each_other(root):
    text = (root / GIU_KIN).read_text(encoding="utf-8")
    (root / "flows/z.yaml").write_text(text, encoding="utf-8")
    found = {one.code: one for one in load_content(root)[1]}
    assert set(found) == {"id_not_like_file", "id_duplicate"}
    assert GIU_KIN in found["id_duplicate"].text


@pytest.mark.parametrize(
    "ask",
    [
        "Máy đã báo nhận mã OTP chưa?",
        "Bạn còn nhớ mật khẩu không?",
        "Nhập số điện thoại vào VNeID. Máy có nhận không?",
        "SIM đã khai còn dùng được không?",
    ],
)
def test_a_question_about_a_number_is_not_one_for_the_number(root, ask):
    spoil(root, LAY_LAI, "ask: Bạn có điện thoại ở đây không?", f"ask: {ask}")
    assert load_content(root)[1] == []


@pytest.mark.parametrize(
    "ask",
    [
        "Bạn cho tôi xin số căn cước nhé?",
        "Mật khẩu của bạn là gì?",
        "Số tài khoản của bạn là bao nhiêu?",
        "Gửi ảnh và số CCCD vào đây giúp tôi.",
        "Bạn đọc mã xác nhận cho tôi nhé.",
        "Biển số xe của bạn là gì?",
    ],
)
def test_no_question_may_ask_for_what_the_assistant_must_not_see(root, ask):
    spoil(root, LAY_LAI, "ask: Bạn có điện thoại ở đây không?", f"ask: {ask}")
    assert [one.code for one in load_content(root)[1]] == ["flow_asks_personal_data"]


def test_a_flow_without_steps_is_told(root):
    text = "id: z\ntitle: Trống\ndescription: Trống.\nsteps: []\n"
    (root / "flows/z.yaml").write_text(text, encoding="utf-8")
    found = [(one.path, one.line, one.code) for one in load_content(root)[1]]
    assert found == [("flows/z.yaml", 4, "flow_without_steps")]


@pytest.mark.parametrize(
    ("flow_id", "code"),
    [
        ("Lấy lại", "flow_id_malformed"),
        ("lay_lai", "flow_id_malformed"),
        ("lay:lai", "flow_id_malformed"),
        ("t310", "flow_id_reserved"),
    ],
)
def test_the_id_of_a_flow_fits_buttons_and_is_not_that_of_a_topics_flow(root, flow_id, code):
    spoil(root, GIU_KIN, "id: giu-kin", f"id: '{flow_id}'")
    (root / GIU_KIN).rename(root / f"flows/{flow_id}.yaml")
    spoil(root, LAY_LAI, "call: giu-kin", f"call: '{flow_id}'")
    spoil(root, LAY_LAI, "link: giu-kin", f"link: '{flow_id}'")
    found = [(one.path, one.line, one.code) for one in load_content(root)[1]]
    assert found == [(f"flows/{flow_id}.yaml", 1, code)]


@pytest.mark.parametrize("flow", ["lay-lai", "t310"])
def test_an_intent_may_begin_a_flow_that_is_written_or_made_of_a_topic(root, flow):
    spoil(root, INTENTS, LAST_INTENT, INTENT_OF_NO_FLOW.replace("khong-co", flow))
    assert load_content(root)[1] == []


def test_options_may_share_a_part_of_their_words(root):
    spoil(root, LAY_LAI, "also: [để ở nhà]", "also: [có mà để ở nhà, không có]")
    assert load_content(root)[1] == []


def codes(root: Path, path: str) -> set[str]:
    return {one.code for one in load_content(root)[1] if one.path == path}


@pytest.mark.parametrize(
    ("png", "found"),
    [
        (make_png(), set()),
        (make_png(drawing="<svg>"), {"picture_outdated"}),
        (make_png(540, 960), {"picture_size_wrong"}),
        (make_png() + b"\0" * 60_000, {"picture_too_large"}),
        (b"GIF89a", {"picture_size_wrong"}),
        (b"", {"picture_size_wrong"}),
        (make_png()[:20], {"picture_size_wrong"}),
        (make_png()[:50], {"picture_outdated"}),
    ],
)
def test_a_png_is_told_of_that_no_channel_can_send(root, png, found):
    (root / DRAWING_PNG).write_bytes(png)
    assert codes(root, DRAWING_PNG) == found


def test_a_picture_that_no_step_names_is_told(root):
    spoil(root, LAY_LAI, "    picture: tat-may\n", "")
    assert load_content(root)[1] == []
    spoil(root, MAT_KHAU, "pictures: {2: tat-may}\n", "")
    found = [(one.path, one.line, one.code, one.severity) for one in load_content(root)[1]]
    assert found == [(PICTURES, 2, "picture_unused", Severity.NOTICE)]


def test_a_picture_file_that_is_not_registered_is_told(root):
    left = "knowledge/pictures/bo-quen.png"
    (root / left).write_bytes(make_png())
    found = [(one.path, one.code, one.severity) for one in load_content(root)[1]]
    assert found == [(left, "picture_unlisted", Severity.WARNING)]
