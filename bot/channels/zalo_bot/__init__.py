"""The channel of the Zalo Bot Platform: a pilot for at most 50 people and 3,000 messages a month.

Not the Official Account, which is `bot.channels.zalo_oa`. `building` puts the parts together.

"notes" with a month, behind the address of a page: the page itself was not read. It is quoted so in
public notes of people who read it, of that month or before; nothing was tried on a real account.
"""
