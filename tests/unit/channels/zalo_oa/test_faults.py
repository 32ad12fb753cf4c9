from __future__ import annotations

from datetime import datetime

import pytest

from bot.channels.zalo_oa.faults import KNOWN_CODES, fault_of, seconds_until_morning
from bot.domain.clock import VIETNAM
from bot.domain.errors import (
    ChannelMisconfigured,
    MessageRejected,
    RecipientUnreachable,
    RetryLater,
    VendorFailed,
    WindowClosed,
)
from tests.unit.channels.zalo_oa.zalo_world import NOW

WHAT_TO_DO = {
    ChannelMisconfigured: [
        *(-204, -205, -209, -212, -216, -219, -220, -221, -223, -224, -235),
        *(-240, -242, -248, -320, -321),
    ],
    RetryLater: [-32, -211, -218, -234, -311],
    MessageRejected: [-100, -201, -210, -233, -249],
    VendorFailed: [-200],
    RecipientUnreachable: [-213, -217, -227, -244],
    WindowClosed: [-230, -232, -305],
}
ROWS = [(code, kind) for kind, codes in WHAT_TO_DO.items() for code in codes]


@pytest.mark.parametrize(("code", "kind"), ROWS)
def test_every_code_says_what_to_do(code, kind):
    fault = fault_of(code, NOW)
    assert isinstance(fault, kind)
    assert fault.code.startswith("zalo_oa_")
    assert str(code) not in fault.code


def test_no_code_of_the_table_is_left_out():
    assert {code for code, _ in ROWS} == KNOWN_CODES
    assert len({fault_of(code, NOW).code for code in KNOWN_CODES}) == len(KNOWN_CODES)


def test_a_code_that_is_not_in_the_table_rejects_the_message_and_is_kept():
    fault = fault_of(-9999, NOW)
    assert (type(fault), fault.code) == (MessageRejected, "zalo_oa_error_other")


def test_too_many_calls_pause_the_channel_until_the_next_minute():
    fault = fault_of(-32, NOW)
    assert (fault.after_seconds, fault.whole_channel) == (41.0, True)


@pytest.mark.parametrize(("code", "whole"), [(-211, True), (-218, False), (-234, False)])
def test_a_quota_of_the_day_waits_for_the_morning(code, whole):
    fault = fault_of(code, NOW)
    assert (fault.after_seconds, fault.whole_channel) == (seconds_until_morning(NOW), whole)


@pytest.mark.parametrize(
    ("hour", "minute", "hours"), [(6, 4, 1 / 60), (6, 5, 24), (22, 5, 8), (0, 5, 6)]
)
def test_the_morning_is_the_next_five_past_six_in_vietnam(hour, minute, hours):
    now = datetime(2026, 11, 21, hour, minute, tzinfo=VIETNAM)
    assert seconds_until_morning(now) == pytest.approx(hours * 3600)
