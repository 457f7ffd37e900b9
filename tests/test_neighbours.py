"""No member can harm another: whatever a hostile feed copies, each honest story is shown with its own text, date, author and place."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from planet.merge import stories
from planet.merge.authorship import Authors
from planet.merge.entry_changes import diff
from planet.model import (
    Classification,
    Classified,
    DiffContext,
    Entry,
    FeedConfig,
    FetchState,
    FetchUpdate,
    IndexRow,
    Read,
    Source,
    SourceRef,
    StorySource,
)
from planet.model.shares import shared_out
from planet.store import Application, Store, StoryContext
from planet.text import digest, fold
from planet.urls import canonical_key
from tests.support.neighbours import Neighbourhood
from tests.support.safe import safe
from tests.support.servers import Server
from tests.support.world import World, item, rss

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def source(name: str, kind: str = "member") -> Source:
    url = f"https://{name}.example/"
    feed = FeedConfig(key=f"{name}.example/feed", url=f"{url}feed", configured=f"{url}feed", line=1)
    return Source(kind=kind, name=name.title(), slug=name, url=url, feeds=(feed,), line=1)


HONEST = (source("ada"), source("bob"), source("groupe", "group"))
HOSTILE = source("mallory")
WORDS = [a + b for a in ("ba", "co", "di", "fu", "gre", "lo") for b in ("lan", "ter", "vou", "cel", "din", "mar")]


def entry(link: str, title: str, text: str, published: datetime | None, **fields: object) -> Entry:
    identifier = str(fields.pop("id", link))
    made = Entry(
        uid=identifier or link, id=identifier, position=0, link=link, link_key=canonical_key(link), title_key=fold(title),
        text_key=digest(title, text), raw_hash=digest(link, title, text), content_hash=digest(title, text), title=title, html=safe(f"<p>{text}</p>"),
        text=text, summary="", published=published, words=len(text.split()), tags=("php",),
    )  # fmt: skip
    return replace(made, **fields)  # type: ignore[arg-type]


def honest_posts(rng: random.Random) -> dict[str, list[Entry]]:
    """Posts of two members on their own sites; the group announces its own events and passes on some posts of the members."""
    posts: dict[str, list[Entry]] = {"ada": [], "bob": [], "groupe": []}
    for name in ("ada", "bob", "groupe"):
        for number in range(5):
            text = " ".join(rng.choices(WORDS, k=rng.choice((6, 40, 140))))
            title = " ".join(rng.choices(WORDS, k=4)) if rng.random() < 0.9 else ""
            posts[name].append(entry(f"https://{name}.example/{number}", title, text, NOW - rng.randrange(1, 90) * DAY))
    for copied in rng.sample(posts["ada"] + posts["bob"], 3):
        posts["groupe"].append(
            replace(copied, uid=f"copy {copied.uid}", id="", tags=(), raw_hash=f"copy {copied.raw_hash}")
        )
    return posts


def attack(rng: random.Random, targets: Sequence[Entry]) -> list[Entry]:
    """Entries of a hostile feed: each copies some of what another's post is known by."""
    made = []
    for number, target in enumerate(rng.choices(targets, k=25)):
        own = f"https://mallory.example/{number}"
        text = rng.choice(
            (
                target.text,
                target.text + " Fin.",
                "Achetez ceci, achetez cela, et encore ceci.",
                " ".join(rng.choices(WORDS, k=40)),
            )
        )
        made.append(
            entry(
                rng.choice((own, target.link, f"{target.link}?utm_source=x", target.link.replace("https", "http"))),
                rng.choice((target.title, target.title.upper(), "Gagnez un téléphone")),
                text,
                rng.choice((target.published, NOW - 400 * DAY, NOW, None)),
                uid=f"m{number}",
                id=rng.choice((target.id, own, f"urn:{number}", "")),
                tags=("spam", "js"),
                language="xx",
                source=rng.choice((None, SourceRef(url=target.link, feed_url="https://ada.example/feed"))),
                links=rng.choice(((), (target.link,))),
            )
        )
    return made


def context(sources: Sequence[Source], store: Store) -> StoryContext:
    return StoryContext(
        sources={
            (one.slug, one.feeds[0].key): StorySource(
                name=one.name, slug=one.slug, kind=one.kind, feed="f", id="", url=""
            )
            for one in sources
        },
        summary_only=frozenset(),
        feeds=store.feeds(),
        feed_urls={},
        host="planet.example",
        events={},
        same_id=store.clashing("id"),
        same_guid=store.clashing("guid"),
    )


