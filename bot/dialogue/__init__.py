"""Conversations: one ordered router, a pure engine, and the service that does the I/O around it."""
