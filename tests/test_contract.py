"""What users rely on, seen from outside: a folder, a server, the command line, the published files."""

from __future__ import annotations

import json
import re
from datetime import datetime

import feedparser
import pytest
from lxml import etree, html

from tests.support.world import NOW, World, item, rss

A = "https://ada.example.org"


def members(world: World, *paths: str) -> list[dict]:
    return [
        {"name": f"Membre {n}", "url": f"https://m{n}.example.org/", "feeds": [world.url(path)]}
        for n, path in enumerate(paths, 1)
    ]


def articles(world: World, page: str = "index.html") -> list[str]:
    tree = html.fromstring((world.output / page).read_bytes())
    return tree.xpath("//article[contains(@class,'h-entry')]//a[contains(@class,'u-url')]/@href")


def test_a_first_run_publishes_every_page_and_feed_of_the_contract(world: World) -> None:
    world.serve("/a.xml", rss(item("Symfony 8", f"{A}/symfony", category="php"), item("Bonjour", f"{A}/bonjour")))
    world.configure(members(world, "/a.xml"))
    result = world.run()
    assert (result.code, result.out, result.err) == (0, "", "")
    for path in (
        "index.html", "atom.xml", "rss.xml", "feed.json", "calendar.ics", "opml.xml", "health/index.html", "health.json",
        "members/index.html", "members/membre-1/index.html", "members/membre-1/atom.xml", "events/index.html", "search/index.html",
        "robots.txt", "sitemap.xml", "404.html", "php/index.html", "php/atom.xml", "php/rss.xml", "php/feed.json",
        "php/calendar.ics", "php/opml.xml", "js/index.html", "js/atom.xml", "js/rss.xml", "js/feed.json",
    ):  # fmt: skip
        assert (world.output / path).is_file(), path
    assert articles(world) == [f"{A}/symfony", f"{A}/bonjour"] or articles(world) == [f"{A}/bonjour", f"{A}/symfony"]
    assert articles(world, "php/index.html") == [f"{A}/symfony"]
    assert articles(world, "js/index.html") == []


