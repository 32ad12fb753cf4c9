"""How the fake Bot Platform behaves. Numbers: docs.zaloplatforms.com/docs/BOT (read 2026-11-20) and
the plan table of bot.zapps.me (read 2026-09-26); what is not published is a switch.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class BotRules:
    """One bot on the basic plan."""

    token: str = "12345689:abc-xyz"
    bot_id: str = "bot-0001"
    account_name: str = "Bot thử nghiệm"

    messages_per_month: int = 3_000
    #: One note says that messages from citizens count too.
    counts_incoming: bool = False
    users: int = 50
    text_chars: int = 2_000
    caption_chars: int = 2_000
    secret_chars: tuple[int, int] = (8, 256)
    #: Whether events stand under "result".
    wraps_events: bool = True
    #: `photo` in the documentation, `photo_url` in running code.
    image_field: str = "photo"
    #: Whether what nobody waits for and no webhook takes is gone.
    loses_unheard: bool = False
    #: Not published: what getUpdates gets while a webhook is set.
    poll_with_webhook_code: int = 400
    #: Not published: what a chat gets that the bot does not know.
    unknown_chat_code: int = 404
    unknown_chat_description: str = "Chat not found"
