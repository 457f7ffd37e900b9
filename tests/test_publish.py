"""Writing output/: whole files, links that resolve at every moment, nothing touched that is not ours."""

from __future__ import annotations

import json
import os
import posixpath
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.errors import PublishError, ThemeError
from planet.model import Artifact, Bundle, Closing, Filter, Published, Section
from planet.publish import StoryCount, publish, story_counts
from planet.publish.paths import Claims, check
from planet.publish.publication import rank
from tests.support import editions
from tests.support.effort import examples

OWNER = ("https://planet.example/", "Planet Exemple")


class Killed(BaseException):
    """The process ends here: nothing catches it."""


def killer(after: int) -> Callable[[str], None]:
    """A step that lets `after` operations happen and ends the process before the next."""
    left = iter(range(after))

    def step(_name: str) -> None:
        if next(left, None) is None:
            raise Killed

    return step


def files(site: dict[str, str], volatile: Iterable[str] = ()) -> list[Artifact | Bundle]:
    return [
        Artifact(path=path, digest=text, make=text.encode, volatile=path in set(volatile))
        for path, text in site.items()
    ]


def put(
    output: Path,
    site: dict[str, str],
    *,
    stories: dict[str, StoryCount] | None = None,
    volatile: Iterable[str] = (),
    owner: tuple[str, ...] = OWNER,
    force: bool = False,
    step: Callable[[str], None] = lambda _name: None,
) -> Published:
    return publish(files(site, volatile), output, owner=owner, stories=stories or {}, force=force, step=step)


def held(output: Path) -> dict[str, str]:
    """What a reader of the site finds."""
    return {
        path.relative_to(output).as_posix(): path.read_text("utf-8")
        for path in sorted(output.rglob("*"))
        if path.is_file() and ".planet" not in path.parts
    }


def times(output: Path) -> dict[str, int]:
    return {
        path.relative_to(output).as_posix(): path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()
    }


def age(output: Path) -> None:
    """All that is there was written a while ago, the manifest last."""
    for path in output.rglob("*"):
        if path.is_file():
            os.utime(path, ns=(10**18, 10**18))


# -- What is written, kept and removed --------------------------------------------------------------------------------


def test_why_a_file_is_made_or_not_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    put(tmp_path, {"a": "1", "b": "2", "c": "3"})
    with caplog.at_level("INFO", "planet.publish"):
        publish(
            [*files({"a": "1", "b": "22"}), Artifact(path="c", digest="look:2", make=lambda: b"3")],
            tmp_path, owner=OWNER, stories={},
        )  # fmt: skip
    assert caplog.messages == [
        "b: made, changed: ",
        "c: made, changed: look",
        "c: not written, its bytes are the same",
        "1 files not made: their inputs are those of the published ones (planet explain --page PATH)",
    ]


def test_a_site_is_written_and_the_manifest_tells_no_time(tmp_path: Path) -> None:
    site = {"index.html": "home", "php/index.html": "php", "static/a.css": "css"}
    done = put(tmp_path / "one", site)
    assert done == Published(written=("index.html", "php/index.html", "static/a.css"))
    assert held(tmp_path / "one") == site
    put(tmp_path / "two", site)
    both = [(tmp_path / name / ".planet/manifest.json").read_bytes() for name in ("one", "two")]
    assert both[0] == both[1]
    assert [path.name for path in (tmp_path / "one/.planet").iterdir()] == ["manifest.json"]


def test_a_run_that_changed_nothing_makes_nothing_and_writes_nothing(tmp_path: Path) -> None:
    site = {"index.html": "home", "a/b/c.html": "deep"}
    put(tmp_path, site)
    age(tmp_path)
    before = times(tmp_path)

    def never() -> bytes:
        raise AssertionError("made again")

    steps: list[str] = []
    artifacts = [Artifact(path=path, digest=text, make=never) for path, text in site.items()]
    done = publish(artifacts, tmp_path, owner=OWNER, stories={}, step=steps.append)
    assert done == Published()
    assert steps == []
    assert times(tmp_path) == before


