"""Make planet-1.0.0.db with the code of release 1.0.0: see README.md beside this file."""

# ruff: noqa: I001 - sorted as it was in that release

from __future__ import annotations

import gzip
import io
import json
import shutil
import sqlite3
import sys
import tempfile
from http.server import ThreadingHTTPServer
from pathlib import Path

from PIL import Image

from tests import world
from tests.world import Reply, World, item, rss

PORT = 48211
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0" xml:lang="fr">
<title>Basile écrit</title><id>tag:basile.example,2020:blog</id><link href="https://basile.example/"/>
<updated>2026-11-20T10:00:00Z</updated><author><name>Basile Roche</name><uri>https://basile.example/</uri></author>
{entries}
</feed>"""
DELETED = '<at:deleted-entry ref="tag:basile.example,2020:3" when="2026-11-21T07:00:00Z"/>'


def atom_entry(number: int, title: str, text: str, date: str, extra: str = "") -> str:
    return (
        f"<entry><title>{title}</title><id>tag:basile.example,2020:{number}</id>"
        f'<link href="https://basile.example/{number}/"/><published>{date}</published><updated>{date}</updated>'
        f'<category term="Symfony"/><category term="Été"/><content type="html">{text}</content>{extra}</entry>'
    )


LONG = (
    "Nous avons migré notre application de la version six vers la version sept en trois semaines, et voici ce que nous en "
    "retenons : les dépréciations se corrigent une à une, les tests disent la vérité, et personne ne regrette les vacances."
)
SHARED = item(
    "Migrer vers Symfony 7", "https://ada.example/migrer/", "Mon, 16 Nov 2026 09:00:00 GMT", LONG, category="php"
)


def ada(*items: str) -> str:
    return rss(*items, title="Le carnet d&#39;Ada", link="https://ada.example/")


OLD = [
    item("Un billet sans date", "https://ada.example/sans-date/", "", "Il n&#39;en a pas."),
    item("Deux", "https://ada.example/2026/10/02/deux/", "Fri, 02 Oct 2026 08:00:00 GMT", "<p>Texte <b>gras</b>.</p><pre><code class='language-php'>echo 1;</code></pre>"),
    item("Retiré", "https://ada.example/retire/", "Thu, 01 Oct 2026 08:00:00 GMT", "Il sera retiré."),
    item("Un", "https://ada.example/un/", "Wed, 30 Sep 2026 08:00:00 GMT", "Premier billet, en PHP."),
]  # fmt: skip
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//essai//FR
BEGIN:VEVENT
UID:soiree-1@groupe.example
SUMMARY:Soirée PHP numéro 12
DTSTART;TZID=Europe/Paris:20261203T190000
DTEND;TZID=Europe/Paris:20261203T210000
LOCATION:Epitech\\, Clermont-Ferrand
GEO:45.777;3.087
URL:https://groupe.example/soirees/12
DESCRIPTION:Deux sujets\\, une pizza.
ORGANIZER;CN=Ada:mailto:ada@example.org
CATEGORIES:php,symfony
SEQUENCE:2
END:VEVENT
BEGIN:VEVENT
UID:cafe@groupe.example
SUMMARY:Café du mois
DTSTART;VALUE=DATE:20261005
RRULE:FREQ=MONTHLY;COUNT=4
END:VEVENT
BEGIN:VEVENT
UID:annulee@groupe.example
SUMMARY:Soirée annulée
DTSTART:20261210T180000Z
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
"""
OTHER = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//essai//FR
BEGIN:VEVENT
UID:js-7@js.example
SUMMARY:Apéro JavaScript
DTSTART;TZID=Europe/Paris:20261203T193000
DTEND;TZID=Europe/Paris:20261203T220000
LOCATION:Bar du coin
URL:https://js.example/7
END:VEVENT
END:VCALENDAR
"""


def configure(planet: World) -> None:
    planet.configure(
        members=[
            {"name": "Ada", "url": "https://ada.example/", "avatar": planet.url("/ada.png"), "feeds": ["ada.xml"]},
            {"name": "Basile", "url": "https://basile.example/", "feeds": [{"url": "basile.xml", "exclude": {"title": "(?i)sponsoris"}}]},
            {"name": "Cléo", "feeds": [planet.url("/cleo.xml")]},
            {"name": "Dora", "feeds": [planet.url("/dora.xml")]},
            {"name": "Émile", "feeds": [planet.url("/emile.xml")]},
            {"name": "Fanny", "feeds": [planet.url("/fanny.xml")]},
            {"name": "Gaston", "feeds": [planet.url("/gaston/")]},
        ],
        groups=[
            {"name": "groupe.php", "technology": "php", "url": "https://groupe.example/", "feeds": ["groupe.xml"], "calendars": ["groupe.ics"]},
            {"name": "groupe.js", "technology": "js", "url": "https://js.example/", "calendars": ["js.ics"]},
        ],
        planet={"hub": planet.url("/hub")},
        fetch={"interval": "60m"},
        hide=["https://ada.example/un/"],
        notify=[{"url": "json://127.0.0.1:9/", "every": "week"}],
    )  # fmt: skip


def files(planet: World, *, ada_items: list[str], atom: str) -> None:
    for name, text in {
        "ada.xml": ada(*ada_items),
        "basile.xml": atom,
        "groupe.xml": rss(
            item("La soirée numéro 12", "https://groupe.example/soirees/12", "Fri, 20 Nov 2026 07:00:00 GMT", "Venez, c&#39;est le 3 décembre."),
            item("Migrer vers Symfony 7", "https://ada.example/migrer/", "Mon, 16 Nov 2026 11:00:00 GMT", LONG + " Lu chez Ada.", guid="copie-1"),
            title="groupe.php", link="https://groupe.example/",
        ),
        "groupe.ics": ICS,
        "js.ics": OTHER,
    }.items():  # fmt: skip
        (planet.folder / name).write_text(text, "utf-8")


def play(planet: World) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 30, 60)).save(picture, "PNG")
    planet.serve("/ada.png", picture.getvalue(), "image/png")
    planet.serve("/cleo.xml", rss(item("Cléo commence", "https://cleo.example/1", text="Bonjour PHP.")), ETag='"c1"')
    planet.serve(
        "/dora-new.xml",
        rss(item("Dora déménage", "https://dora.example/1", text="JavaScript, toujours.")),
        ETag='W/"d1"',
    )
    planet.replies["/dora.xml"] = Reply(b"", 301, {"Location": planet.url("/dora-new.xml")})
    planet.serve(
        "/emile.xml",
        rss(item("Émile s&#39;en va", "https://emile.example/1")),
        Last_Modified="Mon, 16 Nov 2026 10:00:00 GMT",
    )
    planet.serve("/fanny.xml", rss(item("Fanny patiente", "https://fanny.example/1")), Cache_Control="max-age=7200")
    planet.serve(
        "/gaston/",
        '<html><head><link rel="alternate" type="application/rss+xml" href="flux.xml"></head><body>x</body></html>',
        "text/html",
    )
    planet.serve("/gaston/flux.xml", rss(item("Gaston trouvé", "https://gaston.example/1")))
    configure(planet)
    entries = [
        atom_entry(1, "Titre &amp;lt;dialog&amp;gt;", "&lt;p&gt;Un &lt;a href='/2/'&gt;lien&lt;/a&gt; et &lt;img src='i.png' alt='image'&gt;.&lt;/p&gt;", "2026-11-18T10:00:00Z", '<link rel="enclosure" type="audio/mpeg" length="123" href="https://basile.example/1.mp3"/>'),
        atom_entry(2, "Billet sponsorisé", "Achetez.", "2026-11-17T10:00:00Z"),
        atom_entry(3, "À supprimer", "Bientôt parti.", "2026-11-16T10:00:00Z"),
        atom_entry(4, "Repris", "Repris d&#39;ailleurs.", "2026-11-15T10:00:00Z", "<source><id>tag:ailleurs.example,2020:1</id><title>Ailleurs</title></source>"),
    ]  # fmt: skip
    files(planet, ada_items=[SHARED, *OLD], atom=ATOM.format(entries="".join(entries)))
    for name, rows in {
        "state.json": [
            [
                "perdu.xml",
                "https://perdu.example/1",
                1_700_000_000_000_000,
                "published",
                1_700_000_000_000_000,
                None,
                1,
                0,
                "https://perdu.example/1",
            ]
        ]
    }.items():
        columns = ["feed", "uid", "date", "date_reason", "first_seen", "edited", "in_feeds", "tombstone", "atom_id"]
        (planet.folder / name).write_text(json.dumps({"format": "planet-state/1", "meta": {}, "feeds": {"perdu.xml": 1_700_000_000_000_000}, "columns": columns, "entries": rows}))  # fmt: skip
    check(planet.run(now="2026-11-20T08:00:00Z"))
    check(planet.planet("import", "--state", "state.json"))
    changed = SHARED.replace("trois semaines", "quatre semaines")
    planet.fail("/cleo.xml", 500)
    planet.fail("/emile.xml", 410)
    files(
        planet,
        ada_items=[changed, *OLD[:2], OLD[3]],
        atom=ATOM.format(entries="".join([*entries[:2], entries[3], DELETED])),
    )
    check(planet.run(now="2026-11-21T08:00:00Z"))
    planet.fail("/fanny.xml", 429, Retry_After="86400")
    new = item("Nouveau", "https://ada.example/nouveau/", "Sun, 22 Nov 2026 07:00:00 GMT", "Du neuf en JavaScript.")
    files(
        planet,
        ada_items=[new, changed, *OLD[:2], OLD[3]],
        atom=ATOM.format(entries="".join([*entries[:2], entries[3], DELETED])),
    )
    for now in ("2026-11-22T09:00:00Z", "2026-11-23T12:00:00Z"):
        check(planet.run(now=now))


def check(result: world.Result) -> None:
    print(result.code, result.out, result.err, sep="\n")


def main(target: Path) -> None:
    ThreadingHTTPServer.allow_reuse_address = True
    real = ThreadingHTTPServer.__init__

    def fixed(self: ThreadingHTTPServer, address: tuple[str, int], handler: type) -> None:
        real(self, (address[0], PORT), handler)

    ThreadingHTTPServer.__init__ = fixed  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as planet:
        play(planet)
        connection = sqlite3.connect(planet.folder / "planet.db")
        for table, column in (("feeds", "state"), ("meta", "value")):  # paths of the machine it was made on
            for path, neutral in ((folder, "/srv/planet"), (str(Path.cwd()), "/opt/planet")):
                connection.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (path, neutral))
        connection.commit()
        connection.execute("VACUUM INTO ?", (str(Path(folder) / "copy.db"),))
        connection.close()
        target.write_bytes(gzip.compress((Path(folder) / "copy.db").read_bytes(), mtime=0))
        for name in ("feeds.yaml", "ada.xml", "basile.xml", "groupe.xml", "groupe.ics", "js.ics"):
            shutil.copy(planet.folder / name, target.parent / name)
        (target.parent / "entries.jsonl").write_text(planet.planet("entries", "--json", "--full").out, "utf-8")
        (target.parent / "events.jsonl").write_text(planet.planet("events", "--json").out, "utf-8")
        (target.parent / "status.json").write_text(planet.planet("status", "--json").out, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
