"""What Telegram takes: https://core.telegram.org/bots/api (version 10.3, read 2026-11-20).

Where the page is silent, the source of Telegram's own server says it: tdlib/telegram-bot-api,
Client.cpp, commit 01a3679 (read 2026-11-21). The library checks none of these limits.
"""

from __future__ import annotations

#: Text of a message "after entities parsing" (sendMessage). We count UTF-16 code units, as the
#: offsets of entities are: never less than what Telegram counts.
MAX_TEXT_UNITS = 4096
#: Caption of a photo, counted alike (sendPhoto).
MAX_CAPTION_UNITS = 1024
#: Text with its tags, in bytes of UTF-8 (Client.cpp, get_formatted_text: "Text is too long").
MAX_MARKED_UP_BYTES = 1 << 15
#: In one keyboard; more are not shown by clients.
MAX_BUTTONS = 100
#: A command: `[a-z0-9_]`, and what is said of it (BotCommand).
MAX_COMMAND_CHARS = 32
MAX_COMMAND_DESCRIPTION_CHARS = 256
MAX_COMMANDS = 100
#: Shown before somebody presses Start, and on the profile (setMyDescription,
#: setMyShortDescription).
MAX_DESCRIPTION_CHARS = 512
MAX_SHORT_DESCRIPTION_CHARS = 120
#: The secret of a webhook: 1 to so many of `A-Za-z0-9_-` (setWebhook).
MAX_SECRET_CHARS = 256
