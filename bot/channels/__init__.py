"""Channels: what comes in becomes an Utterance, a Reply becomes what goes out."""
