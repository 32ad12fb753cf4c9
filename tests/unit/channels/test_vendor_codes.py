from __future__ import annotations

import pytest

from bot.channels.telegram.faults import to_channel_error
from bot.channels.telegram.wire import Refused
from bot.channels.vendor_codes import status_code_of
from bot.channels.zalo_bot.faults import fault_of as zalo_bot_fault
from bot.channels.zalo_oa.faults import fault_of as zalo_oa_fault
from tests.unit.channels.zalo_oa.zalo_world import NOW


@pytest.mark.parametrize("status", [400, 404, 418, 500, 504])
def test_a_status_of_http_stays_in_the_code(status):
    assert status_code_of("telegram", status) == f"telegram_{status}"


@pytest.mark.parametrize("number", [-1, 0, 499, 777, 123456, 10**40])
def test_numbers_of_a_vendor_do_not_make_new_codes(number, caplog):
    codes = {
        zalo_oa_fault(number, NOW).code,
        zalo_bot_fault(number, "").code,
        to_channel_error(
            Refused(number, {"description": "something new"}), is_repeatable=False
        ).code,
    }
    assert codes == {"zalo_oa_error_other", "error_other", "telegram_other"}
    assert caplog.text.count(str(number)[:20]) >= 3
