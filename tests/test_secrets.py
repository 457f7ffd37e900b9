"""No user name, password or secret of the environment is written anywhere: the whole way, then everything that was written is read."""

from __future__ import annotations

import base64
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.world import World, item, rss

USER, PASSWORD, HOOK = "ada-utilisatrice", "mot-de-passe-7f3a", "jeton-du-salon-9c1b"
QUOTED = "m%C3%B4t%40de-passe-55"
SECRETS = (USER, PASSWORD, HOOK, QUOTED, "môt@de-passe-55", base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())
A = "https://a.example"


def private(world: World, path: str, password: str = PASSWORD) -> str:
    return world.url(path).replace("http://", f"http://{USER}:{password}@")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as planet:
        yield planet


@pytest.fixture(scope="module")
def printed(world: World) -> Iterator[list[str]]:
    """A planet with secrets everywhere they may stand, after three runs and every command; what they printed."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLANET_TEST_HOOK", HOOK)
        yield use_all(world)


def use_all(world: World) -> list[str]:
    leak = f"https://{USER}:{PASSWORD}@a.example"
    posts = [
        item("Un", f"{A}/1", text=f'<a href="{leak}/x">lien</a> <img src="{leak}/i.png">'),
        item("Deux", f"{leak}/2", guid="deux", comments=f"{leak}/c"),
    ]
    world.serve("/good.xml", rss(*posts, link=f"{leak}/"), ETag='"1"')
    world.fail("/moved.xml", 301, Location=private(world, "/good2.xml"))
    world.serve("/good2.xml", rss(item("Trois", f"{A}/3")))
    world.fail("/forbidden.xml", 403)
    world.fail("/login.xml", 401, WWW_Authenticate='Basic realm="x"')
    world.serve(
        "/page.xml",
        f'<html><link rel="alternate" type="application/rss+xml" href="{private(world, "/good2.xml")}"></html>',
        "text/html",
    )
    world.serve("/agenda.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T180000Z\r\n"
                f"SUMMARY:Soir\r\nURL:{leak}/e\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "text/calendar")  # fmt: skip
    paths = ("/good.xml", "/moved.xml", "/forbidden.xml", "/login.xml", "/page.xml", "/missing.xml")
    members = [{"name": f"M{n}", "feeds": [private(world, path)]} for n, path in enumerate(paths)]
    members.append({"name": "Muet", "feeds": [f"http://{USER}:{QUOTED}@127.0.0.1:9/x.xml"]})
    members[0]["avatar"] = private(world, "/avatar.png")
    world.configure(
        members,
        [{"name": "Groupe", "calendars": [private(world, "/agenda.ics")]}],
        notify=[{"url": "json://127.0.0.1:9/${PLANET_TEST_HOOK}"}],
        planet={"hub": f"http://{USER}:{PASSWORD}@127.0.0.1:9/hub"},
        fetch={"timeout": "60s"},
    )
    printed = []
    for day in ("23", "25", "27"):
        world.serve("/good.xml", rss(item(f"Du {day}", f"{A}/{day}"), *posts, link=f"{leak}/"), ETag=f'"{day}"')
        # A process of its own, so that what libraries log is heard too.
        arguments = ["run", "-v", "--now", f"2026-11-{day}T08:00:00Z", "--config", str(world.folder / "feeds.yaml")]
        done = subprocess.run([sys.executable, "-m", "planet", *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        printed += [done.stdout, done.stderr]
    for arguments in (
        ["status"], ["status", "--json"], ["check"], ["check", "--online", "-v"], ["entries", "--json", "--full"], ["entries"],
        ["events", "--json"], ["explain", f"{A}/1"], ["explain", f"{leak}/2"], ["export"], ["export", "--state", "state.json"],
        ["export", "--state", "-"], ["check", private(world, "/good.xml")], ["check", private(world, "/login.xml")],
        ["add", private(world, "/missing.xml")],
    ):  # fmt: skip
        result = world.planet(*arguments)
        printed += [result.out, result.err]
    return printed


def test_no_secret_is_printed_stored_or_published(world: World, printed: list[str]) -> None:
    basic = [asked.headers.get("authorization", "") for asked in world.asked if asked.path == "/good.xml"]
    assert basic[0].startswith("Basic "), "the server is told who asks"
    assert "***@" in "".join(printed)
    for secret in SECRETS:
        for text in printed:
            at = text.find(secret)
            assert at < 0, text[max(0, at - 200) : at + 100]
    written = [path for path in world.folder.rglob("*") if path.is_file() and path.name != "feeds.yaml"]
    assert {"planet.db", "index.html", "health.json", "opml.xml", "state.json"} <= {path.name for path in written}
    for path in written:
        body = path.read_bytes()
        for secret in SECRETS:
            assert secret.encode() not in body, f"{path.relative_to(world.folder)}: {_around(body, secret)!r}"


def _around(body: bytes, secret: str) -> bytes:
    at = body.find(secret.encode())
    return body[max(0, at - 80) : at + 120]


def test_what_may_hold_private_posts_is_its_owners_alone(world: World, printed: list[str]) -> None:
    assert printed
    for name in ("planet.db", "state.json"):
        assert stat.S_IMODE((world.folder / name).stat().st_mode) == 0o600, name


def test_no_output_names_a_path_a_host_or_an_address_of_the_inside(tmp_path: Path) -> None:
    """Configured by the organiser, or said by a server, a document, a file: every file of output/ is read."""
    with World(tmp_path) as world:
        folder = world.folder / "prive/soirees"
        folder.mkdir(parents=True)
        (folder / "2026-12-04-soiree.md").write_text("---\ntitle: Soirée\n---\nTexte\n", "utf-8")
        (folder.parent / "carnet.xml").write_text(rss(item("Un", "https://ada.example/1", date="hier")), "utf-8")
        (folder.parent / "cassee.xml").write_text("<html>non</html>", "utf-8")
        (folder.parent / "agenda.ics").write_text(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:2\nDTSTART:x\nEND:VEVENT\nEND:VCALENDAR\n", "utf-8"
        )
        leads = '<html><link rel="alternate" type="application/rss+xml" href="http://10.11.12.13/secret"></html>'
        addresses = {
            "Carnet": "prive/carnet.xml",
            "Manque": "prive/absent.xml",
            "Cassée": "prive/cassee.xml",
            "Lan": "http://blog.intranet.lan/flux.xml",
            "Dix": "http://10.200.0.9:9/flux.xml",
            "Nom": "http://serveur/flux.xml",
            "Redirige": world.fail("/r.xml", 302, Location="http://10.11.12.13:8080/secret"),
            "Parti": world.fail("/m.xml", 301, Location="http://wiki.corp/secret"),
            "Page": world.serve("/p.xml", leads, "text/html"),
            "Ailleurs": world.serve("/x.xml", "<redirect><newLocation>http://intranet.lan/n</newLocation></redirect>"),
            "Lettres": world.serve(
                "/c.xml", rss(item("A", "https://b.example/1")), "application/xml; charset=intranet.lan"
            ),
            "Dates": world.serve("/d.xml", rss(item("B", "https://c.example/1", date="http://10.11.12.13/date"))),
        }
        world.configure(
            [{"name": name, "feeds": [address]} for name, address in addresses.items()],
            [
                {
                    "name": "g",
                    "events": "prive/soirees",
                    "calendars": ["prive/agenda.ics", "http://agenda.intranet.lan/a.ics"],
                }
            ],
        )
        for moment in ("2026-11-22T08:00:00Z", "2026-11-24T08:00:00Z"):
            assert world.run(now=moment).code == 0
        words = (
            "prive/",
            "absent.xml",
            "intranet",
            "10.11.12.13",
            "10.200.0.9",
            ".corp",
            "serveur/",
            str(world.folder),
        )
        said = [
            (path.relative_to(world.output).as_posix(), word)
            for path in sorted(world.output.rglob("*"))
            if path.is_file()
            for word in words
            if word in path.read_text("utf-8", "replace")
        ]
        assert said == []
        assert {"fichier local", "adresse privée"} <= set(
            re.findall("fichier local|adresse privée", (world.output / "health/index.html").read_text("utf-8"))
        )
        assert "http://10.200.0.9:9/flux.xml" in world.planet("status").out
