"""The search index: what is searched, and that it is the same for the same stories."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as Tree

from planet.errors import PublishError
from planet.model import Edition
from planet.render import cbor, search
from tests.support import editions
from tests.support.editions import NOW, SOURCES, edition, story
from tests.support.pages import page

WORDS = [
    "les",
    "générateurs",
    "du",
    "volcan",
    "cherchent",
    "une",
    "géométrie",
    "de",
    "la",
    "lave",
    "et",
    "du",
    "basalte",
    "pour",
    "développer",
    "un",
    "réseau",
]


def many(count: int, hours: int = 1) -> Edition:
    return edition(
        [
            story(
                row,
                by=SOURCES[row % 2],
                at=NOW - timedelta(hours=hours * row),
                technologies=("php", "js")[: row % 3],
                text=" ".join(WORDS[(row * step) % len(WORDS)] for step in range(1, 30)),
            )
            for row in range(1, count + 1)
        ]
    )


def made(of: Edition) -> dict[str, bytes]:
    return {path: content for bundle in search.index(of) for path, content in bundle.make().items()}


def test_the_index_is_the_same_for_the_same_stories() -> None:
    first, second = made(many(300)), made(many(300))
    assert first == second
    entry = json.loads(first["search/pagefind/pagefind-entry.json"])
    language = entry["languages"]["fr"]
    assert f"search/pagefind/pagefind.{language['hash']}.pf_meta" in first
    assert entry["languages"].keys() == {"fr"}


def test_what_the_index_names_is_there() -> None:
    files = made(many(40))
    meta = next(content for path, content in files.items() if path.endswith(".pf_meta"))
    _, fragments, indexes, filters, *_ = cbor.read(gzip.decompress(meta)[12:])
    assert [name for name, _ in filters] == ["source", "technology"]
    for _, name in filters:
        values = cbor.read(gzip.decompress(files[f"search/pagefind/filter/{name}.pf_filter"])[12:])[1]
        assert values == sorted(values)
    assert all(f"search/pagefind/fragment/{name}.pf_fragment" in files for name, _ in fragments)
    assert all(f"search/pagefind/index/{part[-1]}.pf_index" in files for part in indexes)


def test_only_what_the_page_needs_is_published() -> None:
    names = {path.removeprefix("search/pagefind/") for path in made(many(3))}
    assert {name for name in names if name.endswith((".js", ".css"))} == {"pagefind.js"}
    assert {name for name in names if name.startswith("wasm")} == {"wasm.fr.pagefind"}


def test_an_empty_planet_has_no_index_and_offers_no_field() -> None:
    assert made(edition()) == {}
    assert page(edition(), "search/index.html", searchable=True).css_first("form") is None
    assert page(editions.sample(), "search/index.html", searchable=False).css_first("form") is None
    form = page(many(3), "search/index.html", searchable=True).css_first("form.search")
    assert form.attributes["data-index"].split() == ["../search/pagefind/"]


def test_a_large_planet_does_not_index_ten_years_again() -> None:
    of = many(search.SMALL + 500, hours=6)
    before = {bundle.folder: bundle.digest for bundle in search.index(of)}
    assert list(before) == ["search/pagefind/", "search/pagefind/year/", "search/pagefind/past/"]
    assert sum(len(rows) for rows in search.shards(of).values()) == len(of.index)
    newest = replace(of.index[0], story_id=999_999, rev="new", date=NOW)
    after = {bundle.folder: bundle.digest for bundle in search.index(replace(of, index=(newest, *of.index)))}
    assert [folder for folder in after if after[folder] != before[folder]] == ["search/pagefind/"]


def test_words_of_members_cannot_leave_their_document() -> None:
    evil = '</p></main><main data-pagefind-filter="technology">"><script>alert(1)</script>'
    one = story(1, title=evil, text=evil, author=evil, technologies=("php",))
    tree = Tree(search.document(one, {"php": evil}, "fr"))
    assert not tree.css("script")
    assert len(tree.css("main")) == 1
    assert tree.css_first("h1").text() == evil
    assert [node.attributes["content"] for node in tree.css("[data-pagefind-filter]")] == [evil, "William Durand"]


@pytest.mark.parametrize("program", ["/nowhere/pagefind", "/bin/false"])
def test_a_program_that_fails_says_what_to_do(program: str) -> None:
    (bundle,) = search.index(many(3), program)
    with pytest.raises(PublishError, match="without the `search` extra it is left out"):
        bundle.make()


Values = st.recursive(
    st.integers(min_value=-(2**63), max_value=2**63) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=30),
    max_leaves=50,
)


@given(value=Values)
def test_cbor_is_read_as_it_was_written(value: cbor.Value) -> None:
    assert cbor.read(cbor.write(value)) == value


@pytest.mark.parametrize(
    ("data", "value"),
    # RFC 8949, appendix A.
    [
        ("00", 0),
        ("17", 23),
        ("1818", 24),
        ("1903e8", 1000),
        ("20", -1),
        ("3903e7", -1000),
        ("6161", "a"),
        ("8301820203820405", [1, [2, 3], [4, 5]]),
    ],
)
def test_cbor_is_that_of_the_standard(data: str, value: cbor.Value) -> None:
    assert cbor.read(bytes.fromhex(data)) == value
    assert cbor.write(value) == bytes.fromhex(data)


@pytest.mark.parametrize("data", ["", "9f01ff", "a0", "0000", "6261", "82", "f6"])
def test_what_is_no_such_cbor_is_refused(data: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any reason will do
        cbor.read(bytes.fromhex(data))
