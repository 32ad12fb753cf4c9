from __future__ import annotations

import asyncio
import logging

import httpx
import pytest

from bot.channels.telegram.identity import BotIdentity
from bot.channels.telegram.incoming import TelegramInbox
from bot.channels.telegram.polling import (
    MAX_BACKOFF_SECONDS,
    PERSON_BACKOFF_SECONDS,
    TelegramPoller,
)
from bot.domain.errors import StoreError
from tests.unit.channels.telegram.samples import BOT_ID, BOT_USERNAME, inline, pressed, said
from tests.unit.channels.telegram.wires import Wire, bad, client_over, ok, refused

ME = BotIdentity(BOT_ID, BOT_USERNAME)


class Store:
    """Keeps what it is given, once it works."""

    def __init__(self, faults=0) -> None:
        self.faults = faults
        self.ids: list[str] = []

    async def accept(self, updates):
        if self.faults:
            self.faults -= 1
            raise StoreError("gone")
        self.ids += [one.id for one in updates]


class Poll:
    """A poller over a scripted wire, stopped when the script is at its end."""

    def __init__(self, tmp_path, *answers, store=None, lookup=None) -> None:
        self.wire = Wire(ok(), *answers)
        self.wire.is_silent = asyncio.Event()
        self.store = store or Store()
        self.waits: list[float] = []
        client = client_over(self.wire, tmp_path, None)
        inbox = TelegramInbox(self.store, ME)
        self.poller = TelegramPoller(client, inbox, lookup, wait=self._wait)

    async def _wait(self, seconds):
        self.waits.append(seconds)
        if len(self.waits) > 20:
            self.wire.is_silent.set()
        await asyncio.sleep(0)

    async def run(self):
        task = asyncio.create_task(self.poller.run())
        await asyncio.wait_for(self.wire.is_silent.wait(), 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return self

    @property
    def offsets(self):
        return [params.get("offset") for name, params in self.wire.calls if name == "getUpdates"]


@pytest.fixture
def poll(tmp_path):
    return lambda *answers, **more: Poll(tmp_path, *answers, **more).run()


async def test_the_webhook_is_switched_off_first_and_what_waits_is_kept(poll):
    done = await poll(ok([]))
    name, params = done.wire.calls[0]
    assert name == "deleteWebhook"
    assert params.get("drop_pending_updates") in {None, False}


async def test_only_what_we_read_is_asked_for_and_waited_for(poll):
    done = await poll(ok([]))
    assert done.wire.calls[1] == (
        "getUpdates",
        {
            "timeout": 30,
            "allowed_updates": ["message", "callback_query", "my_chat_member", "inline_query"],
        },
    )


async def test_an_update_is_forgotten_by_telegram_only_after_it_was_stored(poll):
    done = await poll(ok([said("a", number=7), said("b", number=8)]), ok([said("c", number=9)]))
    assert done.store.ids == ["7", "8", "9"]
    assert done.offsets[:3] == [None, 9, 10]


async def test_what_could_not_be_stored_is_fetched_again(poll):
    batch = [said("a", number=7)]
    done = await poll(ok(batch), ok(batch), ok(batch), ok([]), store=Store(faults=2))
    assert done.store.ids == ["7"]
    assert done.offsets[:4] == [None, None, None, 8]
    assert done.waits[:2] == [1, 2]


async def test_nothing_strange_stands_in_the_way(poll, caplog):
    batch = [None, "x", {}, {"update_id": 6, "message": {"chat": []}}, said("a", number=7)]
    done = await poll(ok(batch), ok([]))
    assert done.store.ids == ["7"]
    assert done.offsets[:2] == [None, 8]
    assert "passed over 2 malformed updates" in caplog.text


async def test_a_batch_of_what_we_do_not_read_is_passed_over(poll):
    done = await poll(ok([{"update_id": 6}, {"update_id": 7, "poll": {}}]), ok([]))
    assert done.store.ids == []
    assert done.offsets[:2] == [None, 8]


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("no"), httpx.ReadTimeout("slow"), httpx.Response(502)]
)
async def test_a_fault_of_the_network_is_waited_out(poll, fault):
    done = await poll(fault, ok([said("a", number=7)]), ok([]))
    assert done.store.ids == ["7"]
    assert done.waits[0] == 1


