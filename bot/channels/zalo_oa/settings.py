"""What the channel needs to know of the settings. Fields marked [?] are guesses about Zalo that the
first day on a real account settles: see `docs/zalo-oa-ngay-dau.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class ZaloOaSettings:
    """One Official Account and one app that it granted. Its repr shows no secret."""

    app_id: str
    oa_id: str
    app_secret: str = field(repr=False)
    #: The "OA Secret Key" of the webhook page of the console.
    oa_secret_key: str = field(repr=False)
    #: Where Zalo sends the staff member who granted, as written in the console.
    callback_url: str
    #: Where the pictures of the content lie.
    pictures_dir: Path
    api_url: str = "https://openapi.zalo.me"
    oauth_url: str = "https://oauth.zaloapp.com"
    #: [?] Which signatures of webhooks count, by the names in `signature.CANDIDATES`; empty: all.
    signature_candidates: frozenset[str] = frozenset()
    #: An event signed longer ago is refused. Zalo sends again for about 1 h 20.
    max_event_age_seconds: int = 86_400
    #: [?] What a webhook with a wrong signature is answered; 200 where Zalo would switch it off.
    bad_signature_status: int = 403
    #: [?] Whether an event that is kept in memory, but not stored in time, is answered with 200;
    #: else with 503, after which Zalo may send it again, or switch the webhook off.
    answers_before_stored: bool = True
    #: [?] Whether messages go by the older call, whose body is the same. Accounts of authorities
    #: were seen to get -235 from the newer one and to be served by this.
    sends_by_v2: bool = False
    #: [?] Whether messages may carry buttons; without, all choices are numbered in the text.
    sends_buttons: bool = True
    #: [?] Whether the payload of buttons says `"template_type": "button"`.
    names_button_template: bool = False
    #: [?] Whether pictures are sent; without, their description is said.
    sends_pictures: bool = True
    #: [?] The longest text that Zalo takes; how it counts is not told.
    text_chars: int = 2000
    #: [?] For how long an uploaded picture is used: twelve hours less than Zalo is said to keep it,
    #: so that none expires on its way.
    upload_days: float = 6.5
    #: [?] Whether updates of somebody are taken in the order of Zalo's timestamps; else as they
    #: came.
    orders_by_timestamp: bool = True
    #: Whether answers may go out from 48 hours to 7 days after the citizen wrote: they cost money.
    allows_paid_window: bool = False
    #: Whether calls carry `appsecret_proof`, as switched on in the console.
    sends_secret_proof: bool = False
    #: [?] The verifier whose challenge the console has stored; empty: a new one for each grant.
    pkce_verifier: str = field(default="", repr=False)
    #: One call is given up after so long.
    call_seconds: float = 10.0
    #: How long the token of a message may take to be found, and its picture.
    preparing_seconds: float = 8.0
    #: How long Zalo may take to say when somebody last wrote. This, a token, a picture and a call
    #: stay together below what the sender allows a message.
    reconciling_seconds: float = 3.0

    @property
    def grant(self) -> str:
        """The name under which the vault keeps the tokens."""
        return f"zalo_oa:{self.oa_id}"
