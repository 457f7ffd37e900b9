"""feeds.yaml edited by command, and exchanged with other programs."""

from __future__ import annotations

import difflib
import json
import shlex
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planet import config
from planet.config.document import Document
from planet.errors import ConfigError, UsageError
from planet.model import Config
from planet.subscriptions import Imported, Subscription, add_all, import_any, import_opml, import_venus, new
from planet.subscriptions import add as add_source
from planet.subscriptions.editing import scalar

ROOT = Path(__file__).parent.parent
OURS = (ROOT / "feeds.yaml").read_text("utf-8")
HEAD = "planet:\n  title: A\n  url: https://a.example.org/\n"
DATA = Path(__file__).parent / "data" / "subscriptions"


def add(text: str, **keys: object) -> str:
    """The text with one source more."""
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in keys.items()}
    return add_source(text, Subscription(**values))


def parsed(text: str) -> Config:
    return config.parse(text, Path("feeds.yaml"))


def added(before: str, after: str) -> list[str]:
    """The lines that were put in; none may have gone or changed."""
    changes = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    assert not [line for line in changes if line.startswith("- ")]
    return [line[2:] for line in changes if line.startswith("+ ")]


def test_a_member_is_added_and_every_other_line_stays() -> None:
    after = add(
        OURS,
        name="Ada Lovelace",
        url="https://ada.example.org/",
        feeds=["https://ada.example.org/a.xml", "https://ada.example.org/b.xml"],
        technologies=["php", "js"],
    )
    assert [line for line in added(OURS, after) if line] == [
        "  - name: Ada Lovelace",
        "    url: https://ada.example.org/",
        "    technologies: [php, js]",
        "    feeds:",
        "      - https://ada.example.org/a.xml",
        "      - https://ada.example.org/b.xml",
    ]
    assert parsed(after).sources[-1].name == "Ada Lovelace"


def test_a_group_is_added_behind_the_last_group() -> None:
    after = add(OURS, name="groupe.php", kind="group", calendars=["https://g.example.org/x.ics"], technologies=["php"])
    assert [line for line in added(OURS, after) if line] == [
        "  - name: groupe.php",
        "    technology: php",
        "    calendars:",
        "      - https://g.example.org/x.ics",
    ]
    groups = [source.name for source in parsed(after).sources if source.kind == "group"]
    assert groups[-1] == "groupe.php"


def test_a_feed_of_somebody_who_is_there_goes_under_their_name() -> None:
    after = add(
        OURS, name="William Durand", url="https://williamdurand.fr", feeds=["https://williamdurand.fr/notes.xml"]
    )
    assert added(OURS, after) == ["      - https://williamdurand.fr/notes.xml"]


def test_a_namesake_with_another_page_is_somebody_else() -> None:
    after = add(OURS, name="William Durand", url="https://other.example.org/", feeds=["https://other.example.org/f"])
    assert len([source for source in parsed(after).sources if source.name == "William Durand"]) == 2


def test_a_feed_that_is_there_is_refused_with_its_line() -> None:
    line = next(number for number, text in enumerate(OURS.splitlines(), 1) if "williamdurand.fr/atom.xml" in text)
    with pytest.raises(UsageError, match=f"already, on line {line}"):
        add(OURS, name="X", feeds=["https://WilliamDurand.fr:443/atom.xml#top"])


def test_two_spellings_of_a_path_are_one_feed() -> None:
    once = add(HEAD, name="A", feeds=["./a.xml"])
    with pytest.raises(UsageError, match=r"a\.xml is in feeds\.yaml already, on line 8"):
        add(once, name="A", feeds=["a.xml"])
    assert add_all(once, [Subscription(name="A", feeds=("b/../a.xml",))])[:2] == (once, 0)


def test_what_feeds_yaml_would_refuse_is_refused_before_it_is_written() -> None:
    for address in ("gopher://a.example.org/", "https://", "https://a b/"):
        with pytest.raises(UsageError, match="URL"):
            add(HEAD, name="X", feeds=[address])


