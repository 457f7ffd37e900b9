"""feeds.yaml: what each key means, every mistake with its line, the schema that editors read."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planet import config
from planet.config.document import Document, UnreadableError
from planet.errors import located
from planet.model import Config, Contact, FeedConfig, Filter, Link

ROOT = Path(__file__).parent.parent
HEAD = "planet:\n  title: Planète\n  url: https://planet.example.org/\n"  # three lines: what is tried begins on line 4
PHP = "technologies:\n  php: {name: PHP, tags: [php]}\n"


def parsed(text: str) -> Config:
    return config.parse(text, Path("feeds.yaml"))


def warnings(config: Config) -> list[str]:
    return [located("feeds.yaml", fault) for fault in config.warnings]


def feed(text: str) -> FeedConfig:
    """The only feed of the only source."""
    (source,) = parsed(HEAD + text).sources
    (found,) = source.feeds
    return found


def test_the_smallest_file_gets_every_default() -> None:
    made = parsed(HEAD)
    assert made.folder == Path.cwd()
    assert made.site.title == "Planète"
    assert (made.site.language, made.site.timezone, made.site.theme) == ("fr", "Europe/Paris", "clermontech")
    assert made.site.output == Path.cwd() / "output"
    assert made.site.database == Path.cwd() / "planet.db"
    assert (made.site.page_entries, made.site.feed_entries, made.site.newcomer_entries) == (20, 60, 5)
    rules = made.fetch
    assert (rules.interval, rules.timeout, rules.host_pause) == (
        timedelta(hours=1), timedelta(seconds=30), timedelta(seconds=1),
    )  # fmt: skip
    assert (rules.max_bytes, rules.max_entries, rules.workers, rules.per_host) == (10_000_000, 500, 16, 2)
    assert rules.allow_private is False
    assert (rules.user_agent, made.site.hub) == ("", "")


def test_a_key_without_a_value_means_its_default() -> None:
    empty = "  hub: null\n  description:\n  owner:\nfetch:\n  user_agent: null\n  interval:\ntechnologies:\ngroups:\nmembers:\nhide:\nnotify:\n"
    assert parsed(HEAD + empty) == parsed(HEAD)


def test_the_contracts_own_example_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text((Path(__file__).parent / "data" / "config" / "everything.yaml").read_text("utf-8"), "utf-8")
    made = config.load(path)
    group, member = made.sources
    assert (group.kind, group.technologies, group.url) == ("group", ("php",), "https://groupe.example.org/")
    assert [(one.url, one.kind, one.timezone) for one in group.feeds] == [
        ("https://groupe.example.org/feed.xml", "posts", "UTC"),
        ("https://groupe.example.org/events.ics", "calendar", "Europe/Paris"),
        ("https://www.meetup.com/pyclermont/events/ical/", "calendar", "Europe/Paris"),
        ("https://mobilizon.example.org/@groupe/feed/ics", "calendar", "Europe/Paris"),
    ]
    first, second = member.feeds
    assert (member.avatar, member.technologies) == ("avatars/ada.png", ("php",))
    assert first.interval is None
    assert second.include.tags == ("dev", "php")
    assert second.include.author == ("Ada Lovelace",)
    assert second.include.language == ("fr",)
    assert second.exclude.title == "(?i)sponsoris"
    assert second.technologies == ("js",)
    assert second.summary_only is True
    assert second.interval == timedelta(hours=6)
    assert (second.timezone, second.kind) == ("Europe/Paris", "events")
    assert made.fetch.allow_private == ("127.0.0.1:8000",)
    assert made.hide == ("https://example.org/2026/oops/",)
    assert [(rule.url, rule.technologies, rule.every) for rule in made.notify] == [
        ("${SLACK_WEBHOOK}", ("php",), "day")
    ]
    assert made.technologies[0].exclude.words == ("recrutement",)
    assert [technology.hue for technology in made.technologies] == [245, 230]


def test_every_source_feed_and_technology_knows_its_line() -> None:
    made = parsed(
        HEAD + PHP + "members:\n  - name: A\n    feeds:\n      - a.xml\n      - interval: 6h\n        url: b.xml\n"
        "groups:\n  - name: G\n    meetup: g\nnotify:\n  - {url: '${X}'}\n"
    )
    assert made.technologies[0].line == 5
    assert [(source.name, source.line) for source in made.sources] == [("A", 7), ("G", 13)]
    assert [one.line for source in made.sources for one in source.feeds] == [9, 11, 14]
    assert made.notify[0].line == 16


def test_a_byte_order_mark_and_line_ends_of_windows_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert config.load(path).site.title == "Planète"


def test_scalars_are_those_of_yaml_1_2() -> None:
    words = "[NO, yes, on, 12:30, 1_000, 2026-11-23, =, <<]"
    made = parsed(HEAD + f"technologies:\n  php: {{catalogue: false, tags: {words}}}\n")
    assert made.technologies[0].tags == ("NO", "yes", "on", "12:30", "1_000", "2026-11-23", "=", "<<")


def test_json_is_yaml_escapes_beyond_the_first_plane_included() -> None:
    made = parsed(json.dumps({"planet": {"title": "Planète 😀", "url": "https://a.example.org"}}))
    assert (made.site.title, made.site.url) == ("Planète 😀", "https://a.example.org/")


def test_merge_keys_spare_repetition() -> None:
    made = parsed(HEAD + "members:\n  - &a {name: A, feeds: [{url: a.xml, interval: 6h}]}\n  - <<: *a\n    name: B\n")
    assert [(source.name, source.feeds[0].interval) for source in made.sources] == [
        ("A", timedelta(hours=6)),
        ("B", timedelta(hours=6)),
    ]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("60m", 3600), ("6h", 21_600), ("1d", 86_400), ("0s", 0), ("30", 30), ("'30'", 30), ("1h30m", 5400), ("500ms", 0.5), ("2 w", 1_209_600), ("1.5h", 5400)],
)  # fmt: skip
def test_lengths_of_time(written: str, seconds: float) -> None:
    assert parsed(HEAD + f"fetch:\n  interval: {written}\n").fetch.interval == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("written", "number"),
    [("10MB", 10_000_000), ("500kB", 500_000), ("500 KB", 500_000), ("1GB", 10**9), ("1MiB", 1_048_576), ("2048", 2048), ("2048B", 2048), ("1.5MB", 1_500_000)],
)  # fmt: skip
def test_sizes(written: str, number: int) -> None:
    assert parsed(HEAD + f"fetch:\n  max_bytes: {written}\n").fetch.max_bytes == number


def test_two_spellings_of_a_feed_have_one_key_and_credentials_stay_out_of_it() -> None:
    one = feed("members:\n- name: A\n  feeds: ['https://u:p@Example.org:443/feed#top']\n")
    assert one.url == "https://u:p@Example.org:443/feed"
    assert one.key == "https://***@example.org/feed"
    assert one.configured == "https://u:p@Example.org:443/feed#top"


def test_two_users_of_one_address_have_feeds_of_their_own() -> None:
    made = parsed(
        HEAD + "members:\n- name: A\n  feeds: ['https://ada:x@a.example.org/private']\n"
        "- name: B\n  feeds: ['https://bob:x@a.example.org/private', 'https://bob:y@a.example.org/private']\n"
    )
    keys = [one.key for source in made.sources for one in source.feeds]
    assert keys[0] == "https://***@a.example.org/private"
    assert len(set(keys)) == len(keys) == 2
    assert not any("bob" in key or "ada" in key for key in keys)


def test_a_local_feed_is_found_beside_feeds_yaml_and_its_key_moves_with_the_planet(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "a.xml").touch()
    text = HEAD + "members:\n- name: A\n  feeds: [./feeds/../feeds/a.xml]\n"
    made = config.parse(text, tmp_path / "feeds.yaml")
    one = made.sources[0].feeds[0]
    assert (one.local, one.url, one.key) == (True, str(tmp_path / "feeds" / "a.xml"), "feeds/a.xml")
    assert made.warnings == ()


def test_a_missing_local_feed_is_a_doubt_and_no_mistake() -> None:
    assert "there is no file a.xml" in warnings(parsed(HEAD + "members:\n- name: A\n  feeds: [a.xml]\n"))[0]


def test_a_calendar_may_be_written_as_webcal() -> None:
    one = feed("groups:\n- name: A\n  calendars: ['webcal://a.example.org/x.ics']\n")
    assert (one.url, one.kind, one.timezone) == ("https://a.example.org/x.ics", "calendar", "Europe/Paris")


@pytest.mark.parametrize(
    "written", ["pyclermont", "https://www.meetup.com/pyclermont/", "https://www.meetup.com/fr-FR/pyclermont/events/"]
)
def test_meetup_is_short_for_its_calendar(written: str) -> None:
    assert feed(f"groups:\n- name: A\n  meetup: {written}\n").url == "https://www.meetup.com/pyclermont/events/ical/"


@pytest.mark.parametrize(
    "written", ["@g@m.example.org", "g@m.example.org", "https://m.example.org/@g", "https://m.example.org/@g/events"]
)
def test_mobilizon_is_short_for_its_calendar(written: str) -> None:
    assert feed(f"groups:\n- name: A\n  mobilizon: '{written}'\n").url == "https://m.example.org/@g/feed/ics"


def test_slugs_are_unique_in_the_order_of_the_file() -> None:
    names = ["Zoé", "zoe", "Zoé 2", "ZOE"]
    made = parsed(HEAD + "members:\n" + "".join(f"  - name: {name}\n" for name in names))
    assert [source.slug for source in made.sources] == ["zoe", "zoe-3", "zoe-2", "zoe-4"]


@given(st.lists(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1), min_size=1, max_size=8))
def test_every_source_has_a_slug_of_its_own(names: list[str]) -> None:
    made = parsed(
        json.dumps(
            {"planet": {"title": "A", "url": "https://a.example.org/"}, "groups": [{"name": name} for name in names]}
        )
    )
    slugs = [source.slug for source in made.sources]
    assert len(set(slugs)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]+", slug) for slug in slugs)


def test_the_same_feed_under_two_sources_is_a_doubt_and_belongs_to_both() -> None:
    made = parsed(
        HEAD
        + "members:\n- name: A\n  feeds: ['https://a.example.org/x']\n- name: B\n  feeds: ['https://A.example.org:443/x']\n"
    )
    assert len({source.feeds[0].key for source in made.sources}) == 1
    (doubt,) = warnings(made)
    assert doubt.startswith("feeds.yaml:8: ")
    assert "of A on line 6" in doubt


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "1: no feed is configured yet"),
        ("members:\n- name: A\n", "5: A has no feed"),
        ("members:\n- name: A\n  feeds: ['https://a.example.org/x', 'https://a.example.org/x#y']\n", "6: the feed is listed for A on line 6 already"),
        ("members:\n- name: A\n  feeds: ['https://a.example.org/x.ics']\n", "6: looks like a calendar"),
        ("members:\n- name: A\n  calendars: ['https://a.example.org/x.rss']\n", "6: looks like a feed"),
        ("members:\n- name: A\n  avatar: a.png\n", "6: there is no file a.png"),
        ("members:\n- name: A\n  feeds:\n  - {url: 'https://a.example.org/', include: {}}\n", "7: `include` holds no rule"),
        ("technologies:\n  php: {tags: [symfony, laravel, drupal, joomla, spip, doctrine, twig, behat, pest]}\n", "5: 9 of its tags"),
        ("fetch:\n  interval: 1m\n", "5: `interval`: servers of others"),
        ("notify:\n- url: slack://token\n", "5: `url`: whoever reads this file"),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_a_warning_with_its_line(text: str, what: str) -> None:
    assert any(warning.startswith(f"feeds.yaml:{what}") for warning in warnings(parsed(HEAD + text)))


def test_paths_are_relative_to_the_file_and_not_to_the_working_directory(tmp_path: Path) -> None:
    mine = tmp_path / "a" / "mine"
    mine.mkdir(parents=True)
    (mine / "theme.toml").touch()
    made = config.parse(HEAD + "  output: ../site\n  theme: ./mine\n", tmp_path / "a" / "feeds.yaml")
    assert made.site.output == tmp_path / "site"
    assert made.site.database == tmp_path / "a" / "planet.db"
    assert made.site.theme == str(tmp_path / "a" / "mine")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(st.characters(exclude_categories=("C",))),
        lambda inner: (
            st.lists(inner, max_size=4)
            # YAML reads a key of at most 1,024 characters (YAML 1.2.2, 7.4.3), JSON's quotes and escapes included.
            | st.dictionaries(st.text(st.characters(exclude_categories=("C",)), max_size=80), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_any_json_object_reads_as_itself(value: object) -> None:
    try:
        assert Document(json.dumps({"a": value})).value == {"a": value}
    except UnreadableError as error:
        pytest.fail(f"{error} in {value}")


def test_the_schema_that_ships_is_the_one_of_the_code() -> None:
    assert json.loads(config.SCHEMA.read_text("utf-8")) == config.json_schema(), (
        "run: planet schema > planet/config/feeds.schema.json"
    )


@pytest.mark.parametrize(
    "path", [ROOT / "feeds.yaml", ROOT / "tests/data/config/everything.yaml"], ids=lambda path: path.name
)
def test_what_the_code_accepts_the_schema_accepts(path: Path) -> None:
    text = path.read_text("utf-8")
    config.parse(text, path)
    jsonschema.validate(Document(text).value, config.json_schema())


def test_the_planet_of_the_project_has_no_doubts() -> None:
    made = config.load(ROOT / "feeds.yaml")
    assert made.warnings == ()
    assert {"php", "js", "python", "ruby", "java", "dotnet", "go", "rust", "data", "devops", "security", "mobile", "iot"} <= {technology.slug for technology in made.technologies}  # fmt: skip
    assert not [one.url for source in made.sources for one in source.feeds if ".invalid" in one.url]


def test_every_key_of_the_schema_is_in_the_reference() -> None:
    reference = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    schema = config.json_schema()
    for name, section in (("", schema), *schema["$defs"].items()):
        for key in section["properties"]:
            assert re.search(rf"^\| `{key}` \|", reference, re.MULTILINE), (
                f"{name}.{key} is not in docs/configuration.md"
            )


def test_a_source_may_say_more_of_itself() -> None:
    (source,) = parsed(
        HEAD
        + "groups:\n- name: Clermont'ech Rust\n  slug: rust-group\n  aliases: [rust-clermont]\n  contact: {private: ada@example.org}\n"
        "  links: [https://github.com/example]\n  call: https://example.org/call\n  retired: true\n  events: evenings/\n"
    ).sources
    assert (source.slug, source.aliases, source.retired, source.call) == (
        "rust-group", ("rust-clermont",), True, "https://example.org/call",
    )  # fmt: skip
    assert source.contact == Contact(address="ada@example.org", private=True)
    assert source.links == (Link(url="https://github.com/example"),)
    (folder,) = source.feeds
    assert (folder.kind, folder.local, folder.key, folder.url) == (
        "folder",
        True,
        "evenings",
        str(Path.cwd() / "evenings"),
    )


def test_links_may_have_names_and_a_contact_may_be_a_page() -> None:
    (source,) = parsed(
        HEAD
        + "members:\n- name: A\n  contact: https://a.example/contact\n  links: {Mastodon: 'https://m.example/@a'}\n"
    ).sources
    assert source.contact == Contact(address="https://a.example/contact")
    assert source.links == (Link(url="https://m.example/@a", name="Mastodon"),)


def test_a_slug_that_is_given_stays_and_a_name_goes_around_it() -> None:
    made = parsed(HEAD + "members:\n- name: Ada\n- name: Zoé\n  slug: ada\n")
    assert [source.slug for source in made.sources] == ["ada-2", "ada"]


def test_filters_stand_at_the_planet_a_source_and_a_feed() -> None:
    rule = "{url: ['https://a.example/*'], all: [{tags: [php]}, {language: [fr]}]}"
    made = parsed(
        HEAD.replace("url:", f"include: {rule}\n  url:")
        + f"members:\n- name: A\n  exclude: {rule}\n  feeds: [{{url: a.xml, include: {rule}}}]\n"
    )
    expected = Filter(url=("https://a.example/*",), all=(Filter(tags=("php",)), Filter(language=("fr",))))
    (source,) = made.sources
    assert made.site.include == source.exclude == source.feeds[0].include == expected


def test_anchors_are_kept_under_a_key_of_ones_own() -> None:
    text = HEAD + "x-rules: &dev {tags: [dev]}\nmembers:\n- name: A\n  feeds: [{url: a.xml, include: *dev}]\n"
    assert parsed(text).sources[0].feeds[0].include.tags == ("dev",)
    jsonschema.validate(Document(text).value, config.json_schema())
