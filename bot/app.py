"""Composition root: builds every object from the settings."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from bot.content.loader import hash_content, load_catalog
from bot.content.snapshot import from_snapshot, to_snapshot
from bot.dialogue.assisted_engine import AssistedEngine
from bot.dialogue.engine import Engine
from bot.dialogue.lookup import TopicLookup
from bot.dialogue.router import Router
from bot.domain.catalog import Catalog
from bot.domain.errors import IndexUnusable
from bot.domain.lookup import Lookup
from bot.domain.ports import Encoder, TurnRunner, Understander
from bot.nlu.safety import SafetyPhrases
from bot.retrieval.decision import load_decision_model
from bot.retrieval.encoder import BuiltinEncoder
from bot.retrieval.given_ranking import ConfidenceLines
from bot.retrieval.index_builder import build_index
from bot.retrieval.index_store import Manifest, load_index, save_index
from bot.retrieval.option_guess import option_guesser
from bot.retrieval.question_text import question_reader
from bot.retrieval.retriever import Retriever
from bot.retrieval.signals import SearchIndex
from bot.settings import Settings

BUILTIN = "builtin"
DECISION_FILE = "decision.json"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class App:
    """Everything that a command or a server needs."""

    settings: Settings
    catalog: Catalog
    retriever: Retriever
    #: The one way to take a turn, for every channel and command.
    engine: TurnRunner
    #: Topics by a few words, for who chooses among them.
    lookup: Lookup


def build_app(settings: Settings, before_indexing: Callable[[], None] = lambda: None) -> App:
    """Load or make the index, and wire everything together.

    `before_indexing` is called when the index has to be made, which takes some seconds.

    Raises:
        ConfigError: the content has errors, the encoder cannot be used, or nothing decides for it.
        IndexUnusable: the index is missing or stale, and the settings forbid making it.
    """
    encoder = make_encoder(settings)
    model = load_decision_model(decision_path(settings), encoder.id)
    index, catalog = _index_and_catalog(settings, encoder, before_indexing)
    retriever = Retriever(index, encoder, model, question_reader(catalog))
    safety = SafetyPhrases.of(**catalog.safety_phrases)
    guess = option_guesser(encoder, question_reader(catalog))
    router = Router(catalog, retriever, safety, guess, settings.max_utterance_chars)
    engine = Engine(router, settings.max_utterance_chars)
    lookup = TopicLookup(catalog, retriever)
    if settings.nlu == BUILTIN:
        return App(settings, catalog, retriever, engine, lookup)
    known = frozenset({*index.names, *(intent.name for intent in catalog.intents)})
    lines = ConfidenceLines(settings.rasa_min_answer, settings.rasa_min_choices)
    assisted = AssistedEngine(engine, make_understander(settings, known), lines)
    return App(settings, catalog, retriever, assisted, lookup)


def make_understander(settings: Settings, known: frozenset[str]) -> Understander:
    """The Rasa server that the settings name; `known` are the names of all our classes.

    Raises:
        ConfigError: its address is none.
    """
    # Imported only here: the built-in way needs no HTTP client, which takes its time to load.
    module = import_module("bot.nlu.rasa")
    understander: Understander = module.connect_to_rasa(
        settings.rasa_url, known, settings.rasa_timeout_ms / 1000, settings.rasa_retries
    )
    return understander


def make_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings ask for."""
    if settings.encoder == BUILTIN:
        return BuiltinEncoder(settings.builtin_encoder_dir)
    # Imported only here: it loads torch.
    module = import_module("bot.retrieval.sentence_encoder")
    encoder: Encoder = module.SentenceTransformerEncoder(settings.encoder)
    return encoder


def decision_path(settings: Settings) -> Path:
    """Where the decision model of the chosen encoder lies."""
    if settings.encoder == BUILTIN:
        return settings.builtin_encoder_dir / DECISION_FILE
    return settings.data_dir / DECISION_FILE


def index_dir(settings: Settings) -> Path:
    """Where the search index lies."""
    return settings.data_dir / "index"


def _index_and_catalog(
    settings: Settings, encoder: Encoder, before_indexing: Callable[[], None]
) -> tuple[SearchIndex, Catalog]:
    wanted = Manifest(hash_content(settings.content_root), encoder.id)
    try:
        index, snapshot = load_index(index_dir(settings), wanted)
        return index, from_snapshot(snapshot)
    except IndexUnusable as error:
        if not settings.build_index_when_stale:
            raise
        log.info("making the index: %s", error)
        before_indexing()
        return make_index(settings, encoder)


def content_hash(settings: Settings) -> str:
    """Which content lies there now. Takes some 20 ms."""
    return hash_content(settings.content_root)


def make_index(settings: Settings, encoder: Encoder) -> tuple[SearchIndex, Catalog]:
    """Read all content, index it and save the index.

    Raises:
        ContentInvalid: the content has errors.
    """
    catalog = load_catalog(settings.content_root)
    index, vectors = build_index(catalog, encoder)
    manifest = Manifest(catalog.content_hash, encoder.id)
    save_index(index_dir(settings), manifest, index, vectors, to_snapshot(catalog))
    return index, catalog
