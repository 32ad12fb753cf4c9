"""The rules about what is kept of a citizen: the notice, seeing it, deleting it after a yes."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.choices import find_choice
from bot.dialogue.decisions import Clarity, Decision, Request, WayOn
from bot.dialogue.flow_rules import FlowRules
from bot.dialogue.replies import ReplyMaker
from bot.domain.cards import show_date
from bot.domain.catalog import Catalog
from bot.domain.payloads import (
    ASK_TO_DELETE,
    DATA,
    DELETE,
    EXPORT,
    KEEP,
    data_payload,
    parse_payload,
)
from bot.domain.privacy import PRIVACY_NOTICE_VERSION
from bot.domain.session import DataRequest, Outcome
from bot.domain.system_texts import SystemText
from bot.text.normalize import words
from bot.text.particles import peel

#: Whole messages that mean the one or the other button, beside yes, no and the labels; typed marks
#: count.
_DELETES = frozenset(
    ["xóa", "xoa", "chắc", "chac", "xóa hết", "xoa het", "xóa luôn", "xoa luon", "xóa giúp",
     "xoa giup", "xóa dữ liệu", "xoa du lieu", "chắc chắn", "chac chan"]
)  # fmt: skip
#: Before the wish itself: "có xóa đi", "ừ xóa hết".
_YES_WORDS = frozenset(["có", "co", "ừ", "u", "vâng", "vang", "dạ", "da", "ok", "ờ", "rồi", "roi"])
_KEEPS = frozenset(
    ["đừng xóa", "dung xoa", "khoan", "khoan đã", "khoan da", "khoan xóa", "khoan xoa",
     "không xóa nữa", "khong xoa nua"]
)  # fmt: skip


class DataRules:
    """Rules over one catalog. Each gives a decision, or None when it does not fit."""

    def __init__(self, catalog: Catalog, flows: FlowRules) -> None:
        self._catalog = catalog
        self._flows = flows
        self._make = ReplyMaker(catalog)

    def press(self, payload: str) -> Decision | None:
        """A button about what is kept."""
        verb, *arguments = parse_payload(payload)
        if verb != DATA or len(arguments) != 1:
            return None
        ways = {
            EXPORT: self.export,
            ASK_TO_DELETE: self.ask,
            DELETE: self._deleted,
            KEEP: self._kept,
        }
        way = ways.get(arguments[0])
        return way() if way else None

    def answer(self, request: Request) -> Decision | None:
        """A typed answer to whether to delete, which comes before all that waits in a flow. Whoever
        answers days later is asked anew.
        """
        session = request.session
        if session.yes != data_payload(DELETE) or request.payload:
            return None
        decision = self.press(self._picked(request))
        return self.ask() if decision and request.is_back else decision

    def _picked(self, request: Request) -> str:
        """The payload that a message stands for; empty when it does not answer. Whoever wants to
        stop or go back wants nothing deleted.
        """
        session = request.session
        if choice := find_choice(request.text, session.choices):
            return choice.payload
        typed = words(request.text)
        while typed[1:] and typed[0] in _YES_WORDS:
            typed = typed[1:]
        said = {" ".join(rest) for rest in peel(typed)}
        if said & _KEEPS or self._flows.is_command(request):
            return session.no
        return session.yes if said & _DELETES else self._flows.confirmed(request)

    def notice(self) -> Decision:
        """What is kept, how long, and how to see and delete it."""
        buttons = (
            self._make.button(SystemText.BUTTON_MY_DATA, data_payload(EXPORT)),
            self._make.button(SystemText.BUTTON_DELETE_MY_DATA, data_payload(ASK_TO_DELETE)),
            self._make.menu_button(),
        )
        since = show_date(PRIVACY_NOTICE_VERSION)
        told = self._make.text(SystemText.PRIVACY_NOTICE, buttons, date=since)
        return Decision(
            Outcome.ANSWERED,
            (told,),
            rule="privacy",
            clarity=Clarity.AS_BEFORE,
            way_on=WayOn.BY_BUTTON,
        )

    def export(self) -> Decision:
        """Introduces what is kept; whoever keeps it adds it."""
        delete = self._make.button(SystemText.BUTTON_DELETE_MY_DATA, data_payload(ASK_TO_DELETE))
        told = self._make.text(SystemText.DATA_EXPORT, (delete, self._make.menu_button()))
        return Decision(
            Outcome.ANSWERED,
            (told,),
            rule="data_export",
            clarity=Clarity.AS_BEFORE,
            way_on=WayOn.BY_BUTTON,
            data_request=DataRequest.EXPORT,
        )

    def ask(self) -> Decision:
        """Asks whether to delete what is kept. Nothing else may follow: a yes is the answer."""
        delete = self._make.button(SystemText.BUTTON_DELETE, data_payload(DELETE))
        keep = self._make.button(SystemText.BUTTON_KEEP, data_payload(KEEP))
        asked = self._make.text(SystemText.DATA_DELETE_ASK, (delete, keep))
        asked = replace(asked, yes=delete.payload, no=keep.payload)
        return Decision(
            Outcome.CLARIFY,
            (asked,),
            rule="data_ask",
            clarity=Clarity.AS_BEFORE,
            way_on=WayOn.NOT,
        )

    def _deleted(self) -> Decision:
        """Says that it is done. No buttons: the session does not remember them."""
        told = self._make.text(SystemText.DATA_DELETED)
        return Decision(
            Outcome.ANSWERED,
            (told,),
            rule="data_delete",
            frames=(),
            data_request=DataRequest.DELETE,
        )

    def _kept(self) -> Decision:
        told = self._make.text(SystemText.DATA_KEPT, (self._make.menu_button(),))
        return Decision(Outcome.SMALLTALK, (told,), rule="data_kept")
