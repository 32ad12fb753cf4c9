"""Which addresses Telegram takes in a link or a button.

Source: `LinkManager::check_link_impl` of github.com/tdlib/td, read 2026-11-20: a scheme may be
missing, a host without a dot is refused, so `http://localhost` is, too.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tests.fakes.telegram_errors import bad_request

_TELEGRAM = re.compile(r"(?:tg|ton|tonsite):(?://)?[A-Za-z0-9_\-.]+(?:[/?].*)?", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*://", re.IGNORECASE)
_BLANK = re.compile(r"\s")
_NOT_HTTPS = "Only HTTPS links are allowed"
_HOST = re.compile(r"[^\s/?#@]+")


def fault_of_link(link: str, *, https_only: bool = False) -> str | None:
    """What is wrong with an address in the server's words; None when nothing is."""
    if _TELEGRAM.fullmatch(link):
        return _NOT_HTTPS if https_only else None
    full = link if _SCHEME.match(link) else f"http://{link}"
    try:
        parts = urlsplit(full)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "Wrong port number specified in the URL"
    faults = {
        "Unsupported URL protocol": parts.scheme.lower() not in {"http", "https"},
        _NOT_HTTPS: https_only and parts.scheme.lower() != "https",
        "URL host is empty": not host,
        "Disallowed character in URL host": not _HOST.fullmatch(host),
        "Wrong HTTP URL": bool(_BLANK.search(full)) or not ("." in host or ":" in host),
    }
    return next((fault for fault, is_there in faults.items() if is_there), None)


def is_link(link: str) -> bool:
    """Whether Telegram would make a link of it."""
    return bool(link) and fault_of_link(link) is None


def check_link(link: str) -> str:
    """The address as Telegram shows it back: with a scheme, and a slash after a bare host."""
    if _TELEGRAM.fullmatch(link):
        return link
    full = link if _SCHEME.match(link) else f"http://{link}"
    return full + "/" if full.count("/") == 2 and "?" not in full and "#" not in full else full


def check_button_url(url: str) -> str:
    """The address of a button.

    Raises:
        Refusal: Telegram would not take it.
    """
    fault = fault_of_link(url)
    if fault is not None:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {fault}")
    return check_link(url)
