from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo_oa.updates import parse_event
from bot.domain.identity import UpdateNames
from bot.domain.messages import Media, Utterance
from bot.domain.people import Address, ChannelId
from bot.domain.updates import Update, UpdateKind
from tests.unit.channels.zalo_oa.zalo_world import APP_ID, CITIZEN, NAMES, OA_ID

HERE = Address(ChannelId.ZALO_OA, CITIZEN)


def message_event(name="user_send_text", **message):
    return {
        "app_id": APP_ID,
        "sender": {"id": CITIZEN},
        "user_id_by_app": "2222222222222222222",
        "recipient": {"id": OA_ID},
        "event_name": name,
        "message": {"msg_id": "96d3cdf3af150460909", **message},
        "timestamp": "1540363714987",
    }


def follow_event(name="follow"):
    return {
        "oa_id": OA_ID,
        "follower": {"id": CITIZEN},
        "user_id_by_app": "2222222222222222222",
        "event_name": name,
        "source": "oa_profile",
        "app_id": APP_ID,
        "timestamp": "1540363714987",
    }


def parse(event, names=NAMES):
    return parse_event(event, APP_ID, OA_ID, names)


def utterance(event):
    return parse(event).update.utterance


def test_a_text_is_an_utterance_in_its_place():
    assert parse(message_event(text="Xin chào")).update == Update(
        id="96d3cdf3af150460909",
        address=HERE,
        utterance=Utterance("Xin chào"),
        position=1540363714987,
    )


def test_codes_of_the_keyboard_are_the_emoji_that_were_seen():
    assert utterance(message_event(text="/-strong")) == Utterance("👍")
    assert utterance(message_event(text="Cảm ơn /-heart nhé")) == Utterance("Cảm ơn ❤️ nhé")
    assert utterance(message_event(text="/-strongest")) == Utterance("/-strongest")


def test_a_text_with_our_prefix_is_a_press():
    parsed = parse(message_event(text="#t06:a:kich-hoat:noi-cai:cua-hang"))
    assert parsed.update.utterance == Utterance(payload="a:kich-hoat:noi-cai:cua-hang")
    assert parsed.name == "press"


def test_other_hashes_are_typed_text():
    assert utterance(message_event(text="#tuvan")) == Utterance("#tuvan")


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("user_send_image", Media.IMAGE),
        ("user_send_gif", Media.IMAGE),
        ("user_send_audio", Media.VOICE),
        ("user_send_video", Media.VIDEO),
        ("user_send_file", Media.FILE),
        ("user_send_sticker", Media.STICKER),
        ("user_send_location", Media.LOCATION),
        ("user_send_business_card", Media.CONTACT),
    ],
)
def test_what_cannot_be_read_is_known_by_its_kind_and_nothing_else_is_kept(name, media):
    payload = {"url": "https://example.vn/a", "coordinates": {"latitude": "10", "longitude": "106"}}
    event = message_event(name, text="Xem giúp", attachments=[{"type": "x", "payload": payload}])
    assert utterance(event) == Utterance("Xem giúp", media=media)
    assert "example.vn" not in str(parse(event).update)


def test_a_link_is_read_as_if_it_was_typed():
    payload = {"title": "Nhận quà", "url": "https://example.vn/qua", "thumbnail": "https://x.vn"}
    event = message_event("user_send_link", attachments=[{"type": "link", "payload": payload}])
    assert utterance(event) == Utterance("Nhận quà https://example.vn/qua", media=Media.LINK)


@pytest.mark.parametrize("attachments", [None, [], [{}], ["x"], [{"payload": {"url": 5}}]])
def test_a_link_without_anything_is_something_unreadable(attachments):
    event = message_event("user_send_link", attachments=attachments)
    assert utterance(event) == Utterance(media=Media.LINK)


@pytest.mark.parametrize(
    ("name", "kind"), [("follow", UpdateKind.JOINED), ("unfollow", UpdateKind.LEFT)]
)
def test_following_opens_and_leaving_closes_a_conversation(name, kind):
    update = parse(follow_event(name)).update
    assert (update.kind, update.address, update.position) == (kind, HERE, 1540363714987)


def test_an_event_without_an_id_has_the_same_made_one_each_time_and_no_other_event_has():
    events = [
        follow_event(),
        follow_event("unfollow"),
        follow_event() | {"timestamp": "1540363714988"},
        follow_event() | {"follower": {"id": "9"}},
    ]
    ids = [parse(event).update.id for event in events]
    assert len(set(ids)) == 4
    assert parse(follow_event()).update.id == ids[0]
    assert CITIZEN not in ids[0]
    # Who knows the id of somebody cannot try out whether they wrote then, without the key.
    other = UpdateNames(b"another key for tests")
    assert parse(follow_event(), other).update.id not in ids


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (message_event("oa_send_text") | {"sender": {"id": OA_ID}}, "own_message"),
        (
            message_event("oa_send_text") | {"sender": {"id": OA_ID, "admin_id": "7"}},
            "staff_wrote",
        ),
        (message_event("user_received_message"), "receipt"),
        (message_event("user_seen_message", msg_ids=["a"]), "receipt"),
        (message_event("anonymous_send_text", text="Xin chào"), "anonymous"),
        (message_event("user_submit_info") | {"info": {"name": "A"}}, "contact_given"),
        (message_event("user_reacted_message"), "unknown"),
        (message_event("") | {"event_name": None}, "unknown"),
        (message_event(text="a") | {"app_id": "1"}, "other_app"),
        (message_event(text="a") | {"recipient": {"id": "1"}}, "other_account"),
        (follow_event() | {"oa_id": "1"}, "other_account"),
        (message_event(text="a") | {"sender": "x"}, "malformed"),
        (message_event(text="a") | {"sender": {"id": True}}, "malformed"),
        (message_event(text="a") | {"timestamp": "soon"}, "malformed"),
        (message_event(text="a") | {"timestamp": "9" * 30}, "malformed"),
        (follow_event() | {"follower": {}}, "malformed"),
        ({"app_id": APP_ID}, "unknown"),
        ({}, "other_app"),
    ],
)
def test_what_asks_nothing_of_us_gives_no_update_but_is_counted(event, name):
    parsed = parse(event)
    assert (parsed.name, parsed.update) == (name, None)


def test_what_no_database_can_keep_is_taken_out_of_texts():
    assert utterance(message_event(text="a\x00b\ud800")) == Utterance("ab?")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["sender", "recipient", "message", "id", "text", "payload"]), inner
            )
        ),
        max_leaves=8,
    ),
    st.sampled_from(["user_send_text", "user_send_link", "follow", "oa_send_text", "x"]),
)
def test_no_event_of_any_shape_is_a_fault(value, name):
    whole = value if isinstance(value, dict) else {"message": value, "sender": value}
    parse({**message_event(name), **whole})
    parse({**follow_event(name), "follower": value, **whole})
