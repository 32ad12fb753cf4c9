"""The number before a choice is the number that picks it, on every channel that numbers choices."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.numbering import BULLET, number_choices
from bot.dialogue.choices import find_choice
from bot.domain.messages import Button
from bot.domain.session import Choice

LABELS = st.one_of(
    st.from_regex(r"[1-9] (điểm|xe|người)", fullmatch=True),
    st.sampled_from(["Danh mục", "Quay lại", "Không rõ", "**Cài đặt**", "[3] lần", "12 tháng"]),
)


def test_a_label_with_a_number_of_its_own_is_called_by_it():
    labels = ["5 điểm, rất tốt", "Khác", "1 điểm, dở", "2 xe", "2 người", "Hủy"]
    assert number_choices([Button(one, one) for one in labels]) == [
        "5 điểm, rất tốt",
        "2. Khác",
        "1 điểm, dở",
        "4. 2 xe",
        "- 2 người",
        "6. Hủy",
    ]


@given(st.lists(LABELS, max_size=12))
def test_each_number_shown_picks_the_line_behind_it(labels):
    buttons = [Button(label, str(at)) for at, label in enumerate(labels)]
    choices = [Choice(one.label, one.payload) for one in buttons]
    for button, line in zip(buttons, number_choices(buttons), strict=True):
        if not line.startswith(BULLET):
            number = line.split()[0].strip("[].,")
            picked = find_choice(number, choices)
            assert picked is not None
            assert picked.payload == button.payload, (line, labels)
