"""Being led step by step on the chat page: in a real browser, on a real server process."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import (
    DESKTOP,
    PHONE,
    TOPIC,
    ask,
    press,
    serious_faults,
    wait_for_reply,
)

START, DONE, STUCK = "Làm từng bước", "Đã xong", "Không làm được"
BACK, ASK, STOP, RESUME = "Quay lại", "Hỏi câu khác", "Dừng", "Làm tiếp"
WHERE_TO_BEGIN = "Chưa biết bắt đầu từ đâu"
#: The code of a topic whose flow comes to a task with a picture, what to press, and its words.
ILLUSTRATED, WAY = "175", (START, "iPhone", DONE)
ALT = re.compile("^Mặt lưng điện thoại, thẻ căn cước áp vào phía trên")
PICTURES = "**/pictures/*"


@pytest.fixture
def page(visit) -> Page:
    return visit(PHONE)


def begin(page: Page) -> None:
    """Stand at the first task of the topic."""
    ask(page, TOPIC)
    press(page, START)


def at_hand(page: Page) -> Locator:
    return page.locator(".exchange").last


def heights(buttons: Locator) -> list[float]:
    return buttons.evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")


# --- walking


def test_a_flow_is_walked_by_pressing_alone(page):
    begin(page)
    place = page.locator(".place").last
    expect(place).to_have_text("Bước 1/8")
    first = at_hand(page).locator(".reply p").first.inner_text()
    press(page, DONE)
    expect(place).to_have_text("Bước 2/8")
    press(page, BACK)
    expect(place).to_have_text("Bước 1/8")
    assert at_hand(page).locator(".reply p").first.inner_text() == first
    press(page, ASK)
    ask(page, "quên mật khẩu vneid")
    press(page, RESUME)
    expect(place).to_have_text("Bước 1/8")
    press(page, STUCK)
    assert at_hand(page).locator(".chips button").count() >= 2
    press(page, STOP)
    expect(at_hand(page).locator(".reply")).to_contain_text("Tôi dừng")
    expect(at_hand(page).locator(".place")).to_have_count(0)


def test_a_flow_is_walked_to_its_end(page):
    begin(page)
    for _ in range(8):
        press(page, DONE)
    expect(at_hand(page).locator(".reply")).to_contain_text("Bạn đã làm xong")


def test_an_old_button_can_still_be_pressed(page):
    begin(page)
    press(page, DONE)
    page.locator(".exchange").nth(1).get_by_role("button", name=DONE).click()
    wait_for_reply(page)
    expect(page.locator(".exchange")).to_have_count(4)
    expect(page.locator(".place").last).to_have_text("Bước 2/8")


def test_the_start_page_leads_who_does_not_know_where_to_begin(page):
    page.get_by_role("button", name=WHERE_TO_BEGIN).click()
    wait_for_reply(page)
    assert at_hand(page).locator(".chips button").count() >= 8
    expect(at_hand(page).locator(".moves button")).to_have_text([STOP])


def test_after_a_reload_the_flow_goes_on_where_it_was(page):
    begin(page)
    press(page, DONE)
    before = page.locator("#log").inner_text()
    page.reload()
    assert page.locator("#log").inner_text() == before
    expect(page.locator(".place").last).to_be_in_viewport()
    press(page, DONE)
    expect(page.locator(".place").last).to_have_text("Bước 3/8")


# --- what is seen


def test_progress_is_exposed_and_written(page):
    begin(page)
    press(page, DONE)
    bar = at_hand(page).get_by_role("progressbar", name="Tiến độ")
    expect(bar).to_have_attribute("aria-valuetext", "Bước 2/8")
    assert bar.evaluate("one => [one.value, one.max]") == [2, 8]
    expect(at_hand(page).get_by_role("heading", name="Bước 2/8")).to_be_visible()


def test_answers_are_large_one_a_line_and_moves_quieter_below_them(page):
    begin(page)
    press(page, DONE)
    answers, moves = at_hand(page).locator(".chips button"), at_hand(page).locator(".moves button")
    expect(answers).to_have_text([DONE, STUCK])
    expect(moves).to_have_text([BACK, ASK, STOP])
    assert min(heights(answers)) >= 48
    assert min(heights(moves)) >= 44
    boxes = [one.bounding_box() for one in answers.all()]
    room = page.locator("#log").bounding_box()
    assert {box["width"] for box in boxes} == {room["width"]}
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
    rows = {one.bounding_box()["y"] for one in moves.all()}
    assert len(rows) == 1
    assert rows.pop() >= boxes[1]["y"] + boxes[1]["height"]


def test_buttons_of_earlier_exchanges_are_calmer(page):
    begin(page)
    button = at_hand(page).get_by_role("button", name=DONE)
    look = "one => ['background-color', 'font-weight'].map((name) => getComputedStyle(one)[name])"
    before = button.evaluate(look)
    button = page.locator(".exchange").nth(1).get_by_role("button", name=DONE)
    press(page, DONE)
    assert button.evaluate(look) != before
    assert button.evaluate(look)[0] == "rgba(0, 0, 0, 0)"
    assert min(heights(button)) >= 44


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_each_exchange_begins_at_the_top_of_the_window(visit, size):
    page = visit(size)
    begin(page)
    tops = [at_hand(page).bounding_box()["y"]]
    for _ in range(2):
        press(page, DONE)
        tops.append(at_hand(page).bounding_box()["y"])
    assert [round(top) for top in tops if not 0 <= top <= 40] == []


# --- pictures


def come_to_the_picture(page: Page) -> Locator:
    """Stand at a task that has one."""
    ask(page, ILLUSTRATED)
    for label in WAY:
        press(page, label)
    return at_hand(page).get_by_role("img", name=ALT)


def wait_until_loaded(picture: Locator) -> None:
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("one => one.naturalWidth") == 960


def test_a_picture_is_shown_with_words_for_it_and_kept(page):
    picture = come_to_the_picture(page)
    for _ in ("as received", "as kept"):
        expect(picture).to_be_in_viewport(ratio=1)
        expect(picture).to_have_attribute("src", "/pictures/the-gan-camera.svg")
        expect(picture).to_have_attribute("loading", "lazy")
        wait_until_loaded(picture)
        box = picture.bounding_box()
        assert box["width"] >= 290
        assert box["height"] == pytest.approx(box["width"] * 9 / 16, abs=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.reload()


def test_a_picture_leaves_the_answers_in_the_window(page):
    wait_until_loaded(come_to_the_picture(page))
    for label in (DONE, STUCK):
        expect(at_hand(page).get_by_role("button", name=label)).to_be_in_viewport(ratio=1)


def test_the_page_does_not_jump_when_a_picture_comes(page):
    held = []
    page.route(PICTURES, lambda route: held.append(route))  # noqa: PLW0108 - wants a Python function
    picture = come_to_the_picture(page)
    button = at_hand(page).get_by_role("button", name=DONE)
    expect(picture).to_have_js_property("complete", False)
    before = button.bounding_box()
    for route in held:
        route.continue_()
    wait_until_loaded(picture)
    assert held
    assert button.bounding_box() == before


def test_a_picture_that_cannot_be_loaded_leaves_text_words_and_buttons(page):
    page.route(PICTURES, lambda route: route.fulfill(status=404))
    picture = come_to_the_picture(page)
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("one => one.naturalWidth") == 0
    assert picture.bounding_box()["height"] > 150
    expect(at_hand(page).locator(".reply")).to_contain_text("gần camera")
    press(page, STUCK)
    expect(at_hand(page).locator(".reply")).to_contain_text("Thử lại vài lần", ignore_case=True)


# --- who cannot see, who has no mouse


def test_the_tab_key_goes_from_a_pressed_button_to_the_new_ones(visit):
    page = visit(DESKTOP)
    begin(page)
    at_hand(page).get_by_role("button", name=DONE).focus()
    page.keyboard.press("Enter")
    wait_for_reply(page)
    expect(at_hand(page).locator(".mine")).to_be_focused()
    page.keyboard.press("Tab")
    expect(at_hand(page).get_by_role("button", name=DONE)).to_be_focused()


def test_the_focus_is_back_on_the_button_that_could_not_be_sent(page):
    begin(page)
    page.context.set_offline(True)
    button = at_hand(page).get_by_role("button", name=DONE)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text("Chưa gửi được")
    expect(button).to_be_focused()
    expect(page.locator(".exchange")).to_have_count(2)


def test_the_live_region_gets_each_reply_once(page):
    ask(page, TOPIC)
    page.evaluate(WATCH)
    press(page, START)
    press(page, DONE)
    assert page.evaluate("[watched.added, watched.removed]") == [2, 0]
    expect(at_hand(page).locator(".mine")).to_have_attribute("aria-live", "off")


WATCH = """() => {
    window.watched = { added: 0, removed: 0 };
    new MutationObserver((changes) => changes.forEach((change) => {
        watched.added += [...change.addedNodes].filter(
            (node) => node.querySelector && node.querySelector(".reply")).length;
        watched.removed += change.removedNodes.length;
    })).observe(document.getElementById("log"), { childList: true, subtree: true });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_way(visit, scheme):
    page = visit(PHONE, color_scheme=scheme, bypass_csp=True)
    begin(page)
    press(page, STUCK)
    press(page, BACK)
    press(page, DONE)
    assert serious_faults(page) == []
    ask(page, "quên mật khẩu vneid")
    assert serious_faults(page) == []
    wait_until_loaded(come_to_the_picture(page))
    assert serious_faults(page) == []