def test_equal_bytes_from_other_inputs_are_not_written_again(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "home", "a.html": "a"})
    age(tmp_path)
    before = times(tmp_path)
    artifacts = [
        Artifact(path=path, digest="new", make=text.encode) for path, text in (("index.html", "home"), ("a.html", "a"))
    ]
    assert publish(artifacts, tmp_path, owner=OWNER, stories={}) == Published()
    after = times(tmp_path)
    assert {path for path in after if after[path] != before[path]} == {".planet/manifest.json"}


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "home", "a.html": "a"})
    age(tmp_path)
    before = times(tmp_path)
    assert put(tmp_path, {"index.html": "home 2", "a.html": "a"}).written == ("index.html",)
    assert times(tmp_path)["a.html"] == before["a.html"]


def test_times_of_runs_change_nothing_else_not_even_the_manifest(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "home", "health.json": "1"}, volatile=["health.json"])
    age(tmp_path)
    before = times(tmp_path)
    assert put(tmp_path, {"index.html": "home", "health.json": "2"}, volatile=["health.json"]).written == (
        "health.json",
    )
    after = times(tmp_path)
    assert {path for path in after if after[path] != before[path]} == {"health.json"}
    assert put(tmp_path, {"index.html": "home", "health.json": "2"}, volatile=["health.json"]) == Published()


def test_stale_files_and_their_empty_folders_go_and_others_stay(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "home", "members/a/index.html": "a", "members/b/index.html": "b"})
    (tmp_path / "members/b/mine.txt").write_text("mine")
    (tmp_path / "CNAME").write_text("planet.example")
    done = put(tmp_path, {"index.html": "home"})
    assert done.removed == ("members/a/index.html", "members/b/index.html")
    assert held(tmp_path) == {"CNAME": "planet.example", "index.html": "home", "members/b/mine.txt": "mine"}
    assert not (tmp_path / "members/a").exists()


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text("edited by hand"),
        lambda path: path.write_text("h0me"),
        lambda path: (path.unlink(), path.symlink_to("/etc/hostname")),
    ],
    ids=["deleted", "longer", "same size", "a link elsewhere"],
)
def test_what_a_person_changed_is_put_right(tmp_path: Path, harm: Callable[[Path], object]) -> None:
    output = tmp_path / "output"
    put(output, {"index.html": "home"})
    age(output)
    harm(output / "index.html")
    assert put(output, {"index.html": "home"}).written == ("index.html",)
    assert held(output) == {"index.html": "home"}
    assert not (output / "index.html").is_symlink()


def test_a_folder_that_a_person_deleted_is_made_again(tmp_path: Path) -> None:
    site = {"index.html": "home", "php/page/2/index.html": "two"}
    put(tmp_path, site)
    (tmp_path / "php/page/2/index.html").unlink()
    (tmp_path / "php/page/2").rmdir()
    put(tmp_path, site)
    assert held(tmp_path) == site


def test_a_copied_site_is_recognised_and_not_made_again(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "home"})
    os.utime(tmp_path / "index.html")  # as a copy or a checkout leaves it: newer than the manifest
    assert put(tmp_path, {"index.html": "home"}) == Published()


def test_a_file_may_become_a_folder_and_the_other_way_round(tmp_path: Path) -> None:
    put(tmp_path, {"a": "file", "b/c": "deep"})
    put(tmp_path, {"a/x": "deep"})
    assert held(tmp_path) == {"a/x": "deep"}
    put(tmp_path, {"a/x": "deep", "b": "file"})
    assert held(tmp_path) == {"a/x": "deep", "b": "file"}


def test_published_files_are_readable_by_the_web_server(tmp_path: Path) -> None:
    was = os.umask(0o022)
    try:
        put(tmp_path, {"php/index.html": "x"})
    finally:
        os.umask(was)
    assert (tmp_path / "php/index.html").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "php").stat().st_mode & 0o777 == 0o755


