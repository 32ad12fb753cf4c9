"""Steps from one schema to the next, in order; run by `bot.store.schema`."""
