"""What goes in and out of a conversation, the same for every channel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.pictures import Picture


class Media(StrEnum):
    """What a citizen can send that we cannot read."""

    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    #: Shared from elsewhere, with or without the words beside it.
    LINK = "link"
    #: The channel keeps from us what it is.
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a citizen sent: typed text, the payload of a pressed button, or something that we cannot
    read, with or without text.
    """

    text: str = ""
    payload: str = ""
    media: Media | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a reply. The payload fits every channel: at most 64 bytes."""

    label: str
    payload: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the citizen, in plain text with line breaks."""

    text: str
    buttons: tuple[Button, ...] = ()
    picture: Picture | None = None
    #: The payloads that a plain yes and a plain no to this reply mean; empty when it asks nothing.
    yes: str = ""
    no: str = ""
