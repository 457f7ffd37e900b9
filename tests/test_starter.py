"""What `planet new` leaves: each file does on a machine what it says."""

from __future__ import annotations

import contextlib
import http.client
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from planet import config
from planet.cli import COMMANDS
from planet.subscriptions import new
from planet.subscriptions.starter import starter
from planet.themes import find

PROGRAM = (sys.executable, "-m", "planet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new planet in a folder whose name cron and shells would stumble over."""
    made = tmp_path_factory.mktemp("planets") / "100% l'asso"
    new(made, title="Planet Dublin", url="https://planet.example.org/", language="en", program=PROGRAM)
    return made


def test_the_theme_is_the_planets_own_and_neutral(folder: Path) -> None:
    made = config.load(folder / "feeds.yaml")
    assert made.site.theme == "planet-dublin"
    theme = find(made.site.theme, folder)
    assert theme == folder / "themes" / "planet-dublin"
    assert 'extends = "base"' in (theme / "theme.toml").read_text("utf-8")
    assert "Clermont" not in "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file() and path.name != "feeds.schema.json")  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en", "es", "fr"])
def test_each_language_that_ships_has_files_of_its_own_that_say_the_same(language: str) -> None:
    ours, english = (yaml.safe_load(starter("A", "https://a.example.org/", tag)) for tag in (language, "en"))
    assert ours["planet"].pop("language") == language
    assert {key: value if key != "planet" else set(value) for key, value in ours.items()} == {
        key: value if key != "planet" else set(value) - {"language"} for key, value in english.items()
    }
    keys = re.compile(r"^# +(?:- )?([a-z]+):(?: |$)", re.MULTILINE)
    assert keys.findall(starter("A", "u", language)) == keys.findall(starter("A", "u", "en"))


def test_no_mark_is_left_unfilled(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            assert not re.search(
                r"@(title|url|language|theme|folder|output|host|cron|exec)@", path.read_text("utf-8")
            ), path


def test_the_line_of_the_crontab_runs_without_any_environment(folder: Path) -> None:
    (line,) = [
        line for line in (folder / "deploy" / "crontab").read_text("utf-8").splitlines() if not line.startswith("#")
    ]
    command = line.split(maxsplit=5)[5]
    done = subprocess.run(
        ["env", "-i", f"PYTHONPATH={Path(__file__).parent.parent}", "/bin/sh", "-c", command.replace(r"\%", "%")],  # as cron does
        capture_output=True, text=True, check=False, cwd="/", timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "output" / "index.html").exists()


def test_the_units_are_accepted_and_keep_the_planet_in_its_folder(tmp_path: Path) -> None:
    plain = tmp_path / "planet"
    new(plain, title="A", url="https://planet.example.org/", language="en", program=PROGRAM)
    unit = (plain / "deploy" / "planet.service").read_text("utf-8")
    keys = {
        line.partition("=")[0]: line.partition("=")[2]
        for line in unit.splitlines()
        if "=" in line and line[0].isalpha()
    }
    assert keys["ReadWritePaths"] == keys["WorkingDirectory"] == str(plain)
    assert shlex.split(keys["ExecStart"])[-3:] == ["run", "--config", str(plain / "feeds.yaml")]
    assert keys["SuccessExitStatus"] == "3 4"
    analyze = shutil.which("systemd-analyze")
    if analyze:  # not on every machine
        units = [str(plain / "deploy" / name) for name in ("planet.service", "planet.timer")]
        verified = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, check=False, timeout=300)
        assert (verified.returncode, verified.stderr) == (0, "")
        security = subprocess.run(
            [analyze, "security", "--offline=true", units[0]], capture_output=True, text=True, check=False, timeout=300
        )
        exposure = re.search(r"Overall exposure level for planet\.service: ([0-9.]+)", security.stdout)
        assert exposure is None or float(exposure[1]) <= 2.0


def test_the_recipes_of_forges_call_commands_that_there_are(folder: Path) -> None:
    for name in ("github.yml", "gitlab-ci.yml", "forgejo.yml"):
        text = (folder / "deploy" / name).read_text("utf-8")
        assert yaml.safe_load(text), name
        called = set(re.findall(r"(?:^|[|&!]|- |run: )\s*planet ([a-z]+)", text, re.MULTILINE))
        assert {"run", "check", "import", "export"} <= called <= set(COMMANDS), name
        assert "planet-state.json" in text
        shell = re.findall(r"(?:run: |    - )((?:test|planet|rm) .*)", text)
        for line in shell:
            assert subprocess.run(["/bin/sh", "-n", "-c", line], check=False).returncode == 0, line