def test_a_second_run_on_unchanged_feeds_writes_nothing_but_health(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")), ETag='"v1"')
    world.serve("/b.xml", rss(item("Deux", f"{A}/2")))
    world.configure(members(world, "/a.xml", "/b.xml"))
    world.run()
    before = {path: path.stat().st_mtime_ns for path in world.output.rglob("*") if path.is_file()}
    result = world.run(now="2026-11-23T09:00:00Z")
    after = {path: path.stat().st_mtime_ns for path in world.output.rglob("*") if path.is_file()}
    changed = {str(path.relative_to(world.output)) for path in after if after[path] != before.get(path)}
    assert result.code == 0
    assert changed <= {"health.json", "health/index.html"}
    assert world.asked[-1].headers.get("if-none-match", '"v1"') == '"v1"'
    assert any(asked.headers.get("if-none-match") == '"v1"' for asked in world.asked if asked.path == "/a.xml")


def test_entries_tells_stories_newest_first_with_the_keys_of_the_contract(world: World) -> None:
    world.serve(
        "/a.xml",
        rss(
            item("Vieux", f"{A}/vieux", date="Mon, 05 Oct 2026 10:00:00 GMT"),
            item("Neuf &amp; beau", f"{A}/neuf", date="Sun, 22 Nov 2026 10:00:00 +0100", category="PHP"),
        ),
    )
    world.configure(members(world, "/a.xml"))
    world.run()
    stories = world.entries()
    assert [story["title"] for story in stories] == ["Neuf & beau", "Vieux"]
    assert set(stories[0]) == {
        "id",
        "url",
        "title",
        "published",
        "updated",
        "first_seen",
        "author",
        "source",
        "technologies",
        "language",
        "sources",
    }
    assert stories[0]["published"] in {"2026-11-22T09:00:00Z", "2026-11-22T09:00:00+00:00"}
    assert stories[0]["technologies"] == ["php"]
    assert stories[0]["sources"] == [
        {"source": "Membre 1", "feed": world.url("/a.xml"), "id": f"{A}/neuf", "url": f"{A}/neuf"}
    ]
    assert [story["title"] for story in world.entries("--technology", "php")] == ["Neuf & beau"]
    assert set(world.entries("--full")[0]) >= {"html", "text", "tags", "enclosures"}


def test_the_same_story_in_two_feeds_is_told_once_and_names_both(world: World) -> None:
    world.serve(
        "/a.xml", rss(item("Un billet", "https://m1.example.org/billet.html", guid="x1", text="Le texte du billet."))
    )
    world.serve(
        "/b.xml",
        rss(
            item("Un billet", "http://www.m1.example.org/billet?utm_source=rss", guid="x2", text="Le texte du billet.")
        ),
    )
    world.configure(members(world, "/b.xml", "/a.xml"))
    world.run()
    (story,) = world.entries()
    assert {source["id"] for source in story["sources"]} == {"x1", "x2"}


def test_an_edit_changes_the_text_and_moves_nothing(world: World) -> None:
    world.serve(
        "/a.xml",
        rss(item("Titre", f"{A}/1", text="avant"), item("Autre", f"{A}/2", date="Tue, 17 Nov 2026 10:00:00 GMT")),
    )
    world.configure(members(world, "/a.xml"))
    world.run()
    world.serve(
        "/a.xml",
        rss(
            item("Titre", f"{A}/1", text="après", date="Mon, 23 Nov 2026 09:00:00 GMT"),
            item("Autre", f"{A}/2", date="Tue, 17 Nov 2026 10:00:00 GMT"),
        ),
    )
    world.run(now="2026-11-23T10:00:00Z")
    stories = world.entries("--full")
    assert [story["title"] for story in stories] == ["Autre", "Titre"]
    assert "après" in stories[1]["text"]
    assert stories[1]["published"].startswith("2026-11-16T10:00:00")
    assert stories[1]["updated"] > stories[1]["published"]


def test_undated_entries_of_a_first_fetch_sort_behind_the_dated_in_document_order(world: World) -> None:
    world.serve("/a.xml", rss(item("U1", f"{A}/u1", date=""), item("D", f"{A}/d"), item("U2", f"{A}/u2", date="")))
    world.configure(members(world, "/a.xml"))
    world.run()
    assert [story["title"] for story in world.entries()] == ["D", "U1", "U2"]


def test_a_future_date_is_shown_as_first_seen(world: World) -> None:
    world.serve("/a.xml", rss(item("Demain", f"{A}/1", date="Wed, 25 Nov 2026 10:00:00 GMT")))
    world.configure(members(world, "/a.xml"))
    world.run()
    assert world.entries()[0]["published"].startswith("2026-11-23T08:00:00")


def test_a_failing_feed_is_never_anothers(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.fail("/b.xml", 500)
    world.serve("/c.xml", "<html><body>Bienvenue</body></html>", "text/html")
    world.configure(members(world, "/a.xml", "/b.xml", "/c.xml", "/missing.xml"))
    result = world.run()
    assert (result.code, result.out) == (0, "")
    rows = {row["url"]: row for row in json.loads(world.planet("status", "--json").out)}
    keys = "url source kind state http_status error error_class failures last_attempt last_success next_due entries effective_url advice"
    assert all(set(row) >= set(keys.split()) for row in rows.values())
    assert rows[world.url("/a.xml")]["state"] == "ok"
    assert (
        rows[world.url("/b.xml")] | {"state": "failing", "error_class": "server", "http_status": 500, "failures": 1}
        == rows[world.url("/b.xml")]
    )
    assert rows[world.url("/c.xml")]["error_class"] == "not-a-feed"
    assert rows[world.url("/missing.xml")]["error_class"] == "not-found"


def test_when_every_due_feed_fails_the_exit_code_says_so_and_the_site_stays(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.configure(members(world, "/a.xml"))
    world.run()
    before = world.site()
    world.fail("/a.xml", 503)
    assert world.run(now="2026-11-23T09:00:00Z").code == 4
    assert world.site() == before


def test_a_source_taken_out_takes_its_stories_with_it_and_brings_them_back(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.serve("/b.xml", rss(item("Deux", f"{A}/2", date="Tue, 17 Nov 2026 10:00:00 GMT")))
    both = members(world, "/a.xml", "/b.xml")
    world.configure(both)
    world.run()
    world.configure(both[:1])
    assert world.run(now="2026-11-23T09:00:00Z").code == 0
    assert [story["title"] for story in world.entries()] == ["Un"]
    assert not (world.output / "members/membre-2/index.html").exists()
    world.configure(both)
    world.run(now="2026-11-23T10:00:00Z")
    assert [story["title"] for story in world.entries()] == ["Deux", "Un"]


def test_a_filter_that_changes_applies_without_fetching(world: World) -> None:
    world.serve("/a.xml", rss(item("Une pub sponsorisée", f"{A}/1"), item("Un", f"{A}/2", category="dev")))
    one = members(world, "/a.xml")
    world.configure(one)
    world.run()
    one[0]["feeds"] = [{"url": world.url("/a.xml"), "exclude": {"title": "(?i)sponsoris"}}]
    world.configure(one)
    asked = len(world.asked)
    assert world.run("--no-fetch").code == 0
    assert len(world.asked) == asked
    assert [story["title"] for story in world.entries()] == ["Un"]
    world.configure(one, hide=[f"{A}/2/"])
    world.run("--no-fetch")
    assert world.entries() == []


def test_a_deleted_entry_goes_after_two_changed_documents_a_day_apart_and_returns(world: World) -> None:
    def document(*titles: str) -> str:
        dates = {"Un": "Mon, 02 Nov 2026 10:00:00 GMT", "Deux": "Tue, 03 Nov 2026 10:00:00 GMT", "Trois": "Wed, 04 Nov 2026 10:00:00 GMT",
                 "Quatre": "Tue, 24 Nov 2026 10:00:00 GMT", "Cinq": "Thu, 26 Nov 2026 09:00:00 GMT"}  # fmt: skip
        return rss(*(item(title, f"{A}/{title.lower()}", date=dates[title]) for title in titles))

    world.serve("/a.xml", document("Trois", "Deux", "Un"))
    world.configure(members(world, "/a.xml"))
    world.run()
    world.serve("/a.xml", document("Trois", "Un"))
    world.run(now="2026-11-23T12:00:00Z")
    assert len(world.entries()) == 3
    world.serve("/a.xml", document("Quatre", "Trois", "Un"))
    world.run(now="2026-11-24T13:00:00Z")
    assert [story["title"] for story in world.entries()] == ["Quatre", "Trois", "Un"]
    world.serve("/a.xml", document("Cinq", "Quatre", "Trois", "Deux", "Un"))
    world.run(now="2026-11-26T13:00:00Z")
    assert [story["title"] for story in world.entries()] == ["Cinq", "Quatre", "Trois", "Deux", "Un"]


def test_a_newly_added_feed_brings_few_stories_into_the_feeds_and_all_to_the_pages(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.configure(members(world, "/a.xml"), planet={"newcomer_entries": 2})
    world.run()
    many = [item(f"N{n}", f"https://n.example.org/{n}", date=f"Mon, {n:02} Nov 2026 10:00:00 GMT") for n in range(1, 8)]
    world.serve("/b.xml", rss(*many, title="Nouveau"))
    world.configure(members(world, "/a.xml", "/b.xml"), planet={"newcomer_entries": 2})
    world.run(now="2026-11-23T09:00:00Z")
    feed = feedparser.parse((world.output / "atom.xml").read_bytes())
    assert len(world.entries()) == 8
    assert sorted(entry.title for entry in feed.entries) == ["N6", "N7", "Un"]


def test_pages_follow_each_other_and_new_stories_move_no_old_page(world: World) -> None:
    items = [item(f"T{n}", f"{A}/{n}", date=f"Mon, 02 Nov 2026 10:{n:02}:00 GMT") for n in range(10)]
    world.serve("/a.xml", rss(*items[:8]))
    world.configure(members(world, "/a.xml"), planet={"page_entries": 3})
    world.run()
    pages = {path.parent.name: path.read_bytes() for path in (world.output / "page").glob("*/index.html")}
    seen = set(articles(world)) | {link for name in pages for link in articles(world, f"page/{name}/index.html")}
    assert len(articles(world)) == 3
    assert len(seen) == 8
    assert "2" in pages
    world.serve("/a.xml", rss(*items))
    world.run(now="2026-11-23T09:00:00Z")
    assert (world.output / "page/2/index.html").read_bytes() == pages["2"]


def test_feeds_keep_the_ids_of_their_sources(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1", guid="guid-42"), item("Deux", f"{A}/2")))
    world.configure(members(world, "/a.xml"))
    world.run()
    atom = etree.fromstring((world.output / "atom.xml").read_bytes())
    space = {"a": "http://www.w3.org/2005/Atom"}
    ids = atom.xpath("//a:entry/a:id/text()", namespaces=space)
    assert f"{A}/2" in ids
    assert any(identifier.startswith("tag:planet.example.org,") for identifier in ids)
    rss_guids = etree.fromstring((world.output / "rss.xml").read_bytes()).xpath("//item/guid/text()")
    assert set(rss_guids) == {"guid-42", f"{A}/2"}
    assert atom.xpath("//a:entry/a:source/a:title/text()", namespaces=space) == ["Un blog", "Un blog"]


def test_a_redirect_for_ever_is_followed_and_told(world: World) -> None:
    world.serve("/new.xml", rss(item("Un", f"{A}/1")))
    world.fail("/old.xml", 301, Location="/new.xml")
    world.configure(members(world, "/old.xml"))
    world.run()
    assert len(world.entries()) == 1
    result = world.run(now="2026-11-25T08:00:00Z")
    (row,) = json.loads(world.planet("status", "--json").out)
    assert row["state"] == "moved"
    assert row["effective_url"] == world.url("/new.xml")
    assert re.search(r"\b\d+\b", row["advice"])
    assert world.url("/new.xml") in result.out
    assert world.run(now="2026-11-25T09:00:00Z").out == ""


def test_a_feed_that_fails_for_days_is_news_once_and_so_is_its_return(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.serve("/b.xml", rss(item("Deux", f"{A}/2")))
    world.configure(members(world, "/a.xml", "/b.xml"))
    world.run()
    world.fail("/b.xml", 500)
    outs = [world.run(now=f"2026-11-{day}T08:00:00Z").out for day in (24, 25, 26, 27, 28)]
    assert [bool(out) for out in outs].count(True) == 1
    world.serve("/b.xml", rss(item("Deux", f"{A}/2"), item("Trois", f"{A}/3")))
    assert world.run(now="2026-11-29T08:00:00Z").out
    assert world.run(now="2026-11-30T08:00:00Z").out == ""


def test_a_wrong_configuration_tells_every_mistake_at_once(world: World) -> None:
    (world.folder / "feeds.yaml").write_text(
        "planet:\n  title: X\n  url: ftp://x/\n  languague: fr\nmembers:\n  - name: A\n    feeds: [https://a.example/f]\n    technologies: [phpp]\n"
        "technologies:\n  php: {name: PHP}\n",
        "utf-8",
    )
    result = world.run()
    assert result.code == 2
    lines = result.err.strip().splitlines()
    assert [line.split(":")[:2] for line in lines] == [["feeds.yaml", "3"], ["feeds.yaml", "4"], ["feeds.yaml", "8"]]
    assert "language" in lines[1]
    assert "php" in lines[2]
    assert not world.output.exists()
    (world.folder / "feeds.yaml").unlink()
    missing = world.run()
    assert missing.code == 2
    assert "feeds.yaml" in missing.err


def test_a_dry_run_keeps_and_writes_nothing(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.configure(members(world, "/a.xml"))
    assert world.run("--dry-run").code == 0
    assert not world.output.exists() or not any(world.output.iterdir())
    assert world.entries() == []


@pytest.mark.parametrize("option", ["--no-publish"])
def test_nothing_is_published_when_asked(world: World, option: str) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.configure(members(world, "/a.xml"))
    assert world.run(option).code == 0
    assert not (world.output / "index.html").exists()
    assert len(world.entries()) == 1


def test_two_feeds_of_one_url_are_one_request_and_belong_to_both(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.configure(members(world, "/a.xml", "/a.xml"))
    world.run()
    assert len(world.asked) == 1
    (story,) = world.entries()
    assert {source["source"] for source in story["sources"]} == {"Membre 1", "Membre 2"}


def test_no_feed_can_overwrite_anothers_entry_by_its_id(world: World) -> None:
    world.serve(
        "/a.xml", rss(item("Le vrai", f"{A}/1", guid="https://a.example/1", text="Le texte de l'auteur, long et bon."))
    )
    world.serve(
        "/b.xml",
        rss(item("Achetez", "https://evil.example/", guid="https://a.example/1", text="Des montres pas chères, ici.")),
    )
    world.configure(members(world, "/a.xml", "/b.xml"))
    world.run()
    assert {story["title"] for story in world.entries()} == {"Le vrai", "Achetez"}
    ids = [story["id"] for story in world.entries()]
    assert len(set(ids)) == 2


def test_scripts_of_a_post_never_reach_the_site(world: World) -> None:
    evil = '<p onclick="x()">Bonjour<script>alert(1)</script><a href="javascript:x()">l</a><iframe src="https://v.example/1"></iframe></p>'
    world.serve("/a.xml", rss(item("&lt;script&gt;alert(2)&lt;/script&gt;Titre", f"{A}/1", text=evil)))
    world.configure(members(world, "/a.xml"))
    world.run()
    for path, body in world.site().items():
        if path.startswith("static/"):
            continue
        assert b"alert(1)" not in body, path
        assert b"javascript:" not in body, path
        assert b"onclick" not in body, path
    story = world.entries("--full")[0]
    assert "https://v.example/1" in story["html"]
    assert "<iframe" not in story["html"]


def test_another_run_at_work_is_told_by_the_exit_code(world: World) -> None:
    from filelock import FileLock

    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.configure(members(world, "/a.xml"))
    with FileLock(world.folder / "planet.db.lock"):
        result = world.run()
    assert result.code == 3
    assert world.asked == []


def test_html_says_what_themes_promise(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1", text="<p>Un <b>bon</b> texte.</p>", category="php")))
    world.configure(members(world, "/a.xml"))
    world.run()
    page = html.fromstring((world.output / "index.html").read_bytes())
    (article,) = page.xpath("//*[contains(@class,'h-feed')]//article[contains(@class,'h-entry')]")
    assert article.xpath(".//*[contains(@class,'p-name')]")[0].text_content().strip() == "Un"
    assert datetime.fromisoformat(article.xpath(".//*[contains(@class,'dt-published')]/@datetime")[0])
    assert article.xpath(".//*[contains(@class,'p-author') and contains(@class,'h-card')]")
    assert [node.text_content().strip() for node in article.xpath(".//*[contains(@class,'p-category')]")] == ["PHP"]
    assert article.xpath(".//*[contains(@class,'e-content') or contains(@class,'p-summary')]")
    alternates = page.xpath("//link[@rel='alternate']/@href")
    assert alternates[0] == "atom.xml"
    assert page.xpath("//meta[@http-equiv='Content-Security-Policy']")
    technology = html.fromstring((world.output / "php/index.html").read_bytes())
    assert technology.xpath("//link[@rel='alternate']/@href")[0] in {"atom.xml", "../php/atom.xml"}


def test_now_is_what_the_caller_says(world: World) -> None:
    assert world.run(now="demain").code == 2
    assert NOW.endswith("Z")


def test_a_planet_without_a_story_of_this_month_or_at_all_is_published_too(world: World) -> None:
    world.serve("/a.xml", rss())
    world.configure(members(world, "/a.xml"))
    result = world.run()
    assert (result.code, result.err) == (0, "")
    world.serve("/a.xml", rss(item("Vieux", f"{A}/vieux", date="Mon, 06 Jan 2020 10:00:00 GMT")))
    result = world.run(now="2026-11-23T09:00:00Z")
    assert (result.code, result.err) == (0, "")
    assert articles(world) == [f"{A}/vieux"]


def test_stories_of_one_moment_keep_the_order_of_their_document(world: World) -> None:
    names = [f"N{number}" for number in range(12)]
    world.serve("/a.xml", rss(*(item(name, f"{A}/{name}") for name in names)))
    world.configure(members(world, "/a.xml"))
    world.run()
    assert [story["title"] for story in world.entries()] == names
    world.serve("/a.xml", rss(*(item(name, f"{A}/{name}", text="Mieux.") for name in ["Neuf", *reversed(names)])))
    world.run(now="2026-11-23T10:00:00Z")
    assert [story["title"] for story in world.entries()] == ["Neuf", *names]


def test_a_retired_source_is_asked_no_more_its_stories_stay_and_its_page_says_so(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", f"{A}/1")))
    world.configure([{"name": "Ada", "feeds": [world.url("/a.xml")]}])
    world.run()
    asked = len(world.asked)
    world.configure([{"name": "Ada", "feeds": [world.url("/a.xml")], "retired": True}])
    assert world.run("--force").code == 0
    assert len(world.asked) == asked
    assert [story["title"] for story in world.planet("entries", "--json").objects()] == ["Un"]
    page = (world.output / "members" / "ada" / "index.html").read_text("utf-8")
    assert "ne publie plus" in page
    assert "Un" in (world.output / "index.html").read_text("utf-8")