# -- Bundles ----------------------------------------------------------------------------------------------------------


def test_a_bundle_is_made_whole_when_its_inputs_change_or_a_file_of_it_is_gone(tmp_path: Path) -> None:
    made: list[str] = []

    def bundle(digest: str, **members: str) -> Bundle:
        def make() -> dict[str, bytes]:
            made.append(digest)
            return {f"search/{name}": text.encode() for name, text in members.items()}

        return Bundle(folder="search", digest=digest, make=make)

    def go(one: Bundle) -> Published:
        return publish([*files({"search/index.html": "page"}), one], tmp_path, owner=OWNER, stories={})

    go(bundle("1", a="a", b="b"))
    assert go(bundle("1", a="never")) == Published()
    assert made == ["1"]
    (tmp_path / "search/a").unlink()
    assert go(bundle("1", a="a", b="b")).written == ("search/a",)
    assert go(bundle("2", b="b", c="c")) == Published(written=("search/c",), removed=("search/a",))
    assert publish([], tmp_path, owner=OWNER, stories={}).removed == ("search/b", "search/c", "search/index.html")


def test_what_cannot_be_made_costs_itself_and_stays_as_it_was(tmp_path: Path) -> None:
    """A page of a template that fails, an index that takes too much memory: the rest is published, and it is said."""

    def go(bundle: Bundle, page: Artifact) -> Published:
        return publish([bundle, page, *files({"index.html": page.digest})], tmp_path, owner=OWNER, stories={})

    def fail() -> dict[str, bytes]:
        raise MemoryError("no room")

    def broken() -> bytes:
        raise RecursionError

    good = Bundle(folder="search", digest="1", make=lambda: {"search/a": b"a"})
    go(good, Artifact(path="a/index.html", digest="1", make=lambda: b"a"))
    failed = go(Bundle(folder="search", digest="2", make=fail), Artifact(path="a/index.html", digest="2", make=broken))
    assert failed.not_made == (("search/", "MemoryError: no room"), ("a/index.html", "RecursionError:"))
    assert failed.written == ("index.html",)
    assert failed.removed == ()
    assert (tmp_path / "search/a").read_bytes() == b"a"
    assert go(
        Bundle(folder="search", digest="2", make=lambda: {"search/a": b"b"}),
        Artifact(path="a/index.html", digest="2", make=lambda: b"b"),
    ).written == ("a/index.html", "search/a")


def test_a_bundle_stays_below_its_folder(tmp_path: Path) -> None:
    with pytest.raises(PublishError):
        publish(
            [Bundle(folder="search", digest="", make=lambda: {"searching/x": b""})], tmp_path, owner=OWNER, stories={}
        )
    assert held(tmp_path) == {}


# -- Sections ---------------------------------------------------------------------------------------------------------


def section(digest: str, listed: list[str], **pages: str) -> Section:
    """A section "old" of pages below old/; `listed` is told each time that it is looked at."""

    def make() -> list[Artifact]:
        listed.append(digest)
        return [Artifact(path=f"old/{name}", digest=text, make=text.encode) for name, text in pages.items()]

    return Section(name="old", digest=digest, files=make)


def test_a_section_is_listed_only_when_its_inputs_change_or_a_file_of_it_was_touched(tmp_path: Path) -> None:
    listed: list[str] = []

    def go(one: Section) -> Published:
        return publish([*files({"index.html": "home"}), one], tmp_path, owner=OWNER, stories={})

    assert go(section("1", listed, a="a", b="b")).written == ("index.html", "old/a", "old/b")
    assert go(section("1", listed, a="never")) == Published()
    assert listed == ["1"]
    (tmp_path / "old/a").unlink()
    assert go(section("1", listed, a="a", b="b")).written == ("old/a",)
    assert go(section("2", listed, b="b", c="c")) == Published(written=("old/c",), removed=("old/a",))
    assert listed == ["1", "1", "2"]
    assert go(section("2", listed)) == Published()
    assert publish(files({"index.html": "home"}), tmp_path, owner=OWNER, stories={}).removed == ("old/b", "old/c")


