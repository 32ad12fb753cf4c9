"""Who tells what happened, in whatever words, finds the flow for it or a topic of that flow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.domain.messages import Utterance
from bot.domain.payloads import flow_payload
from bot.domain.session import Outcome, Session
from bot.nlu.entities import EntityFinder
from bot.settings import PROJECT_ROOT
from bot.text.fold import fold
from bot.text.normalize import words
from tests.factories import TODAY

TOLD = yaml.safe_load((Path(__file__).parent / "life_events.yaml").read_text(encoding="utf-8"))
TOPIC = re.compile(r"\b(?:activation|account|utility|service|trouble|safety|campaign)/[a-z0-9-]+")
OTHER_FLOW = re.compile(r"\b(?:link|call): ([a-z0-9-]+)")


def topics_of(flow_id, depth=1):
    """The topics that a flow, or one that it leads to, takes its steps from."""
    text = (PROJECT_ROOT / "flows" / f"{flow_id}.yaml").read_text(encoding="utf-8")
    found = set(TOPIC.findall(text))
    others = OTHER_FLOW.findall(text) if depth else []
    return found.union(*(topics_of(other, depth - 1) for other in others))


def reaches(app, text, flow_id):
    turn = app.engine.run_turn(Session("s"), Utterance(text=text), TODAY)
    if flow_payload(flow_id) in {choice.payload for choice in turn.session.choices}:
        return True
    is_told = turn.outcome in {Outcome.ANSWERED, Outcome.CLARIFY}
    return is_told and bool(turn.topics) and turn.topics[0].id in topics_of(flow_id)


def test_nearly_all_who_tell_of_an_event_find_what_is_for_it(app):
    told = [(flow_id, text) for flow_id, texts in TOLD.items() for text in texts]
    lost = [one for one in told if not reaches(app, one[1], one[0])]
    assert len(told) >= 300
    assert len(lost) <= 0.04 * len(told), lost


def test_no_telling_is_an_example(app):
    examples = {
        fold(" ".join(words(one))) for intent in app.catalog.intents for one in intent.examples
    }
    told = (text for texts in TOLD.values() for text in texts)
    assert [text for text in told if fold(" ".join(words(text))) in examples] == []


@pytest.mark.parametrize(
    "text",
    [
        "ba tôi mất điện thoại",
        "me em mat cccd",
        "chồng tôi mất việc",
        "ông nội mất căn cước",
        "bà nội tôi mất ngủ",
        "vo toi mat the",
        "ba em mat dt co vneid",
        "ông bà em mất hết tiền trong tài khoản",
        "me em mat chia khoa",
        "ba mươi tuổi rồi còn đổi căn cước không",
    ],
)
def test_a_loss_is_not_taken_for_a_death(app, text):
    turn = app.engine.run_turn(Session("s"), Utterance(text=text), TODAY)
    payloads = {choice.payload for choice in turn.session.choices}
    assert flow_payload("co-nguoi-mat") not in payloads


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("ba tôi mất vì bệnh", {"co-nguoi-mat"}),
        ("em bi mat vi roi", {"mat-giay-to"}),
        ("vợ chồng tôi bỏ nhau", {"ly-hon"}),
        ("bố chồng tôi 80 tuổi", set()),
        ("chuyện nhà tôi rắc rối lắm", set()),
        ("chuyen nha di tinh khac", {"chuyen-nha"}),
        ("tôi muốn kiến nghị", set()),
        ("có tặng quà không", set()),
        ("gọi số đó không được", set()),
    ],
)
def test_phrases_of_events_are_not_found_in_words_that_fold_alike(app, text, events):
    finder = EntityFinder(app.catalog.entities, app.catalog.abbreviations)
    assert {one.value for one in finder.find(text) if one.entity == "su_kien"} == events
