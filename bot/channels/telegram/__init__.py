"""The Telegram channel: updates in by polling or webhook, messages out, look-up in any chat."""