def test_a_page_of_a_section_that_cannot_be_made_is_tried_again(tmp_path: Path) -> None:
    def fail() -> bytes:
        raise RecursionError

    broken = Artifact(path="old/a", digest="a", make=fail)
    done = publish([Section(name="old", digest="1", files=lambda: [broken])], tmp_path, owner=OWNER, stories={})
    assert done.not_made
    listed: list[str] = []
    assert publish([section("1", listed, a="a")], tmp_path, owner=OWNER, stories={}).written == ("old/a",)


def test_a_new_page_that_one_file_system_takes_for_one_of_a_section_is_refused(tmp_path: Path) -> None:
    publish([section("1", [], a="a")], tmp_path, owner=OWNER, stories={})
    with pytest.raises(PublishError, match="would be one file"):
        publish([section("1", [], a="a"), *files({"OLD/A": "x"})], tmp_path, owner=OWNER, stories={})


def test_what_names_all_files_is_told_those_of_sections_that_were_not_listed(tmp_path: Path) -> None:
    def closing(paths: Collection[str]) -> list[Artifact]:
        text = " ".join(paths)
        return [Artifact(path="names", digest=text, make=text.encode)]

    for _ in range(2):
        pieces = [*files({"index.html": "home"}), section("1", [], b="b", a="a"), Closing(files=closing)]
        publish(pieces, tmp_path, owner=OWNER, stories={})
        assert (tmp_path / "names").read_text() == "index.html old/a old/b"


# -- What is not ours -------------------------------------------------------------------------------------------------


def test_a_file_in_the_way_is_not_overwritten_unless_asked(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("someone's site")
    with pytest.raises(PublishError, match=r"index\.html.*--force-publish"):
        put(tmp_path, {"index.html": "home", "php/index.html": "php"})
    assert held(tmp_path) == {"index.html": "someone's site"}
    assert not (tmp_path / ".planet/stage").exists()
    put(tmp_path, {"index.html": "home", "php/index.html": "php"}, force=True)
    assert held(tmp_path) == {"index.html": "home", "php/index.html": "php"}


def test_a_file_in_the_way_with_our_bytes_is_ours(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "home"})
    (tmp_path / ".planet/manifest.json").write_text("{broken")
    assert put(tmp_path, {"index.html": "home"}) == Published()
    assert put(tmp_path, {"index.html": "home 2"}).written == ("index.html",)


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_in_the_way_is_left_alone(tmp_path: Path, force: bool) -> None:
    (tmp_path / "index.html").mkdir()
    (tmp_path / "php").write_text("a file")
    with pytest.raises(PublishError, match="folder"):
        put(tmp_path, {"index.html": "home"}, force=force)
    with pytest.raises(PublishError, match="folder"):
        put(tmp_path, {"php/index.html": "home"}, force=force)
    assert (tmp_path / "php").read_text() == "a file"


def test_the_site_of_another_planet_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "theirs"}, owner=("https://other.example/", "Autre"))
    for force in (False, True):
        with pytest.raises(PublishError, match=r"other\.example"):
            put(tmp_path, {"index.html": "home"}, force=force)
    assert held(tmp_path) == {"index.html": "theirs"}


def test_a_planet_may_change_its_address_or_its_title(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "1"})
    put(tmp_path, {"index.html": "2"}, owner=("https://new.example/", OWNER[1]))
    put(tmp_path, {"index.html": "3"}, owner=("https://new.example/", "Nouveau titre"))
    assert held(tmp_path) == {"index.html": "3"}