def fetch(store: Store, who: Source, entries: Iterable[Entry], sources: Sequence[Source], now: datetime) -> None:
    authors, key = Authors(sources), who.feeds[0].key
    read = Read(entries=tuple(entries))
    known = store.entry_keys(key)
    changes = diff(known, DiffContext(first_fetch=not known, planet_first_run=True, newcomer_entries=5, read=read), now)

    def place(given: Entry, date: datetime) -> Classified:
        technologies = given.tags if who is HOSTILE else ("php",)
        return authors.classified(
            given, Classification(sources=((who.slug, key),), technologies=technologies), date=date
        )

    store.apply(
        Application(
            feed=key, configured=key, update=FetchUpdate(state=FetchState()), changes=changes, read=read, now=now, place=place,
            host="planet.example",
        )
    )  # fmt: skip


def shown(store: Store, sources: Sequence[Source]) -> list[tuple[object, ...]]:
    """All stories in their order: what a reader sees of each."""
    rows = store.index()
    return [
        (
            s.url,
            s.entry.title,
            s.entry.text,
            s.published,
            s.source.slug,
            s.author,
            s.tags,
            s.technologies,
            s.id,
            s.language,
            s.source.id,
        )
        for s in store.load_stories([row.story_id for row in rows], context(sources, store))
    ]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("when", ["before", "with", "after"])
def test_honest_stories_are_shown_as_if_the_hostile_feed_were_not_there(tmp_path: Path, seed: int, when: str) -> None:
    rng = random.Random(seed)
    posts = honest_posts(rng)
    hostile = attack(rng, [post for posts_of in posts.values() for post in posts_of if post.id])
    with Store(tmp_path / "alone.db") as store:
        for who in HONEST:
            fetch(store, who, posts[who.slug], HONEST, NOW)
        store.regroup(stories)
        alone = shown(store, HONEST)
    for sources in ((HOSTILE, *HONEST), (*HONEST, HOSTILE)):
        with Store(tmp_path / f"{sources[0].slug}.db") as store:
            order = {"before": (HOSTILE, *HONEST), "with": (HOSTILE, *HONEST), "after": (*HONEST, HOSTILE)}[when]
            for number, who in enumerate(order):
                late = timedelta(hours=6) if (when == "before" and who is not HOSTILE) or (when == "after" and who is HOSTILE) else timedelta()  # fmt: skip
                fetch(store, who, hostile if who is HOSTILE else posts[who.slug], sources, NOW + late)
                if number % 2:
                    store.regroup(stories)
            store.regroup(stories)
            together = shown(store, sources)
        missing = [story for story in alone if story not in together]
        assert missing == []
        order_of = [story for story in together if story in alone]
        assert order_of == alone


@pytest.fixture(scope="module")
def neighbourhood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    with World(tmp_path_factory.mktemp("neighbours")) as world, Server(host="127.0.0.2") as server:
        yield Neighbourhood(world, server)


@pytest.mark.parametrize("seed", [7, 10, 101])
def test_whatever_feed_calendar_and_server_of_a_member_do_the_others_are_shown_as_before(
    neighbourhood: Neighbourhood, seed: int
) -> None:
    """Redirects to the others' feeds, refusals, tombstones, copied ids, links, texts, names, events: `make neighbours` tries for long."""
    neighbourhood.try_once(seed)


def test_an_id_that_was_copied_first_and_exchanged_later_is_still_its_owners(world: World) -> None:
    def feed(identifier: str) -> str:
        return rss(item("À elle", "https://mallory.example/1", guid=identifier, text="Bien à elle."))

    stolen = "https://ada.example/1"
    hostile = world.serve("/m.xml", feed(stolen))
    honest = world.serve("/a.xml", rss(item("À Ada", stolen, text="Tout autre chose.")))
    sources = [
        {"name": "Mallory", "url": "https://mallory.example/", "feeds": [hostile]},
        {"name": "Ada", "url": "https://ada.example/", "feeds": [honest]},
    ]
    world.configure(sources[:1])
    assert world.run(now="2026-11-22T08:00:00Z").code == 0
    world.serve("/m.xml", feed("https://mallory.example/1"))
    world.configure(sources)
    assert world.run().code == 0
    assert {story["title"]: story["id"] for story in world.entries()}["À Ada"] == stolen