STYLES = {
    "no list yet": HEAD,
    "no end of line": HEAD.rstrip(),
    "an empty key": HEAD + "members:\n\n# what follows\nhide: []\n",
    "an empty list": HEAD + "members: []  # nobody yet\nhide: []\n",
    "dashes below their key": HEAD + "members:\n- name: A\n  feeds:\n  - a.xml\n  # - old.xml\n# end\n",
    "dashes far in": HEAD + "members:\n    -   name: A\n        feeds:\n            - a.xml\n",
    "one line each": HEAD + "members:\n  - {name: A, feeds: [a.xml]}\n",
    "all in brackets": HEAD + "members: [{name: A, feeds: [a.xml]}]\n",
    "a comma at the end": HEAD + "members: [\n  {name: A},\n]\n",
    "Windows": (HEAD + "members:\n  - name: A\nhide: []\n").replace("\n", "\r\n"),
    "JSON": json.dumps({"planet": {"title": "é😀", "url": "https://a.example.org/"}, "members": [{"name": "A"}]}),
    "JSON without members": json.dumps({"planet": {"title": "é", "url": "https://a.example.org/"}}, indent=2),
    "a block text at the end": HEAD + "members:\n  - name: A\n    avatar: |-\n      a.png\n",
    "an anchor": HEAD + "groups:\n  - name: G\n    feeds: &f [a.xml]\nmembers:\n  - name: A\n    feeds: *f\n",
}


@pytest.mark.parametrize("style", STYLES)
def test_every_way_to_write_the_list_takes_one_more(style: str) -> None:
    before = STYLES[style]
    after = add(before, name="Zoé: l'amie", url="https://zoe.example.org/", feeds=["https://zoe.example.org/f"])
    old, new_one = [source.name for source in parsed(before).sources], [source.name for source in parsed(after).sources]
    assert new_one == [*old, "Zoé: l'amie"]
    assert before.count("#") == after.count("#")
    if "\r\n" in before:
        assert after.count("\n") == after.count("\r\n")


def test_a_comment_stays_with_what_it_is_about() -> None:
    before = HEAD + "members:\n  - name: A\n    feeds:\n      - a.xml\n      # - old.xml\n  # those to come\n"
    after = add(before, name="B", feeds=["b.xml"]).splitlines()
    assert after.index("      # - old.xml") < after.index("  - name: B") < after.index("  # those to come")


def test_a_file_that_cannot_be_edited_is_refused_with_what_to_write() -> None:
    with pytest.raises(UsageError, match=r"by hand:\n- name: B"):
        add("members: &m\n  - name: A\ngroups: *m\n", name="B", kind="group", feeds=["b.xml"])
    with pytest.raises(ConfigError, match="not valid YAML"):
        add("members: [", name="B")


@given(st.text(min_size=1))
@example("NO")
@example("- a")
@example("12:30")
@example("a: b")
@example("# a")
@example("~")
def test_any_text_is_written_so_that_it_reads_as_itself(text: str) -> None:
    try:
        written = scalar(text)
        text.encode()
    except UnicodeEncodeError:
        return
    assert Document(f"- {written}\n").value == [text]
    assert Document(f"a: [{scalar(text, inside=True)}]\n").value == {"a": [text]}


@given(st.lists(st.text(st.characters(exclude_categories=("C",)), min_size=1), min_size=1, max_size=5))
def test_whoever_is_added_is_there_afterwards(names: list[str]) -> None:
    subscriptions = [Subscription(name=name, feeds=(f"https://x.example.org/{n}",)) for n, name in enumerate(names)]
    text, count, notes = add_all(HEAD, subscriptions)
    assert (count, notes) == (len(names), ())
    assert sorted(feed.url for source in parsed(text).sources for feed in source.feeds) == [
        f"https://x.example.org/{n}" for n in range(len(names))
    ]


