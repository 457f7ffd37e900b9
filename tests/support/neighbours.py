"""Planets with a hostile member, over real HTTP: what is honest must be shown as if the hostile feed and calendar were not there."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

from tests.support import outputs
from tests.support.servers import Server, reply
from tests.support.world import World

FIRST = datetime(2026, 11, 22, 8, tzinfo=UTC)
DAY = timedelta(days=1)
WORDS = [a + b for a in ("ba", "co", "di", "fu", "gre", "lo") for b in ("lan", "ter", "vou", "cel", "din", "mar")]
NAMES = {"ada": "Ada", "bob": "Bob Martin", "groupe": "clermontech.php"}
LOOK_ALIKES = ("Ada", "ADA", "А\u200bda", "Аdа", "\uff21\uff44\uff41", "A d a", "Bob  Martin", "Воb Mаrtin", "Martin Bob", "clermontech.php", "clermonteсh․php", "@Ada", "Ada ✓")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One entry of a feed, before it is written as Atom or RSS."""

    link: str
    title: str
    text: str
    date: datetime
    id: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    source: str = ""
    canonical: str = ""


def atom(posts: Sequence[Post], *, identifier: str, title: str, page: str, itself: str = "", more: str = "") -> bytes:
    entries = "".join(
        f"<entry><id>{escape(post.id or post.link)}</id><title>{escape(post.title)}</title><link href={quoteattr(post.link)}/>"
        + (f"<link rel='canonical' href={quoteattr(post.canonical)}/>" if post.canonical else "")
        + f"<published>{post.date:%Y-%m-%dT%H:%M:%SZ}</published><updated>{post.date:%Y-%m-%dT%H:%M:%SZ}</updated>"
        + (f"<author><name>{escape(post.author)}</name></author>" if post.author else "")
        + "".join(f"<category term={quoteattr(tag)}/>" for tag in post.tags)
        + (f"<source><id>{post.source}</id><link rel='self' href='{post.source}'/><title>x</title></source>" if post.source else "")
        + f"<content type='html'>&lt;p&gt;{escape(post.text)}&lt;/p&gt;</content></entry>"
        for post in posts
    )  # fmt: skip
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:at='http://purl.org/atompub/tombstones/1.0' xmlns:fh='http://purl.org/syndication/history/1.0'>"
        f"<id>{escape(identifier)}</id><title>{escape(title)}</title><link href={quoteattr(page)}/>"
        + (f"<link rel='self' href={quoteattr(itself)}/>" if itself else "")
        + f"<updated>2026-11-20T00:00:00Z</updated>{more}{entries}</feed>"
    ).encode()


def rss(posts: Sequence[Post], *, title: str, page: str) -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{escape(post.id or post.link)}</guid><title>{escape(post.title)}</title><link>{escape(post.link)}</link>"
        f"<pubDate>{post.date:%a, %d %b %Y %H:%M:%S GMT}</pubDate><dc:creator>{escape(post.author)}</dc:creator>"
        + "".join(f"<category>{escape(tag)}</category>" for tag in post.tags)
        + (f"<source url={quoteattr(post.source)}>x</source>" if post.source else "")
        + f"<description>&lt;p&gt;{escape(post.text)}&lt;/p&gt;</description></item>"
        for post in posts
    )
    return (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        f"<channel><title>{escape(title)}</title><link>{escape(page)}</link><description>d</description>{items}</channel></rss>"
    ).encode()


