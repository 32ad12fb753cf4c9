"""The domain and the rules of a Rasa project: what is answered to which intent.

Every answer is a text of our content: a topic's short answer with its sources, or a system text.
Format: https://legacy-docs-oss.rasa.com/docs/rasa/domain and /rules (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.domain.cards import source_line
from bot.domain.catalog import Catalog
from bot.domain.flows import FlowId
from bot.domain.rasa_names import to_rasa_name
from bot.domain.system_texts import SystemText
from bot.domain.understanding import FAMILIES_ANSWERED_BY_TEXT, MOVE_COMMANDS, IntentFamily
from bot.export.rasa_forms import Form
from bot.text.markup import to_plain

#: A session of Rasa ends after so many minutes without a message; ours lasts as long.
_SESSION_MINUTES = 60 * 24
#: What stops a form: no answer to its questions.
_STOP = "command/stop"
_FALLBACK_INTENT, _FALLBACK = "nlu_fallback", "utter_nlu_fallback"
_FAMILY_TEXTS = {
    IntentFamily.HANDOFF: SystemText.HANDOFF,
    IntentFamily.REFUSAL: SystemText.REFUSAL,
    IntentFamily.OUT_OF_SCOPE: SystemText.UNKNOWN,
}

Data = dict[str, Any]


def domain(catalog: Catalog, classes: Sequence[str], forms: Sequence[Form]) -> Data:
    """`domain.yml`: intents, entities, slots, forms and what is said."""
    answers = _answers(catalog, classes, forms)
    responses: Data = {utter(name): [{"text": text}] for name, text in answers.items()}
    responses[_FALLBACK] = [{"text": catalog.message(SystemText.UNKNOWN)}]
    for form in forms:
        responses |= _form_responses(form, catalog)
    return {
        "version": "3.1",
        "intents": [to_rasa_name(name) for name in classes],
        "entities": sorted({one.entity for one in catalog.entities}),
        "slots": {name: slot for form in forms for name, slot in _slots(form)},
        "forms": {form.name: _form(form) for form in forms},
        "responses": responses,
        "session_config": {
            "session_expiration_time": _SESSION_MINUTES,
            "carry_over_slots_to_new_session": False,
        },
    }


def utter(name: str) -> str:
    """The response to an intent."""
    return f"utter_{to_rasa_name(name)}"


def _answers(catalog: Catalog, classes: Sequence[str], forms: Sequence[Form]) -> dict[str, str]:
    """What each class is answered with, those aside that begin a form."""
    begun = {form.intent for form in forms}
    texts = {name: _text(name, catalog) for name in classes if name not in begun}
    return {name: text for name, text in texts.items() if text is not None}


def _text(name: str, catalog: Catalog) -> str | None:
    """What an intent is answered with; None for a flow that an author has not written."""
    topic = catalog.find_topic(name)
    if topic is not None:
        return to_plain(f"{topic.title}\n{topic.answer}\n\n{source_line(topic, catalog)}")
    family, _, rest = name.partition("/")
    if family == IntentFamily.FLOW:
        flow = catalog.flows_by_id.get(FlowId(rest))
        return to_plain(f"{flow.title}\n{flow.description}") if flow else None
    if key := _FAMILY_TEXTS.get(IntentFamily(family)):
        return to_plain(catalog.message(key))
    if name in MOVE_COMMANDS:
        return to_plain(catalog.message(SystemText.FLOW_NONE))
    # Nothing was asked where an answer comes without a question.
    known = rest if family in FAMILIES_ANSWERED_BY_TEXT else "acknowledgement"
    return to_plain(catalog.small_talk(known))


# --- forms


def _form(form: Form) -> Data:
    return {
        "ignored_intents": [to_rasa_name(_STOP)],
        "required_slots": [form.slot(one) for one in form.questions],
    }


def _slots(form: Form) -> Iterator[tuple[str, Data]]:
    """A slot takes whatever is typed while its question waits; a button types its label."""
    for question in form.questions:
        name = form.slot(question)
        asked = {"active_loop": form.name, "requested_slot": name}
        mapping = {"type": "from_text", "conditions": [asked]}
        yield name, {"type": "text", "influence_conversation": False, "mappings": [mapping]}


def _form_responses(form: Form, catalog: Catalog) -> Data:
    asks = {
        f"utter_ask_{form.slot(one)}": [
            {"text": to_plain(one.ask), "buttons": _buttons(option.label for option in one.options)}
        ]
        for one in form.questions
    }
    topics = [{"title": one.title, "payload": f"/{to_rasa_name(one.id)}"} for one in form.topics]
    end = {"text": to_plain(catalog.message(SystemText.CLARIFY)), "buttons": topics}
    return {**asks, _end(form): [end]}


def _buttons(labels: Iterator[str]) -> list[Data]:
    return [{"title": label, "payload": label} for label in labels]


def _end(form: Form) -> str:
    return f"utter_{form.name}_end"


# --- rules


def rules(catalog: Catalog, classes: Sequence[str], forms: Sequence[Form]) -> Data:
    """`data/rules.yml`: one rule an intent, three a form."""
    plain = [
        _rule(f"answer {name}", to_rasa_name(name), {"action": utter(name)})
        for name in _answers(catalog, classes, forms)
    ]
    fallback = _rule("say that it is not known", _FALLBACK_INTENT, {"action": _FALLBACK})
    led = [rule for form in forms for rule in _form_rules(form)]
    return {"version": "3.1", "rules": [*plain, fallback, *led]}


def _rule(name: str, intent: str, *steps: Data) -> Data:
    return {"rule": name, "steps": [{"intent": intent}, *steps]}


def _form_rules(form: Form) -> Iterator[Data]:
    waits = [{"active_loop": form.name}]
    begin = _rule(f"begin {form.flow.id}", to_rasa_name(form.intent))
    yield {**begin, "steps": [*begin["steps"], {"action": form.name}, *waits]}
    done = [
        {"action": form.name},
        {"active_loop": None},
        {"slot_was_set": [{"requested_slot": None}]},
    ]
    yield {
        "rule": f"end {form.flow.id}",
        "condition": waits,
        "steps": [*done, {"action": _end(form)}],
    }
    stop = _rule(f"stop {form.flow.id}", to_rasa_name(_STOP), {"action": utter(_STOP)})
    left = [{"action": "action_deactivate_loop"}, {"active_loop": None}]
    yield {**stop, "condition": waits, "steps": [*stop["steps"], *left]}
