"""The fake cloud without its network: performs calls, records what arrived, counts violations."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram_clock import CloudClock
from tests.fakes.telegram_delivery import Described
from tests.fakes.telegram_errors import JsonObject, Refusal
from tests.fakes.telegram_faults import FaultScript
from tests.fakes.telegram_flood import FloodControl, FloodRules
from tests.fakes.telegram_methods import METHODS
from tests.fakes.telegram_requests import Call
from tests.fakes.telegram_state import TOKEN, Chat, CloudState
from tests.fakes.telegram_updates import LongPolling, Update, UpdateQueue, queue_of
from tests.fakes.telegram_webhook import Webhook, life_of

#: Asking is not recorded call by call: a poller asks for ever.
_UNRECORDED = frozenset({"getupdates", "getme", "getwebhookinfo"})


@dataclass(frozen=True)
class Answer:
    """Status and body of an answer."""

    status: int
    body: JsonObject


class CloudCore:
    """One bot's cloud: its state, its updates, its rules."""

    def __init__(self, token: str = TOKEN) -> None:
        self.clock = CloudClock()
        self.state = CloudState(self.clock, token)
        self.updates = UpdateQueue(self.clock, self.state.changed)
        self.polling = LongPolling(self.updates)
        self.webhook = Webhook(self.clock, self.updates, self.perform, self.state.changed)
        self.flood = FloodControl(FloodRules())
        self.faults = FaultScript()

    async def perform(self, call: Call) -> Answer:
        """Do what a call asks for, or refuse it; either is recorded."""
        received_at = self.clock.monotonic()
        state = self.state
        method = METHODS.get(call.method)
        if method is None:
            state.add_violation("unknown_method", call.method, "the fake has no such method")
            return Answer(404, Refusal(404, "Not Found: method not found").to_json())
        state.counters[method.name] += 1
        state.changed()
        if not method.parameters.issuperset(call.parameters):
            unknown = sorted(set(call.parameters) - method.parameters)
            state.add_violation("unknown_parameter", method.name, ", ".join(unknown))
        try:
            result = method.handler(self, call)
            if inspect.isawaitable(result):
                result = await result
        except Refusal as refusal:
            answer = self._refused(method.name, refusal)
        else:
            answer = Answer(200, _success(result))
        if call.method not in _UNRECORDED:
            self._record(method.name, call, received_at, answer)
        return answer

    def admit(self, call: Call, chat: Chat) -> None:
        """Let a message pass the flood rules.

        Raises:
            Refusal: 429.
        """
        now = self.clock.monotonic()
        if self.flood.is_ignored_pause(chat, now):
            self.state.add_violation("ignored_retry_after", call.method, f"chat {chat.id}")
        self.flood.admit(chat, now)

    def push(self, kind: str, body: JsonObject, whose: int) -> Update | None:
        """Send an update on its way; None when the bot did not ask for its kind."""
        update = self.updates.push(kind, body, queue_of(kind, whose), life_of(kind))
        self.state.counters[f"update.{kind}"] += 1
        self.state.changed()
        return update

    def _refused(self, method: str, refusal: Refusal) -> Answer:
        self.state.counters[f"refused.{refusal.code}"] += 1
        if refusal.is_fault:
            self.state.add_violation("refused", method, refusal.description)
        return Answer(refusal.code, refusal.to_json())

    def _record(self, method: str, call: Call, received_at: float, answer: Answer) -> None:
        state = self.state
        result = answer.body.get("result")
        row: JsonObject = {
            "seq": len(state.ledger) + 1,
            "method": method,
            "chat_id": call.text("chat_id"),
            "message_id": _message_id(call, result),
            "parameters": call.parameters,
            "files": {name: len(one.content) for name, one in call.files.items()},
            "received_at": received_at,
            "status": answer.status,
            "description": answer.body.get("description", ""),
        }
        state.ledger.append(row)
        chat = state.chats.get(_whole(row["chat_id"]))
        if chat is not None:
            chat.ledger.append(row)
        state.changed()


def _success(result: Any) -> JsonObject:
    if isinstance(result, Described):
        return {"ok": True, "result": result.result, "description": result.description}
    return {"ok": True, "result": result}


def _message_id(call: Call, result: Any) -> int | None:
    if isinstance(result, dict) and "message_id" in result:
        return int(result["message_id"])
    return call.whole_number("message_id") or None


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0
