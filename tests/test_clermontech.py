"""The real community's feeds, from the data set beside the project, over HTTP into a site."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from lxml import etree, html

from tests.support.world import World

ATOM = "{http://www.w3.org/2005/Atom}"
ABSOLUTE = re.compile(r"https?://|mailto:|#")


def links(text: str) -> list[str]:
    return html.fragment_fromstring(text, create_parent=True).xpath(".//@href | .//@src | .//@poster")


@pytest.mark.shared
def test_the_association_s_own_feed_gives_a_site_with_all_of_its_posts(shared: Path, world: World) -> None:
    """As it is published: not well-formed, without links and published dates, with relative links."""
    folder = shared / "clermontech"
    own = world.serve("/own.xml", (folder / "as-published" / "clermontech-atom.xml").read_bytes())
    members = []
    for path in sorted((folder / "feeds").rglob("*")):
        if path.suffix in {".atom", ".rss", ".rdf", ".json", ".xml"} and path.name != "clermontech-blog.atom":
            address = f"/{path.relative_to(folder / 'feeds').as_posix()}"
            members.append({"name": path.stem, "feeds": [world.serve(address, path.read_bytes())]})
    association = {"name": "Clermont'ech", "url": "http://clermontech.org/", "feeds": [own]}
    world.configure(members, [association], fetch={"per_host": 8})
    result = world.run()
    assert (result.code, result.out, result.err) == (0, "", "")
    assert all(feed["state"] == "ok" for feed in json.loads(world.planet("status", "--json").out))

    truth = {
        entry.findtext(f"{ATOM}id"): entry.findtext(f"{ATOM}updated")
        for entry in etree.parse(folder / "feeds" / "clermontech-blog.atom").iter(f"{ATOM}entry")
    }
    assert len(truth) == 347
    told = {}
    for story in world.entries("--full"):
        for source in story["sources"]:
            if source["feed"] == own:
                told[source["id"]] = (story, source)
        assert [link for link in links(story["html"]) if not ABSOLUTE.match(link)] == [], story["url"]
    assert told.keys() == truth.keys()
    for name, (story, source) in told.items():
        assert source["url"].startswith("http://clermontech.org/"), "without <link>, its id is its address"
        if story["source"] == "Clermont'ech":
            assert story["published"][:10] == truth[name][:10], name

    home = (world.output / "index.html").read_text("utf-8")
    assert home.count("h-entry") >= 20
    assert (world.output / "members" / "clermont-ech" / "page" / "2" / "index.html").is_file()
    assert not list(world.output.rglob("*.tmp"))
