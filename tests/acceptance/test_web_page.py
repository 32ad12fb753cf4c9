"""Asking on the chat page: in a real browser, on a real server process."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import PHONE, TOPIC, ask, press, wait_for_reply

ID_NUMBER = "079" + "555444333"
MARKUP = '<script>window.ran = 1</script><img src="x" onerror="window.ran = 1">'


def kept(page: Page) -> str:
    return page.evaluate("localStorage.getItem('troly06') || ''")


def hold_a_message(page: Page) -> Route:
    """Send a message that stays on its way until the route is continued."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/messages", hold)
    page.fill("#question", TOPIC)
    page.press("#question", "Enter")
    while not held:
        page.wait_for_timeout(20)
    return held[0]


# --- asking


def test_a_question_without_diacritics_gets_steps_a_source_and_chips(page):
    ask(page, "toi quen mat khau vneid thi lam sao")
    expect(page.locator(".reply h2")).to_have_text("Quên mật khẩu VNeID")
    assert page.locator(".reply ol > li").count() >= 3
    expect(page.locator(".reply .source")).to_contain_text("Nguồn: ")
    assert page.locator(".chips button").count() >= 2
    assert "**" not in page.locator("#log").inner_text()


def test_a_chip_works_by_click(page):
    page.get_by_role("button", name="Đăng ký tạm trú").click()
    wait_for_reply(page)
    ask(page, TOPIC)
    press(page, "Xem nguồn")
    expect(page.locator(".mine").last).to_have_text("Xem nguồn")
    expect(page.locator(".reply").last).to_contain_text("https://")


def test_a_chip_works_by_keyboard_and_the_focus_is_not_lost(page):
    page.focus("summary")
    for number in (1, 2):
        while page.evaluate("document.activeElement.parentElement.parentElement.className") != (
            "chips"
        ):
            page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        expect(page.locator(".mine")).to_have_count(number)
        expect(page.locator(".mine").last).to_have_text(label)
        wait_for_reply(page)
        assert page.evaluate("document.activeElement !== document.body")


def test_chips_under_several_replies_are_numbered_on_and_a_typed_number_takes_one(page):
    ask(page, "quên mật khẩu vneid thì làm sao? đăng ký tạm trú cần giấy tờ gì?")
    labels = page.locator(".chips button").all_inner_texts()
    assert [label.split(". ")[0] for label in labels] == [
        str(number) for number in range(1, len(labels) + 1)
    ]
    assert page.locator(".chips").count() == 2
    page.locator(".chips button").last.click()
    wait_for_reply(page)
    by_click = page.locator(".reply").last.inner_text()
    expect(page.locator(".mine").last).to_have_text("Xem nguồn")
    page.get_by_role("button", name="Xóa hội thoại").click()
    ask(page, "quên mật khẩu vneid thì làm sao? đăng ký tạm trú cần giấy tờ gì?")
    page.reload()
    assert page.locator(".chips button").all_inner_texts() == labels
    ask(page, str(len(labels)))
    assert page.locator(".reply").last.inner_text() == by_click


def test_chips_under_one_reply_bear_no_numbers(page):
    ask(page, TOPIC)
    labels = page.locator(".chips button").all_inner_texts()
    assert [label for label in labels if label[0].isdigit()] == []


def test_a_printed_code_opens_its_topic_once(page, address):
    page.goto(f"{address}/#t_304")
    expect(page.locator(".reply h2").first).to_have_text("Đăng ký tạm trú")
    assert page.evaluate("location.hash") == ""
    page.reload()
    expect(page.locator(".mine")).to_have_count(1)


def test_what_only_looks_like_a_printed_code_opens_nothing(page, address):
    page.goto(f"{address}/#<img src=x>")
    page.goto(f"{address}/#log")
    expect(page.locator(".mine")).to_have_count(0)


def test_enter_sends_and_shift_enter_makes_a_line(page):
    page.focus("#question")
    page.keyboard.type("xin")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("chào")
    expect(page.locator("#question")).to_have_value("xin\nchào")
    expect(page.locator(".mine")).to_have_count(0)
    page.keyboard.press("Enter")
    wait_for_reply(page)
    expect(page.locator("#question")).to_have_value("")
    expect(page.locator(".mine")).to_have_text("xin chào")


def test_the_button_sends_and_nothing_is_sent_when_nothing_is_typed(page):
    page.get_by_role("button", name="Gửi").click()
    expect(page.locator("#question")).to_be_focused()
    expect(page.locator(".mine")).to_have_count(0)
    page.fill("#question", TOPIC)
    page.get_by_role("button", name="Gửi").click()
    wait_for_reply(page)


# --- remembering and forgetting


def test_the_conversation_survives_a_reload(page):
    ask(page, TOPIC)
    before = page.locator("#log").inner_text()
    page.reload()
    assert page.locator("#log").inner_text() == before
    ask(page, "1")
    expect(page.locator(".turn")).to_have_count(4)