def test_opml_keeps_names_pages_and_folders() -> None:
    read = import_opml((DATA / "reader.opml").read_bytes())
    assert [(one.name, one.url, one.feeds, one.folders) for one in read.subscriptions] == [
        ("Ada & Co", "https://ada.example.org/", ("https://ada.example.org/a.xml", "https://ada.example.org/b.xml"), ("PHP",)),
        ("Blaise", "", ("https://blaise.example.org/feed",), ("PHP", "Calcul")),
        ("sans-nom.example.org", "", ("https://sans-nom.example.org/rss",), ()),
    ]  # fmt: skip
    assert [str(note) for note in read.notes] == [
        "mailto:a@example.org is no address that can be asked: left out",
        "https://lists.example.org/more.opml is a list of its own: import it, too, or name it under `lists:`",
        "https://page.example.org/ is named without a feed: `planet add https://page.example.org/` looks for one",
    ]


def test_a_link_of_opml_is_a_page_unless_its_address_is_that_of_a_list() -> None:
    outlines = "".join(
        f'<outline type="link" text="x" url="https://{path}"/>'
        for path in ("a.example.org/about", "b.example.org/x.opml")
    )
    notes = [str(note) for note in import_opml(f"<opml><body>{outlines}</body></opml>".encode()).notes]
    assert notes[:2] == [
        "https://b.example.org/x.opml is a list of its own: import it, too, or name it under `lists:`",
        "https://a.example.org/about is named without a feed: `planet add https://a.example.org/about` looks for one",
    ]


def test_opml_in_another_encoding_keeps_its_accents() -> None:
    text = '<?xml version="1.0" encoding="{}"?><opml><body><outline text="Zoé" xmlUrl="https://z.example.org/"/></body></opml>'
    for encoding in ("iso-8859-1", "utf-8", "utf-16"):
        (one,) = import_opml(text.format(encoding).encode(encoding)).subscriptions
        assert one.name == "Zoé"


@pytest.mark.parametrize("data", [b"", b"bonjour", b"<html></html>", b"\xff\xfe\x00", b"</outline></outline>"])
def test_what_holds_no_feed_says_so(data: bytes) -> None:
    read = import_opml(data)
    assert read.subscriptions == ()
    assert "no feed was found" in str(read.notes[-1])


def test_pluto_and_mercury_come_over() -> None:
    pluto = import_any(
        b"title = Planet Ruby\nlink = https://planet.example.org/\n\n[ada]\n  title = Ada\n  link = https://ada.example.org/\n"
        b"  feed = https://ada.example.org/feed\n  avatar = ada.png\n[club]\n meetup = ruby-club\n[none]\n title = x\n"
    )
    assert dict(pluto.settings) == {"planet.title": "Planet Ruby", "planet.url": "https://planet.example.org/"}
    assert [(source.kind, source.name, source.feeds, source.calendars) for source in pluto.subscriptions] == [
        ("member", "Ada", ("https://ada.example.org/feed",), ()),
        ("group", "club", (), ("https://www.meetup.com/ruby-club/events/ical/",)),
    ]
    assert [str(note) for note in pluto.notes] == [
        "none names no feed that can be asked: left out", "without a counterpart, and left out: [ada] avatar = ada.png",
    ]  # fmt: skip
    mercury = import_any(
        b'name = "Planet Go"\nurl = "https://go.example.org/"\ntimeout = "20s"\ntheme = "x"\n[[feed]]\nname = "Bob"\nfeed = "https://bob.example.org/f"\n'
    )
    assert dict(mercury.settings)["fetch.timeout"] == "20s"
    assert [(source.name, source.feeds) for source in mercury.subscriptions] == [
        ("Bob", ("https://bob.example.org/f",))
    ]
    with pytest.raises(ValueError, match="line 2"):
        import_any(b"[[feed]]\nname = \n")