def test_no_entry_has_the_id_of_a_feed_of_the_planet(world: World) -> None:
    items = [
        item(f"Billet {n}", f"https://mallory.example/{n}", guid=f"https://planet.example.org/{path}")
        for n, path in enumerate(("", "atom.xml", "php/", "members/mallory/"))
    ]
    world.configure([{"name": "Mallory", "feeds": [world.serve("/m.xml", rss(*items))]}])
    assert world.run("--no-publish").code == 0
    assert [story["id"] for story in world.entries() if not story["id"].startswith("tag:planet.example.org,")] == []


def test_of_two_sites_the_one_that_published_first_is_the_authors_be_it_a_groups(world: World) -> None:
    text = " ".join(WORDS)
    posts = {
        name: rss(item("Un long billet de tous", f"https://{name}.example/1", date, text))
        for name, date in (("mallory", "Mon, 23 Nov 2026 07:00:00 GMT"), ("groupe", "Sun, 22 Nov 2026 11:00:00 GMT"))
    }
    world.configure(
        [{"name": "Mallory", "url": "https://mallory.example/", "feeds": [world.serve("/m.xml", posts["mallory"])]}],
        [{"name": "Groupe", "url": "https://groupe.example/", "feeds": [world.serve("/g.xml", posts["groupe"])]}],
    )
    assert world.run("--no-publish").code == 0
    assert [story["source"] for story in world.entries()] == ["Groupe"]


def test_a_member_who_withdraws_all_that_is_hers_does_not_stop_the_planet(world: World) -> None:
    """More than half of the planet's stories go, by the words of the feed itself: the others' news still appears."""

    def atom(numbers: range, deleted: str = "") -> str:
        entries = "".join(
            f"<entry><id>urn:big:{n}</id><title>Grand {n}</title><link href='https://big.example/{n}'/><updated>2026-11-{n + 1:02}T08:00:00Z</updated>"
            f"<content>Texte numéro {n} de ce blog.</content></entry>"
            for n in numbers
        )
        return (
            '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"><title>Grand</title><id>urn:big</id>'
            f"<updated>2026-11-20T08:00:00Z</updated>{entries}{deleted}</feed>"
        )

    world.serve("/big.xml", atom(range(18)))
    world.serve("/small.xml", rss(item("Petit", "https://small.example/1")))
    world.configure(
        [
            {"name": "Grand", "feeds": [world.url("/big.xml")]},
            {"name": "Petit", "feeds": [world.url("/small.xml")]},
        ]
    )
    assert world.run().code == 0
    tombstones = "".join(f'<at:deleted-entry ref="urn:big:{n}" when="2026-11-23T09:00:00Z"/>' for n in range(17))
    world.serve("/big.xml", atom(range(17, 18), tombstones))
    world.serve("/small.xml", rss(item("Petit", "https://small.example/1"), item("Neuf", "https://small.example/2")))
    result = world.run(now="2026-11-23T12:00:00Z")
    assert result.code == 0, result.err
    assert {story["title"] for story in world.entries()} == {"Petit", "Neuf", "Grand 17"}
    assert "Neuf" in (world.output / "index.html").read_text("utf-8")


def index_row(number: int, who: str) -> IndexRow:
    return IndexRow(story_id=number, date=NOW - number * DAY, technologies=(), sources=(who,), rev=str(number))


def test_one_source_takes_at_most_half_of_a_list_while_others_have_stories() -> None:
    rows = [index_row(n, "mallory") for n in range(100)] + [index_row(n, "ada") for n in range(100, 130)]
    top = shared_out(rows, 20, "all")
    assert [row.sources[0] for row in top] == ["mallory"] * 10 + ["ada"] * 10
    assert shared_out(rows, 20, "source") == tuple(rows[:20])


def test_an_honest_burst_and_a_planet_of_one_are_shown_as_they_are() -> None:
    burst = [index_row(n, "ada" if n < 9 else f"m{n}") for n in range(60)]
    assert shared_out(burst, 20, "all") == tuple(burst[:20])
    one = [index_row(n, "ada") for n in range(60)]
    assert shared_out(one, 20, "all") == tuple(one[:20])
