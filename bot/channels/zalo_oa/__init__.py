"""The Zalo Official Account channel: its webhook, its consultation messages, its OAuth grant.

What is not known of Zalo for certain stands behind a field of `settings.ZaloOaSettings`; the first
day on a real account settles it, see `docs/zalo-oa-ngay-dau.md`.
"""
