"""What the channel of the Zalo Bot Platform needs to know of the settings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.domain.errors import ConfigError

#: https://docs.zaloplatforms.com/docs/BOT/ (notes, 2026-10); `https://bot-api.zapps.me` is seen
#: in older code.
API_URL = "https://bot-api.zaloplatforms.com"
#: Of a bot on the basic plan, the only one on sale: plan table of bot.zapps.me (read 2026-09-26).
MESSAGES_PER_MONTH, USERS = 3_000, 50
#: https://docs.zaloplatforms.com/docs/BOT/apis/setWebhook (notes, 2026-10).
SECRET_CHARS = range(8, 257)
_TOKEN = re.compile(r"[A-Za-z0-9_:.-]+")
_PUBLIC = re.compile(r"https://[^\s/?#@]+(/[^\s?#]*)?")


@dataclass(frozen=True, slots=True)
class ZaloBotSettings:
    """Checked when made: raises ConfigError for what cannot work."""

    #: `12345689:abc-xyz`, sent by Zalo Bot Manager; a secret.
    token: str = field(repr=False)
    #: Where Zalo posts events; empty to ask for them instead.
    webhook_url: str = ""
    #: What Zalo sends along, so that we know it is Zalo; a secret.
    webhook_secret: str = field(default="", repr=False)
    #: Where the web channel can be reached from outside; pictures are sent from there. Empty to
    #: tell pictures in words.
    public_url: str = ""
    api_url: str = API_URL
    #: A call that takes longer is given up.
    call_seconds: float = 15.0
    #: How long Zalo is to wait with its answer when there is no event. Stopping takes as long.
    poll_seconds: int = 10
    messages_per_month: int = MESSAGES_PER_MONTH
    #: Whether what citizens write counts against the quota too: one reading says so.
    counts_incoming: bool = False

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.token):
            raise ConfigError("the token of the Zalo bot is missing or has other characters")
        for name in ("webhook_url", "public_url"):
            if (url := getattr(self, name)) and not _PUBLIC.fullmatch(url):
                raise ConfigError(f"{name} of the Zalo bot must be https://…, not {url!r}")
        if self.webhook_url and len(self.webhook_secret) not in SECRET_CHARS:
            raise ConfigError("the webhook secret of the Zalo bot must have 8 to 256 characters")
