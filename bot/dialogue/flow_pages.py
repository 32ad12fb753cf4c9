"""What is said on a walk through flows, page by page, and where the walk led to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bot.dialogue.flow_frames import Frames
from bot.dialogue.flow_progress import progress
from bot.domain.flows import Flow, FlowId, Say, Show, StepId, Waiting
from bot.domain.frames import Frame


@dataclass(frozen=True, slots=True)
class Ended:
    """Said at the end of a flow."""

    flow: Flow
    #: Whether a task was done: a flow that only led to a topic needs no closing words.
    has_done: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """Said when the content changed so that the citizen's place is gone."""

    flow: Flow | None


@dataclass(frozen=True, slots=True)
class NeedsPerson:
    """Said when only a person can help."""

    flow: Flow


@dataclass(frozen=True, slots=True)
class Looped:
    """Recorded when a flow went round without asking anything."""

    flow: Flow
    step_id: StepId


@dataclass(frozen=True, slots=True)
class Asked:
    """The step that the citizen is asked to answer, and where it stands on the way."""

    flow: Flow
    step: Waiting
    frame: Frame

    @property
    def progress(self) -> tuple[int, int] | None:
        """Number of this task and of all tasks on the way; None for what is no task of the main
        way.
        """
        return progress(self.flow, self.frame)


@dataclass(frozen=True, slots=True)
class PutAway:
    """Said when too many flows wait and one is forgotten, with what was answered in it."""

    flow: Flow


#: What is said on the way, in order.
Page: TypeAlias = Say | Show | Asked | Ended | Lost | NeedsPerson | Looped | PutAway


@dataclass(frozen=True)
class Walk:
    """Where one turn through flows led to."""

    frames: Frames
    pages: tuple[Page, ...] = ()
    #: The steps that were taken, such as "kich-hoat/noi-cai", in order.
    taken: tuple[str, ...] = ()
    #: The flows that came to their end.
    ended: tuple[FlowId, ...] = ()
    #: What was answered, such as "danh-gia/diem=5".
    answered: str = ""