def calendar(events: Sequence[dict[str, str]]) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"]
    for event in events:
        lines += ["BEGIN:VEVENT", *(f"{name}:{value}" for name, value in event.items()), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


class Neighbourhood:
    """Two members and a group who are honest, and Mallory, whose server is another. Made once, tried again and again."""

    def __init__(self, world: World, mallory: Server) -> None:
        self.world = world
        self.mallory = mallory

    def try_once(self, seed: int) -> None:
        """Publish the honest feeds alone, then with the hostile ones, and compare. Raises AssertionError."""
        rng = random.Random(seed)
        posts = _honest(rng)
        events = _evenings(rng)
        later = {name: [*theirs, _post(rng, name, 90, FIRST + timedelta(hours=3))] for name, theirs in posts.items()}
        alone, evenings = self._publish(posts, later, events, None)
        publish = seed % 10 == 0
        targets = [post for theirs in later.values() for post in theirs]
        hostile = _Hostile(rng, targets, events, self.world, self.mallory)
        together, with_hers = self._publish(posts, later, events, hostile, publish=publish)
        missing = [story for story in alone if story not in together]
        assert missing == [], (
            hostile.means,
            missing,
            [story for story in together if story[1] in {m[1] for m in missing}],
        )
        assert [story for story in together if story in alone] == alone, (hostile.means, "order")
        gone = [event for event in evenings if event not in with_hers]
        assert gone == [], (hostile.means, gone, with_hers)
        credited = [event for event in with_hers if event not in evenings and event[5] == NAMES["groupe"]]
        assert credited == [], (hostile.means, credited)
        for story in together:
            if story[5] == "Mallory" and story[4] != "Mallory":
                assert "Mallory" in story[4] or story[4] not in LOOK_ALIKES, (hostile.means, story[4])

    def _publish(
        self,
        posts: dict[str, list[Post]],
        later: dict[str, list[Post]],
        events: list[dict[str, str]],
        hostile: _Hostile | None,
        *,
        publish: bool = False,
    ) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        """What is shown after two days: (stories, events)."""
        world = self.world
        for side in ("", "-wal", "-shm"):
            (world.folder / f"planet.db{side}").unlink(missing_ok=True)
        shutil.rmtree(world.output, ignore_errors=True)
        members = [
            {"name": NAMES["ada"], "url": "https://ada.example/", "feeds": [world.url("/ada.xml")]},
            {"name": NAMES["bob"], "url": "https://bob.example/", "feeds": [world.url("/bob.xml")]},
        ]
        groups = [
            {"name": NAMES["groupe"], "url": "https://groupe.example/", "feeds": [world.url("/groupe.xml")], "calendars": [world.url("/groupe.ics")]}
        ]  # fmt: skip
        for day, honest in enumerate((posts, later)):
            for name, theirs in honest.items():
                page = f"https://{name}.example/"
                body = (
                    atom(theirs, identifier=page, title=name, page=page)
                    if name == "bob"
                    else rss(theirs, title=name, page=page)
                )
                world.serve(f"/{name}.xml", body)
            world.serve("/groupe.ics", calendar(events), "text/calendar")
            if hostile is not None:
                hostile.serve(day)
                if day == 1 or not hostile.late:
                    hostile.join(members, groups)
            world.configure(members, groups)
            # Pages are the dear part of a run, and `planet entries` shows the same stories.
            result = world.run(*(() if publish else ("--no-publish",)), now=(FIRST + day * DAY).isoformat())
            assert result.code == 0, result.err
            assert "Traceback" not in result.err
        if publish:
            assert outputs.whole(world.output, strict=False) == []
        stories = [
            tuple(story[name] for name in ("url", "title", "html", "published", "author", "source", "tags", "technologies", "id", "language"))
            for story in world.entries("--full")
        ]  # fmt: skip
        shown = world.planet("events", "--json")
        assert shown.code == 0, shown.err
        return (
            [tuple(map(str, story)) for story in stories],
            [
                tuple(str(event[name]) for name in ("id", "title", "start", "end", "location", "group", "url", "technologies", "status"))
                for event in shown.objects()
            ],
        )  # fmt: skip


def _text(rng: random.Random, length: int = 0) -> str:
    return " ".join(rng.choices(WORDS, k=length or rng.choice((6, 40, 140))))


def _post(rng: random.Random, name: str, number: int, date: datetime) -> Post:
    link = f"https://{name}.example/{number}"
    title = _text(rng, 4) if rng.random() < 0.9 else ""
    return Post(
        link=link,
        title=title,
        text=_text(rng),
        date=date,
        id=rng.choice((link, f"tag:{name}.example,2026:{number}")),
        tags=("php",),
    )


def _honest(rng: random.Random) -> dict[str, list[Post]]:
    posts = {
        name: [_post(rng, name, number, FIRST - rng.randrange(1, 60 * 24) * timedelta(hours=1)) for number in range(4)]
        for name in NAMES
    }
    posts["groupe"].append(replace(rng.choice(posts["ada"]), id="", tags=()))  # the group passes one on
    return posts


def _evenings(rng: random.Random) -> list[dict[str, str]]:
    return [
        {
            "UID": f"{number}@groupe.example",
            "DTSTART": f"{FIRST + (5 + 9 * number) * DAY:%Y%m%dT180000Z}",
            "DTEND": f"{FIRST + (5 + 9 * number) * DAY:%Y%m%dT210000Z}",
            "SUMMARY": f"{rng.choice(('Apéro', 'Talks', 'Atelier'))} {_text(rng, 2)}",
            "LOCATION": "Epicentre",
            "URL": f"https://groupe.example/soirees/{number}",
            "SEQUENCE": "1",
        }
        for number in range(3)
    ]


class _Hostile:
    """One neighbour's means: what her feed and calendar copy, and where her server leads."""

    def __init__(
        self,
        rng: random.Random,
        targets: Sequence[Post],
        events: Sequence[dict[str, str]],
        world: World,
        server: Server,
    ) -> None:
        self.rng, self.targets, self.events, self.world, self.server = rng, targets, events, world, server
        self.kind = rng.choice(("atom", "rss"))
        self.first = rng.random() < 0.5
        self.late = rng.random() < 0.3
        self.is_group = rng.random() < 0.3
        # Of two groups that are first seen in one run the first of the file leads, where the page is on the site of neither.
        self.late = self.late or (self.is_group and self.first)
        self.redirect = rng.choice(("", "", "", "301", "302", "308", "429", "410"))
        self.address = server.url("/mallory.xml")
        self.means = {name: getattr(self, name) for name in ("kind", "first", "late", "is_group", "redirect")}
        self.posts = [self._entry(number) for number in range(rng.randrange(1, 25))]
        unwritten = {post.text for post in targets if post.date > FIRST}
        self.early = [post for post in self.posts if post.text.removesuffix(" Fin.") not in unwritten]
        """What she knows on the first day: no post that its author writes on the second."""

    def _entry(self, number: int) -> Post:
        rng = self.rng
        target = rng.choice(self.targets)
        own = f"https://mallory.example/{number}"
        link = rng.choice(
            (
                own,
                target.link,
                f"{target.link}?utm_source=x",
                target.link.replace("https", "http"),
                f"{target.link}#x",
                f"{target.link}/",
            )
        )
        text = rng.choice(
            (target.text, f"{target.text} Fin.", "Achetez ceci, achetez cela, et encore ceci.", _text(rng))
        )
        dates = [target.date, FIRST - 400 * DAY, FIRST + 30 * DAY]
        if link != own or not text.startswith(target.text):
            dates.append(target.date - DAY)  # else nothing tells the copy of her site from the original: not promised
        return Post(
            link=link,
            title=rng.choice((target.title, target.title.upper(), "Gagnez un téléphone")),
            text=text,
            date=rng.choice(dates),
            id=rng.choice((target.id, target.link, own, f"urn:{number}")),
            author=rng.choice(("", "Mallory", *LOOK_ALIKES)),
            tags=("spam", "js"),
            source=rng.choice(("", "", self.world.url("/ada.xml"), "https://ada.example/")),
            canonical=rng.choice(("", "", target.link)),
        )

    def serve(self, day: int) -> None:
        rng = self.rng
        if self.kind == "atom":
            target = rng.choice(self.targets)
            more = "".join(
                rng.sample(
                    (
                        f"<at:deleted-entry ref={quoteattr(target.id)} when='2026-11-22T09:00:00Z'/>",
                        "<fh:complete/>",
                        f"<author><name>{rng.choice(LOOK_ALIKES)}</name><uri>https://ada.example/</uri></author>",
                        "<icon>https://ada.example/icon.png</icon>",
                    ),
                    2,
                )
            )
            body = atom(
                self.early if day == 0 else self.posts[1:], identifier=rng.choice(("https://ada.example/", "https://bob.example/", "urn:m")), title=rng.choice(LOOK_ALIKES),
                page=rng.choice(("https://ada.example/", "https://mallory.example/")), itself=self.world.url("/ada.xml"), more=more,
            )  # fmt: skip
        else:
            body = rss(
                self.early if day == 0 else self.posts[1:],
                title=self.rng.choice(LOOK_ALIKES),
                page="https://ada.example/",
            )
        answer = reply(200, body, Content_Type="application/xml")
        if self.redirect.startswith("3") and day == 1:
            answer = reply(
                int(self.redirect), b"", Location=rng.choice([self.world.url(f"/{name}.xml") for name in NAMES])
            )
        elif self.redirect and day == 1:
            answer = reply(int(self.redirect), b"", Retry_After=10**9)
        self.server.on("/mallory.xml", answer)
        self.server.on("/mallory.ics", reply(200, self._calendar(), Content_Type="text/calendar"))

    def _calendar(self) -> bytes:
        rng = self.rng
        copies = []
        for target in rng.choices(self.events, k=rng.randrange(1, 6)):
            copy = {**target, "UID": rng.choice((target["UID"], f"{rng.random()}@mallory.example")), "SEQUENCE": "99"}
            copy |= rng.choice(
                (
                    {"STATUS": "CANCELLED"},
                    {"SUMMARY": "Gagnez un téléphone"},
                    {"DTSTART": "20261201T190000Z", "DTEND": "20261201T200000Z"},
                    {"LOCATION": "Chez Mallory"},
                    {"RECURRENCE-ID": target["DTSTART"], "SUMMARY": "Déplacé"},
                    {"RRULE": "FREQ=DAILY;COUNT=5"},
                    {"ORGANIZER;CN=clermontech.php": "mailto:a@groupe.example"},
                    {"URL": "https://mallory.example/"},
                )
            )
            copies.append(copy)
        return calendar(copies)

    def join(self, members: list[dict], groups: list[dict]) -> None:
        """Put her into feeds.yaml, where she is not yet, and may come first."""
        among = groups if self.is_group else members
        if any(source["name"] == "Mallory" for source in among):
            return
        own = {
            "name": "Mallory",
            "url": "https://mallory.example/",
            "feeds": [self.address],
            "calendars": [self.server.url("/mallory.ics")],
        }
        among.insert(0 if self.first else len(among), own)
