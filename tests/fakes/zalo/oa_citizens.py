"""What the citizens of the fake OA do: each function changes who they are and posts the event."""

from __future__ import annotations

from typing import Any

from tests.fakes.zalo.clock import CloudClock
from tests.fakes.zalo.oa_cloud import OaCloud
from tests.fakes.zalo.oa_events import attachments


class OaCitizens:
    """Acts as citizens, and as staff in the chat tool of the OA."""

    def __init__(self, cloud: OaCloud, clock: CloudClock) -> None:
        self._cloud = cloud
        self._clock = clock

    def say(self, user: str, text: str, event: str = "user_send_text") -> str:
        """They type something, or press a button, which is the same on the wire: its id."""
        return self._send(user, event, {"text": text})

    def send_media(self, user: str, kind: str, text: str = "") -> str:
        """They send a picture, a place, a voice: the id of the message."""
        message: dict[str, Any] = {"attachments": attachments(kind)}
        if text:
            message["text"] = text
        return self._send(user, f"user_send_{kind}", message)

    def _send(self, user: str, event: str, message: dict[str, Any]) -> str:
        person = self._cloud.people.get(user)
        person.interact(self._clock.now())
        message_id = person.last_message_id = self._cloud.new_message_id()
        message["msg_id"] = message_id
        events = self._cloud.events
        self._cloud.post(events.by_person(user, event, message, self._clock.now_ms()))
        return message_id

    def follow(self, user: str) -> None:
        """They begin to follow, which opens the window."""
        person = self._cloud.people.get(user)
        person.interact(self._clock.now())
        person.follows = True
        self._cloud.post(self._cloud.events.following(user, "follow", self._clock.now_ms()))

    def unfollow(self, user: str) -> None:
        """They stop following."""
        person = self._cloud.people.get(user)
        person.follows, person.left = False, True
        self._cloud.post(self._cloud.events.following(user, "unfollow", self._clock.now_ms()))

    def see(self, user: str, message_ids: list[str]) -> None:
        """They look at messages."""
        said = {"msg_ids": message_ids}
        events = self._cloud.events
        self._cloud.post(events.by_oa(user, "user_seen_message", said, self._clock.now_ms()))

    def staff_says(self, user: str, text: str, admin_id: str = "1000000000000000001") -> None:
        """A person writes to them in the chat tool of the OA."""
        said = {"text": text, "msg_id": self._cloud.new_message_id()}
        events = self._cloud.events
        now = self._clock.now_ms()
        self._cloud.post(events.by_oa(user, "oa_send_text", said, now, admin_id))
