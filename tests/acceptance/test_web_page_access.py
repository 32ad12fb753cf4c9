"""Who can use the chat page: large enough, labelled, by keyboard, in dark and light, zoomed."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser import DESKTOP, PHONE, TOPIC, ask, press, serious_faults, wait_for_reply

ZOOMED = ViewportSize(width=320, height=370)  # a desktop window of 640x740 at 200 %
ID_NUMBER = "079" + "555444333"


def test_the_log_is_a_labelled_live_region_and_the_field_has_a_label(page):
    log = page.get_by_role("log", name="Cuộc trò chuyện")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("textbox", name="Câu hỏi của bạn")).to_be_visible()
    expect(page.get_by_role("status")).to_be_attached()
    expect(page.locator("html")).to_have_attribute("lang", "vi")


def test_every_stop_of_the_tab_key_is_seen(page):
    ask(page, TOPIC)
    page.reload()
    page.evaluate("window.scrollTo(0, 0)")
    stops = []
    while not stops or stops[-1]["name"] != "Gửi":
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUS))
    assert len(stops) >= 10
    assert [one for one in stops if one["outline"] < 2 or one["covered"]] == []


FOCUS = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    const form = document.getElementById("ask"), style = getComputedStyle(one);
    return {
        name: one.textContent.slice(0, 30),
        outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        covered: one.id !== "log" && !form.contains(one)
            && (box.top < 0 || box.bottom > form.getBoundingClientRect().top),
    };
}"""
SMALL = """() => {
    const small = (text) => text.data.trim() && parseFloat(
        getComputedStyle(text.parentElement).fontSize) < 16;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) if (small(walker.currentNode)) texts.push(walker.currentNode.data);
    const low = [...document.querySelectorAll("button, textarea, summary")].filter(
        (one) => one.getBoundingClientRect().height < 44).map((one) => one.textContent);
    return [...texts, ...low];
}"""


def test_text_is_at_least_16_px_and_buttons_are_at_least_44_px_high(page):
    assert page.evaluate(SMALL) == []
    ask(page, TOPIC)
    page.click("summary")
    assert page.evaluate(SMALL) == []
    assert page.evaluate("parseFloat(getComputedStyle(question).fontSize)") >= 16


@pytest.mark.parametrize("size", [PHONE, ZOOMED], ids=["phone", "zoomed"])
def test_the_page_never_scrolls_sideways(visit, size):
    page = visit(size)
    page.click("summary")
    ask(page, TOPIC)
    page.get_by_role("button", name="Xem nguồn").click()
    wait_for_reply(page)
    ask(page, "a" * 300)
    ask(page, "menu")
    ask(page, TOPIC)
    press(page, "Làm từng bước")
    press(page, "Đã xong")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.evaluate("visualViewport.scale") == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_serious(visit, size, scheme):
    page = visit(size, color_scheme=scheme, bypass_csp=True)
    assert serious_faults(page) == []
    ask(page, TOPIC)
    ask(page, f"số căn cước của tôi là {ID_NUMBER}")
    page.click("summary")
    assert serious_faults(page) == []
