"""Utterances to meaning, where it is not a matter of searching."""
