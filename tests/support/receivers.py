"""Servers on loopback that take what is announced: webhooks, mail."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@contextmanager
def webhook(status: int = 200) -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
    """A server that takes POSTs: its port, and what it got."""
    got: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def mailbox() -> Iterator[tuple[int, list[EmailMessage]]]:
    """An SMTP server: its port, and the mails it took."""
    got: list[EmailMessage] = []

    class Handler:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            message = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
            message["X-Envelope-To"] = ",".join(envelope.rcpt_tos)
            got.append(message)
            return "250 OK"

    with socket.socket() as free:  # the controller connects to itself, so it must be told a port
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port, got
    finally:
        controller.stop()
