"""The citizens of the fake OA: when they last did something, and whether they follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.fakes.zalo.oa_messages import OaRefused
from tests.fakes.zalo.oa_rules import DAY, OaRules

_VIETNAM = timezone(timedelta(hours=7))
TOO_LATE, NOT_FOLLOWING = -230, -213


@dataclass(slots=True)
class OaPerson:
    """One citizen, as the OA knows them."""

    user: str
    #: Seconds; 0 for never.
    last_interaction: float = 0.0
    follows: bool = False
    #: Stopped following and did nothing since, or blocked the OA.
    left: bool = False
    last_message_id: str = ""

    def interact(self, now: float) -> None:
        """They did something that opens the window."""
        self.last_interaction = now
        self.left = False


class OaPeople:
    """All of them, made when they are first named."""

    def __init__(self, rules: OaRules) -> None:
        self._rules = rules
        self._people: dict[str, OaPerson] = {}

    def get(self, user: str) -> OaPerson:
        """The citizen of this id."""
        return self._people.setdefault(user, OaPerson(user))

    def quota_for(self, user: str, now: float) -> str:
        """Which quota pays for a message now: `reply`, or empty when it is billed.

        Raises:
            OaRefused: they cannot be written to.
        """
        person = self._people.get(user)
        if person is None or not person.last_interaction:
            raise OaRefused(TOO_LATE, "user has not interacted with the OA")
        if person.left:
            raise OaRefused(NOT_FOLLOWING, "user does not follow the OA", is_violation=False)
        age = now - person.last_interaction
        if age > self._rules.window_seconds:
            raise OaRefused(TOO_LATE, "user has not interacted with the OA in 7 days")
        return "reply" if age <= self._rules.free_seconds else ""

    def detail(self, user: str) -> dict[str, Any]:
        """What user/detail tells."""
        person = self._people.get(user)
        if person is None or not person.last_interaction:
            raise OaRefused(NOT_FOLLOWING, "user_id is unknown", is_violation=False)
        moment = datetime.fromtimestamp(person.last_interaction, UTC).astimezone(_VIETNAM)
        return {
            "user_id": user,
            "user_id_by_app": "9" + user[1:],
            "display_name": "Người dùng",
            "user_alias": "",
            "user_is_follower": person.follows,
            "user_last_interaction_date": moment.strftime("%d/%m/%Y"),
            "avatar": "https://avatar.example/0.jpg",
            "tags_and_notes_info": {"notes": [], "tag_names": []},
            "shared_info": {},
        }

    def listed(self, query: dict[str, Any], now: float) -> dict[str, Any]:
        """What user/getlist tells; the only period known here is L7D."""
        offset, count = query["offset"], query["count"]
        if not 0 < count <= 50 or not 0 <= offset <= 9951:
            raise OaRefused(-210, "count is at most 50 and offset at most 9951")
        found = [
            one
            for one in self._people.values()
            if one.last_interaction
            and one.follows >= query.get("is_follower", False)
            and (
                query.get("last_interaction_period") != "L7D"
                or now - one.last_interaction <= 7 * DAY
            )
        ]
        users = [{"user_id": one.user} for one in found[offset : offset + count]]
        return {"total": len(found), "count": count, "offset": offset, "users": users}

    def last_interaction_ms(self, user: str) -> str:
        """Milliseconds as a text; 0 for never."""
        person = self._people.get(user)
        return str(int(person.last_interaction * 1000)) if person else "0"
