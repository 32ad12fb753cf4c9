"""Runs Telemelya, a Telegram emulator that nobody here wrote, without its Redis and its S3.

Run by the Python of another environment (`make emulator`); it prints its address on one line. Redis
is fakeredis on a port; of S3 it needs a bucket that is there, takes files and shows none.
Package: telemelya 0.2.2, read 2026-11-20.
"""

from __future__ import annotations

import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Bucket(BaseHTTPRequestHandler):
    """An S3 bucket that swallows what it is given."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        listed = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(listed)))
        self.end_headers()
        self.wfile.write(listed)

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_HEAD()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing."""


def main() -> None:
    """Serve until killed."""
    import uvicorn
    from fakeredis import TcpFakeServer

    redis = TcpFakeServer(("127.0.0.1", 0))
    bucket = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    for server in (redis, bucket):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    # Telemelya reads its settings when it is imported.
    os.environ["REDIS_URL"] = f"redis://127.0.0.1:{redis.server_address[1]}/0"
    os.environ["MINIO_ENDPOINT"] = f"127.0.0.1:{bucket.server_port}"
    os.environ["STRICT_EDIT"] = "true"
    from telemelya.server.app import app

    listening = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main()
