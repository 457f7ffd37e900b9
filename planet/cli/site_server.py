"""A web server for a look at a published site on loopback: HTTP/1.1, connections are kept, answers by `planet.cli.site_files`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from planet.cli.site_files import Answer, Asked, respond
from planet.sample.server import LOOPBACK, LoopbackServer, running

IDLE = 30.0
"""Seconds after which a connection on which nothing is asked is closed."""


class _Site(BaseHTTPRequestHandler):
    """One connection: requests in, answers out."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE
    wbufsize = -1  # buffered: fields and content leave together

    def __init__(self, *arguments: Any, folder: Path) -> None:
        self._folder = folder
        super().__init__(*arguments)

    def do_GET(self) -> None:
        fields = {name.lower(): value for name, value in self.headers.items()}
        if self.command == "HEAD":
            fields.pop("range", None)  # parts are defined for GET alone (RFC 9110, 14.2)
        self._send(respond(self._folder, Asked(target=self.path, fields=fields)))

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.fields.items():
            self.send_header(name, value)
        self.send_header("X-Content-Type-Options", "nosniff")
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def version_string(self) -> str:
        return "planet"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nothing: a look is no log."""


@contextlib.contextmanager
def site_server(folder: Path, port: int) -> Iterator[str]:
    """A folder on loopback: gives the address, with a slash. Raises OSError where the port is taken."""
    with running(LoopbackServer((LOOPBACK, port), partial(_Site, folder=folder))) as address:
        yield f"{address}/"
