"""The JSON of the web channel: what comes in and what goes out, as the interface describes it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.domain.pictures import Picture
from bot.domain.session import Turn

#: Under which address the pictures of the content are served.
PICTURES_URL = "/pictures"

SessionKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


class MessageIn(BaseModel):
    """One message of a citizen: typed text, or the payload of a pressed button."""

    model_config = ConfigDict(extra="forbid")

    session: SessionKey = Field(description="Random name of the conversation, made by the client.")
    text: str = Field(
        "",
        description="What was typed. A number picks a button, counted from 1 over all replies of "
        "the last turn.",
    )
    press: str = Field("", description="Payload of the pressed button.")
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = Field(
        "",
        description="Random name of the message, made by the client. The same message sent again "
        "right after, because its answer was lost, is answered as it was.",
    )


class ButtonOut(BaseModel):
    """A choice under a reply."""

    label: str
    payload: str


class ImageOut(BaseModel):
    """A picture beside a reply."""

    path: str = Field(description="Where this server has it.")
    alt: str = Field(description="What it shows, in words.")


class ReplyOut(BaseModel):
    """One reply; words between ** are names on a screen."""

    text: str
    buttons: list[ButtonOut]
    image: ImageOut | None


class TopicOut(BaseModel):
    """A topic found, with its probability."""

    id: str
    score: float


class TurnOut(BaseModel):
    """What came of a message."""

    session: str
    #: What was understood as written, with personal data masked.
    heard: str
    outcome: str
    topics: list[TopicOut]
    replies: list[ReplyOut]


class ErrorOut(BaseModel):
    """What was wrong with a request, in Vietnamese."""

    error: str


def to_turn_out(session: str, turn: Turn) -> TurnOut:
    """What a client gets for a turn."""
    return TurnOut(
        session=session,
        heard=turn.heard,
        outcome=turn.outcome.value,
        topics=[TopicOut(id=topic.id, score=round(topic.score, 4)) for topic in turn.topics],
        replies=[
            ReplyOut(
                text=reply.text,
                buttons=[ButtonOut(label=one.label, payload=one.payload) for one in reply.buttons],
                image=_image(reply.picture),
            )
            for reply in turn.replies
        ],
    )


def _image(picture: Picture | None) -> ImageOut | None:
    if picture is None:
        return None
    return ImageOut(path=f"{PICTURES_URL}/{PurePosixPath(picture.path).name}", alt=picture.alt)
