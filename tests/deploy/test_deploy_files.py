"""The files to deploy with, and the guide to them, fit together and fit the program."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from configparser import RawConfigParser
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from pydantic import AliasChoices

from bot.cli.main import COMMANDS
from bot.domain.people import ChannelId
from bot.settings import PROJECT_ROOT, Settings
from tests.deploy.tools import find_tool

DEPLOY = PROJECT_ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
GUIDE = sorted((PROJECT_ROOT / "docs" / "van-hanh").glob("*.md"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
#: Those that run our own image.
OURS = {name: one for name, one in SERVICES.items() if one["image"] == "troly06:local"}
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
EXAMPLE = (DEPLOY / "env.example").read_text(encoding="utf-8")
ALERTS = (DEPLOY / "prometheus-alerts.yml").read_text(encoding="utf-8")

#: What compose.yaml and the units read themselves; the program does not know these.
NOT_OF_THE_PROGRAM = {
    "SITE_ADDRESS",
    "POSTGRES_PASSWORD",
    "BACKUP_DIR",
    "FRONT_SUBNET",
    "SERVE_OPTIONS",
}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _settings() -> set[str]:
    """Each name that a setting goes by in the environment."""
    names = set()
    for name, field in Settings.model_fields.items():
        names.add(f"TROLY06_{name}".upper())
        alias = field.validation_alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
        names |= {one.upper() for one in choices if isinstance(one, str)}
    return names


def _example_names() -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE, flags=re.MULTILINE)


# --- settings and commands -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [one for one in sorted(DEPLOY.rglob("*")) if one.is_file()] + GUIDE,
    ids=lambda path: path.name,
)
def test_every_setting_that_is_named_exists(path):
    # An end in "_" is the name of a group, such as `TROLY06_…`.
    named = set(re.findall(r"TROLY06_[A-Z0-9_]*[A-Z0-9]", _text(path)))
    assert named - _settings() == set()


def test_every_line_of_the_example_is_a_setting_or_read_by_a_file_here():
    assert set(_example_names()) - _settings() - NOT_OF_THE_PROGRAM == set()


def test_the_example_holds_no_setting_twice_and_no_secret():
    assert sorted(_example_names()) == sorted(set(_example_names()))
    filled = dict(re.findall(r"^#?([A-Z0-9_]+(?:TOKEN|SECRET|KEY|PASSWORD))=(.*)$", EXAMPLE, re.M))
    assert filled
    assert set(filled.values()) == {""}


def test_the_program_can_start_with_the_example_as_it_is(tmp_path):
    file = tmp_path / ".env"
    file.write_text(EXAMPLE, encoding="utf-8")
    assert Settings(_env_file=file).data_dir == Path("/var/lib/troly06")


def _commands_of_units() -> Iterator[str]:
    for path in [*UNITS, DEPLOY / "systemd" / "troly06"]:
        yield from re.findall(r"-m bot ([a-z-]+)", _text(path))


def _commands_of_the_guide() -> Iterator[str]:
    for path in GUIDE:
        # "troly06 …" and "-m bot …" where code is, not where prose or a file name is.
        code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", _text(path), flags=re.DOTALL))
        yield from re.findall(r"(?:(?:sudo|bin/|DATABASE_URL=) ?troly06|-m bot) ([a-z-]+)", code)
        yield from re.findall(r"run --rm (?:-T )?tool ([a-z-]+)", code)


def _commands_of_containers() -> Iterator[str]:
    for service in OURS.values():
        yield service["command"][0]
    yield re.search(r'^CMD \["([a-z-]+)"\]', DOCKERFILE, re.M).group(1)
    yield from re.findall(r"-m bot ([a-z-]+)", DOCKERFILE)


@pytest.mark.parametrize(
    "command",
    sorted({*_commands_of_units(), *_commands_of_the_guide(), *_commands_of_containers()}),
)
def test_every_command_that_is_run_or_told_exists(command):
    assert command in COMMANDS


def test_commands_are_found_where_they_are_told():
    """Else the test above could pass for finding none."""
    assert {"serve", "worker", "backup"} <= set(_commands_of_units())
    assert {"serve", "worker", "migrate", "index"} <= set(_commands_of_containers())
    assert {"doctor", "migrate", "backup", "restore", "topics"} <= set(_commands_of_the_guide())


# --- compose -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_may_do_more_than_it_must(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    assert not any("docker.sock" in one for one in service.get("volumes", []))


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_may_use_up_the_machine(name):
    service = SERVICES[name]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}


def test_only_the_proxy_is_seen_from_outside():
    assert [name for name, one in SERVICES.items() if one.get("ports")] == ["proxy"]
    assert SERVICES["db"]["networks"] == ["back"]
    assert COMPOSE["networks"]["back"] == {"internal": True}
    assert SERVICES["proxy"]["networks"] == ["front"]


def test_only_proxy_and_web_are_in_the_network_that_is_trusted_about_clients():
    assert {name for name, one in SERVICES.items() if "front" in one["networks"]} == {
        "proxy",
        "serve",
    }
    subnet = COMPOSE["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert SERVICES["serve"]["environment"]["TROLY06_TRUSTED_PROXIES"] == subnet


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_nothing_runs_before_the_database_is_at_this_version(name):
    assert SERVICES[name]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }
    assert SERVICES["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert SERVICES["migrate"]["restart"] == "no"


@pytest.mark.parametrize("name", ["db", "serve", "worker"])
def test_what_serves_is_watched_restarted_and_given_time_to_stop(name):
    service = SERVICES[name]
    assert "healthcheck" in service or "HEALTHCHECK" in DOCKERFILE
    assert service["restart"] == "unless-stopped"
    assert int(service["stop_grace_period"].removesuffix("s")) >= 30


def test_replicas_share_one_database_and_one_key_and_keep_no_data_of_their_own():
    for name in ("serve", "worker"):
        environment = SERVICES[name]["environment"]
        assert environment["TROLY06_DATABASE_URL"].startswith("postgresql://")
        assert environment["TROLY06_SECRET_KEY"].startswith("${TROLY06_SECRET_KEY:?")
        assert SERVICES[name]["deploy"]["replicas"] == 2
        assert "volumes" not in SERVICES[name]


def test_what_compose_asks_for_is_in_the_example():
    asked = set(re.findall(r"\$\{([A-Z0-9_]+)", _text(DEPLOY / "compose.yaml")))
    assert asked - set(_example_names()) == set()


def test_files_of_secrets_are_kept_out_of_the_repository_and_the_image():
    ignored = _text(PROJECT_ROOT / ".gitignore").splitlines()
    assert {"/.env", "/deploy/.env"} <= set(ignored)
    assert {"*", "**/.env"} <= set(_text(PROJECT_ROOT / ".dockerignore").splitlines())


def _compose_v2() -> list[str] | None:
    """The command of a Compose that follows the specification; the first version does not."""
    for program, *words in (["docker", "compose"], ["docker-compose"]):
        if (found := find_tool(program)) is None:
            continue
        command = [found, *words]
        version = subprocess.run(
            [*command, "version", "--short"], check=False, capture_output=True, encoding="utf-8"
        )
        # A Docker without the plug-in takes "compose" for a mistake and tells its own help.
        if re.fullmatch(r"v?([2-9]|\d\d)\..*", version.stdout.strip()):
            return command
    return None


COMPOSE_V2 = _compose_v2()
CADDY, PROMTOOL = find_tool("caddy"), find_tool("promtool")
SYSTEMD_ANALYZE = find_tool("systemd-analyze")
#: Without these there is nothing to start.
REQUIRED = ("SITE_ADDRESS", "POSTGRES_PASSWORD", "TROLY06_SECRET_KEY")


def _checked_by_compose(folder: Path, given: Iterable[str]) -> subprocess.CompletedProcess[str]:
    shutil.copy(DEPLOY / "compose.yaml", folder)
    filled = EXAMPLE + "".join(f"{name}=abc\n" for name in given)
    (folder / ".env").write_text(filled, encoding="utf-8")
    return subprocess.run(
        [*COMPOSE_V2, "--profile", "tool", "config", "--quiet"],
        check=False,
        cwd=folder,
        # What is set here would go before the file.
        env={key: value for key, value in os.environ.items() if key not in _example_names()},
        capture_output=True,
        encoding="utf-8",
    )


@pytest.mark.skipif(COMPOSE_V2 is None, reason="needs Docker Compose 2")
def test_compose_itself_takes_the_file_with_the_filled_example(tmp_path):
    taken = _checked_by_compose(tmp_path, REQUIRED)
    assert (taken.returncode, taken.stderr) == (0, "")


@pytest.mark.skipif(COMPOSE_V2 is None, reason="needs Docker Compose 2")
@pytest.mark.parametrize("missing", REQUIRED)
def test_compose_says_what_to_fill_in_where_it_is_missing(tmp_path, missing):
    refused = _checked_by_compose(tmp_path, [one for one in REQUIRED if one != missing])
    assert refused.returncode != 0
    assert f"Hãy đặt {missing}" in refused.stderr


# --- image ---------------------------------------------------------------------------------------


def _copied() -> list[str]:
    found = []
    for arguments in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.M):
        found += shlex.split(arguments)[:-1]
    return found


def test_what_the_image_copies_exists_and_is_not_kept_from_it():
    allowed = [
        line[1:].rstrip("/")
        for line in _text(PROJECT_ROOT / ".dockerignore").splitlines()
        if line.startswith("!")
    ]
    assert {"bot", "knowledge", "intents", "flows", "config", "requirements/core.txt"} == set(
        _copied()
    )
    for source in _copied():
        assert (PROJECT_ROOT / source).exists()
        assert source.split("/")[0] in allowed


def test_the_image_does_not_run_as_root_and_trusts_hashes_only():
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.M)
    assert DOCKERFILE.rindex("USER ") < DOCKERFILE.index("ENTRYPOINT ")
    for command in re.findall(r"pip install[^\n]*", DOCKERFILE):
        assert "--require-hashes -r requirements/core.txt" in command


@pytest.mark.parametrize("word", ["ENTRYPOINT", "CMD"])
def test_signals_reach_the_program_and_not_a_shell(word):
    for arguments in re.findall(rf"^\s*{word} (.*)$", DOCKERFILE, re.M):
        assert arguments.startswith("[")


def test_the_proxy_asks_for_the_port_and_the_name_that_the_web_has():
    caddy = _text(DEPLOY / "Caddyfile")
    assert re.search(r"name serve\s+port 8080", caddy)
    assert SERVICES["serve"]["environment"]["TROLY06_PORT"] == "8080"
    assert "TROLY06_PORT=8080" in DOCKERFILE


@pytest.mark.skipif(CADDY is None, reason="needs caddy")
def test_caddy_itself_takes_its_file(tmp_path, monkeypatch):
    monkeypatch.setenv("SITE_ADDRESS", "tro-ly.xa-a.example.vn")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    command = [CADDY, "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"]
    checked = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert checked.returncode == 0, checked.stderr


# --- systemd -------------------------------------------------------------------------------------


def _unit(path: Path) -> RawConfigParser:
    parser = RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str
    parser.read_string(_text(path))
    return parser


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_no_unit_may_do_more_than_it_must(path):
    service = dict(_unit(path)["Service"])
    expected = {
        "User": "troly06",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "PrivateDevices": "yes",
        "MemoryDenyWriteExecute": "yes",
        "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
        "StateDirectory": "troly06",
        "UMask": "0077",
        "EnvironmentFile": "/etc/troly06/troly06.env",
    }
    assert {name: service.get(name) for name in expected} == expected
    assert {"MemoryMax", "TasksMax"} <= service.keys()


@pytest.mark.skipif(SYSTEMD_ANALYZE is None, reason="needs systemd-analyze")
@pytest.mark.parametrize(
    "path", sorted((DEPLOY / "systemd").glob("*.[st]*")), ids=lambda path: path.name
)
def test_systemd_itself_takes_each_unit(path, tmp_path):
    """With a program that exists here in the place of ours, which is installed elsewhere."""
    for unit in (DEPLOY / "systemd").glob("*.[st]*"):
        text = _text(unit).replace("/opt/troly06/.venv/bin/python", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    checked = subprocess.run(
        [SYSTEMD_ANALYZE, "verify", tmp_path / path.name],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    ours = [line for line in checked.stderr.splitlines() if "troly06" in line]
    assert (checked.returncode, ours) == (0, [])


def test_each_worker_has_figures_at_a_port_of_its_own():
    ports = [
        re.search(r"TROLY06_METRICS_PORT=(\S+)", _text(DEPLOY / "systemd" / name)).group(1)
        for name in ("troly06-serve.service", "troly06-worker@.service")
    ]
    assert ports == ["9160", "916%i"]
    assert "TROLY06_METRICS_PORT" not in _example_names()


def test_old_backups_go_only_by_the_name_that_new_ones_get():
    text = _text(DEPLOY / "systemd" / "troly06-backup.service")
    made = re.search(r'backup "/var/backups/troly06/([^"]+)"', text).group(1)
    removed = re.search(r'-name "([^"]+)"', text).group(1)
    assert fnmatch(made, removed)
    assert not fnmatch("secret.key", removed)


# --- alerts and guide ----------------------------------------------------------------------------


def test_every_figure_of_an_alert_is_explained_in_the_guide():
    guide = _text(PROJECT_ROOT / "docs" / "van-hanh" / "theo-doi.md")
    figures = {
        re.sub(r"_bucket$", "", one)
        for rule in yaml.safe_load(ALERTS)["groups"][0]["rules"]
        for one in re.findall(r"troly06_[a-z_]+", rule["expr"])
    }
    assert len(figures) > 6
    assert {one for one in figures if one not in guide} == set()


def test_figures_that_are_0_while_all_is_well_have_an_alert():
    exprs = [rule["expr"] for rule in yaml.safe_load(ALERTS)["groups"][0]["rules"]]
    for figure in ("troly06_stuck_loops", "troly06_channel_trouble", "troly06_turn_faults_total"):
        assert any(figure in one for one in exprs), figure


def test_every_section_that_an_alert_sends_to_exists():
    headings = re.findall(
        r"^## (.*)$", _text(PROJECT_ROOT / "docs" / "van-hanh" / "su-co.md"), re.M
    )
    told = re.findall(r"su-co\.md, mục “([^”]+)”", ALERTS)
    assert told
    assert {one for one in told if not any(head.startswith(one) for head in headings)} == set()


@pytest.mark.skipif(PROMTOOL is None, reason="needs promtool")
def test_prometheus_itself_takes_the_alerts():
    command = [PROMTOOL, "check", "rules", DEPLOY / "prometheus-alerts.yml"]
    checked = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert checked.returncode == 0, checked.stderr


def _anchor(heading: str) -> str:
    """As the pages of code hosts make it: lower case, no punctuation, dashes for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("path", GUIDE, ids=lambda path: path.name)
def test_links_to_sections_of_the_guide_lead_somewhere(path):
    for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", _text(path)):
        page = path.parent / target if target else path
        headings = re.findall(r"^#+ (.*)$", _text(page), re.M)
        assert anchor in {_anchor(one) for one in headings}, f"{target}#{anchor}"


def test_the_guide_calls_channels_by_their_names():
    told = [
        name
        for path in GUIDE
        for line in re.findall(r"channel (?:off|on) [^.\n]*", _text(path))
        for name in re.findall(r"\b(?:telegram|zalo\w*)\b", line)
    ]
    assert told
    assert set(told) <= {one.value for one in ChannelId}
