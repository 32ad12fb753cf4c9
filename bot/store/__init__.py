"""Ports of the store on a database; SQLite for the embedded default."""
