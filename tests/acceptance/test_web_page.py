"""The chat page in a real browser, on a real server process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from tests.browser import CHROMIUM, browsing, serving

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on PATH"
)

PHONE = ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1280, height=800)
ZOOMED = ViewportSize(width=320, height=370)  # a desktop window of 640x740 at 200 %
#: The code of a topic with steps, a source and buttons; its answer depends on no ranking.
TOPIC = "304"
ID_NUMBER = "079" + "555444333"
MARKUP = '<script>window.ran = 1</script><img src="x" onerror="window.ran = 1">'

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def address(app, data_dir) -> Iterator[str]:
    with serving(data_dir) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Opens the page as a new citizen; at the end, nothing may have gone wrong in any page."""
    contexts, complaints = [], []

    def open_page(size: ViewportSize, **options) -> Page:
        small = size["width"] < 600
        context = browser.new_context(
            viewport=size, is_mobile=small, has_touch=small, reduced_motion="reduce", **options
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda one: one.type == "error" and complaints.append(one.text))
        page.on(
            "request",
            lambda one: one.url.startswith(address) or complaints.append(f"went to {one.url}"),
        )
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [one for one in complaints if "Failed to load resource" not in one] == []


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest, visit: Visit) -> Page:
    return visit(request.param)


def ask(page: Page, text: str) -> None:
    """Type, press Enter, wait for the reply."""
    page.fill("#question", text)
    page.press("#question", "Enter")
    wait_for_reply(page)


def wait_for_reply(page: Page) -> None:
    expect(page.locator(".turn:last-child > .reply")).to_be_visible()
    expect(page.locator("#status")).to_be_empty()


def kept(page: Page) -> str:
    return page.evaluate("localStorage.getItem('troly06') || ''")


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
    page.locator(".turn:last-child").get_by_role("button", name="Xem nguồn").click()
    expect(page.locator(".mine").last).to_have_text("Xem nguồn")
    wait_for_reply(page)
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
    assert page.request.post("/api/messages", data=choose).json()["outcome"] == "answered"
    with page.expect_response(lambda one: one.request.method == "DELETE") as response:
        page.get_by_role("button", name="Xóa hội thoại").click()
    assert response.value.status == 204
    expect(page.locator("#status")).to_have_text("Đã xóa hội thoại.")
    expect(page.locator(".turn")).to_have_count(0)
    assert kept(page) == ""
    assert page.request.post("/api/messages", data=choose).json()["outcome"] != "answered"
    page.reload()
    expect(page.locator(".turn")).to_have_count(0)


def test_a_reply_that_comes_after_deleting_is_not_shown(page):
    waiting: list[Route] = []
    page.route("**/api/messages", waiting.append)
    page.fill("#question", TOPIC)
    with page.expect_request("**/api/messages"):
        page.press("#question", "Enter")
    page.get_by_role("button", name="Xóa hội thoại").click()
    with page.expect_response("**/api/messages"):
        waiting[0].continue_()
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
    waiting: list[Route] = []
    page.route("**/api/messages", waiting.append)
    page.fill("#question", TOPIC)
    with page.expect_request("**/api/messages"):
        page.press("#question", "Enter")
    page.fill("#question", "câu tiếp theo")
    waiting[0].continue_()
    wait_for_reply(page)
    expect(page.locator("#question")).to_have_value("câu tiếp theo")


def test_the_first_load_is_small_and_everything_comes_from_here(visit):
    page = visit(PHONE)
    loaded = []
    page.on("requestfinished", loaded.append)
    page.goto("about:blank")
    page.context.clear_cookies()
    page.go_back(wait_until="networkidle")
    page.reload(wait_until="networkidle")
    sizes = [one.sizes() for one in loaded if one.url.startswith("http")]
    assert len(sizes) >= 4
    total = sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes)
    assert 5_000 < total < 100_000


# --- seeing and reaching


def test_the_log_is_a_labelled_live_region_and_the_field_has_a_label(page):
    log = page.get_by_role("log", name="Cuộc trò chuyện")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("textbox", name="Câu hỏi của bạn")).to_be_visible()
    expect(page.get_by_role("status")).to_be_attached()
    expect(page.locator("html")).to_have_attribute("lang", "vi")


def test_every_stop_of_the_tab_key_is_seen(page):
    ask(page, TOPIC)
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    stops = []
    while not stops or stops[-1]["name"] != "Gửi":
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUS))
    assert len(stops) >= 8
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
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.evaluate("visualViewport.scale") == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_serious(visit, size, scheme):
    page = visit(size, color_scheme=scheme, bypass_csp=True)

    def serious() -> list[str]:
        found = Axe().run(page)["violations"]
        return [
            f"{one['id']}: {one['nodes'][0]['html']}"
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]

    assert serious() == []
    ask(page, TOPIC)
    ask(page, f"số căn cước của tôi là {ID_NUMBER}")
    page.click("summary")
    assert serious() == []
