"""One immutable snapshot of all content, with the hash of the files it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.domain.flows import Flow, FlowId
from bot.domain.guides import Tools, expand, topic_flow
from bot.domain.knowledge import Law, LawId, Topic, TopicId
from bot.domain.pictures import Picture, PictureId
from bot.domain.scam_signs import ScamSigns
from bot.domain.system_texts import SystemText
from bot.domain.understanding import EntityPhrase, Intent


@dataclass(frozen=True)
class Catalog:
    """All content that a running assistant uses. Never changed after it was made."""

    topics: tuple[Topic, ...]
    laws: Mapping[LawId, Law]
    intents: tuple[Intent, ...]
    messages: Mapping[str, str]
    #: As authors wrote them; `flows_by_id` has them ready to be walked through.
    flows: tuple[Flow, ...] = ()
    pictures: Mapping[PictureId, Picture] = field(default_factory=dict)
    #: Whole-word abbreviations and chat spellings with what they stand for.
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    #: Phrases that carry no meaning around a question, as editors write them.
    fillers: tuple[str, ...] = ()
    #: Phrases of `config/safety.yaml` by kind.
    safety_phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Phrases of entities, such as kinds of papers and life events.
    entities: tuple[EntityPhrase, ...] = ()
    #: Signs of a scam in a pasted message.
    scam_signs: ScamSigns = field(default_factory=ScamSigns)
    #: SHA-256 over the names and bytes of all content files.
    content_hash: str = ""

    @cached_property
    def topics_by_id(self) -> Mapping[TopicId, Topic]:
        """Topics by their own id and by every id listed under `also`."""
        by_id = {topic.id: topic for topic in self.topics}
        for topic in self.topics:
            by_id.update(dict.fromkeys(topic.also, topic))
        return by_id

    @cached_property
    def topics_by_title(self) -> Mapping[str, Topic]:
        """Topics by their title, which is how texts name each other."""
        return {topic.title: topic for topic in self.topics}

    @cached_property
    def topics_by_code(self) -> Mapping[int, Topic]:
        """Topics by their three-digit code."""
        return {topic.code: topic for topic in self.topics}

    @cached_property
    def flows_by_id(self) -> Mapping[FlowId, Flow]:
        """Flows with their guides written out, those made of topics included."""
        made = (flow for flow in map(topic_flow, self.topics) if flow is not None)
        return {flow.id: expand(flow, self.guide_tools) for flow in (*made, *self.flows)}

    @property
    def guide_tools(self) -> Tools:
        """What is looked up in the catalog while guides are written out."""
        return Tools(
            find_topic=self.find_topic,
            find_topic_by_title=self.topics_by_title.get,
            find_flow_of=self._find_flow_of,
            say=self.message,
        )

    def _find_flow_of(self, topic: Topic) -> FlowId | None:
        flow = self.flows_of_topics.get(topic.id)
        return flow.id if flow else None

    @cached_property
    def flows_of_topics(self) -> Mapping[TopicId, Flow]:
        """For a topic, the flow that leads through it: an author's, or the one made of it."""
        made = {flow.topics[0]: flow for flow in map(topic_flow, self.topics) if flow is not None}
        written = {
            topic.id: flow
            for flow in self.flows
            for topic_id in flow.topics
            if (topic := self.find_topic(topic_id)) is not None
        }
        return made | written

    def find_topic(self, topic_id: str) -> Topic | None:
        """The topic with this id, or the one that lists it under `also`."""
        return self.topics_by_id.get(TopicId(topic_id))

    def message(self, key: SystemText, **values: object) -> str:
        """A system text with its blanks filled in."""
        return self.messages[key].format(**values)

    def small_talk(self, name: str) -> str:
        """What answers the small talk or the command of this name: a text without blanks."""
        return self.messages[name].format()
