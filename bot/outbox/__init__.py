"""Sending: claim, call, record; for replies and campaigns alike."""
