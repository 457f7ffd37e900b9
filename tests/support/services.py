"""Servers on loopback that behave as the services do: Slack, Discord, Mattermost, Mastodon, Bluesky, Matrix.

Slack, Discord and Bluesky have fixed hosts in Apprise, so they stand behind a proxy that ends the TLS of any host with a certificate of the test's
authority: `HTTPS_PROXY` and `REQUESTS_CA_BUNDLE` lead there, and nothing of ours or of Apprise is replaced.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from tests.support.servers import Authority

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
DISCORD = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
BLUESKY = "bluesky://planet@app-password"
PDS = "pds.example"
BLUESKY_LIMIT = 300
DISCORD_LIMIT = 2000
MASTODON_LIMIT = 500


@dataclass
class Services:
    """What the services took: (service, text as it shows it). `busy`: so many requests of Discord are answered with 429."""

    port: int = 0
    taken: list[tuple[str, str]] = field(default_factory=list)
    busy: int = 0

    def answer(self, host: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, str], object]:
        """Status, headers and body of the answer to one request."""
        if host == "hooks.slack.com":
            return self._slack(body)
        if host == "discord.com":
            return self._discord(body)
        if host in {"public.api.bsky.app", "plc.directory", PDS}:
            return self._bluesky(path, body)
        if path.startswith("/hooks/"):
            self.taken.append(("mattermost", body["text"]))
            return 200, {}, "ok"
        if path.endswith("/statuses"):
            return self._mastodon(body)
        return self._matrix(path, body)

    def _slack(self, body: dict[str, Any]) -> tuple[int, dict[str, str], object]:
        (attachment,) = body["attachments"]
        if len(attachment["text"]) > 35_000:
            return 400, {}, "msg_too_long"
        self.taken.append(("slack", "\n".join(part for part in (attachment.get("title"), attachment["text"]) if part)))
        return 200, {}, "ok"

    def _discord(self, body: dict[str, Any]) -> tuple[int, dict[str, str], object]:
        if self.busy:
            self.busy -= 1
            return 429, {"Retry-After": "1200"}, {"message": "You are being rate limited.", "retry_after": 1200.0}
        text = body.get("content", "")
        if not 0 < len(text) <= DISCORD_LIMIT:
            return 400, {}, {"content": [f"Must be {DISCORD_LIMIT} or fewer in length."]}
        self.taken.append(("discord", text))
        return 204, {}, ""

    def _bluesky(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, str], object]:
        if path.endswith("resolveHandle"):
            return 200, {}, {"did": "did:plc:planet"}
        if path.endswith("createSession"):
            return 200, {}, {"accessJwt": "a", "refreshJwt": "r"}
        if path.endswith("createRecord"):
            text = body["record"]["text"]
            if len(text) > BLUESKY_LIMIT:
                return (
                    400,
                    {},
                    {"error": "InvalidRequest", "message": "Record/text must not be longer than 300 graphemes"},
                )
            self.taken.append(("bluesky", text))
            return 200, {}, {"uri": "at://did:plc:planet/app.bsky.feed.post/1", "cid": "c"}
        return 200, {}, {"service": [{"type": "AtprotoPersonalDataServer", "serviceEndpoint": f"https://{PDS}"}]}

    def _mastodon(self, body: dict[str, Any]) -> tuple[int, dict[str, str], object]:
        if len(body["status"]) > MASTODON_LIMIT:
            return 422, {}, {"error": f"Validation failed: Text character limit of {MASTODON_LIMIT} exceeded"}
        self.taken.append(("mastodon", body["status"]))
        return 200, {}, {"id": "1", "content": body["status"]}

    def _matrix(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, str], object]:
        if path.endswith("/login"):
            return (
                200,
                {},
                {"access_token": "t", "user_id": "@planet:localhost", "home_server": "localhost", "device_id": "D"},
            )
        if "/join" in path:
            return 200, {}, {"room_id": "!room:localhost"}
        if "/send/m.room.message" in path:
            self.taken.append(("matrix", body["body"]))
            return 200, {}, {"event_id": "$1"}
        return 404, {}, {"errcode": "M_NOT_FOUND", "error": "no such state"}


class _Handler(BaseHTTPRequestHandler):
    """One connection: plain HTTP to a service on loopback, or CONNECT and then TLS to one of the internet."""

    protocol_version = "HTTP/1.1"
    authority: Authority
    services: Services
    host = "127.0.0.1"

    def do_CONNECT(self) -> None:
        self.host = self.path.partition(":")[0]
        self.send_response(200)
        self.end_headers()
        self.connection = self.authority.server(self.host).wrap_socket(self.connection, server_side=True)
        self.rfile = cast("Any", self.connection.makefile("rb"))
        self.wfile = cast("BufferedIOBase", self.connection.makefile("wb", buffering=0))
        self.close_connection = False

    def finish(self) -> None:
        super().finish()
        self.connection.close()  # the server closes the socket that it gave, which TLS was put around

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        try:
            body = json.loads(raw or "{}")
        except ValueError:
            body = {name: values[0] for name, values in parse_qs(raw).items()}
        status, headers, content = self.services.answer(self.host, urlsplit(self.path).path, body)
        data = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def services(authority: Authority, setenv: Callable[[str, str], None]) -> Iterator[Services]:
    """All services on one port of loopback. `setenv` is `monkeypatch.setenv`: it leads the hosts of the internet here."""
    state = Services()
    handler = type("Handler", (_Handler,), {"authority": authority, "services": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    setenv("HTTPS_PROXY", f"http://127.0.0.1:{state.port}")
    setenv("REQUESTS_CA_BUNDLE", str(authority.ca_file))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