def test_no_symbolic_link_leads_out_of_the_output(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "index.html").write_text("theirs")
    output = tmp_path / "output"
    output.mkdir()
    (output / "php").symlink_to(outside)
    with pytest.raises(PublishError, match="symbolic link"):
        put(output, {"php/index.html": "ours"})
    (output / "php").unlink()
    put(output, {"php/index.html": "ours"})
    (output / "php/index.html").unlink()
    (output / "php").rmdir()
    (output / "php").symlink_to(outside)
    assert put(output, {"index.html": "home"}).removed == ()
    assert (outside / "index.html").read_text() == "theirs"
    (output / ".planet/manifest.json").unlink()
    (output / ".planet").rmdir()
    (output / ".planet").symlink_to(outside)
    with pytest.raises(PublishError, match="symbolic link"):
        put(output, {"index.html": "home 2"})


def test_the_output_itself_may_be_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    (tmp_path / "output").symlink_to(tmp_path / "www")
    put(tmp_path / "output", {"index.html": "home"})
    assert held(tmp_path / "www") == {"index.html": "home"}


# -- Paths ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x", "a/../x", "a//b", "a/", ".", "a\\b", "a\0b", "a\nb", ".planet/manifest.json", ".Planet/x", "con",
     "php/NUL.html", "aux/x", "a:b", "a. ", "x" * 256, "é" * 128, "\ud800", "a/com1.txt"],
)  # fmt: skip
def test_a_path_that_could_leave_the_output_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(PublishError):
        put(tmp_path / "output", {path: "x"})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("one", "other"), [("a.html", "A.html"), ("a", "a/b"), ("a/b", "a"), ("a/x", "A/y"), ("é", "e\u0301"), ("a", "a")]
)
def test_two_paths_that_one_disk_takes_for_the_same_are_refused(tmp_path: Path, one: str, other: str) -> None:
    artifacts = [Artifact(path=path, digest="", make=lambda: b"") for path in (one, other)]
    with pytest.raises(PublishError, match="one file"):
        publish(artifacts, tmp_path, owner=OWNER, stories={})
    assert held(tmp_path) == {}


@given(st.text(max_size=40))
def test_a_path_is_refused_or_lies_below_the_output(path: str) -> None:
    root = Path("/srv/output")
    try:
        check(path)
        Claims().claim(path)
    except PublishError:
        return
    assert Path(os.path.normpath(root / path)) == root / path
    assert (root / path).is_relative_to(root)
    assert "\0" not in path


# -- A planet never goes blank ----------------------------------------------------------------------------------------


def tallies(rules: str = "", **counts: int) -> dict[str, StoryCount]:
    return {slug: StoryCount(stories=count, rules=rules) for slug, count in counts.items()}


def test_a_site_that_would_lose_most_of_its_stories_stays(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "full"}, stories=tallies(a=20, b=10))
    with pytest.raises(
        PublishError, match=r"of 30 published stories 18 would go \(a: 20 before, 2 now\).*--force-publish"
    ):
        put(tmp_path, {"index.html": "blank"}, stories=tallies(a=2, b=10))
    assert held(tmp_path) == {"index.html": "full"}
    put(tmp_path, {"index.html": "half"}, stories=tallies(a=5, b=10))
    assert held(tmp_path) == {"index.html": "half"}
    put(tmp_path, {"index.html": "blank"}, stories=tallies(a=0, b=0), force=True)
    assert held(tmp_path) == {"index.html": "blank"}


def test_a_loss_that_the_configuration_explains_is_published(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "full"}, stories=tallies(a=20, b=10))
    put(tmp_path, {"index.html": "without a"}, stories=tallies(b=10))
    put(tmp_path, {"index.html": "filtered"}, stories=tallies("other rules", b=1))
    assert held(tmp_path) == {"index.html": "filtered"}


def test_a_small_planet_may_shrink(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "nine"}, stories=tallies(a=9))
    put(tmp_path, {"index.html": "none"}, stories=tallies(a=0))
    assert held(tmp_path) == {"index.html": "none"}


