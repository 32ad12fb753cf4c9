from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.channels.zalo_oa.grants import GrantAnswer, parse_pasted
from bot.channels.zalo_oa.oauth import make_pkce, pkce_of
from bot.domain.errors import ChannelMisconfigured, NotSent, RetryLater, SendUnknown
from tests.unit.channels.zalo_oa.zalo_world import (
    APP_ID,
    NOW,
    OA_ID,
    TOKEN,
    bad,
    pair_made,
    tokens,
)


def query_of(url):
    return {key: one[0] for key, one in parse_qs(urlsplit(url).query).items()}


def form_of(request):
    return {key: one[0] for key, one in parse_qs(request.content.decode()).items()}


def test_the_challenge_is_that_of_the_published_example():
    assert pkce_of("A" * 43).challenge == "DwBzhbb51LfusnSGBa_hqYSgo7-j8BTQnip4TOnlzRo"


def test_a_verifier_has_43_characters():
    pkce = make_pkce(bytes)
    assert pkce == pkce_of("A" * 43)


def test_the_link_leads_to_the_page_of_the_grant(world):
    link = world.oa.grants.make_link()
    assert link.url.startswith("https://oauth.zaloapp.com/v4/oa/permission?")
    query = query_of(link.url)
    assert query.keys() == {"app_id", "redirect_uri", "code_challenge", "state"}
    assert query["app_id"] == APP_ID
    assert query["redirect_uri"] == "https://troly.example.vn/zalo-oa/callback"
    assert query["state"] == link.state


def test_two_links_have_nothing_secret_in_common(world):
    one, other = (query_of(world.oa.grants.make_link().url) for _ in range(2))
    assert one["state"] != other["state"]
    assert one["code_challenge"] != other["code_challenge"]


async def test_an_answer_is_exchanged_for_tokens_with_the_verifier_of_its_link(world):
    world.vault.pair, world.vault.trouble = None, "needs_grant"
    link = world.oa.grants.make_link()
    # Another process takes the answer: nothing but settings is shared.
    await world.build().grants.complete(GrantAnswer("the-code", OA_ID, link.state))
    request = world.wire.to(TOKEN)[0]
    form = form_of(request)
    assert request.headers["secret_key"] == "APP-SECRET-EXAMPLE"
    assert pkce_of(form.pop("code_verifier")).challenge == query_of(link.url)["code_challenge"]
    assert form == {"code": "the-code", "app_id": APP_ID, "grant_type": "authorization_code"}
    pair = world.vault.pair
    assert (pair.access, pair.refresh, pair.version) == ("access-1", "refresh-1", 1)
    assert pair.access_expires_at == NOW + timedelta(hours=25)
    assert pair.refresh_expires_at == NOW + timedelta(days=90)
    assert world.vault.trouble == ""


async def test_a_new_grant_takes_the_place_of_the_old_one(world):
    world.vault.pair = pair_made(version=7)
    link = world.oa.grants.make_link()
    await world.oa.grants.complete(GrantAnswer("the-code"), link.state)
    assert (world.vault.pair.access, world.vault.pair.version) == ("access-1", 8)


async def test_the_verifier_of_the_settings_is_used_where_there_is_one(make_world):
    world = make_world(pkce_verifier="A" * 43)
    link = world.oa.grants.make_link()
    await world.oa.grants.complete(GrantAnswer("the-code"), link.state)
    expected = "DwBzhbb51LfusnSGBa_hqYSgo7-j8BTQnip4TOnlzRo"
    assert query_of(link.url)["code_challenge"] == expected
    assert form_of(world.wire.to(TOKEN)[0])["code_verifier"] == "A" * 43


@pytest.mark.parametrize("state", ["", "1.2.3", "9999999999.aa.bb", "x", "chữ.chữ"])
async def test_an_answer_to_no_link_of_ours_is_refused(world, state):
    with pytest.raises(ChannelMisconfigured, match="state_unknown"):
        await world.oa.grants.complete(GrantAnswer("the-code", OA_ID, state))
    assert world.wire.requests == []


async def test_a_link_is_good_for_half_an_hour(world):
    link = world.oa.grants.make_link()
    world.clock.advance(minutes=31)
    with pytest.raises(ChannelMisconfigured, match="state_unknown_or_old"):
        await world.oa.grants.complete(GrantAnswer("the-code", OA_ID, link.state))


async def test_another_account_is_refused(world):
    link = world.oa.grants.make_link()
    with pytest.raises(ChannelMisconfigured, match="other_account"):
        await world.oa.grants.complete(GrantAnswer("the-code", "1", link.state))
    assert world.wire.requests == []


async def test_an_answer_without_a_code_is_refused(world):
    link = world.oa.grants.make_link()
    with pytest.raises(ChannelMisconfigured, match="no_code"):
        await world.oa.grants.complete(GrantAnswer("", OA_ID, link.state))


@pytest.mark.parametrize(
    ("answer", "fault", "code"),
    [
        (bad(-14003), ChannelMisconfigured, "grant_error_-14003"),
        (bad(-32), RetryLater, "too_many_calls"),
        ({"error": 0}, ChannelMisconfigured, "no_tokens"),
        ({"access_token": "a"}, ChannelMisconfigured, "no_tokens"),
        (httpx.Response(500, json=bad(-14003)), SendUnknown, "status_500"),
        (httpx.Response(200, text="<html>"), SendUnknown, "unreadable"),
        (httpx.ConnectError("no"), NotSent, "no_connection"),
        (httpx.ReadTimeout("late"), SendUnknown, "timeout"),
    ],
)
async def test_a_code_that_brings_no_tokens_leaves_the_old_ones(world, answer, fault, code):
    before = world.vault.pair
    world.wire.answer(TOKEN, answer)
    link = world.oa.grants.make_link()
    with pytest.raises(fault, match=code):
        await world.oa.grants.complete(GrantAnswer("the-code"), link.state)
    assert world.vault.pair == before


@pytest.mark.parametrize("written", [90000, None, "soon", "", "9" * 20])
async def test_a_lifetime_that_cannot_be_read_does_not_lose_the_tokens(world, written):
    world.wire.answer(TOKEN, tokens("a", "r", written))
    link = world.oa.grants.make_link()
    await world.oa.grants.complete(GrantAnswer("the-code"), link.state)
    assert world.vault.pair.access_expires_at == NOW + timedelta(hours=25)


@pytest.mark.parametrize(
    ("pasted", "answer"),
    [
        (
            " https://troly.example.vn/zalo-oa/callback?oa_id=33&code=ab%2Bc&state=1.2.3\n",
            GrantAnswer("ab+c", "33", "1.2.3"),
        ),
        ("https://troly.example.vn/zalo-oa/callback?code=abc", GrantAnswer("abc")),
        ("oa_id=33&code=abc", GrantAnswer("abc", "33")),
        ("ab_c-1", GrantAnswer("ab_c-1")),
        ("https://troly.example.vn/zalo-oa/callback?error=denied", GrantAnswer("")),
        ("", GrantAnswer("")),
    ],
)
def test_what_a_person_pastes_is_understood(pasted, answer):
    assert parse_pasted(pasted) == answer


def test_neither_code_nor_tokens_are_in_a_repr(world):
    assert "the-code" not in repr(GrantAnswer("the-code", OA_ID, "1.2.3"))
    assert "old" not in repr(world.vault.pair)
