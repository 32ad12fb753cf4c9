"""A server that speaks Rasa's parse API and takes every text for one topic."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

TOPIC = "service/dang-ky-tam-tru"


@contextmanager
def understanding_server(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """Its address, and the bodies of what it is asked as they come."""
    asked: list[str] = []
    ranking = [{"name": TOPIC.replace("/", "__"), "confidence": 0.97}]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path.partition("?")[0] == "/model/parse"
            asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            answer = json.dumps({"intent_ranking": ranking}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
