"""Mistakes in feeds.yaml: every one with its line, and with what would be right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planet import config
from planet.config.document import Document
from planet.errors import ConfigError
from tests.test_config import HEAD, PHP, parsed

TWELVE = (Path(__file__).parent / "data" / "config" / "twelve.yaml").read_text("utf-8")


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    return str(caught.value).splitlines()


def test_a_file_wrong_in_twelve_places_gives_twelve_lines() -> None:
    expected = [number for number, line in enumerate(TWELVE.splitlines(), 1) if line.rstrip().endswith("# wrong")]
    told = faults(TWELVE)
    assert len(expected) == len(told) == 12
    assert [int(line.split(":")[1]) for line in told] == expected
    assert all(line.startswith("feeds.yaml:") for line in told)


FAULTS = {
    "a technology of the catalogue, misspelt": ("technologies: [pyhton]\n", 4, "did you mean `python`?"),
    "a technology that nothing can be": ("technologies:\n  volcans: {name: Volcans}\n", 5, "give it `tags:` or `words:`"),
    "a technology that gathers what nobody knows": ("technologies:\n  data: {gathers: [datbases]}\n", 5, "did you mean `databases`?"),
    "unknown key, the nearest named": ("fetch:\n  worker: 3\n", 5, "did you mean `workers`"),
    "unknown key at the top": ("membres: []\n", 4, "did you mean `members`"),
    "a key of another section": ("interval: 6h\n", 4, "belongs under `fetch:`"),
    "a section inside another": ("fetch:\n  hide: []\n", 5, "belongs at the top"),
    "an undefined technology, the nearest named": (PHP + "members:\n  - {name: A, technologies: [phpp]}\n", 7, "did you mean `php`"),
    "an undefined technology of a group": ("groups:\n  - name: A\n    technology: js\n", 6, "add it under `technologies:`"),
    "an undefined technology of a feed": ("members:\n- name: A\n  feeds:\n  - {url: a.xml, technologies: [js]}\n", 7, "not defined"),
    "an undefined technology of a notice": ("notify:\n- url: json://x\n  technologies: [js]\n", 6, "not defined"),
    "a reserved technology": ("technologies:\n  members: {}\n", 5, "reserved"),
    "a technology called like a page that docs do not name": ("technologies:\n  subscribe: {}\n", 5, "reserved"),
    "a technology that is no address": ("technologies:\n  c++: {name: C++}\n", 5, "`cpp`"),
    "two sources at one address": ("members:\n- name: A\n  slug: a\n- name: B\n  aliases: [a]\n", 8, "the source on line 6"),
    "an address of a source that is none": ("members:\n- name: A\n  slug: Ada B\n", 6, "`ada-b`"),
    "a contact that is none": ("members:\n- name: A\n  contact: {public: a@b.example}\n", 6, "private: name@host"),
    "links that are none": ("members:\n- name: A\n  links: https://a.example/\n", 6, "a list of URLs"),
    "a rule on addresses that is no regular expression": ("  exclude: {url: ['^(']}\n", 4, "no regular expression"),
    "rules in rules in rules": ("  exclude: {all: [{all: []}]}\n", 4, "unknown key `all`"),
    "a name in place of its key": ("members:\n  - Ada:\n    feeds: [a.xml]\n", 5, "write `- name: Ada`"),
    "a name and a feed": ("members:\n  - Ada Lovelace: https://a.example/feed\n", 5, "write `- name: Ada Lovelace`"),
    "members by name": ("members:\n  Ada: {feeds: [a.xml]}\n", 4, "write `- name: Ada`"),
    "a name without a blank": ("members:\n  - name:Ada\n", 5, "`name: Ada`"),
    "hours from Greenwich": ("  timezone: GMT+1\n", 4, "such as Europe/Paris"),
    "a name for a member": ("members:\n  - Ada Lovelace\n", 5, "write `name: Ada Lovelace`"),
    "one technology, not a list": ("technologies: php\n", 4, "write [php]"),
    "a missing name": ("members:\n  - url: https://a.example.org/\n", 5, "`name` is missing"),
    "an empty name": ("members:\n  - name: ''\n", 5, "`name` is empty"),
    "a number for a name": ("members:\n  - name: 12\n", 5, "put it in quotes"),
    "a URL without a scheme": ("members:\n  - name: A\n    url: a.example.org\n", 6, "did you mean `https://a.example.org`"),
    "a URL of another scheme": ("members:\n  - name: A\n    url: ftp://a.example.org/\n", 6, "https:// or http://"),
    "a URL without a host": ("members:\n  - name: A\n    feeds: ['https:///x']\n", 6, "no URL that can be asked"),
    "a URL with a blank": ("members:\n  - name: A\n    feeds: ['https://a.example.org/a b']\n", 6, "no URL that can be asked"),
    "a URL with a port that is none": ("members:\n  - name: A\n    feeds: ['https://a.example.org:99999/']\n", 6, "no URL"),
    "a feed without a scheme": ("members:\n  - name: A\n    feeds:\n      - example.org/feed.xml\n", 7, "`https://example.org/feed.xml`"),
    "a feed that starts with two slashes": ("members:\n  - name: A\n    feeds: [//example.org/feed]\n", 6, "`https://example.org/feed`"),
    "a feed as file:": ("members:\n  - name: A\n    feeds: ['file:///a.xml']\n", 6, "as a path"),
    "a feed as feed:": ("members:\n  - name: A\n    feeds: ['feed://a.example.org/']\n", 6, "write https://"),
    "one feed, not a list": ("members:\n  - name: A\n    feeds: https://a.example.org/\n", 6, "must be a list: write [https://a.example.org/]"),
    "a mapping for a list": ("members:\n  name: A\n", 4, "must be a list, not a mapping"),
    "a list for a mapping": ("fetch: [1]\n", 4, "`fetch` must hold keys"),
    "a list for a text": ("members:\n  - name: [A]\n", 5, "must be one text, not a list"),
    "a kind of its own": ("members:\n- name: A\n  feeds:\n  - {url: a.xml, kind: event}\n", 7, "did you mean `events`"),
    "a kind that is a list": ("members:\n- name: A\n  feeds:\n  - {url: a.xml, kind: [posts]}\n", 7, "`posts`, `events`"),
    "a calendar that is listed as a feed": (
        "groups:\n- name: A\n  meetup: a\n  feeds: ['https://www.meetup.com/a/events/ical/']\n", 6, "read as posts on line 7"),
    "a calendar among feeds": ("members:\n- name: A\n  feeds:\n  - {url: a.ics, kind: calendar}\n", 7, "under `calendars:`"),
    "a regular expression that is none": ("members:\n- name: A\n  feeds:\n  - {url: a.xml, exclude: {title: '('}}\n", 7, "no regular expression"),
    "a time zone that is near another": ("  timezone: Europe/Pari\n", 4, "did you mean `Europe/Paris`"),
    "a time zone by its letters": ("  timezone: CEST\n", 4, "is no time zone"),
    "a language that is none": ("  language: français\n", 4, "BCP 47"),
    "a language as systems write it": ("  language: fr_FR\n", 4, "`fr-FR`"),
    "a language without pages": ("  language: it\n", 4, "write one of de, en, es, fr"),
    "a length of time that is none": ("fetch:\n  interval: soon\n", 5, "60m"),
    "a length of time below nothing": ("fetch:\n  host_pause: -1\n", 5, "from 0s"),
    "no patience": ("fetch:\n  timeout: 0s\n", 5, "more than nothing"),
    "a truth for a length of time": ("fetch:\n  interval: true\n", 5, "no length of time"),
    "a size that is none": ("fetch:\n  max_bytes: 10XB\n", 5, "10MB"),
    "no page": ("  page_entries: 0\n", 4, "1 or more"),
    "half an entry": ("  page_entries: 1.5\n", 4, "whole number such as 20"),
    "a truth for a number": ("  page_entries: true\n", 4, "whole number"),
    "a word for a number": ("  feed_entries: many\n", 4, "whole number such as 60"),
    "too many workers": ("fetch:\n  workers: 100000\n", 5, "500 or less"),
    "a number for a truth": ("members:\n- name: A\n  feeds:\n  - {url: a.xml, summary_only: 1}\n", 7, "true or false"),
    "a word for a truth": ("fetch:\n  allow_private: maybe\n", 5, "true, false, or a list"),
    "a host that is none": ("fetch:\n  allow_private: ['http://x/']\n", 5, "host:port"),
    "a user agent that cannot be sent": ("fetch:\n  user_agent: Planète\n", 5, "ASCII"),
    "a mail address that is none": ("  owner: {email: bonjour}\n", 4, "name@host"),
    "a Meetup page of something else": ("groups:\n  - name: A\n    meetup: https://example.org/a\n", 6, "meetup.com"),
    "a Mobilizon group without its host": ("groups:\n  - name: A\n    mobilizon: groupe\n", 6, '"@group@host"'),
    "a notice without a scheme": ("notify:\n  - url: slack\n", 5, "Apprise"),
    "a variable of the shell": ("notify:\n  - url: $SLACK\n", 5, "${SLACK}"),
    "a variable that is not closed": ("notify:\n  - url: ${SLACK\n", 5, "${NAME}"),
    "a rhythm of its own": ("notify:\n  - url: ${X}\n    every: month\n", 6, "`run`, `day`, `week`"),
    "a notice without its key": ("notify:\n  - ${X}\n", 5, "`url: …`"),
    "a colour that became a comment": ("technologies:\n  php:\n    color: #777bb3\n", 6, "in quotes"),
    "a grey": ("technologies:\n  php:\n    color: '#777777'\n", 6, "grey"),
    "a hue beyond the circle": ("technologies:\n  php:\n    color: 360\n", 6, "0 to 359"),
    "an entry to hide that is no text": ("hide: [1]\n", 4, "in quotes"),
    "a key twice": ("hide: []\nhide: []\n", 5, "written twice (first on line 4)"),
    "a tag of YAML": ("hide: [!!binary aGk=]\n", 4, "not understood"),
    "a key that is a list": ("? [a]\n: b\n", 4, "one word"),
    "feeds.yaml on the site": ("  output: .\n  database: ../planet.db\n", 4, "feeds.yaml lies inside"),
    "a variable in a path": ("  output: $HOME/www\n", 4, "write the path out"),
    "a variable in an address that is not closed": ("members:\n- name: A\n  feeds: ['https://a.example/${X']\n", 6, "${NAME}"),
    "the database on the site": ("  output: site\n  database: site/planet.db\n", 5, "published"),
    "one feed as two things": ("members:\n- name: A\n  feeds: ['https://a.example.org/x']\n  calendars: ['https://A.example.org/x']\n", 7, "read as posts on line 6"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_mistake_is_told_with_its_line_and_with_what_would_be_right(case: str) -> None:
    text, line, what = FAULTS[case]
    (told,) = faults(HEAD + text)
    assert told.startswith(f"feeds.yaml:{line}: ")
    assert what in told


def test_a_misspelt_key_that_is_needed_is_told_once() -> None:
    assert faults("planet:\n  titel: A\n  url: https://a.example.org/\n") == [
        "feeds.yaml:2: unknown key `titel`; did you mean `title`?"
    ]


def test_what_the_planet_needs_is_asked_for() -> None:
    assert [line.split(" is ")[0] for line in faults("planet: {}\n")] == [
        "feeds.yaml:1: `title`",
        "feeds.yaml:1: `url`",
    ]
    assert faults("fetch:\n  workers: 3\n")[0].startswith("feeds.yaml:1: `planet` is missing")


BROKEN = {
    "empty": ("", 1, "is empty"),
    "only comments": ("# rien\n", 1, "is empty"),
    "a list": ("- a\n", 1, "must hold keys at its top"),
    "a text": ("bonjour\n", 1, "must hold keys at its top"),
    "a tab": ("planet:\n\ttitle: A\n", 2, "`  title: A`"),
    "a key that is indented too far": (
        HEAD + "   description: x\n",
        4,
        "by 3 blanks, its neighbours by 2: `  description: x`",
    ),
    "a key that is indented too little": (
        HEAD + "members:\n  - name: A\n   feeds: [a.xml]\n",
        6,
        "by 3 blanks, its neighbours by 4: `    feeds: [a.xml]`",
    ),
    "a quote that is never closed": (HEAD + '  description: "a\n', 4, "not closed"),
    "a colon in a text": (HEAD + "  description: Blogs: les nôtres\n", 4, '`description: "Blogs: les nôtres"`'),
    "an at sign": (HEAD + "groups:\n  - name: A\n    mobilizon: @a@b.example\n", 6, 'in quotes, "@…"'),
    "an open quote": ('planet:\n  title: "A\n  url: b\n', 2, '`title: "A"`'),
    "a quote that another line closes": (HEAD + '  description: "a\n  theme: "base"\n', 4, '`description: "a"`'),
    "an open bracket": ("planet: {title: A\nmembers: []\n", 1, "`planet: {title: A}`"),
    "an open list": (HEAD + "members:\n  - name: A\n    feeds: [a.xml\n  - name: B\n", 6, "`feeds: [a.xml]`"),
    "an item that is indented too little": (
        HEAD + "members:\n  - name: A\n    feeds:\n      - a.xml\n     - b.xml\n",
        8,
        "by 5 blanks, its neighbours by 6: `      - b.xml`",
    ),
    "no blank behind a colon": (HEAD + "members:\n  - name:Ada\n    feeds: [a.xml]\n", 6, "`- name: Ada`"),
    "two documents": (HEAD + "---\na: 1\n", 4, "second document"),
    "an unknown anchor": ("planet: *nobody\n", 1, "undefined alias"),
    "an anchor in itself": (HEAD + "hide: &a [*a]\n", 4, "holds itself"),
    "a control character": (HEAD + "  description: a\x07b\n", 4, "U+0007"),
    "brackets without end": ("[" * 100_000, 1, "nested more than"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_yaml_is_told_with_its_line(case: str) -> None:
    text, line, what = BROKEN[case]
    told = faults(text)
    assert any(one.startswith(f"feeds.yaml:{line}: ") and what in one for one in told), told


def test_a_file_that_cannot_be_read_is_named_without_a_line(tmp_path: Path) -> None:
    missing = tmp_path / "feeds.yaml"
    for path, what in ((missing, "there is no such file"), (tmp_path, "is a folder")):
        with pytest.raises(ConfigError) as caught:
            config.load(path)
        assert str(caught.value).startswith(f"{path}: {what}")
        assert caught.value.faults[0].line == 0
    missing.write_bytes(b"planet:\n  title: Plan\xe8te\n")
    with pytest.raises(ConfigError, match=r"feeds\.yaml:2: is not UTF-8"):
        config.load(missing)


SNIPPETS = [
    "planet:", "  title: a", "  url: https://a.example.org/", "members:", "  - name: b", "    feeds: [x.xml]", "    feeds:", "- a", "a: b",
    "technologies:", "  php: {}", "{", "}", "[", "]", "&a", "*a", "<<: *a", "!!str", "'", '"', "|", "fetch:", "  interval: 1h", "\t", "- - -", "? a", "#",
    "    technologies: [php]", "groups: *a", "%YAML 1.2", "---", "...", "hide: [a, 1, null]", "notify: [{url: x}]",
]  # fmt: skip


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(SNIPPETS), max_size=12).map("\n".join),
        st.lists(st.sampled_from(SNIPPETS), max_size=8).map(" ".join),
    )
)
def test_any_text_is_a_configuration_or_a_configuration_error(text: str) -> None:
    try:
        made = parsed(text)
    except ConfigError as error:
        lines = [fault.line for fault in error.faults]
        assert lines
        assert lines == sorted(lines)
        assert (
            1
            <= lines[0]
            <= lines[-1]
            <= text.count("\n")
            + text.count("\r")
            + text.count("\x85")
            + text.count("\u2028")
            + text.count("\u2029")
            + 1
        )
    else:
        assert made.site.url.startswith("https://a.example.org/")


@pytest.mark.parametrize("case", sorted(name for name in FAULTS if re.search("unknown|missing|for a|truth|no address|hue|rhythm|time that", name)))  # fmt: skip
def test_what_is_wrong_in_its_shape_is_wrong_for_the_schema(case: str) -> None:
    value = Document(HEAD + FAULTS[case][0]).value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, config.json_schema())


ANY = st.recursive(
    st.sampled_from([None, True, 0, -1, 1.5, 10**15, "", " ", "php", "https://a.example.org/x", "webcal://a/b", "a.xml", "60m", "fr", "(", "${X}", "@a@b", "posts"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["url", "name", "title", "tags", "kind", "x"]), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def shaped(schema: dict, definitions: dict) -> st.SearchStrategy:
    """Values that are nearly right: the known keys, anything in them."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return st.one_of(ANY, *(shaped(one, definitions) for one in schema["anyOf"]))
    if "properties" in schema:
        keys = {key: shaped(one, definitions) for key, one in schema["properties"].items()}
        return st.fixed_dictionaries({}, optional=keys)
    if schema.get("type") == "object":
        return st.dictionaries(
            st.sampled_from(["php", "js", "c++", "page"]),
            shaped(schema["additionalProperties"], definitions),
            max_size=2,
        )
    if schema.get("type") == "array":
        return st.lists(shaped(schema["items"], definitions), max_size=2)
    return st.sampled_from(schema["examples"]) | ANY if schema.get("examples") else ANY


SCHEMA = config.json_schema()


@given(shaped(SCHEMA, SCHEMA["$defs"]))
def test_any_value_at_any_key_is_a_configuration_or_a_configuration_error(value: object) -> None:
    text = json.dumps(value, indent=1)
    try:
        made = parsed(text)
    except ConfigError as error:
        lines = [fault.line for fault in error.faults]
        assert 1 <= min(lines) <= max(lines) <= text.count("\n") + 1
    else:
        assert made.site.title


@pytest.mark.parametrize(
    ("theme", "told"),
    [
        ("clermontek", "did you mean `clermontech`?"),
        ("./mine", "there is no theme.toml in `./mine`"),
        ("x" * 5000, "there is no theme"),
        ('"a\\0b"', "there is no theme"),
    ],
)
def test_a_theme_that_is_not_there_is_a_mistake_of_its_line(tmp_path: Path, theme: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.parse(
            "planet:\n  title: T\n  url: https://p.example/\n" + f"  theme: {theme}\n", tmp_path / "feeds.yaml"
        )
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{tmp_path / 'feeds.yaml'}:4: `theme`: ")
    assert told in line
