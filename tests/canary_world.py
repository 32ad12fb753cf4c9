"""An installation with all channels on, as real processes beside fakes of both vendors, and the
ways into it: everything that anybody can send to it goes through here.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Timer
from typing import Any

import httpx

from tests.fakes.understanding import understanding_server
from tests.fakes.zalo.oa_events import OaEvents
from tests.fakes.zalo.oa_rules import OaRules
from tests.processes import environment_of, run_python
from tests.traces import PostgresTraces, SqliteTraces

PUBLIC_URL = "https://tro-ly.example"
#: Stands for a connection that was closed without an answer.
_NOT_READ = 499
_SECONDS_TO_START, _SECONDS_TO_STOP, _PATIENCE_SECONDS = 60, 40, 150.0
#: Every one of them made up; none may be found in what is left.
SECRETS = {
    "secret_key": "canary-installation-key-" + "k" * 16,
    "telegram_bot_token": "1000000077:AACanaryTokenOfTheFakeTelegram0000",
    "telegram_webhook_secret": "canary-telegram-webhook-secret",
    "zalo_app_secret": "CANARY-APP-SECRET",
    "zalo_oa_secret_key": "CANARY-OA-SECRET-KEY",
    "zalo_bot_token": "77777777:canary-zalo-bot-token",
    "zalo_bot_webhook_secret": "canary-zalo-bot-webhook-secret",
}
OA = OaRules(
    app_id="4400440044004400440",
    oa_id="5500550055005500550",
    app_secret=SECRETS["zalo_app_secret"],
    oa_secret_key=SECRETS["zalo_oa_secret_key"],
    needs_code_verifier=False,
)
#: Who talks to us; nowhere but in the one column for addresses.
OA_PERSON, ZALO_BOT_PERSON = "8812700981270098127", "c4a11e5eedc4a11e5eed"


@dataclass
class Outside:
    """A fake of a vendor in a process of its own."""

    address: str
    control: Callable[..., Any]


@dataclass
class World:
    """What a test sees of it."""

    folder: Path
    settings: dict[str, str]
    database: SqliteTraces | PostgresTraces
    telegram: Outside
    zalo: Outside
    #: The texts that the understanding server was asked about.
    asked: list[str]
    web: httpx.Client = field(init=False)
    metrics_ports: list[int] = field(default_factory=list)
    #: What each process wrote, by its name.
    logs: dict[str, Path] = field(default_factory=dict)
    #: What commands printed.
    printed: dict[str, str] = field(default_factory=dict)
    #: What was answered to requests of all kinds.
    answers: list[str] = field(default_factory=list)
    _update_number: int = 500_000_000

    # processes

    @contextmanager
    def running(self, name: str, *arguments: str) -> Iterator[str]:
        """A process of the bot until the block ends; the line by which it says that it works."""
        port = free_port()
        self.metrics_ports.append(port)
        log = self.logs[name] = self.folder / f"{name}.log"
        with log.open("a") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.canary_launcher", *arguments],
                cwd=self.folder,
                env=environment_of(self.folder, **self.settings, metrics_port=str(port)),
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
            )
            try:
                yield _first_line(process)
            finally:
                process.terminate()
                process.communicate(timeout=_SECONDS_TO_STOP)
                self.metrics_ports.remove(port)

    @contextmanager
    def serving(self, *arguments: str) -> Iterator[None]:
        """The server, ready for all channels."""
        with (
            self.running("serve", "serve", "--port", "0", *arguments) as told,
            # A connection for each request: the server closes those on which something failed.
            httpx.Client(
                base_url=told[told.index("http://") :].strip(),
                timeout=30,
                limits=httpx.Limits(max_keepalive_connections=0),
                trust_env=False,
            ) as self.web,
        ):
            self.eventually(self._is_ready, "all channels ready")
            yield

    def _is_ready(self) -> bool:
        channels = self.web.get("/readyz").json()["channels"]
        return set(channels.values()) == {"ready"} and len(channels) == 3

    def command(self, *arguments: str, given: str = "") -> str:
        """Run a command of the bot to its end; what it printed."""
        done = run_python(
            self.folder, "-m", "bot", *arguments, given=given, check=False, **self.settings
        )
        told = f"{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, told
        self.printed[" ".join(arguments)] = told
        return told

    def grant(self) -> str:
        """Let the account be written for; the code, which is a secret."""
        code = str(self.zalo.control("oa.code"))
        self.command("zalo-grant", given=f"{PUBLIC_URL}/zalo-oa/callback?code={code}\n")
        return code

    # ways in

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request to the server."""
        try:
            answer = self.web.request(method, path, **options)
        except httpx.TransportError:
            # A refused body is not read to its end, and the connection closed on it.
            answer = httpx.Response(_NOT_READ)
        self.answers.append(f"{answer.status_code} {answer.headers} {answer.text}")
        return answer

    def say_on_page(self, session: str, text: str, **others: Any) -> httpx.Response:
        """A message on the web page."""
        body = {"session": session, "text": text, **others}
        return self.ask("POST", "/api/messages", json=body)

    def send_raw(self, data: bytes) -> bytes:
        """Whatever bytes to the port of the server."""
        url = self.web.base_url
        with socket.create_connection((url.host, url.port or 80), timeout=10) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        self.answers.append(answer.decode("latin-1"))
        return answer

    def update_telegram(self, **fields: Any) -> int:
        """An update of Telegram on its webhook; the status it got."""
        self._update_number += 1
        return self.post_telegram(json.dumps({"update_id": self._update_number, **fields}))

    def post_telegram(self, body: str | bytes, secret: str = "") -> int:
        """Any body on the webhook of Telegram."""
        shown = secret or SECRETS["telegram_webhook_secret"]
        headers = {"X-Telegram-Bot-Api-Secret-Token": shown}
        answer = self.ask("POST", "/webhook/telegram", content=body, headers=headers)
        return answer.status_code

    def post_oa(self, event: dict[str, Any], *, is_signed: bool = True) -> int:
        """An event of Zalo OA; without a signature of Zalo's where it is not signed."""
        events = OaEvents(OA)
        body = events.to_bytes(event)
        headers = events.sign(event, body)
        if not is_signed:
            headers = {"X-ZEvent-Signature": f"mac={'0' * 64}"}
        return self.ask("POST", "/webhook/zalo-oa", content=body, headers=headers).status_code

    def message_oa(self, kind: str, message: dict[str, Any], user: str = OA_PERSON) -> int:
        """Something that somebody sent to the Official Account."""
        self._update_number += 1
        said = {"msg_id": f"m{self._update_number}", **message}
        return self.post_oa(OaEvents(OA).by_person(user, kind, said, now_ms()))

    def post_zalo_bot(self, body: object, secret: str = "") -> int:
        """Any event of the Zalo bot on its webhook."""
        headers = {"X-Bot-Api-Secret-Token": secret or SECRETS["zalo_bot_webhook_secret"]}
        written = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.ask("POST", "/webhook/zalo-bot", content=written, headers=headers)
        return answer.status_code

    def message_zalo_bot(self, kind: str, content: dict[str, Any], **sender: Any) -> int:
        """Something that somebody sent to the Zalo bot."""
        self._update_number += 1
        message = {
            "from": {"id": ZALO_BOT_PERSON, "is_bot": False, **sender},
            "chat": {"id": ZALO_BOT_PERSON, "chat_type": "PRIVATE"},
            "message_id": f"b{self._update_number}",
            "date": now_ms(),
            **content,
        }
        event = {"event_name": f"message.{kind}.received", "message": message}
        return self.post_zalo_bot({"ok": True, "result": event})

    # what is left

    def metrics(self) -> str:
        """What Prometheus gets of all processes that run."""
        addresses = (f"http://127.0.0.1:{port}/metrics" for port in self.metrics_ports)
        return "\n".join(httpx.get(one, trust_env=False).text for one in addresses)

    def told_to_citizens(self) -> dict[str, str]:
        """All that vendors were asked to do, without whom it was for."""
        telegram = self.telegram.control("ledger")["rows"]
        people = self.zalo.control("arrived", product="oa", person=OA_PERSON)
        people += self.zalo.control("arrived", product="bot", person=ZALO_BOT_PERSON)
        calls = [
            {name: one[name] for name in ("method", "parameters")}
            for one in telegram
            if one["method"].lower() != "setwebhook"
        ]
        for one in calls:
            one["parameters"].pop("chat_id", None)
        return {
            "calls of telegram": json.dumps(calls, ensure_ascii=False),
            "calls of zalo": json.dumps(
                [{"message": one["message"], "method": one["method"]} for one in people],
                ensure_ascii=False,
            ),
        }

    def eventually(self, look: Callable[[], object], what: str) -> None:
        """Return as soon as `look` finds something true."""
        ends_at, moment = time.monotonic() + _PATIENCE_SECONDS, Event()
        while not look():
            assert time.monotonic() < ends_at, f"not within {_PATIENCE_SECONDS} s: {what}"
            moment.wait(0.05)

    def settle(self) -> None:
        """Return once everything was answered and sent."""
        self.eventually(lambda: not self.open_rows(), "everything answered and sent")

    def open_rows(self) -> list[dict[str, Any]]:
        """What waits to be answered or sent."""
        rows = self.database.rows()
        waiting = [one for one in rows["inbox"] if one["state"] == "waiting"]
        return waiting + [one for one in rows["deliveries"] if one["ended_at"] is None]


