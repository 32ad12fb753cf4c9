"""A typed tone decides; where none is typed, both readings stay near."""

from __future__ import annotations

import pytest

from bot.text.fold import fold

TAX = "service/nghia-vu-tai-chinh-dat-dai-ca-nhan"
RENT = "service/nghia-vu-tai-chinh-dat-dai-doanh-nghiep"
LOST = "trouble/mat-the-can-cuoc"
SECURE = "safety/bao-mat-hang-ngay"

#: Questions that differ in tone marks alone: land tax and land rent; to report lost, to keep safe.
PAIRS = [
    ("nộp tiền thuế đất", TAX, "nộp tiền thuê đất", RENT),
    ("nộp tiền thuế đất ở đâu", TAX, "nộp tiền thuê đất ở đâu", RENT),
    ("đóng tiền thuế đất qua mạng", TAX, "đóng tiền thuê đất qua mạng", RENT),
    ("cách báo mất căn cước", LOST, "cách bảo mật căn cước", SECURE),
]


@pytest.mark.parametrize(("one", "topic", "other", "other_topic"), PAIRS)
def test_a_tone_mark_alone_tells_two_topics_apart(app, one, topic, other, other_topic):
    assert fold(one) == fold(other)
    found = [app.retriever.retrieve(text).topics[0].name for text in (one, other)]
    assert found == [topic, other_topic]


def test_without_tones_both_readings_come_first(app):
    topics = app.retriever.retrieve("nop tien thue dat").topics
    assert {one.name for one in topics[:2]} == {TAX, RENT}
