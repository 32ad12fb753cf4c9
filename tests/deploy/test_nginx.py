"""The example for nginx, in a real nginx with TLS on this machine: what reaches the assistant."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from bot.settings import PROJECT_ROOT
from tests.deploy.certificate import write_certificate
from tests.deploy.tools import find_tool

NGINX = find_tool("nginx")
EXAMPLE = (PROJECT_ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
_SECONDS_TO_START = 10

pytestmark = pytest.mark.skipif(NGINX is None, reason="needs nginx")


class Recorder(BaseHTTPRequestHandler):
    """Answers 200 and remembers path, headers and length of the body of each request; hangs up
    while the assistant is away.
    """

    def do_GET(self):
        if self.server.is_away:
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.path, dict(self.headers), len(body)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        self.do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def upstream():
    """Stands where the assistant would."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.daemon_threads = True
        server.seen, server.is_away = [], False
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _free_port():
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _adapted(tmp_path, plain_port, tls_port, upstream_port):
    """A whole configuration around the example, on our ports and with our certificate."""
    certificate, key = write_certificate(tmp_path)
    site = EXAMPLE
    for pattern, ours in (
        (r"listen 80;", f"listen 127.0.0.1:{plain_port};"),
        (r"listen 443 ssl http2;", f"listen 127.0.0.1:{tls_port} ssl http2;"),
        (r"listen \[::\]:.*;", ""),
        (r"ssl_certificate  .*;", f"ssl_certificate {certificate};"),
        (r"ssl_certificate_key .*;", f"ssl_certificate_key {key};"),
        (r"error_log .*;", f"error_log {tmp_path}/site.log error;"),
        (r"server 127.0.0.1:8080 ", f"server 127.0.0.1:{upstream_port} "),
    ):
        site, count = re.subn(pattern, ours, site)
        assert count, f"the example has no line {pattern}"
    paths = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Started by root it would become "nobody", who cannot write into our folder.
    account = "user root;\n" if os.geteuid() == 0 else ""
    main = (
        f"{account}daemon off; worker_processes 1; pid {tmp_path}/pid; error_log {tmp_path}/log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{paths}{site}}}\n"
    )
    file = tmp_path / "nginx.conf"
    file.write_text(main, encoding="utf-8")
    return file, certificate


def _wait_for(port, process):
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        with closing(socket.socket()) as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError(f"nginx does not listen on {port}")


@pytest.fixture(scope="module")
def site(upstream, tmp_path_factory):
    """A client of nginx over TLS that believes its certificate alone; `plain` is the HTTP port."""
    tmp_path = tmp_path_factory.mktemp("nginx")
    plain, tls = _free_port(), _free_port()
    file, certificate = _adapted(tmp_path, plain, tls, upstream.server_port)
    command = [NGINX, "-c", str(file), "-p", str(tmp_path)]
    checked = subprocess.run([*command, "-t"], check=False, capture_output=True, encoding="utf-8")
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_for(tls, process)
        context = ssl.create_default_context(cafile=str(certificate))
        with httpx.Client(base_url=f"https://127.0.0.1:{tls}", verify=context) as client:
            client.plain = plain
            yield client
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def seen(upstream):
    upstream.seen.clear()
    return upstream.seen


def test_the_page_is_served_over_tls_with_hsts(site, seen):
    answer = site.get("/")
    assert (answer.status_code, [path for path, _, _ in seen]) == (200, ["/"])
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["Server"] == "nginx"


def test_plain_http_leads_to_tls(site, seen):
    answer = httpx.get(f"http://127.0.0.1:{site.plain}/webhook/telegram?a=1")
    assert answer.status_code == 301
    assert answer.headers["Location"] == "https://127.0.0.1/webhook/telegram?a=1"
    assert seen == []


def test_a_client_cannot_make_up_its_address(site, seen):
    site.get("/", headers={"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"})
    ((_, headers, _),) = seen
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "https"
    assert "Forwarded" not in headers


@pytest.mark.parametrize(
    ("path", "kib", "expected"),
    [
        ("/webhook/zalo-oa", 256, 200),
        ("/webhook/zalo-oa", 257, 413),
        ("/api/messages", 32, 200),
        ("/api/messages", 33, 413),
    ],
)
def test_a_body_reaches_the_assistant_up_to_its_limit_only(site, seen, path, kib, expected):
    answer = site.post(path, content=b"a" * kib * 1024)
    assert answer.status_code == expected
    assert [length for _, _, length in seen] == ([kib * 1024] if expected == 200 else [])


def test_a_signed_body_and_the_headers_of_vendors_arrive_as_they_were_sent(site, seen):
    given = {"X-ZEvent-Signature": "mac=00", "X-Telegram-Bot-Api-Secret-Token": "a_b-c"}
    site.post("/webhook/telegram", content=b"{}", headers=given)
    ((_, headers, length),) = seen
    assert length == 2
    assert {name: headers.get(name) for name in given} == given


@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "/metrics/x", "/%6detrics", "/metrics?a=1"]
)
def test_figures_are_not_for_the_internet(site, seen, path):
    assert site.get(path).status_code == 404
    assert seen == []


def test_people_are_told_to_come_back_while_the_assistant_restarts(site, seen, upstream):
    upstream.is_away = True
    try:
        answer = site.get("/")
    finally:
        upstream.is_away = False
    assert answer.status_code == 503
    assert answer.text.startswith("Trợ lý đang khởi động lại.")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Strict-Transport-Security" in answer.headers
