"""When pages are made again, and when not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from planet.edition.fingerprints import program_rev
from tests.support.editions import NOW, SOURCES, edition, event, sample, story
from tests.support.pages import digests, made, sections

WILLIAM, ELODIE, PHP, JS = SOURCES


@pytest.fixture(scope="module")
def site() -> dict[str, bytes]:
    return made(sample())


def test_an_unchanged_edition_gives_the_same_digests_and_loads_nothing() -> None:
    loads: list[int] = []
    stories = [story(row) for row in range(1, 46)]
    assert digests(edition(stories, loads=loads)) == digests(edition(stories, loads=loads))
    assert loads == []


def test_time_alone_changes_nothing_but_health_within_a_day() -> None:
    stories = [story(row) for row in range(1, 46)]
    evenings = [event("Ce soir", NOW + timedelta(hours=2)), event("Hier", NOW - timedelta(days=1))]
    before = made(edition(stories, evenings, now=NOW))
    after = made(edition(stories, evenings, now=NOW + timedelta(hours=8)))
    assert {path for path in before if before[path] != after[path]} == {"health/index.html"}
    first, second = (
        digests(edition(stories, evenings)),
        digests(edition(stories, evenings, now=NOW + timedelta(hours=8))),
    )
    assert {path for path in first if first[path] != second[path]} == {"health/index.html"}


def test_equal_digests_mean_equal_bytes() -> None:
    """Whatever changes: where the digest stays, the page stays."""
    base = sample()
    first, second = base.load([1, 2])
    stories = base.load([one.story_id for one in base.index])
    others = [
        edition([*stories, story(999, at=NOW - timedelta(days=30))], base.events),
        edition(stories[1:], base.events),
        edition(
            [replace(first, entry=replace(first.entry, title="Autre"), rev="autre"), second, *stories[2:]], base.events
        ),
        edition(stories, base.events[1:]),
        edition(
            stories,
            [
                replace(base.events[-1], data=replace(base.events[-1].data, title="Autre"), rev="autre"),
                *base.events[:-1],
            ],
        ),
        edition(stories, base.events, now=NOW + timedelta(days=4)),
        edition([replace(one, technologies=("cobol",), rev=f"{one.rev}c") for one in stories], base.events),
    ]
    pages_before, digests_before = made(base), digests(base)
    for other in others:
        pages_after, digests_after = made(other), digests(other)
        for path in pages_before.keys() & pages_after.keys():
            if digests_before[path] == digests_after[path]:
                assert pages_before[path] == pages_after[path] or path == "health/index.html", path
        assert digests_after != digests_before


def test_a_new_story_makes_few_pages_again() -> None:
    stories = [
        story(row, by=SOURCES[row % 2], at=NOW - timedelta(hours=9 * row), technologies=("php",) if row % 3 else ())
        for row in range(1, 2001)
    ]
    before = digests(edition(stories))
    after = digests(edition([story(3000, at=NOW - timedelta(minutes=1), technologies=("php",)), *stories]))
    changed = [path for path in after if before.get(path) != after[path]]
    assert {"index.html", "php/index.html", "members/william-durand/index.html"} <= set(changed)
    assert "members/elodie-chene/index.html" not in changed
    assert "js/index.html" not in changed
    assert not [path for path in changed if path.startswith("archive/2") and "2026/11" not in path]
    assert len(changed) < len(after) * 0.04


def test_a_new_story_leaves_sections_alone_that_do_not_show_it() -> None:
    """Though their stories are of its month: where the text of a story stands follows from what is older."""
    stories = [
        story(row, by=SOURCES[row % 2], at=NOW - timedelta(hours=row), technologies=("php",) if row % 3 else ("js",))
        for row in range(1, 700)
    ]
    before = sections(edition(stories))
    new = story(3000, by=SOURCES[0], at=NOW - timedelta(minutes=1), technologies=("php",))
    after = sections(edition([new, *stories]))
    changed = {name for name in after if before.get(name) != after[name]}
    assert "archive/2026/11/" in changed
    assert not {name for name in changed if name.startswith(("js/", "members/elodie-chene/", "digest/"))}


def test_a_story_that_moves_the_text_of_others_lists_the_sections_that_lead_there() -> None:
    stories = [story(row, at=NOW - timedelta(hours=row), technologies=("php",)) for row in range(1, 200)]
    before = sections(edition(stories))
    late = story(3000, by=SOURCES[1], at=NOW - timedelta(hours=150, minutes=1))
    after = sections(edition([*stories[:150], late, *stories[150:]]))
    leading = {name for name in before if name.startswith("php/")}
    assert leading
    assert not {name for name in leading if before[name] == after[name]}


def test_a_new_day_or_theme_makes_pages_again() -> None:
    evening = event("Ce soir", NOW + timedelta(hours=2))
    before = digests(edition((), [evening]))
    assert (
        before["events/index.html"] != digests(edition((), [evening], now=NOW + timedelta(days=1)))["events/index.html"]
    )
    assert before["index.html"] != digests(edition((), [evening], look="other"))["index.html"]


def test_a_picture_makes_the_pages_that_show_it_again() -> None:
    of = edition([story(1, by=WILLIAM), story(2, by=ELODIE)])
    before, after = digests(of), digests(of, avatars={WILLIAM.slug: b"x"})
    assert before["members/william-durand/index.html"] != after["members/william-durand/index.html"]
    assert before["members/elodie-chene/index.html"] == after["members/elodie-chene/index.html"]


def test_a_digest_says_which_input_changed() -> None:
    stories = [story(number) for number in range(1, 4)]
    before = digests(edition(stories))["index.html"].split()
    changed_story = digests(edition([replace(stories[0], rev="x"), *stories[1:]]))["index.html"].split()
    changed_program = digests(edition(stories, look="another program"))["index.html"].split()
    assert {part.partition(":")[0] for part in set(before) ^ set(changed_story)} == {"rows"}
    assert {part.partition(":")[0] for part in set(before) ^ set(changed_program)} == {"program"}


def test_a_template_makes_only_the_pages_that_use_it_again(tmp_path) -> None:
    theme = tmp_path / "themes" / "own"
    theme.mkdir(parents=True)
    (theme / "theme.toml").write_text('extends = "base"\n')
    of = edition([story(1)])
    before = digests(of, theme="own", folder=tmp_path)
    (theme / "join.html").write_text('{% extends "base/join.html" %}')
    after = digests(of, theme="own", folder=tmp_path)
    assert {path for path in after if before[path] != after[path]} == {"join/index.html"}
    (theme / "chips.html").write_text("-")
    again = digests(of, theme="own", folder=tmp_path)
    assert {"index.html", "members/william-durand/index.html"} <= {path for path in again if after[path] != again[path]}
    assert again["members/index.html"] == after["members/index.html"]


def test_the_code_that_makes_the_site_is_part_of_every_digest() -> None:
    revision = program_rev()
    assert len(revision) == 32
    assert all("program:" in digest for path, digest in digests(edition([story(1)])).items() if path.endswith(".html"))