def test_the_census_changes_its_rules_with_filters_feeds_and_what_is_hidden() -> None:
    source = editions.SOURCES[0]
    feed = source.feeds[0]

    def rules(**fields: object) -> str:
        return story_counts(editions.edition(of=editions.config(**fields)))[source.slug].rules

    same = rules()
    assert rules(title="Autre", technologies=()) == same
    assert rules(sources=(replace(source, name="Bill", feeds=(replace(feed, line=9),)),)) == same
    assert rules(hide=("https://x.example/",)) != same
    assert rules(sources=(replace(source, feeds=()),)) != same
    filters = [Filter(words=("x",)), Filter(title="x" * 300), Filter(title="x" * 300 + "y")]
    assert len({rules(sources=(replace(source, feeds=(replace(feed, exclude=one),)),)) for one in filters}) == 3
    counted = story_counts(editions.edition([editions.story(1), editions.story(2)]))
    assert counted["william-durand"].stories == 2
    assert counted["clermontech-php"].stories == 0


# -- What fails, fails before the first rename ------------------------------------------------------------------------


def test_a_failing_template_leaves_the_site_as_it_was(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "home", "old.html": "old"})
    before = times(tmp_path)

    def fail() -> bytes:
        raise ThemeError("story.html:1: mend the template")

    artifacts = [*files({"index.html": "home 2", "new.html": "new"}), Artifact(path="z.html", digest="", make=fail)]
    with pytest.raises(ThemeError):
        publish(artifacts, tmp_path, owner=OWNER, stories={})
    assert times(tmp_path) == before


@pytest.mark.parametrize("mode", [0o500, 0o000])
def test_an_output_that_may_not_be_written_is_a_sentence(tmp_path: Path, mode: int) -> None:
    """Run as another user where the test is run by root, whom no mode stops."""
    output = tmp_path / "output"
    output.mkdir()
    script = (
        "import os, sys\n"
        "from tests.test_publish import put\n"
        "from planet.errors import PublishError, ThemeError\n"
        "from pathlib import Path\n"
        "os.getuid() or os.setuid(65534)\n"
        "try: put(Path(sys.argv[1]), {'index.html': 'x'})\n"
        "except PublishError as error: print(error); sys.exit(9)\n"
    )
    if os.getuid() == 0:
        for folder in (output, *output.parents):
            if folder.is_relative_to(tmp_path.parent.parent):
                folder.chmod(0o755)
    output.chmod(mode)
    done = subprocess.run([sys.executable, "-c", script, str(output)], capture_output=True, text=True, check=False)
    output.chmod(0o755)
    assert done.returncode == 9, done.stderr
    assert str(output) in done.stdout
    assert "may not be written" in done.stdout
    assert list(output.iterdir()) == []


def test_a_file_where_the_output_should_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("not a folder")
    with pytest.raises(PublishError, match="output"):
        put(tmp_path / "output", {"index.html": "x"})


@pytest.mark.parametrize("when", ["stage", "journal", "write index.html", "manifest"])
def test_a_full_disk_is_a_sentence_and_the_next_run_finishes(tmp_path: Path, when: str) -> None:
    old = {"index.html": "old", "gone.html": "gone"}
    new = {"index.html": "new", "a/index.html": "a"}
    put(tmp_path, old)

    def full(name: str) -> None:
        if name == when:
            raise OSError(28, "No space left on device", str(tmp_path))

    with pytest.raises(PublishError, match="disk is full"):
        put(tmp_path, new, step=full)
    if when in {"stage", "journal"}:
        assert held(tmp_path) == old
    put(tmp_path, new)
    assert held(tmp_path) == new
    assert [path.name for path in (tmp_path / ".planet").iterdir()] == ["manifest.json"]


# -- Killed at any moment ---------------------------------------------------------------------------------------------

