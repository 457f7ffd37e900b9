"""A whole planet to try: a folder with a feeds.yaml, a web server on loopback, the command line as a user calls it."""

from __future__ import annotations

import contextlib
import copy
import importlib
import io
import json
import logging
import re
import shutil
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from planet import workers
from planet.cli import main

for _module in workers.PRELOADED:
    importlib.import_module(_module)  # once here, not in each process that is forked to read a document

NOW = "2026-11-23T08:00:00Z"


_FEEDS = re.compile(rb'<details class="feed-summaries".*?</details>', re.DOTALL)


@dataclass
class Reply:
    """What the server says at a path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """One request that arrived."""

    path: str
    headers: dict[str, str]


@dataclass
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    def objects(self) -> list[dict]:
        """Stdout as one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class World:
    """A planet's folder and a server. `replies` maps a path to what is served there; `asked` logs the requests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.replies: dict[str, Reply] = {}
        self.asked: list[Asked] = []
        self.settings: dict = {}
        self.language = "fr"
        world = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                world.asked.append(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}))
                reply = world.replies.get(self.path, Reply(b"no such page", 404))
                etag = reply.headers.get("ETag")
                if reply.status == 200 and etag and self.headers.get("If-None-Match") == etag:
                    reply = Reply(b"", 304, {"ETag": etag})
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.status != 304:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                if reply.status != 304:
                    self.wfile.write(reply.body)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def copied(self, folder: Path) -> Self:
        """The planet as it is now in a folder of its own; the server is the same."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        other = copy.copy(self)
        other.folder = folder
        return other

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def url(self, path: str) -> str:
        return self.base + path

    def serve(self, path: str, body: str | bytes, content_type: str = "application/xml", **headers: str) -> str:
        """Serve a body at a path; gives its URL. Header names are given with `_` for `-`."""
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies[path] = Reply(data, 200, {"Content-Type": content_type, **named})
        return self.url(path)

    def fail(self, path: str, status: int, **headers: str) -> str:
        self.replies[path] = Reply(b"", status, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.url(path)

    def configure(self, members: list[dict] | None = None, groups: list[dict] | None = None, **sections: dict) -> Path:
        """Write feeds.yaml: a planet that may ask loopback, as often as it likes."""
        content = {
            "planet": {
                "title": "Planète d'essai",
                "url": "https://planet.example.org/",
                "language": self.language,
                "owner": {"name": "Essai", "email": "essai@example.org"},
                **sections.pop("planet", {}),
            },
            "fetch": {"interval": "0s", "host_pause": "0s", "allow_private": True, "timeout": "300s", **sections.pop("fetch", {})},
            "technologies": sections.pop("technologies", {"php": {"name": "PHP", "tags": ["php", "symfony"], "words": ["PHP"]},
                                                          "js": {"name": "JavaScript", "tags": ["js"], "words": ["JavaScript"]}}),
            "groups": groups or [],
            "members": members or [],
            **sections,
        }  # fmt: skip
        path = self.folder / "feeds.yaml"
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")  # JSON is YAML
        return path

    def planet(self, *arguments: str) -> Result:
        """Call the command line, in this process, in the planet's folder."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", "surrogatepass", "\n") for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _folder(self.folder):
            try:
                main(list(arguments))
                code = 0
            except SystemExit as leave:
                code = leave.code if isinstance(leave.code, int) else 1
        for handler in [*logging.getLogger().handlers]:
            if getattr(handler, "stream", None) is err:  # what is logged later belongs to a later command
                logging.getLogger().removeHandler(handler)
        return Result(code, *(stream.detach().getvalue().decode("utf-8", "surrogatepass") for stream in (out, err)))

    def run(self, *arguments: str, now: str = NOW) -> Result:
        """`planet run` at a moment."""
        return self.planet("run", "--now", now, *arguments)

    def entries(self, *arguments: str) -> list[dict]:
        result = self.planet("entries", "--json", *arguments)
        assert result.code == 0, result.err
        return result.objects()

    def site(self) -> dict[str, bytes]:
        """Every published file by path; health, the manifest, and what members' pages say of their feeds left out."""
        return {
            str(path.relative_to(self.output)): _FEEDS.sub(b"", path.read_bytes())
            for path in sorted(self.output.rglob("*"))
            if path.is_file() and not str(path.relative_to(self.output)).startswith((".planet", "health"))
        }


@contextlib.contextmanager
def _folder(folder: Path) -> Iterator[None]:
    with contextlib.chdir(folder):
        yield


def rss(*items: str, title: str = "Un blog", link: str = "https://blog.example.org/", extra: str = "") -> str:
    """An RSS 2.0 document."""
    return textwrap.dedent(f"""\
        <?xml version="1.0" encoding="utf-8"?>
        <rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel><title>{title}</title><link>{link}</link><description>d</description>{extra}{"".join(items)}</channel></rss>""")


def item(
    title: str,
    link: str,
    date: str = "Mon, 16 Nov 2026 10:00:00 GMT",
    text: str = "Bonjour.",
    guid: str | None = None,
    **elements: str,
) -> str:
    """An RSS item; a date of "" leaves it undated."""
    parts = [f"<title>{title}</title>", f"<link>{link}</link>", f"<guid>{guid or link}</guid>"]
    if date:
        parts.append(f"<pubDate>{date}</pubDate>")
    parts.append(f"<description><![CDATA[{text}]]></description>")
    parts += [f"<{name}>{value}</{name}>" for name, value in elements.items()]
    return f"<item>{''.join(parts)}</item>"
