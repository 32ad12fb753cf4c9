from __future__ import annotations

import pytest

from bot.dialogue.questions import split_questions


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