BEFORE = {
    "index.html": "<a href='page/2/'> <a href='php/'> <a href='old/'> <link href='static/v1.css'> <a href='atom.xml'> one",
    "page/2/index.html": "<a href='../../'> one",
    "php/index.html": "<a href='../'> <a href='atom.xml'>",
    "php/atom.xml": "feed one",
    "atom.xml": "feed one",
    "old/index.html": "<a href='../'>",
    "static/v1.css": "css one",
    "health.json": "1",
}
AFTER = {
    "index.html": "<a href='page/2/'> <a href='page/3/'> <a href='php/'> <a href='new/deep/'> <link href='static/v2.css'> <a href='atom.xml'>",
    "page/2/index.html": "<a href='../../'> <a href='../3/'> two",
    "page/3/index.html": "<a href='../2/'> <a href='../../new/deep/'>",
    "php/index.html": "<a href='../'> <a href='atom.xml'> <a href='../new/deep/'>",
    "php/atom.xml": "feed one",
    "atom.xml": "feed two <a href='new/deep/'>",
    "new/deep/index.html": "<a href='../../page/3/'> <a href='atom.xml'>",
    "new/deep/atom.xml": "feed",
    "static/v2.css": "css two",
    "health.json": "2",
}


def walk(output: Path) -> set[str]:
    """Everything a reader reaches from the home page; fails at the first link that leads nowhere, or at half a file."""
    whole = {*BEFORE.values(), *AFTER.values()}
    seen: set[str] = set()
    frontier = ["index.html"]
    while frontier:
        path = frontier.pop()
        if path in seen:
            continue
        seen.add(path)
        assert (output / path).is_file(), f"a link leads to {path}, which is not there"
        text = (output / path).read_text("utf-8")
        assert text in whole
        for link in re.findall(r"href='([^']*)'", text):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
            frontier.append(f"{target}/index.html".removeprefix("./") if link.endswith("/") else target)
    return seen


def steps_of(before: dict[str, str], after: dict[str, str], folder: Path) -> list[str]:
    steps: list[str] = []
    put(folder, before, volatile=["health.json"])
    put(folder, after, volatile=["health.json"], step=steps.append)
    return steps


def test_a_reader_sees_whole_files_and_links_that_resolve_before_every_step(tmp_path: Path) -> None:
    put(tmp_path, BEFORE, volatile=["health.json"])
    seen: list[set[str]] = []
    put(tmp_path, AFTER, volatile=["health.json"], step=lambda _name: seen.append(walk(tmp_path)))
    assert len(seen) > 12
    assert "new/deep/index.html" not in seen[0]
    assert "new/deep/index.html" in walk(tmp_path)


def test_after_being_killed_at_any_step_the_site_is_valid_and_the_next_run_finishes_it(tmp_path: Path) -> None:
    steps = steps_of(BEFORE, AFTER, tmp_path / "whole")
    assert {"stage", "journal", "manifest", "journal done"} < set(steps)
    for number in range(len(steps)):
        output = tmp_path / str(number)
        put(output, BEFORE, volatile=["health.json"])
        with pytest.raises(Killed):
            put(output, AFTER, volatile=["health.json"], step=killer(number))
        walk(output)
        # The next run may bring something else: what the killed one began is finished, replaced or removed.
        for then in ({**AFTER, "new/deep/index.html": "<a href='../../page/3/'>"}, BEFORE, AFTER):
            put(output, then, volatile=["health.json"])
            assert held(output) == then
        assert (output / ".planet/manifest.json").read_bytes() == (
            tmp_path / "whole/.planet/manifest.json"
        ).read_bytes()
        assert [path.name for path in (output / ".planet").iterdir()] == ["manifest.json"]


@pytest.mark.parametrize("first", [True, False])
def test_killed_by_the_system_twice_in_a_row(tmp_path: Path, first: bool) -> None:
    """No `finally` runs, no buffer is flushed: as with SIGKILL."""
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from tests import test_publish as t\n"
        "left = int(sys.argv[3])\n"
        "def step(name):\n"
        "    global left\n"
        "    left -= 1\n"
        "    if left < 0: os._exit(77)\n"
        "t.put(Path(sys.argv[1]), getattr(t, sys.argv[2]), volatile=['health.json'], step=step)\n"
    )
    if not first:
        put(tmp_path, BEFORE, volatile=["health.json"])
    for left in (9, 5, 3):
        done = subprocess.run([sys.executable, "-c", script, str(tmp_path), "AFTER", str(left)], check=False)
        assert done.returncode == 77
        assert first or walk(tmp_path)
    put(tmp_path, AFTER, volatile=["health.json"])
    assert held(tmp_path) == AFTER
    assert [path.name for path in (tmp_path / ".planet").iterdir()] == ["manifest.json"]


