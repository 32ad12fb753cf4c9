"""The control API: what a test asks of the cloud, in-process or as `POST /control/<operation>`.

Arguments and results are JSON, so both ways are one. The table at the end is the whole list.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.fakes import telegram_citizens as citizens
from tests.fakes.telegram_core import CloudCore
from tests.fakes.telegram_errors import JsonObject
from tests.fakes.telegram_faults import Fault
from tests.fakes.telegram_flood import FloodControl, FloodRules

Operation = Callable[..., Any]


async def add_people(
    core: CloudCore, names: list[str], is_known: bool = False, **details: Any
) -> list[int]:
    """Make people; with `is_known` the bot may write to them at once. Their ids."""
    people = [core.state.add_person(name, **details) for name in names]
    for person in people:
        core.state.chats[person.id].is_known_to_bot = is_known
    return [person.id for person in people]


async def add_group(
    core: CloudCore, title: str, members: list[int], is_supergroup: bool = False
) -> int:
    """Make a group with the bot in it; its id."""
    return core.state.add_group(title, members, is_supergroup=is_supergroup).id


async def says(core: CloudCore, **what: Any) -> int:
    """A person writes; the id of the message."""
    return citizens.says(core, **what).message_id


async def starts(core: CloudCore, **what: Any) -> int:
    """A person presses Start; the id of the message."""
    return citizens.starts(core, **what).message_id


async def sends(core: CloudCore, **what: Any) -> int:
    """A person sends a photo, a voice message …; the id of the message."""
    return citizens.sends(core, **what).message_id


async def edits(core: CloudCore, **what: Any) -> int:
    """A person changes a message; its id."""
    return citizens.edits(core, **what).message_id


async def presses(core: CloudCore, **what: Any) -> JsonObject:
    """A person presses a button."""
    return citizens.presses(core, **what)


async def asks_inline(core: CloudCore, **what: Any) -> str:
    """A person asks in inline mode; the id of the query."""
    return citizens.asks_inline(core, **what)


async def blocks(core: CloudCore, person_id: int) -> None:
    """A person stops the bot."""
    citizens.blocks(core, person_id)


async def unblocks(core: CloudCore, person_id: int) -> None:
    """A person lets the bot write again."""
    citizens.unblocks(core, person_id)


async def deactivates(core: CloudCore, person_id: int) -> None:
    """An account ends."""
    citizens.deactivates(core, person_id)


async def removes_bot(core: CloudCore, person_id: int, chat_id: int) -> None:
    """A member takes the bot out of a group."""
    citizens.removes_bot(core, person_id, chat_id)


async def migrates(core: CloudCore, person_id: int, chat_id: int) -> int:
    """A group becomes a supergroup; its new id."""
    return citizens.migrates(core, person_id, chat_id).id


async def set_group_privacy(core: CloudCore, reads_all: bool) -> None:
    """Whether the bot gets all messages of its groups, as its owner may set."""
    core.state.reads_all_group_messages = reads_all


async def shown(core: CloudCore, chat_id: int) -> JsonObject:
    """The messages of a chat as they stand now, and the revision they were read at."""
    messages = core.state.chats[chat_id].messages.values()
    seen = [
        {**one.to_json(), "is_from_bot": one.is_from_bot, "reply_markup": one.markup}
        for one in messages
    ]
    return {"revision": core.state.revision, "messages": seen}


async def answer_of(core: CloudCore, query_id: str) -> JsonObject:
    """What the bot answered to a press or an inline query; `answer` is null before it did."""
    queries = {**core.state.callback_queries, **core.state.inline_queries}
    return {"revision": core.state.revision, "answer": queries[query_id].answer}


async def ledger(
    core: CloudCore, chat_id: int | None = None, method: str | None = None, after: int = 0
) -> JsonObject:
    """The calls that arrived, in order: all, of a chat, of a method, after a `seq`."""
    rows = core.state.ledger[after:] if chat_id is None else core.state.chats[chat_id].ledger
    kept = [one for one in rows if one["seq"] > after and method in {None, one["method"]}]
    return {"revision": core.state.revision, "rows": kept}


async def status(core: CloudCore) -> JsonObject:
    """Counters, violations, updates that wait, presses without an answer, faults not met."""
    state = core.state
    return {
        "revision": state.revision,
        "token": state.token,
        "counters": dict(state.counters),
        "violations": state.violations,
        "calls": len(state.ledger),
        "pending_updates": len(core.updates.pending()),
        "unanswered_presses": [one.id for one in state.open_queries()],
        "faults": core.faults.waiting(),
        "flood": core.flood.rules.to_json(),
        "webhook_url": core.webhook.url,
    }


async def webhook_attempts(core: CloudCore) -> JsonObject:
    """Each time an update was sent to the webhook, with the status it got."""
    return {"revision": core.state.revision, "attempts": core.webhook.attempts}


async def add_faults(core: CloudCore, faults: list[JsonObject]) -> None:
    """Script faults (fields of `telegram_faults.Fault`)."""
    core.faults.add(Fault(**one) for one in faults)


async def clear_faults(core: CloudCore) -> None:
    """Forget scripted faults."""
    core.faults.clear()


async def set_flood_rules(core: CloudCore, of_telegram: bool = False, **limits: int) -> None:
    """Switch flood rules: the published ones, or these limits (0: none); counts begin anew."""
    rules = FloodRules.of_telegram() if of_telegram else FloodRules()
    for name, limit in limits.items():
        if name not in rules.to_json():
            raise ValueError(f"no flood rule {name}")
        setattr(rules, name, limit)
    core.flood = FloodControl(rules)


async def set_webhook_pace(
    core: CloudCore, time_factor: float = 1.0, answer_seconds: float | None = None
) -> None:
    """How much faster than the clock a webhook's retries run; how long its answer may take."""
    core.webhook.time_factor = time_factor
    if answer_seconds is not None:
        core.webhook.answer_seconds = answer_seconds