def test_broken_opml_gives_what_can_be_had() -> None:
    data = b'<opml><body><outline text="A & B" xmlUrl="https://a.example.org/?x=1&y=2"><outline text=C xmlUrl=https://c.example.org/>'
    assert [one.feeds for one in import_opml(data).subscriptions] == [
        ("https://a.example.org/?x=1&y=2",),
        ("https://c.example.org/",),
    ]


PIECES = [
    b"<opml>", b"</opml>", b'<outline text="a">', b"</outline>", b'<outline xmlUrl="https://x.example.org/" text="b"/>', b"<outline xmlUrl text>",
    b'<outline type="include" url="u"/>', b"<title>", b"</title>", b"<dateCreated>x</dateCreated>", b"<rdf:RDF>", b"<foaf:Agent>", b"</foaf:Agent>",
    b'<!DOCTYPE x [<!ENTITY a "b">]>', b"&a;", b"<![CDATA[", b"<?xml", b"\x00", b"\xff",
]  # fmt: skip


@given(st.one_of(st.binary(), st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)))
def test_any_bytes_can_be_imported_as_opml(data: bytes) -> None:
    text, count, _notes = add_all(HEAD, import_opml(data).subscriptions)
    assert len(parsed(text).sources) == count


def test_what_is_there_already_is_left_out_and_told() -> None:
    read = import_opml((DATA / "reader.opml").read_bytes())
    once, count, _ = add_all(HEAD + "technologies: {php: {name: PHP, tags: [php]}}\n", read.subscriptions)
    twice, none, notes = add_all(once, read.subscriptions)
    assert (count, none) == (3, 0)
    assert twice == once
    assert all("already, on line" in str(note) for note in notes)
    assert [source.technologies for source in parsed(once).sources] == [("php",), ("php",), ()]


def test_a_planet_venus_comes_over_and_nothing_is_lost_in_silence() -> None:
    text = (DATA / "config.ini").read_text("utf-8")
    read = import_venus(text)
    assert dict(read.settings) == {
        "planet.title": "Planet Essai", "planet.url": "https://planet.example.org/", "planet.owner.name": "Ada", "planet.page_entries": "60",
    }  # fmt: skip
    assert [(source.name, source.url, source.avatar, source.feeds) for source in read.subscriptions] == [
        ("Ada Lovelace", "https://ada.example.org/", "avatars/ada.png", ("https://ada.example.org/a.xml",)),
        ("blaise.example.org", "", "", ("http://blaise.example.org/rss",)),
    ]  # fmt: skip
    assert read.faces == (("ada.png", "https://ada.example.org/a.xml"),)
    assert read.reading_lists == ("https://lists.example.org/opml",)
    notes = "\n".join(str(note) for note in read.notes)
    for lost in ("cache_directory = cache", "[DEFAULT] activity_threshold = 90", "exclude = sponsor became `exclude:`", "b.xml is left out: its filters = xhtml2html.py",
                 "[themes/index.html.tmpl] is a template", "gopher://old.example.org is no address"):  # fmt: skip
        assert lost in notes
    assert notes.splitlines()[-1].startswith("without a counterpart")
    (ada, _blaise) = parsed(add_all(HEAD, read.subscriptions)[0]).sources
    assert ada.feeds[0].exclude.words == ("sponsor",)
    whole = import_venus(text, without_filters=True)
    assert whole.subscriptions[0].feeds == ("https://ada.example.org/a.xml", "https://ada.example.org/b.xml")


@given(st.one_of(st.text(), st.lists(st.sampled_from(["[Planet]", "[https://a.example.org/]", "name = a", "[DEFAULT]", "= b", "  more", "[x", "link"]), max_size=9).map("\n".join)))  # fmt: skip
def test_any_text_is_a_venus_planet_or_a_value_error(text: str) -> None:
    try:
        read = import_venus(text)
    except ValueError:
        read = Imported()

    assert len(parsed(add_all(HEAD, read.subscriptions)[0]).sources) <= len(read.subscriptions)