def test_a_file_of_an_interrupted_run_is_ours_even_when_the_next_run_is_interrupted_too(tmp_path: Path) -> None:
    def kill_at(name: str) -> Callable[[str], None]:
        def kill(step: str) -> None:
            if step == name:
                raise Killed

        return kill

    put(tmp_path, {"index.html": "0"})
    with pytest.raises(Killed):
        put(tmp_path, {"index.html": "1", "a.html": "new"}, step=kill_at("write index.html"))
    with pytest.raises(Killed):
        put(tmp_path, {"index.html": "2", "a.html": "new"}, step=kill_at("write index.html"))
    put(tmp_path, {"index.html": "3", "a.html": "newer"})
    assert held(tmp_path) == {"index.html": "3", "a.html": "newer"}


SITES = st.dictionaries(
    st.sampled_from(
        ["index.html", "a/index.html", "a/b/index.html", "atom.xml", "a/atom.xml", "static/x.css", "c/index.html"]
    ),
    st.sampled_from(["one", "two", "three"]),
)


@settings(max_examples=examples(40))
@given(st.lists(st.tuples(SITES, st.integers(0, 12)), max_size=5), SITES)
def test_whatever_was_interrupted_the_last_run_wins(
    tmp_path_factory: pytest.TempPathFactory, runs: list[tuple[dict[str, str], int]], last: dict[str, str]
) -> None:
    output = tmp_path_factory.mktemp("site") / "output"
    for site, left in runs:
        try:
            put(output, site, step=killer(left))
        except Killed:
            continue
    put(output, last)
    assert (held(output) if output.exists() else {}) == last


# -- The order --------------------------------------------------------------------------------------------------------


def test_new_comes_before_changed_and_what_pages_need_before_pages() -> None:
    new = ["static/x.css", "php/atom.xml", "php/page/3/index.html", "php/index.html"]
    changed = ["static/y.js", "php/page/2/index.html", "404.html", "index.html", "php/feed.json", "atom.xml"]
    ordered = [*changed, *new]
    assert sorted(ordered, key=lambda path: rank(path, new=path in new)) == [
        "php/atom.xml", "static/x.css", "php/page/3/index.html", "php/index.html",
        "static/y.js", "php/page/2/index.html", "404.html", "index.html", "php/feed.json", "atom.xml",
    ]  # fmt: skip


def test_the_manifest_holds_no_secret_and_reads_well(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": "home", "é.html": "x"}, stories=tallies("r", a=3))
    text = (tmp_path / ".planet/manifest.json").read_text("utf-8")
    held_ = json.loads(text)
    assert held_["planet"] == list(OWNER)
    assert held_["stories"] == {"a": [3, "r"]}
    assert list(held_["files"]) == ["index.html", "é.html"]
    assert len(text.splitlines()) == 4


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_files_are_put_in_their_place_waits_until_all_are_there(
    tmp_path: Path, sent: signal.Signals
) -> None:
    put(tmp_path, {"index.html": "old", "a.html": "old"})
    ended: list[dict[str, str]] = []
    before = signal.signal(sent, lambda _number, _frame: ended.append(held(tmp_path)))

    def step(name: str) -> None:
        if name == "write a.html":
            signal.raise_signal(sent)

    try:
        put(tmp_path, {"index.html": "new", "a.html": "new", "b.html": "new"}, step=step)
    finally:
        signal.signal(sent, before)
    assert ended == [{"index.html": "new", "a.html": "new", "b.html": "new"}]
    assert [path.name for path in (tmp_path / ".planet").iterdir()] == ["manifest.json"]
