"""Addresses that staff may see."""

from __future__ import annotations

from urllib.parse import urlsplit


def show_address(url: str) -> str:
    """Scheme, host and port: what stands before or behind them may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