@pytest.mark.parametrize("language", ["fr", "en", "fr-CA"])
def test_a_new_planet_is_right_from_the_first_moment(language: str, tmp_path: Path) -> None:
    folder = tmp_path / "planète"
    written, kept = new(
        folder,
        title="L'asso: @url@",
        url="https://p.example.org/",
        language=language,
        program=("/opt/planet/bin/planet",),
    )
    names = {str(path.relative_to(folder)) for path in written}
    assert {".gitignore", "README.md", "feeds.schema.json", "feeds.yaml", "output/.gitkeep", "deploy/crontab"} <= names
    assert kept == []
    made = config.load(folder / "feeds.yaml")
    assert (made.site.title, made.site.url, made.site.language) == ("L'asso: @url@", "https://p.example.org/", language)
    assert f"planet run --config {shlex.quote(str(folder / 'feeds.yaml'))}" in (folder / "README.md").read_text("utf-8")


def test_the_examples_in_a_new_feeds_yaml_are_right_too(tmp_path: Path) -> None:
    for language in ("fr", "en"):
        new(
            tmp_path / language,
            title="A",
            url="https://p.example.org/",
            language=language,
            program=("/opt/planet/bin/planet",),
        )
        text = (tmp_path / language / "feeds.yaml").read_text("utf-8")
        head, _, rest = text.partition("\nplanet:")
        lines = [line.replace("# ", "", 1) if line.startswith(("# fetch", "#   interval", "# notify", "#   - url", "#     every")) else line.replace("#  ", "  ", 1) if line.startswith("#  ") else line for line in rest.splitlines()]  # fmt: skip
        body = "planet:" + "\n".join(line for line in lines if not line.strip().startswith("planet "))
        assert head.startswith("# yaml-language-server")
        assert [source.name for source in config.parse(body, tmp_path / language / "feeds.yaml").sources][
            1
        ] == "Ada Lovelace"


def test_a_new_planet_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", "utf-8")
    _written, kept = new(
        tmp_path, title="A", url="https://p.example.org/", language="en", program=("/opt/planet/bin/planet",)
    )
    assert kept == [tmp_path / "README.md"]
    assert (tmp_path / "README.md").read_text("utf-8") == "mine"
    with pytest.raises(UsageError, match="there already"):
        new(tmp_path, title="B", url="https://p.example.org/", language="en", program=("/opt/planet/bin/planet",))


def test_many_are_added_at_once_and_namesakes_with_one_page_are_one() -> None:
    before = HEAD + "members:\n  - name: Ada\n\n  - name: Blaise\n"
    text, count, notes = add_all(
        before,
        [
            Subscription(name="Ada", feeds=("a.xml",)),
            Subscription(name="Zoé", feeds=("z.xml",), url="https://z.example.org/"),
            Subscription(name="zoe", feeds=("y.xml", "z.xml")),
            Subscription(name="Zoé", feeds=("x.xml",), url="https://other.example.org/"),
            Subscription(name="Mauvaise", feeds=("gopher://m.example.org/",)),
        ],
    )
    assert [(source.name, [feed.key for feed in source.feeds]) for source in parsed(text).sources] == [
        ("Ada", ["a.xml"]),
        ("Blaise", []),
        ("Zoé", ["z.xml", "y.xml"]),
        ("Zoé (other.example.org)", ["x.xml"]),
    ]
    assert (count, [str(note).split(":")[0] for note in notes]) == (4, ["Mauvaise"])
    assert added(before, text).count("") == 2, "as airy as the list was"


def test_the_calendar_behind_a_short_name_is_known() -> None:
    before = HEAD + "groups:\n  - name: G\n    meetup: pyclermont\n"
    with pytest.raises(UsageError, match="already, on line 6"):
        add(before, name="X", calendars=["webcal://www.meetup.com/pyclermont/events/ical/"])
