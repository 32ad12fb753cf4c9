from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.deep_links import (
    deep_link,
    from_start_parameter,
    to_start_parameter,
)
from bot.domain.payloads import FLOW, TOPIC, flow_payload, topic_payload


@pytest.mark.parametrize(
    ("payload", "parameter"),
    [
        ("t:310", "t_310"),
        ("w:310", "w_310"),
        ("g:service:2", "g_service_2"),
        ("f:kich-hoat", "f_kich-hoat"),
        ("f:kich-hoat:noi-cai", "f_kich-hoat_noi-cai"),
        ("f:t347:lam.12", "f_t347_lam__12"),
        ("menu", "menu"),
        ("handoff", "handoff"),
        ("start", "start"),
        ("x:xem", "x_xem"),
        ("x:hoi", "x_hoi"),
    ],
)
def test_a_payload_and_its_parameter_stand_for_each_other(payload, parameter):
    assert to_start_parameter(payload) == parameter
    assert from_start_parameter(parameter) == payload


@pytest.mark.parametrize(
    "payload",
    [
        "a:kich-hoat:noi-cai:cua-hang",
        "m:lui",
        "x:xoa",
        "x:khong",
        "none",
        "",
        "t",
        "t:",
        "t:1:2",
        "t:a_b",
        "f:đất",
        "f:a.:b",
        "f:a..b",
        f"f:{'a' * 63}",
    ],
)
def test_what_no_link_can_stand_for_has_none(payload):
    assert to_start_parameter(payload) is None
    assert deep_link("troly06_bot", payload) is None


@pytest.mark.parametrize(
    "parameter",
    [
        "",
        "x",
        "a_kich-hoat_noi-cai_x",
        "m_lui",
        "x_xoa",
        "t_",
        "_",
        "f_a___b",
        "t_31 0",
        "t_" + "1" * 63,
    ],
)
def test_a_parameter_that_we_never_wrote_is_a_plain_start(parameter):
    assert from_start_parameter(parameter) == "start"


def test_the_link_is_that_of_the_bot():
    assert deep_link("troly06_bot", "t:310") == "https://t.me/troly06_bot?start=t_310"


@given(st.text() | st.from_regex(r"[tfg]:[a-z-]{1,40}(:[a-z0-9.-]{1,40})?", fullmatch=True))
def test_every_parameter_is_short_plain_and_gives_its_payload_back(payload):
    parameter = to_start_parameter(payload)
    if parameter is not None:
        assert re.fullmatch("[A-Za-z0-9_-]{1,64}", parameter)
        assert from_start_parameter(parameter) == payload


@given(st.text())
def test_what_is_read_from_a_link_can_be_written_as_one(parameter):
    assert to_start_parameter(from_start_parameter(parameter)) is not None


def test_every_topic_and_every_flow_of_ours_has_a_link(catalog):
    payloads = [topic_payload(TOPIC, topic) for topic in catalog.topics]
    payloads += [flow_payload(flow_id) for flow_id in catalog.flows_by_id]
    assert [one for one in payloads if to_start_parameter(one) is None] == []


def test_every_step_of_every_flow_has_a_link_that_leads_to_it(catalog):
    for flow in catalog.flows_by_id.values():
        for step in flow.steps:
            payload = f"{FLOW}:{flow.id}:{step.id}"
            parameter = to_start_parameter(payload)
            assert parameter is not None, payload
            assert from_start_parameter(parameter) == payload


def test_a_step_too_long_for_a_link_is_that_of_its_flow():
    assert deep_link("b", f"f:kich-hoat:{'a' * 60}") == "https://t.me/b?start=f_kich-hoat"
    assert deep_link("b", f"f:{'a' * 63}:lam") is None
