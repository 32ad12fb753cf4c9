"""What people say of a task in their own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.frames import DONE, TROUBLE
from bot.nlu.task_states import find_state
from bot.text.normalize import words


def state(text):
    return find_state(words(text))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "gọi rồi",
            "đã gửi mã",
            "lam roi",
            "ok xong roi nhe",
            "vo duoc roi con oi",
            "xong bước 3",
        ),
        *("đổi mật khẩu rồi", "doi mat khau roi", "báo công an rồi", "goi cong an roi"),
        *("nhap ma otp roi", "tắt máy rồi", "bổ sung rồi", "làm xong hết rồi"),
    ],
)
def test_what_is_told_as_done_is_done(text):
    assert state(text) == DONE


@pytest.mark.parametrize(
    "text",
    [
        *("vẫn quay", "quay mai", "nó quay vòng", "van quay hoai", "gọi không được"),
        *("khong duoc roi", "chua bam duoc roi", "không thấy nút", "may khong cho", "chua xong"),
        *("bi ket", "máy kẹt", "bao loi", "em bi loi", "bi vang", "vang ra roi"),
    ],
)
def test_what_is_told_as_failed_is_trouble(text):
    assert state(text) == TROUBLE


@pytest.mark.parametrize(
    "text",
    [
        # questions
        *("xong chưa", "da xong chua", "làm sao rồi", "đã làm gì", "xong rồi à", "đã báo bao giờ"),
        # giving up and putting off
        *("met qua roi", "thoi roi", "bo roi", "de mai roi", "chán rồi", "đợi mãi rồi"),
        # losses, scams, being late
        *("mất tiền rồi", "chuyen tien roi", "doc otp roi", "doc otp cho ho roi", "bam link roi"),
        *("cong an goi roi", "no goi toi roi", "công an đã gọi rồi", "qua han roi"),
        # events in a family
        *("ly hôn rồi", "đã kết hôn"),
        # words that only look like a failure
        *("dang ky ket hon", "lam giay ket hon", "quay lai buoc vua nay", "em muon quay lai"),
        *("tra loi giup toi", "không lỗi", "hết lỗi rồi", "văn bản"),
        # dạ, not đã
        *("da cho em hoi", "da em hieu a"),
        "",
    ],
)
def test_what_leaves_a_doubt_is_neither(text):
    assert state(text) is None


LOCK = words("Gọi nhà mạng để khóa SIM.")


@pytest.mark.parametrize("text", ["roi xong khoa sim", "da khoa sim xong", "tôi khóa SIM rồi"])
def test_to_lock_is_no_loss_where_that_was_the_task(text):
    assert find_state(words(text), LOCK) == DONE
    assert state(text) is None


@pytest.mark.parametrize("text", ["sim bị khóa rồi", "may tu khoa roi", "mất sim rồi"])
def test_what_was_locked_by_others_is_a_loss_even_there(text):
    assert find_state(words(text), LOCK) is None


def test_a_task_after_something_was_locked_is_not_to_lock_it():
    told = words("Tài khoản bị khóa thì gọi tổng đài.")
    assert find_state(words("tài khoản khóa rồi"), told) is None


@given(st.text(max_size=80))
def test_any_text_is_read_without_harm(text):
    assert state(text) in {DONE, TROUBLE, None}