async def test_waits_grow_to_a_bound_and_begin_anew_after_a_success(poll):
    faults = [httpx.ConnectError("no") for _ in range(8)]
    done = await poll(*faults, ok([]), httpx.ConnectError("no"), ok([]))
    assert done.waits[:9] == [1, 2, 4, 8, 16, 30, 30, 30, 1]
    assert max(done.waits) == MAX_BACKOFF_SECONDS


async def test_answers_of_no_use_that_come_at_once_are_waited_after_longer_and_longer(poll):
    useless = [ok([1]) for _ in range(7)]
    done = await poll(*useless, ok([said("a", number=7)]), ok([1]))
    assert done.waits[:8] == [1, 2, 4, 8, 16, 30, 30, 1]


async def test_a_server_that_never_waits_is_asked_once_a_second(poll):
    done = await poll(ok([]), ok([]), ok([]))
    assert done.waits[:3] == [1, 1, 1]


async def test_telegram_says_how_long_to_wait(poll):
    done = await poll(refused(429, "Too Many Requests: retry after 17", retry_after=17), ok([]))
    assert done.waits[0] == 17


async def test_two_programs_with_one_bot_are_told_to_a_person(poll, caplog):
    done = await poll(refused(409, "Conflict: terminated by other getUpdates request"), ok([]))
    assert done.waits[0] == PERSON_BACKOFF_SECONDS
    assert "stop the other program" in caplog.text


async def test_a_token_that_is_refused_is_told_to_a_person(poll, caplog):
    done = await poll(refused(401, "Unauthorized"), ok([]))
    assert done.waits[0] == PERSON_BACKOFF_SECONDS
    assert "look at the token" in caplog.text


async def test_a_press_is_answered_after_it_was_stored(poll):
    done = await poll(ok([pressed(number=7)]), ok(), ok([]), store=Store())
    assert done.store.ids == ["7"]
    assert ("answerCallbackQuery", {"callback_query_id": "4382bfdwdsb323b2d9"}) in done.wire.calls


async def test_a_press_that_was_not_stored_is_not_answered(poll):
    done = await poll(ok([pressed(number=7)]), store=Store(faults=9))
    assert [name for name, _ in done.wire.calls if name == "answerCallbackQuery"] == []


async def test_a_press_that_cannot_be_answered_does_not_stop_the_polling(poll):
    done = await poll(ok([pressed(number=7)]), bad("query is too old"), ok([said(number=8)]))
    assert done.offsets[1] == 8


class Lookups:
    async def answer(self, query):
        return {"inline_query_id": query.id, "results": [], "cache_time": 1}


async def test_a_query_in_another_chat_is_looked_up_and_not_stored(poll):
    done = await poll(ok([inline(number=7)]), ok(), ok([]), lookup=Lookups())
    assert done.store.ids == []
    assert (
        "answerInlineQuery",
        {"inline_query_id": 99, "results": [], "cache_time": 1},
    ) in done.wire.calls


async def test_a_fault_of_ours_is_not_hidden(tmp_path):
    class Broken:
        async def accept(self, updates):
            raise ZeroDivisionError

    poll = Poll(tmp_path, ok([said("a")]), store=Broken())
    with pytest.raises(ZeroDivisionError):
        await poll.poller.run()


async def test_an_endless_crowd_of_presses_is_bounded(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    many = [pressed(number=number) for number in range(1, 151)]
    poll = Poll(tmp_path)
    poll.wire.answers = [ok(many)]
    poll.wire.otherwise = ok
    await poll.poller.poll_once()
    assert caplog.text.count("one is not answered") == 50
    for _ in range(100):
        await asyncio.sleep(0)
