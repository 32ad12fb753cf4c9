"""The Zalo Official Account channel: its webhook, its consultation messages, its OAuth grant.

What is not known of Zalo for certain stands behind a field of `settings.ZaloOaSettings`; the first
day on a real account settles it, see `docs/zalo-oa-ngay-dau.md`.

"notes" with a month, behind the address of a page: the page itself was not read. It is quoted so in
public notes of people who read it, of that month or before; nothing was tried on a real account.
"""
