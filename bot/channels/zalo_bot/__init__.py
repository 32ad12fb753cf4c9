"""The channel of the Zalo Bot Platform: a pilot for at most 50 people and 3,000 messages a month.

Not the Official Account, which is `bot.channels.zalo_oa`. `building` puts the parts together.
"""
