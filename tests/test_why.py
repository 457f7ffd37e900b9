"""The pages of reasons: what everybody may read of why a story is where it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as Tree
from selectolax.lexbor import LexborNode as Node

from planet.model import Reason, StoryCopy, StoryReasons
from planet.render.html.why import MOST
from tests.support.editions import config, edition, story
from tests.support.pages import artifacts, page
from tests.support.world import World, item, rss

A = "https://ada.example"
LONG = (
    "Hier soir nous étions quarante pour parler de files de messages, de ce qu'elles règlent et de ce qu'elles compliquent : ordre, "
    "doublons, reprise sur erreur. Voici les notes, les liens et les questions qui restent."
)
WHY = "archive/2026/11/why/index.html"


@pytest.fixture(scope="module")
def planet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two feeds that carry one post, a hidden copy, a filtered one, and a feed whose address is a secret."""
    with World(tmp_path_factory.mktemp("why")) as world:
        post = item("Des files en PHP", f"{A}/2026/files", text=f"{LONG} Un mot de Rust.", category="messages")
        world.serve("/ada.xml", rss(post, item("À taire", f"{A}/taire", text="Non.")))
        world.serve("/group.xml", rss(item("Des files en PHP", f"{A}/2026/files?utm_source=g", text=LONG)))
        world.serve("/s3cret.xml", rss(item("Note interne", "https://interne.example/1", text="Rien de plus.")))
        world.configure(
            [
                {"name": "Ada", "url": f"{A}/", "feeds": [world.url("/ada.xml")]},
                {"name": "Bob", "feeds": [{"url": world.url("/s3cret.xml"), "unlisted": True}]},
            ],
            [{"name": "Groupe", "feeds": [world.url("/group.xml")]}],
            hide=[f"{A}/taire"],
            technologies=["php", "rust"],
        )
        assert world.run().code == 0
        yield world


def reasons(world: World, title: str) -> Node:
    (section,) = (
        section
        for section in Tree((world.output / WHY).read_bytes()).css("section.reasons")
        if section.css_first("h2").text() == title
    )
    return section


def test_a_story_leads_to_its_reasons_from_every_list_and_they_lead_back(planet: World) -> None:
    for path in ("index.html", "php/index.html", "members/ada/index.html", "archive/2026/11/index.html"):
        tree = Tree((planet.output / path).read_bytes())
        (link,) = (link for link in tree.css("a.why") if "Des files en PHP" in link.text())
        assert link.text().startswith("Pourquoi ici\N{NO-BREAK SPACE}?")
        target, _, anchor = link.attributes["href"].partition("#")
        page = (planet.output / path).parent / target
        assert page.resolve() == (planet.output / WHY).parent.resolve()
        (section,) = Tree((page / "index.html").read_bytes()).css(f"#{anchor}")
        assert section.css_first("h2 a").attributes["href"].endswith(f"archive/2026/11/#{anchor}")


def test_it_says_who_carries_it_why_it_is_one_its_date_and_its_technologies(planet: World) -> None:
    text = reasons(planet, "Des files en PHP").text()
    for part in (
        "Ada – montré : le site même d’un membre",
        "Groupe",
        "la même adresse",
        "la date de publication que donne le flux",
    ):
        assert part in text.replace("\N{NO-BREAK SPACE}", " "), text
    assert "« PHP » dans le titre (100)" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert planet.url("/group.xml") in text


def test_what_is_hidden_withdrawn_or_secret_is_named_nowhere(planet: World) -> None:
    page = (planet.output / WHY).read_text("utf-8")
    assert "taire" not in page
    assert "s3cret" not in page
    assert "Bob" in reasons(planet, "Note interne").text()


def test_a_new_story_writes_one_file_more_than_it_would(planet: World) -> None:
    assert [path.relative_to(planet.output).as_posix() for path in planet.output.rglob("why/index.html")] == [WHY]


