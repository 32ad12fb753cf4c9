"""The privacy notice: which wording is in force. The wording is in `config/messages.yaml`."""

from __future__ import annotations

#: The day since which the privacy notice reads as it does. Change it with the text of
#: `privacy_notice`, so that it is known which notice somebody was shown.
PRIVACY_NOTICE_VERSION = "2026-11-22"