def test_the_container_is_not_root_and_says_how_it_is(folder: Path) -> None:
    lines = (folder / "deploy" / "Containerfile").read_text("utf-8").splitlines()
    instructions = [line.split()[0] for line in lines if re.match(r"[A-Z]+ ", line)]
    assert instructions[0] == "FROM"
    assert {"USER", "HEALTHCHECK", "ENTRYPOINT"} <= set(instructions)
    assert "USER 10001" in lines


def test_web_servers_know_the_types_of_what_is_published(folder: Path) -> None:
    for name in ("Caddyfile", "nginx.conf"):
        text = (folder / "deploy" / name).read_text("utf-8")
        assert text.count("{") == text.count("}")
        assert str(folder / "output") in text
        for media_type in ("application/atom+xml", "application/rss+xml", "application/feed+json", "text/calendar"):
            assert media_type in text
        assert "404.html" in text
        assert "Access-Control-Allow-Origin" in text
        assert "frame-ancestors 'self'" in text
        assert "/embed/" in text
        assert "/rss20.xml" in text


ASKED = [
    ("/", "*/*", 200, "text/html; charset=utf-8"),
    ("/atom.xml", "*/*", 200, "application/atom+xml; charset=utf-8"),
    ("/php/rss.xml", "*/*", 200, "application/rss+xml; charset=utf-8"),
    ("/atom.xml", "text/html,*/*", 200, "application/xml; charset=utf-8"),
    ("/feed.json", "*/*", 200, "application/feed+json"),
    ("/calendar.ics", "*/*", 200, "text/calendar; charset=utf-8"),
    ("/opml.xml", "*/*", 200, "text/x-opml; charset=utf-8"),
    ("/nowhere/atom.xml", "*/*", 404, "text/html; charset=utf-8"),
    ("/.planet/manifest.json", "*/*", 404, "text/html; charset=utf-8"),
    ("/rss20.xml", "*/*", 301, ""),
]
"""Path, Accept -> status, type."""


@contextlib.contextmanager
def _serving(command: list[str], port: int) -> Iterator[None]:
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(2000):  # until it listens, or has ended
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.05):
                break
            assert server.poll() is None, command
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(0.02)
        yield
    finally:
        server.terminate()
        server.wait(300)


def _command(name: str, deploy: Path, port: int) -> list[str]:
    """How the web server is started by the file of the planet, on a port of loopback."""
    if name == "caddy":
        site = (
            (deploy / "Caddyfile")
            .read_text("utf-8")
            .replace("\nplanet.example.org {", f"\nhttp://planet.example.org:{port} {{")
        )
        (deploy / "try.caddy").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + site)
        return ["caddy", "run", "--adapter", "caddyfile", "--config", str(deploy / "try.caddy")]
    site = (
        (deploy / "nginx.conf")
        .read_text("utf-8")
        .replace("listen [::]:80;", "")
        .replace("listen 80;", f"listen 127.0.0.1:{port};")
    )
    (deploy / "site.conf").write_text(site)
    (deploy / "try.conf").write_text(
        f"daemon off; master_process off; pid {deploy}/nginx.pid; error_log {deploy}/nginx.log; events {{}}\n"
        "http { types { text/html html; text/css css; application/json json; } access_log off;"
        f" include {deploy}/site.conf; }}\n"
    )
    return ["nginx", "-c", str(deploy / "try.conf"), "-e", str(deploy / "nginx.log")]


@pytest.mark.parametrize("name", [name for name in ("nginx", "caddy") if shutil.which(name)])  # not on every machine
def test_a_web_server_answers_as_its_file_says(name: str, tmp_path: Path) -> None:
    plain = tmp_path / "planet"
    new(plain, title="A", url="https://planet.example.org/", language="en", program=PROGRAM)
    for path in ("index.html", "404.html", "atom.xml", "php/rss.xml", "feed.json", "calendar.ics", "opml.xml", ".planet/manifest.json"):  # fmt: skip
        (plain / "output" / path).parent.mkdir(parents=True, exist_ok=True)
        (plain / "output" / path).write_text("x" * 2000)
    tmp_path.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with _serving(_command(name, plain / "deploy", port), port):
        for path, accept, status, kind in ASKED:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            connection.request(
                "GET", path, headers={"Host": "planet.example.org", "Accept": accept, "Accept-Encoding": "gzip"}
            )
            answer = connection.getresponse()
            answer.read()
            fields = {key.lower(): value for key, value in answer.getheaders()}
            assert answer.status == status, path
            if kind:
                assert fields["content-type"].startswith(kind), path
            if status == 200:
                assert (fields.get("content-encoding"), fields["cache-control"]) == ("gzip", "public, max-age=300"), (
                    path
                )
                assert (fields.get("access-control-allow-origin") == "*") == path.endswith((".json", ".ics")), path
            if status == 301:
                assert fields["location"] == "/rss.xml"
            connection.close()
