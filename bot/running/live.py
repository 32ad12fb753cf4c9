"""The assistant as its content is now: it reads the content again when that has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from bot.app import App, build_app, content_hash
from bot.domain.catalog import Catalog
from bot.domain.errors import BotError
from bot.domain.knowledge import Topic
from bot.domain.messages import Utterance
from bot.domain.session import Session, Turn
from bot.settings import Settings


class LiveApp:
    """Takes turns and finds topics with the newest content that can be used."""

    def __init__(self, settings: Settings, before_indexing: Callable[[], None]) -> None:
        """Raises ConfigError when the content cannot be used to begin with."""
        self._settings = settings
        self._app: App = build_app(settings, before_indexing)
        #: Content that cannot be used is not tried again until it changes. Empty when some other
        #: fault came in between, which may pass.
        self._seen = self._app.catalog.content_hash

    @property
    def catalog(self) -> Catalog:
        """The content that is answered from now."""
        return self._app.catalog

    def run_turn(self, session: Session, utterance: Utterance, today: date) -> Turn:
        """Process one utterance. Never raises for anything a citizen can send."""
        return self._app.engine.run_turn(session, utterance, today)

    def find(self, text: str, limit: int) -> tuple[Topic, ...]:
        """Up to `limit` topics, best first."""
        return self._app.lookup.find(text, limit)

    def renew(self) -> bool:
        """Take in changed content; whether there was any. Takes some seconds then, off the event
        loop please; turns go on with the old content meanwhile.

        Raises:
            ConfigError, IndexUnusable: the new content cannot be used; the old one is kept, and the
                new one is tried again once it changes. After any other fault it is tried again the
                next time.
        """
        seen, self._seen = self._seen, ""
        found = content_hash(self._settings)
        if found != seen:
            try:
                self._app = build_app(self._settings)
            except BotError:
                self._seen = found
                raise
        self._seen = found
        return found != seen
