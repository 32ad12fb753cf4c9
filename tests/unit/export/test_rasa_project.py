"""The exported Rasa project, read back: complete, in Rasa's forms, nothing in it that is not ours.

That Rasa itself accepts it is tested in tests/acceptance/test_rasa.py.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest
import yaml

from bot.content.loader import load_catalog
from bot.domain.cards import source_line
from bot.domain.errors import ExportRefused
from bot.domain.rasa_names import from_rasa_name, to_rasa_name
from bot.export.rasa_nlu import spread
from bot.export.rasa_project import Classifier, rasa_project, write_project
from bot.settings import PROJECT_ROOT
from bot.text.markup import to_plain

MARK = re.compile(r"\[([^\]]+)\]\((\w+)\)")


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(PROJECT_ROOT)


@pytest.fixture(scope="module")
def files(catalog):
    return rasa_project(catalog, Classifier.LOGISTIC)


@pytest.fixture(scope="module")
def data(files):
    return {path: yaml.safe_load(text) for path, text in files.items() if path.endswith(".yml")}


@pytest.fixture(scope="module")
def nlu(data):
    return [
        one for path, file in data.items() if path.startswith("data/nlu/") for one in file["nlu"]
    ]


@pytest.fixture(scope="module")
def examples(nlu):
    """The examples of each intent, without the marks of entities."""
    return {
        one["intent"]: [
            MARK.sub(r"\1", line.removeprefix("- ")) for line in one["examples"].splitlines()
        ]
        for one in nlu
        if "intent" in one
    }


@pytest.fixture(scope="module")
def domain(data):
    return data["domain.yml"]


def test_every_intent_is_there_and_has_a_name_that_leads_back(catalog, examples, domain):
    ours = {one.name for one in catalog.intents} | {one.id for one in catalog.topics}
    assert {from_rasa_name(name) for name in examples} == ours
    assert {to_rasa_name(name) for name in ours} == set(examples) == set(domain["intents"])
    assert not [name for name in examples if "/" in name]


def test_every_example_is_there(catalog, examples):
    for intent in catalog.intents:
        given = {one.casefold() for one in examples[to_rasa_name(intent.name)]}
        missing = [one for one in intent.examples if " ".join(one.split()).casefold() not in given]
        # One that two intents share can train only one of them.
        assert len(missing) <= 0.02 * len(intent.examples), missing


def test_no_example_stands_under_two_intents(examples):
    counts = Counter(one.casefold() for texts in examples.values() for one in texts)
    assert [text for text, count in counts.items() if count > 1] == []


def test_entities_have_lookups_synonyms_and_marked_examples(catalog, nlu, domain):
    entities = {one.entity for one in catalog.entities}
    assert set(domain["entities"]) == entities == {one["lookup"] for one in nlu if "lookup" in one}
    assert {one["synonym"] for one in nlu if "synonym" in one} == {
        one.value for one in catalog.entities
    }
    marked = Counter(
        name for one in nlu if "intent" in one for _, name in MARK.findall(one["examples"])
    )
    assert set(marked) == entities
    assert min(marked.values()) >= 2


def test_every_topic_is_answered_with_its_own_words_and_sources(catalog, domain):
    for topic in catalog.topics:
        (response,) = domain["responses"][f"utter_{to_rasa_name(topic.id)}"]
        assert to_plain(topic.answer) in response["text"]
        assert response["text"].endswith(to_plain(source_line(topic, catalog)))


def test_every_intent_has_a_rule_and_every_action_of_a_rule_is_there(data, domain):
    rules = data["data/rules.yml"]["rules"]
    begun = {step["intent"] for rule in rules for step in rule["steps"] if "intent" in step}
    assert begun == {*domain["intents"], "nlu_fallback"}
    actions = {step["action"] for rule in rules for step in rule["steps"] if "action" in step}
    known = {*domain["responses"], *domain["forms"], "action_deactivate_loop"}
    assert actions <= known


def test_forms_ask_the_questions_of_flows_with_their_options(catalog, domain):
    assert len(domain["forms"]) >= 5
    asked = {
        (one.ask, *(option.label for option in one.options))
        for flow in catalog.flows
        for one in flow.steps
        if one.kind == "collect"
    }
    for form in domain["forms"].values():
        assert len(form["required_slots"]) >= 2
        for slot in form["required_slots"]:
            assert domain["slots"][slot]["mappings"][0]["type"] == "from_text"
            (question,) = domain["responses"][f"utter_ask_{slot}"]
            assert (question["text"], *(one["title"] for one in question["buttons"])) in asked


def test_a_form_ends_with_topics_to_choose_from(domain):
    for name in domain["forms"]:
        (end,) = domain["responses"][f"utter_{name}_end"]
        assert end["buttons"]
        assert {one["payload"].removeprefix("/") for one in end["buttons"]} <= {*domain["intents"]}


@pytest.mark.parametrize(
    ("classifier", "component"),
    [(Classifier.LOGISTIC, "LogisticRegressionClassifier"), (Classifier.DIET, "DIETClassifier")],
)
def test_the_classifier_that_was_asked_for_is_configured(catalog, classifier, component):
    config = yaml.safe_load(rasa_project(catalog, classifier)["config.yml"])
    assert component in [one["name"] for one in config["pipeline"]]
    assert catalog.content_hash.startswith(config["assistant_id"].removeprefix("troly06-"))


def test_examples_can_be_capped(catalog):
    nlu = yaml.safe_load(rasa_project(catalog, Classifier.LOGISTIC, 3)["data/nlu/service.yml"])
    assert {len(one["examples"].splitlines()) for one in nlu["nlu"]} == {3}


def test_capped_examples_are_spread_over_all():
    assert spread(list("abcdef"), 3) == ["a", "c", "e"]
    assert spread(list("abc"), 5) == ["a", "b", "c"]
    assert spread(list("abc"), None) == ["a", "b", "c"]


def test_the_how_to_names_the_flows_that_became_forms(files, domain):
    assert files["README.md"].count("_form") == 0
    for name in domain["forms"]:
        assert f"(`{name.removesuffix('_form').replace('_', '-')}`)" in files["README.md"]


def test_an_export_may_be_written_again_and_leaves_models_and_nothing_old(tmp_path):
    folder = tmp_path / "rasa"
    write_project(folder, {"a.yml": "1", "data/old.yml": "2"})
    (folder / "models").mkdir()
    (folder / "models" / "model.tar.gz").touch()
    write_project(folder, {"a.yml": "3"})
    assert (folder / "a.yml").read_text() == "3"
    assert not (folder / "data" / "old.yml").exists()
    assert (folder / "models" / "model.tar.gz").exists()


def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path):
    (tmp_path / "domain.yml").write_text("của người khác")
    with pytest.raises(ExportRefused):
        write_project(tmp_path, {"domain.yml": "x"})
    assert [one.name for one in tmp_path.iterdir()] == ["domain.yml"]
    assert (tmp_path / "domain.yml").read_text() == "của người khác"


def test_a_file_is_no_folder_to_export_to(tmp_path):
    (tmp_path / "x").touch()
    with pytest.raises(ExportRefused):
        write_project(tmp_path / "x", {"a": "b"})
