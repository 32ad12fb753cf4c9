"""The rule for what we cannot read: pictures, voices, stickers. It is declined kindly, and a
picture of papers is never asked for.
"""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.decisions import Decision, Request, WayOn
from bot.dialogue.flow_rules import FlowRules
from bot.dialogue.replies import ReplyMaker
from bot.dialogue.turns import nth_time
from bot.domain.catalog import Catalog
from bot.domain.messages import Media
from bot.domain.session import Outcome
from bot.domain.system_texts import SystemText
from bot.text.normalize import words

_DECLINED = {
    Media.IMAGE: SystemText.MEDIA_IMAGE,
    Media.VOICE: SystemText.MEDIA_VOICE,
    Media.VIDEO: SystemText.MEDIA_VIDEO,
    Media.FILE: SystemText.MEDIA_FILE,
    Media.LOCATION: SystemText.MEDIA_LOCATION,
    Media.CONTACT: SystemText.MEDIA_CONTACT,
    Media.LINK: SystemText.MEDIA_LINK,
    Media.HIDDEN: SystemText.MEDIA_HIDDEN,
}
#: What to do instead, after none, one and two unclear turns.
_INSTEAD = (SystemText.MEDIA_ASK, SystemText.MEDIA_ASK_AGAIN, SystemText.MEDIA_ASK_PERSON)


class MediaRules:
    """Rules over one catalog. Each gives a decision, or None when it does not fit."""

    def __init__(self, catalog: Catalog, flows: FlowRules) -> None:
        self._catalog = catalog
        self._flows = flows
        self._make = ReplyMaker(catalog)

    def mention(self, decision: Decision, request: Request) -> Decision:
        """The decision; where the words beside a picture or a link were not understood, it may be
        this that says what they mean, so we say that we cannot see it.
        """
        declined = _DECLINED.get(request.media) if request.media else None
        is_lost = decision.outcome in {Outcome.UNKNOWN, Outcome.CLARIFY}
        if declined is None or not is_lost or request.payload or not words(request.text):
            return decision
        return decision.after(self._catalog.message(declined))

    def decline(self, request: Request) -> Decision | None:
        """What came without readable text. With some, the text is answered and the rest ignored: a
        thumb is read as "ok".
        """
        media = request.media
        if media is None or request.payload or request.has_personal_data or words(request.text):
            return None
        if media is Media.STICKER:
            told = self._make.text(SystemText.MEDIA_STICKER, (self._make.menu_button(),))
            return Decision(Outcome.SMALLTALK, (told,), rule="media_sticker")
        declined, count = self._catalog.message(_DECLINED[media]), request.session.unclear_count
        instead = self._make.text(nth_time(_INSTEAD, count), self._make.ways_on())
        whole, rule = f"{declined}\n\n{instead.text}", f"media_{media}"
        # Who is being led reads at once what to do: the step.
        if step := self._flows.again(request, whole if count else declined):
            return Decision(Outcome.CLARIFY, (step,), rule=rule, way_on=WayOn.NOT)
        return Decision(Outcome.UNKNOWN, (replace(instead, text=whole),), rule=rule)