def test_reasons_are_told_in_english_and_what_is_endless_is_cut() -> None:
    copy = StoryCopy(sources=("Ada",), feed="https://ada.example/atom.xml", url="https://ada.example/1")
    signs = tuple(Reason(rule="tag", what=f"t{n}", score=100) for n in range(3 * MOST))
    why = StoryReasons(
        copies=(copy,) * (3 * MOST),
        joins=((0, 1, "near", 97),) * (3 * MOST),
        date_rule="url",
        scores=(("php", 100, signs), ("js", 40, signs[:1])),
    )
    tree = page(edition([story(1, reasons=why)], of=config(language="en")), WHY)
    section = tree.css_first("section.reasons")
    assert len(section.css("li")) == 2 * MOST + 1 + 2
    assert "the day in its address: the feed gives no date" in section.text()
    assert "not quite JavaScript (40)" in section.text()
    assert f"and {2 * MOST} more" in section.text()


def test_a_story_whose_values_make_no_sense_costs_its_own_reasons_alone() -> None:
    odd = StoryReasons(copies=(), joins=((4, 5, "near", 97),))
    tree = page(edition([story(1, reasons=odd), story(2)]), WHY)
    assert [node.text() for node in tree.css("section.reasons h2")] == ["Billet 2"]


def test_a_page_of_reasons_is_made_again_when_a_reason_changed_and_only_then() -> None:
    def digest(of: StoryReasons) -> str:
        return next(file.digest for file in artifacts(edition([story(1, reasons=of)])) if file.path == WHY)

    assert digest(StoryReasons()) == digest(StoryReasons()) != digest(StoryReasons(date_rule="url"))


def test_reasons_have_no_place_in_the_sitemap(planet: World) -> None:
    assert "why/" not in (planet.output / "sitemap.xml").read_text("utf-8")
    assert Path(planet.output / WHY).read_text("utf-8").count("noindex") == 1


def summaries(world: World, slug: str) -> str:
    (details,) = Tree((world.output / f"members/{slug}/index.html").read_bytes()).css("details.feed-summaries")
    return " ".join(details.text(separator=" ").split()).replace("\N{NO-BREAK SPACE}", " ")


def test_a_member_reads_what_became_of_its_feeds(planet: World) -> None:
    assert (
        "2 entrées trouvées – 1 affichée, 0 réunie à une autre copie, 0 écartée par un filtre, 1 masquée"
        in summaries(planet, "ada")
    )
    assert "1 entrée trouvée – 0 affichée, 1 réunie à une autre copie" in summaries(planet, "groupe")
    assert "s3cret" not in summaries(planet, "bob")
    assert "la dernière nouveauté date du 23 nov. 2026" in summaries(planet, "ada")


def test_health_json_counts_the_same(planet: World) -> None:
    rows = {row["source"]: row["counts"] for row in json.loads((planet.output / "health.json").read_text("utf-8"))}
    assert rows["Ada"] == {"found": 2, "shown": 1, "merged": 0, "filtered": 0, "hidden": 1, "withdrawn": 0}
    assert rows["Groupe"] == {"found": 1, "shown": 0, "merged": 1, "filtered": 0, "hidden": 0, "withdrawn": 0}


def test_a_feed_of_two_sources_counts_for_each_what_its_filters_drop_and_a_failing_one_says_what_to_do(
    world: World,
) -> None:
    url = world.serve("/a.xml", rss(item("Un", f"{A}/1", category="php"), item("Deux", f"{A}/2", category="jardin")))
    gone = {"name": "Cleo", "feeds": [world.fail("/c.xml", 404)]}
    group = {"name": "Groupe", "feeds": [{"url": url, "include": {"tags": ["php"]}}]}
    world.configure([{"name": "Ada", "feeds": [url]}, gone], [group])
    world.run()
    assert "2 entrées trouvées – 2 affichées" in summaries(world, "ada")
    assert "2 entrées trouvées – 1 affichée, 0 réunie à une autre copie, 1 écartée par un filtre" in summaries(
        world, "groupe"
    )
    assert "feeds.yaml" in summaries(world, "cleo")
    before = (world.output / "members/cleo/index.html").read_bytes()
    world.run(now="2026-11-23T09:00:00Z")
    assert (world.output / "members/cleo/index.html").read_bytes() == before