def test_deleting_empties_the_conversation_here_and_on_the_server(page):
    ask(page, TOPIC)
    choose = {"session": json.loads(kept(page))["session"], "text": "1"}
    assert page.request.post("/api/messages", data=choose).json()["outcome"] == "flow_started"
    with page.expect_response(lambda one: one.request.method == "DELETE") as response:
        page.get_by_role("button", name="Xóa hội thoại").click()
    assert response.value.status == 204
    expect(page.locator("#status")).to_have_text("Đã xóa hội thoại.")
    expect(page.locator(".turn")).to_have_count(0)
    assert kept(page) == ""
    assert page.request.post("/api/messages", data=choose).json()["outcome"] != "flow_started"
    page.reload()
    expect(page.locator(".turn")).to_have_count(0)


def test_a_reply_that_comes_after_deleting_is_not_shown(page):
    message = hold_a_message(page)
    page.get_by_role("button", name="Xóa hội thoại").click()
    with page.expect_response("**/api/messages"):
        message.continue_()
    expect(page.get_by_role("button", name="Gửi")).to_be_enabled()
    expect(page.locator(".turn")).to_have_count(0)


# --- guarding


def test_typed_and_received_markup_shows_as_text_and_runs_nothing(page):
    ask(page, MARKUP)
    expect(page.locator(".mine")).to_have_text(MARKUP)
    reply = {"text": f"**{MARKUP}**\n1. {MARKUP}", "buttons": [{"label": MARKUP, "payload": "x"}]}
    page.evaluate(
        "turn => localStorage.setItem('troly06', JSON.stringify({session: 's', turns: [turn]}))",
        reply,
    )
    page.reload()
    assert page.locator("#log").inner_text().count(MARKUP) == 3
    assert page.locator("#log :is(script, img)").count() == 0
    assert page.evaluate("window.ran") is None


def test_a_personal_number_is_masked_in_the_page_and_in_its_storage(page):
    ask(page, f"số căn cước của tôi là {ID_NUMBER}")
    expect(page.locator(".mine")).to_contain_text("•••")
    expect(page.locator(".reply.alert")).to_contain_text("thông tin cá nhân")
    assert ID_NUMBER not in page.content()
    assert page.input_value("#question") == ""
    assert "•••" in kept(page)
    assert ID_NUMBER not in kept(page)


def test_a_scam_in_progress_shows_the_alert_first(page):
    ask(page, "co nguoi tu xung cong an dang goi bao toi doc ma otp")
    first = page.locator(".reply").first
    expect(first).to_contain_class("alert")
    expect(first).to_contain_text("Dừng lại ngay!")
    expect(first).to_be_in_viewport(ratio=1)
    assert page.locator(".reply").count() == 2


# --- a bad network


def test_offline_says_so_keeps_the_text_and_sends_it_once_online(page):
    page.context.set_offline(True)
    page.fill("#question", TOPIC)
    page.press("#question", "Enter")
    expect(page.locator("#status")).to_have_text(
        "Chưa gửi được, có thể do mạng yếu. Bạn thử lại nhé."
    )
    expect(page.locator("#status")).to_be_in_viewport()
    expect(page.locator("#question")).to_have_value(TOPIC)
    expect(page.locator(".turn")).to_have_count(0)
    page.context.set_offline(False)
    page.press("#question", "Enter")
    wait_for_reply(page)
    expect(page.locator(".turn")).to_have_count(2)


def test_an_answer_that_was_lost_is_told_again_and_nothing_is_done_twice(page):
    """Sent again after the answer got lost, a press does not go two steps on."""
    ask(page, "kích hoạt")
    press(page, "Kích hoạt tài khoản trên điện thoại")
    press(page, "Làm từng bước")
    first = page.locator(".reply").last.inner_text()

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/messages", lose)
    option = page.locator(".exchange").last.locator("ul.chips button").first
    option.click()
    expect(page.locator("#status")).to_have_class("problem")
    page.unroute("**/api/messages")
    with page.expect_response("**/api/messages") as told:
        option.click()
    assert "Nút vừa bấm là của bước cũ" not in told.value.text()
    expect(page.locator(".reply").last).not_to_have_text(first)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"status": 502, "body": "<html>Bad gateway</html>"}, "Chưa gửi được"),
        ({"status": 429, "json": {"error": "Bạn chờ 5 giây."}}, "Bạn chờ 5 giây."),
    ],
    ids=["proxy", "too fast"],
)
def test_an_error_is_told_in_vietnamese(visit, answer, message):
    page = visit(PHONE)
    page.route("**/api/messages", lambda route: route.fulfill(**answer))
    page.fill("#question", TOPIC)
    page.press("#question", "Enter")
    expect(page.locator("#status")).to_contain_text(message)


def test_what_is_typed_while_an_answer_is_on_its_way_stays(page):
    message = hold_a_message(page)
    page.fill("#question", "câu tiếp theo")
    message.continue_()
    wait_for_reply(page)
    expect(page.locator("#question")).to_have_value("câu tiếp theo")


def test_the_first_load_is_small_and_everything_comes_from_here(visit):
    page = visit(PHONE)
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate("performance.getEntries().map((one) => one.transferSize || 0)")
    assert len([one for one in sizes if one]) >= 4
    assert 5_000 < sum(sizes) < 100_000