def now_ms() -> int:
    """As vendors write the time."""
    return time.time_ns() // 1_000_000


def free_port() -> int:
    """One that nobody has now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _first_line(process: subprocess.Popen[str]) -> str:
    too_late = Timer(_SECONDS_TO_START, process.kill)
    too_late.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the process ended"
        return line
    finally:
        too_late.cancel()


@contextmanager
def outside(module: str, prefix: str, *arguments: str) -> Iterator[Outside]:
    """A fake vendor, and the way to steer it."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment_of(Path()),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        address = json.loads(_first_line(process))["address"]
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:

            def control(operation: str, **values: Any) -> Any:
                answer = client.post(f"{prefix}{operation}", json=values)
                assert answer.status_code == 200, answer.text
                told = answer.json()
                return told["result"] if prefix == "/control/" else told

            yield Outside(address, control)
    finally:
        process.terminate()
        process.communicate(timeout=_SECONDS_TO_STOP)


@contextmanager
def world(folder: Path, database_url: str = "", **settings: str) -> Iterator[World]:
    """Fakes of both vendors and an installation that is not started yet."""
    with ExitStack() as stack:
        telegram = stack.enter_context(
            outside(
                "tests.fakes.telegram_cloud",
                "/control/",
                "--token",
                SECRETS["telegram_bot_token"],
            )
        )
        zalo = stack.enter_context(outside("tests.fakes.zalo_cloud", "/_control/"))
        for name in ("app_id", "app_secret", "oa_id", "oa_secret_key", "needs_code_verifier"):
            zalo.control("rules", product="oa", **{name: getattr(OA, name)})
        zalo.control("rules", product="bot", token=SECRETS["zalo_bot_token"])
        url, asked = stack.enter_context(understanding_server())
        given = {
            **SECRETS,
            "telegram_api_url": telegram.address,
            "zalo_app_id": OA.app_id,
            "zalo_oa_id": OA.oa_id,
            "zalo_oa_api_url": zalo.address,
            "zalo_oa_oauth_url": zalo.address,
            "zalo_bot_api_url": zalo.address,
            "public_url": PUBLIC_URL,
            "rasa_url": url,
            "database_url": database_url,
            "trusted_proxies": "127.0.0.1",
            "requests_per_minute": "100000",
            "operator_name": "UBND xã Thử",
            **settings,
        }
        database = (
            PostgresTraces(database_url) if database_url else SqliteTraces(folder / "troly06.db")
        )
        yield World(folder, given, database, telegram, zalo, asked)
