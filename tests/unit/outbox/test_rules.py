from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.deliveries import Delivery, DeliveryStatus, Lane, Message, Receipt, Verdict
from bot.domain.errors import (
    ChannelError,
    ChannelMisconfigured,
    MessageRejected,
    NotSent,
    RecipientMoved,
    RecipientUnreachable,
    RetryLater,
    SendInstead,
    SendUnknown,
    VendorFailed,
    WindowClosed,
)
from bot.domain.people import ConversationId
from bot.outbox.rules import (
    MAX_BACKOFF_SECONDS,
    MISCONFIGURED_SECONDS,
    Patience,
    backoff_seconds,
    judge_fault,
    judge_receipt,
)
from tests.promises import NOW, person

ONCE = Delivery(
    1, ConversationId("c"), person(1), Lane.REPLY, Message("sendMessage"), 1, created_at=NOW
)
EDIT = replace(ONCE, message=Message("editMessageText", is_repeatable=True))


def judge(fault, delivery=ONCE):
    return judge_fault(fault, delivery, NOW)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def every_kind(kind=ChannelError):
    for one in kind.__subclasses__():
        yield one
        yield from every_kind(one)


def test_what_was_taken_is_sent_and_keeps_the_vendors_id():
    assert judge_receipt(Receipt("55")) == Verdict(DeliveryStatus.SENT, message_id="55")


def test_what_a_receipt_says_of_money_and_of_the_person_is_recorded():
    verdict = judge_receipt(Receipt("55", is_billed=True, interacted_at=NOW))
    assert (verdict.is_billed, verdict.interacted_at) == (True, NOW)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (SendUnknown("timeout"), DeliveryStatus.DOUBTFUL),
        (RecipientUnreachable("blocked"), DeliveryStatus.UNREACHABLE),
        (WindowClosed("7_days"), DeliveryStatus.EXPIRED),
        (MessageRejected("too_long"), DeliveryStatus.REJECTED),
    ],
)
def test_what_will_never_arrive_is_not_tried_again(fault, status):
    assert judge(fault) == Verdict(status, code=fault.code)


def test_who_is_asked_to_wait_waits_as_long_as_asked_with_the_whole_channel():
    assert judge(RetryLater("429", 30)) == Verdict(
        DeliveryStatus.PENDING, after(30), code="429", channel_paused_until=after(30)
    )


def test_one_chat_alone_may_be_asked_to_wait():
    verdict = judge(RetryLater("slow_chat", 3, whole_channel=False))
    assert (verdict.due_at, verdict.channel_paused_until) == (after(3), None)


@pytest.mark.parametrize("seconds", [0, -5, 0.2])
def test_nobody_is_asked_again_at_once(seconds):
    assert judge(RetryLater("429", seconds)).due_at == after(1)


def test_a_channel_on_which_nothing_can_be_sent_rests():
    rested = after(MISCONFIGURED_SECONDS)
    assert judge(ChannelMisconfigured("token")) == Verdict(
        DeliveryStatus.PENDING, rested, code="token", channel_paused_until=rested
    )


def test_who_moved_is_sent_to_at_once_at_the_new_address():
    assert judge(RecipientMoved("moved", "-1001")) == Verdict(
        DeliveryStatus.PENDING, NOW, code="moved", moved_to="-1001"
    )


def test_what_is_sent_in_the_place_of_an_edit_is_due_at_once():
    new = Message("sendMessage")
    verdict = Verdict(DeliveryStatus.PENDING, NOW, code="gone", instead=new)
    assert judge(SendInstead("gone", new), EDIT) == verdict


@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_what_was_certainly_not_sent_is_tried_again_later_each_time(attempt):
    verdict = judge(NotSent("no_connection"), replace(ONCE, attempt=attempt))
    due_at = after(2 ** (attempt - 1))
    assert verdict == Verdict(DeliveryStatus.PENDING, due_at, code="no_connection")


def test_what_the_vendor_failed_at_is_tried_a_few_times_and_then_given_up():
    fault, waits, failures = VendorFailed("failed"), [], 0
    while (verdict := judge(fault, replace(ONCE, attempt=failures + 1, failures=failures))).due_at:
        assert (verdict.status, verdict.is_failure) == (DeliveryStatus.PENDING, True)
        waits.append((verdict.due_at - NOW).total_seconds())
        failures += 1
    assert verdict == Verdict(DeliveryStatus.REJECTED, code="failed")
    assert waits == [1, 2, 4, 8, 16, 32, 64]


def test_hours_without_a_connection_use_up_none_of_the_few_tries():
    late = replace(ONCE, attempt=200)
    assert judge(NotSent("no_connection"), late) == Verdict(
        DeliveryStatus.PENDING, after(MAX_BACKOFF_SECONDS), code="no_connection"
    )
    first = judge(VendorFailed("failed"), late)
    assert (first.due_at, first.is_failure) == (after(1), True)


def test_what_can_be_repeated_is_repeated_when_nobody_knows():
    assert judge(SendUnknown("timeout"), EDIT).status is DeliveryStatus.PENDING


@pytest.mark.parametrize("kind", [RecipientUnreachable, WindowClosed, MessageRejected])
def test_what_was_refused_is_not_repeated_even_where_it_could_be(kind):
    assert not judge(kind("no"), EDIT).status.is_open


def test_a_kind_of_fault_that_nobody_thought_of_may_have_arrived():
    class NewFault(ChannelError):
        pass

    assert judge(NewFault("new")) == Verdict(DeliveryStatus.DOUBTFUL, code="new")


def test_every_kind_of_fault_keeps_its_code_for_staff():
    made = {RetryLater: (1.0,), RecipientMoved: ("-1",), SendInstead: (Message("send"),)}
    for kind in every_kind():
        if kind.__module__ == ChannelError.__module__:
            assert judge(kind("why", *made.get(kind, ()))).code == "why"


def test_backoff_doubles_up_to_a_limit():
    waits = [backoff_seconds(attempt) for attempt in range(1, 12)]
    assert waits[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert waits[9:] == [MAX_BACKOFF_SECONDS] * 2
    assert backoff_seconds(100_000) == MAX_BACKOFF_SECONDS


def test_a_reply_is_worth_sending_for_a_day():
    patience = Patience(reply_hours=24)
    assert not patience.is_over(ONCE, NOW + timedelta(hours=24))
    assert patience.is_over(ONCE, NOW + timedelta(hours=24, seconds=1))
