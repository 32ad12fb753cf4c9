"""Every button of our own content survives being stored; what is none of ours does not."""

from __future__ import annotations

import pytest

from bot.domain.flows import Collect
from bot.domain.payloads import (
    DOCUMENTS,
    SOURCES,
    TOPIC,
    UNKNOWN,
    WHAT_IFS,
    answer_payload,
    flow_payload,
    group_payload,
    storable_payload,
    topic_payload,
)


def test_payloads_of_topics_groups_flows_and_answers_are_stored_as_they_are(app):
    catalog = app.catalog
    verbs = (TOPIC, WHAT_IFS, DOCUMENTS, SOURCES)
    payloads = [topic_payload(verb, topic) for topic in catalog.topics for verb in verbs]
    payloads += [group_payload(topic.group, 99) for topic in catalog.topics]
    for flow in catalog.flows_by_id.values():
        payloads += [f"{flow_payload(flow.id)}:{step.id}" for step in flow.steps]
        payloads += [
            answer_payload(flow.id, step.id, option.value)
            for step in flow.steps
            if isinstance(step, Collect)
            for option in step.options
        ]
    assert [one for one in payloads if storable_payload(one) != one] == []
    assert storable_payload("") == ""


@pytest.mark.parametrize(
    "payload", ["0900000001", "t:0900000001", "t:số của tôi", "Lan", "f:kich hoat", "a" * 65, "t:"]
)
def test_what_is_no_payload_of_ours_is_not_stored(payload):
    assert storable_payload(payload) == UNKNOWN
