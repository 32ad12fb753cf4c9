"""Checks on intents: each leads somewhere, and no example stands under two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.content.files import Check, ContentFiles
from bot.content.issues import ContentIssue, issue
from bot.domain.understanding import FAMILIES_OF_FLOWS, IntentFamily
from bot.text.normalize import words

#: Fewer ways of asking and the search no longer knows the topic when it is said in other words.
MIN_EXAMPLES_PER_TOPIC = 60


def check_every_intent_leads_somewhere(files: ContentFiles) -> Iterator[ContentIssue]:
    """An intent is named after a topic or a flow, or belongs to another known family."""
    topics = {str(file.topic.id) for file in files.topics}
    families = {str(family) for family in IntentFamily}
    flows = files.flow_ids()
    for file in files.intents:
        flow = file.intent.name.removeprefix(f"{file.intent.family}/")
        if file.intent.family in FAMILIES_OF_FLOWS and flow not in flows:
            yield issue(file.intent.path, file.line, "flow_unknown", value=flow)
        if file.intent.name not in topics and file.intent.family not in families:
            yield issue(file.intent.path, file.line, "intent_unknown", value=file.intent.name)


def check_every_topic_has_enough_examples(files: ContentFiles) -> Iterator[ContentIssue]:
    """Every topic has as many wordings as were measured to be needed."""
    counts: Counter[str] = Counter()
    for intent_file in files.intents:
        counts[intent_file.intent.name] += len(intent_file.intent.examples)
    for file in files.topics:
        if (count := counts[file.topic.id]) < MIN_EXAMPLES_PER_TOPIC:
            yield issue(
                file.topic.path,
                file.head.line("id"),
                "examples_too_few",
                value=file.topic.id,
                count=count,
                limit=MIN_EXAMPLES_PER_TOPIC,
            )


def check_no_example_stands_under_two_intents(files: ContentFiles) -> Iterator[ContentIssue]:
    """The same words, marks counted, case and punctuation not, never mean two things."""
    seen: dict[str, str] = {}
    for file in files.intents:
        for line, example in zip(file.example_lines, file.intent.examples, strict=True):
            other = seen.setdefault(" ".join(words(example)), file.intent.name)
            if other != file.intent.name:
                yield issue(file.intent.path, line, "example_duplicate", value=example, other=other)


def check_every_intent_that_is_answered_has_its_message(
    files: ContentFiles,
) -> Iterator[ContentIssue]:
    """Small talk and commands are answered by the system text of the same name."""
    for file, key in files.answered_by_text():
        if key not in files.messages:
            yield issue(file.intent.path, file.line, "message_missing", key=key)


EXAMPLE_CHECKS: tuple[Check, ...] = (
    check_every_intent_leads_somewhere,
    check_every_topic_has_enough_examples,
    check_no_example_stands_under_two_intents,
    check_every_intent_that_is_answered_has_its_message,
)
