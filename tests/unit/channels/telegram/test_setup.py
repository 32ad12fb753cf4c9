from __future__ import annotations

import httpx
import pytest

from bot.channels.telegram.identity import BotIdentity
from bot.channels.telegram.setup import Presentation, WebhookAddress, set_up_telegram
from bot.domain.errors import ConfigError
from bot.domain.system_texts import SystemText
from tests.unit.channels.telegram.samples import BOT, BOT_ID, BOT_USERNAME
from tests.unit.channels.telegram.wires import Wire, bad, client_over, ok, refused

PRESENTATION = Presentation(
    private_commands=(("tra", "Tra cứu nhanh"), ("xoa", "Xóa cuộc trò chuyện")),
    group_commands=(("tra", "Tra cứu nhanh"),),
    description="Trợ lý 06 hướng dẫn dùng VNeID.",
    short_description="Hướng dẫn VNeID.",
)
ADDRESS = WebhookAddress("https://troly.example.vn/webhook/telegram", "bi-mat")
ME = {**BOT, "supports_inline_queries": True}


class Account:
    """A bot as Telegram keeps it."""

    def __init__(self) -> None:
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.texts = {"description": "", "short_description": ""}
        self.menu = {"type": "default"}
        self.me = ME
        self.wire = Wire()
        self.wire.on_call = self._note
        self.wire.otherwise = self._answer

    def _note(self, name, params):
        self.name, self.params = name, params

    def _answer(self):
        name, params = self.name, self.params
        match name:
            case "getMe":
                return ok(self.me)
            case "getMyCommands":
                return ok(self.commands.get(params["scope"]["type"], []))
            case "setMyCommands":
                self.commands[params["scope"]["type"]] = params.get("commands", [])
            case "getChatMenuButton":
                return ok(self.menu)
            case "setChatMenuButton":
                self.menu = params["menu_button"]
            case "getMyDescription":
                return ok({"description": self.texts["description"]})
            case "getMyShortDescription":
                return ok({"short_description": self.texts["short_description"]})
            case "setMyDescription" | "setMyShortDescription":
                self.texts |= params
        return ok()

    @property
    def names(self):
        return [name for name, _ in self.wire.calls]


@pytest.fixture
def set_up(tmp_path, catalog):
    async def run(account, webhook=ADDRESS, presentation=PRESENTATION):
        client = client_over(account.wire, tmp_path, None)
        return await set_up_telegram(client, catalog, presentation, webhook)

    return run


async def test_the_bot_is_presented_and_says_who_it_is(set_up):
    account = Account()
    assert await set_up(account) == BotIdentity(BOT_ID, BOT_USERNAME, has_inline_mode=True)
    assert account.commands == {
        "all_private_chats": [
            {"command": "tra", "description": "Tra cứu nhanh"},
            {"command": "xoa", "description": "Xóa cuộc trò chuyện"},
        ],
        "all_group_chats": [{"command": "tra", "description": "Tra cứu nhanh"}],
    }
    assert account.menu == {"type": "commands"}
    assert account.texts == {
        "description": PRESENTATION.description,
        "short_description": PRESENTATION.short_description,
    }


async def test_each_call_of_the_set_up_is_among_those_that_aiogram_reads(set_up):
    """conftest.py has aiogram read them; this tells which they are."""
    account = Account()
    await set_up(account)
    await set_up(account, webhook=None)
    assert set(account.names) == {
        "getMe", "getMyCommands", "setMyCommands", "getChatMenuButton", "setChatMenuButton",
        "getMyDescription", "setMyDescription", "getMyShortDescription", "setMyShortDescription",
        "setWebhook", "deleteWebhook",
    }  # fmt: skip


async def test_the_webhook_is_told_with_its_secret_and_drops_nothing(set_up):
    account = Account()
    await set_up(account)
    name, params = account.wire.calls[-1]
    assert name == "setWebhook"
    assert params["url"] == ADDRESS.url
    assert params["secret_token"] == "bi-mat"
    assert params.get("drop_pending_updates") in {None, False}
    assert params["allowed_updates"] == [
        "message", "callback_query", "my_chat_member", "inline_query",
    ]  # fmt: skip


async def test_without_a_webhook_an_old_one_is_switched_off(set_up):
    account = Account()
    await set_up(account, webhook=None)
    name, params = account.wire.calls[-1]
    assert name == "deleteWebhook"
    assert params.get("drop_pending_updates") in {None, False}


async def test_a_second_run_changes_nothing_that_is_right(set_up):
    account = Account()
    await set_up(account)
    before = len(account.names)
    await set_up(account)
    assert [one for one in account.names[before:] if one.startswith("set")] == ["setWebhook"]


async def test_inline_mode_that_is_off_is_told(set_up, caplog):
    account = Account()
    account.me = BOT
    identity = await set_up(account)
    assert not identity.has_inline_mode
    assert "/setinline" in caplog.text


@pytest.mark.parametrize(
    ("call", "answer", "told"),
    [
        ("getMe", refused(401, "Unauthorized"), (SystemText.TELEGRAM_NOT_LET_IN, {})),
        ("getMe", refused(404, "Not Found"), (SystemText.TELEGRAM_NOT_LET_IN, {})),
        (
            "getMe",
            httpx.ConnectError("no"),
            (SystemText.TELEGRAM_NO_ANSWER, {"code": "telegram_no_connection"}),
        ),
        (
            "setMyCommands",
            refused(429, "Too Many Requests: retry after 900", retry_after=900),
            (SystemText.TELEGRAM_NO_ANSWER, {"code": "telegram_429"}),
        ),
        (
            "setWebhook",
            bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
            (SystemText.TELEGRAM_WEBHOOK_REFUSED, {}),
        ),
        (
            "setWebhook",
            httpx.ReadTimeout("slow"),
            (SystemText.TELEGRAM_NO_ANSWER, {"code": "telegram_no_answer"}),
        ),
    ],
)
async def test_a_fault_says_in_vietnamese_what_to_mend(set_up, catalog, call, answer, told):
    account = Account()
    answered = account._answer
    account.wire.otherwise = lambda: _give(answer) if account.name == call else answered()
    with pytest.raises(ConfigError) as caught:
        await set_up(account)
    key, values = told
    assert str(caught.value) == catalog.messages[key].format(**values)


def _give(answer):
    if isinstance(answer, Exception):
        raise answer
    return answer


@pytest.mark.parametrize("secret", ["", "có dấu", "a" * 257])
async def test_a_secret_that_telegram_would_not_take_is_told_before_any_call(set_up, secret):
    account = Account()
    with pytest.raises(ConfigError, match="256"):
        await set_up(account, WebhookAddress(ADDRESS.url, secret))
    assert account.names == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"private_commands": (("Tra", "x"),)},
        {"private_commands": (("tra-cuu", "x"),)},
        {"private_commands": (("a" * 33, "x"),)},
        {"private_commands": (("tra", "x" * 257),)},
        {"private_commands": (("tra", "x"),) * 101},
        {"private_commands": (), "description": "x" * 513},
        {"private_commands": (), "short_description": "x" * 121},
    ],
)
def test_what_telegram_would_not_take_is_a_mistake_of_ours(wrong):
    with pytest.raises(ValueError, match=r"command|description"):
        Presentation(**wrong)


def test_the_address_does_not_show_the_secret():
    assert "bi-mat" not in repr(ADDRESS)
