from __future__ import annotations

import pytest

from bot.dialogue.questions import looks_like_question, split_clauses, split_questions


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("quên mật khẩu thì làm sao?", ["quên mật khẩu thì làm sao?"]),
        (
            "quên mật khẩu thì làm sao? đăng ký tạm trú cần gì?",
            ["quên mật khẩu thì làm sao?", "đăng ký tạm trú cần gì?"],
        ),
        (
            "1. đăng ký tạm trú 2. làm hộ chiếu mới",
            ["đăng ký tạm trú", "làm hộ chiếu mới"],
        ),
        (
            "em muốn làm hộ chiếu, với lại cho hỏi cấp lại bằng lái",
            ["em muốn làm hộ chiếu", "cho hỏi cấp lại bằng lái"],
        ),
        ("làm hộ chiếu được không ạ? cảm ơn", ["làm hộ chiếu được không ạ? cảm ơn"]),
    ],
)
def test_a_message_is_taken_apart_where_a_new_question_begins(text, pieces):
    assert split_questions(text) == pieces


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("lệ phí 7.000 đồng phải không", ["lệ phí 7.000 đồng phải không"]),
        ("vào vneid.gov.vn làm sao", ["vào vneid.gov.vn làm sao"]),
        (
            "làm hộ chiếu thế nào, tạm trú cần gì. dạ",
            ["làm hộ chiếu thế nào", "tạm trú cần gì"],
        ),
        ("dạ, cho em hỏi tạm trú", ["dạ, cho em hỏi tạm trú"]),
    ],
)
def test_clauses_end_at_commas_and_full_stops_but_not_inside_numbers(text, clauses):
    assert split_clauses(text) == clauses


@pytest.mark.parametrize(
    "text",
    [
        *("còn không", "co duoc ko chau", "bao lau mo lai", "ai nộp tiền đó", "mất SIM?"),
        *("làm sao nữa", "mã pin là gì", "ma pin la j", "bao h xong", "phí bn", "làm s"),
        "mấy giờ làm",
    ],
)
def test_a_text_that_asks_looks_like_a_question(text):
    assert looks_like_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "làm gộp cả ba",
        "mất SIM rồi",
        "chưa cài lần nào",
        "máy cục gạch",
        "ko nhận đc j",
        "thử xem s",
    ],
)
def test_a_text_that_answers_does_not(text):
    assert not looks_like_question(text)
