"""What a citizen reads of a topic, within the limits of every channel."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.cards import (
    MAX_REPLY_CHARS,
    answer_card,
    documents_card,
    show_date,
    shows_documents,
    source_line,
    sources_card,
    what_ifs_card,
)
from bot.domain.knowledge import Confidence, LegalBasis, Topic, TopicId, WhatIf
from tests.factories import TODAY, citing, make_catalog, make_law, make_source, make_topic

IN_FORCE = make_law()
AMENDED = make_law("1-2001-qh10", number="1/2001/QH10", amended_on=date(2020, 1, 2))
LAPSED = make_law("2-2002-qh11", number="2/2002/QH11", lapsed_on=date(2020, 3, 4))
CATALOG = make_catalog(laws=[IN_FORCE, AMENDED, LAPSED])
TELLS_AMENDED = CATALOG.message(
    "law_amended", title=AMENDED.title, number="1/2001/QH10", date="02/01/2020"
)
TELLS_LAPSED = CATALOG.message(
    "law_lapsed", title=LAPSED.title, number="2/2002/QH11", date="04/03/2020"
)
MANY_PAPERS = tuple(f"Giấy tờ số {number}, bản chính và bản sao." for number in range(1, 46))


def card(topic: Topic, today: date = TODAY) -> str:
    return answer_card(topic, CATALOG, today)


def test_a_short_topic_is_title_answer_and_source():
    assert card(make_topic()) == (
        "**Đăng ký tạm trú**\n"
        "Bạn làm được ngay trên VNeID.\n\n"
        "Nguồn: Luật Cư trú (10/06/2026). Cập nhật: 06/2026."
    )


def test_a_full_topic_has_all_its_parts_in_order():
    topic = make_topic(
        details=("Một dòng",),
        requires=("Tài khoản VNeID",),
        steps=("Mở VNeID.", "Chọn **Đăng ký tạm trú**."),
        documents=("Tờ khai",),
        fee="7.000 đồng",
        time_limit="3 ngày",
        where="VNeID",
        warnings=("Không nhờ người lạ.",),
    )
    assert card(topic).split("\n\n")[1:] == [
        "- Một dòng",
        "Cần có trước:\n- Tài khoản VNeID",
        "Các bước:\n1. Mở VNeID.\n2. Chọn **Đăng ký tạm trú**.",
        "Giấy tờ:\n- Tờ khai",
        "Lệ phí: 7.000 đồng\nThời hạn: 3 ngày\nNơi làm: VNeID",
        "Lưu ý:\n- Không nhờ người lạ.",
        "Nguồn: Luật Cư trú (10/06/2026). Cập nhật: 06/2026.",
    ]


@pytest.mark.parametrize(("law", "told"), [(AMENDED, TELLS_AMENDED), (LAPSED, TELLS_LAPSED)])
def test_a_changed_law_is_told_among_the_cautions(law, told):
    topic = make_topic(legal=citing(law), warnings=("Không nhờ người lạ.",))
    assert f"Lưu ý:\n- Không nhờ người lạ.\n- {told}\n\nNguồn:" in card(topic)


@pytest.mark.parametrize("law", [AMENDED, LAPSED])
def test_a_law_counts_as_changed_from_its_day_on_and_not_before(law):
    topic = make_topic(legal=citing(law))
    changed_on = law.amended_on or law.lapsed_on
    assert law.number in card(topic, changed_on)
    assert law.number not in card(topic, date(2019, 12, 31))


def test_a_law_in_force_and_a_law_that_nobody_registered_need_no_caution():
    topic = make_topic(legal=(*citing(IN_FORCE), LegalBasis("3-2003-qh11")))
    assert "Lưu ý" not in card(topic)


def test_one_changed_law_is_told_and_a_lapsed_one_comes_first():
    told = card(make_topic(legal=citing(AMENDED, LAPSED)))
    assert TELLS_LAPSED in told
    assert TELLS_AMENDED not in told


@pytest.mark.parametrize(
    ("confidence", "key"),
    [
        (Confidence.SINGLE_SOURCE, "confidence_single_source"),
        (Confidence.PLAN_ONLY, "confidence_plan_only"),
        (Confidence.RECALLED, "confidence_recalled"),
    ],
)
def test_thin_support_is_told_among_the_cautions(confidence, key):
    told = CATALOG.message(key)
    assert f"Lưu ý:\n- {told}\n\n" in card(make_topic(confidence=confidence))


@pytest.mark.parametrize("confidence", [one for one in Confidence if one != "confirmed"])
def test_thin_support_of_a_safety_topic_does_not_make_anybody_hesitate(confidence):
    topic = make_topic(id=TopicId("safety/lua-dao-otp"), confidence=confidence)
    assert f"Lưu ý:\n- {CATALOG.message('confidence_safety')}\n\n" in card(topic)


def test_confirmed_topics_need_no_caution():
    assert "Lưu ý" not in card(make_topic(confidence=Confidence.CONFIRMED))


def test_papers_are_left_out_when_the_card_would_be_too_long():
    topic = make_topic(documents=MANY_PAPERS, steps=("Mở VNeID.",) * 20)
    assert "Giấy tờ" not in card(topic)
    assert "20. Mở VNeID." in card(topic)
    assert len(card(topic)) <= MAX_REPLY_CHARS
    assert not shows_documents(topic, CATALOG, TODAY)
    assert all(paper in documents_card(topic, CATALOG) for paper in MANY_PAPERS)


@pytest.mark.parametrize("extra", [0, 1])
def test_papers_are_shown_up_to_the_last_character_that_fits(extra):
    room = MAX_REPLY_CHARS - len(card(make_topic(documents=("a",)))) + 1
    topic = make_topic(documents=("a" * (room + extra),))
    assert shows_documents(topic, CATALOG, TODAY) is (extra == 0)
    assert ("Giấy tờ" in card(topic)) is (extra == 0)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-06-10", "10/06/2026"),
        ("2026-06", "06/2026"),
        ("2026", "2026"),
        ("không rõ", "không rõ ngày"),
        ("quý 3", "quý 3"),
        ("", ""),
    ],
)
def test_dates_are_shown_as_vietnamese_write_them(written, shown):
    assert show_date(written) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (1, "Nguồn: Một (2026). Cập nhật: 06/2026."),
        (2, "Nguồn: Một (2026); Hai (06/2026). Cập nhật: 06/2026."),
        (4, "Nguồn: Một (2026); Hai (06/2026) và 2 nguồn khác. Cập nhật: 06/2026."),
    ],
)
def test_two_sources_are_named_and_the_rest_counted(count, shown):
    sources = [make_source("Một", "2026"), make_source("Hai", "2026-06")]
    sources += [make_source("Ba"), make_source("Bốn")]
    assert source_line(make_topic(sources=tuple(sources[:count])), CATALOG) == shown


def test_the_card_of_sources_has_every_address_and_the_registered_laws():
    topic = make_topic(
        sources=(make_source("Một"), make_source("Hai", "không rõ"), make_source("Ba", "2026")),
        legal=(*citing(IN_FORCE), LegalBasis(AMENDED.id), LegalBasis("3-2003-qh11")),
    )
    assert sources_card(topic, CATALOG) == (
        "**Đăng ký tạm trú**\n"
        "- Một (10/06/2026): https://dichvucong.gov.vn/\n"
        "- Hai (không rõ ngày): https://dichvucong.gov.vn/\n"
        "- Ba (2026): https://dichvucong.gov.vn/\n"
        "Văn bản: 68/2020/QH14 Điều 27; 1/2001/QH10"
    )


def test_the_card_of_what_ifs_has_each_condition_with_its_remedy():
    topic = make_topic(what_ifs=(WhatIf("Máy báo lỗi", "Thử lại."), WhatIf("Mất mạng", "Chờ.")))
    assert what_ifs_card(topic, CATALOG) == (
        "Đăng ký tạm trú: nếu gặp khó\n- Máy báo lỗi: Thử lại.\n- Mất mạng: Chờ.\n\n"
        "Nguồn: Luật Cư trú (10/06/2026). Cập nhật: 06/2026."
    )


@settings(deadline=None)
@given(st.text(st.characters()))
def test_braces_and_odd_signs_in_a_topic_are_shown_as_they_are(text):
    topic = make_topic(title=text, fee=text, where="{value}", sources=(make_source(text, "2026"),))
    assert card(topic) == (
        f"**{text}**\nBạn làm được ngay trên VNeID.\n\n"
        + (f"Lệ phí: {text}\n" if text else "")
        + f"Nơi làm: {{value}}\n\nNguồn: {text} (2026). Cập nhật: 06/2026."
    )