async def push_again(core: CloudCore) -> None:
    """Send the last update once more."""
    core.updates.push_again()


async def set_webhook_hosts(core: CloudCore, hosts: dict[str, list[str]]) -> None:
    """What the names of hosts lead to, to several addresses by turns: a webhook must have an https
    address, and no test has.
    """
    core.webhook.set_hosts(hosts)


async def advance(core: CloudCore, seconds: float) -> None:
    """Let time pass at once: for the life of presses and updates, flood rules, retries."""
    core.clock.advance(seconds)
    core.webhook.time_moved()
    core.state.changed()


async def wait(core: CloudCore, revision: int, timeout_seconds: float) -> int:
    """Answer as soon as something changed after `revision`, or when time is up."""
    return await core.state.wait_for_change(revision, min(timeout_seconds, 30.0))


OPERATIONS: dict[str, Operation] = {
    "add_people": add_people,
    "add_group": add_group,
    "says": says,
    "starts": starts,
    "sends": sends,
    "edits": edits,
    "presses": presses,
    "asks_inline": asks_inline,
    "blocks": blocks,
    "unblocks": unblocks,
    "deactivates": deactivates,
    "removes_bot": removes_bot,
    "migrates": migrates,
    "set_group_privacy": set_group_privacy,
    "shown": shown,
    "answer_of": answer_of,
    "ledger": ledger,
    "status": status,
    "webhook_attempts": webhook_attempts,
    "add_faults": add_faults,
    "clear_faults": clear_faults,
    "set_flood_rules": set_flood_rules,
    "set_webhook_pace": set_webhook_pace,
    "set_webhook_hosts": set_webhook_hosts,
    "push_again": push_again,
    "advance": advance,
    "wait": wait,
}


def operate(core: CloudCore, operation: str, arguments: JsonObject) -> Awaitable[Any]:
    """Run one operation of the table.

    Raises:
        KeyError: no such operation, person, chat or message.
        TypeError, ValueError: it cannot be done with these arguments.
    """
    return OPERATIONS[operation](core, **arguments)
