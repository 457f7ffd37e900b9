"""feeds.yaml as values: every key once, with its default, its constraint and its description.

The annotations are data: `planet.config.sections` and `planet.config.editor_schema` are made of them, so that a run whose file is
known needs neither. A field without `Key` is no key of the file: `planet.config.build` works it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from planet.model.base import Fault
from planet.model.keys import Check, Duration, FilePath, Line, Technologies, Text, Texts, Url, Zone, key, number
from planet.urls import masked, redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter of entries: an entry matches if any key matches."""

    tags: Annotated[Texts, key("Tags of the entry; case, accents, spaces, dots and dashes fold.", ["dev", "php"])] = ()
    words: Annotated[Texts, key("Whole words in title or text.", ["code"])] = ()
    title: Annotated[
        str, Check("regex"), key("A regular expression (Python) that is searched in the title.", "(?i)sponsoris")
    ] = ""
    author: Annotated[Texts, key("Names of authors.", ["Ada Lovelace"])] = ()
    language: Annotated[
        tuple[Annotated[str, Check("language")], ...],
        key("Languages of the entry (BCP 47); `fr` means `fr-CA` too.", ["fr"]),
    ] = ()

    url: Annotated[
        tuple[Annotated[str, Check("url_pattern")], ...],
        key(
            "Addresses of the entry: `*` stands for anything; one that begins with ^ is a regular expression.",
            ["https://example.org/perso/*"],
        ),
    ] = ()
    all: Annotated[
        tuple[Filter, ...], key("Rules that must hold together.", [{"tags": ["php"]}, {"language": ["fr"]}])
    ] = ()

    def __bool__(self) -> bool:
        return any((self.tags, self.words, self.title, self.author, self.language, self.url, self.all))


NO_FILTER = Filter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Technology:
    """A technology with a page and feeds of its own; the key is its address: `php` is at php/.

    `hue` is 0 to 359; None: taken from the slug. `slug` is the key of the file, `line` that of the key. The catalogue gives `everyday`,
    `company`, `homes` (hosts, with a path or without) and `code` (languages of code blocks); see `planet.catalogue.CatalogueEntry`.
    """

    slug: str
    name: Annotated[Line, key("As it is shown; the key where it is left out.", "PHP")] = ""
    aliases: Annotated[
        tuple[Annotated[str, Check("slug")], ...],
        key(
            "Other addresses that lead to its page, beside those of the catalogue: names that it had before.",
            ["javascript"],
        ),
    ] = ()
    tags: Annotated[
        Texts, key("Tags that mean it; case, accents, spaces, dots and dashes fold.", ["php", "symfony"])
    ] = ()
    words: Annotated[Texts, key("Whole words in title or text that mean it.", ["PHP", "Symfony"])] = ()
    catalogue: Annotated[bool, key("Whether what the catalogue knows of it counts, too.")] = True
    gathers: Annotated[
        tuple[Annotated[str, Check("catalogued")], ...],
        key("Others of the catalogue whose signs mean it, too.", ["databases", "ai"]),
    ] = ()
    everyday: Annotated[
        Texts, key("Its names that are ordinary words, too: they count in exactly this spelling, in company.", ["Go"])
    ] = ()
    phrases: Annotated[Texts, key("Phrases that give such a word its meaning.", ["en Go", "go test"])] = ()
    company: Annotated[Texts, key("Words that, near by, give such a word its meaning.", ["goroutine"])] = ()
    homes: Annotated[
        Texts,
        key("Hosts, or hosts with the beginning of a path: a link there is a sign.", ["go.dev", "github.com/golang"]),
    ] = ()
    code: Annotated[Texts, key("Languages of code blocks that are a sign of it.", ["go", "golang"])] = ()
    include: Annotated[Filter, key("What else means it.")] = NO_FILTER
    exclude: Annotated[Filter, key("What is not it, whatever else matches.", {"words": ["recrutement"]})] = NO_FILTER
    hue: Annotated[
        Annotated[int, Check("hue")] | None,
        key(
            "Its colour: a hue from 0 to 359, or `#rrggbb` in quotes, of which the hue is taken.",
            245,
            "#777bb3",
            name="color",
            may_be_empty=False,
        ),
    ] = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedConfig:
    """One feed or calendar of a source.

    A `folder` is one of Markdown posts about events. `configured` is what feeds.yaml says, `url` what is requested: absolute, without fragment and credentials kept, or the
    absolute path of a local file (`local` is true). `key` is the same for two spellings of one URL (host case, default
    port, fragment, blanks): one key is one request.
    """

    configured: str
    url: Annotated[
        str,
        Check("feed_address"),
        key("http or https, or a path relative to feeds.yaml.", "https://example.org/feed.xml", "feeds/local.xml"),
    ]
    key: str
    local: bool = False
    inside: bool = False
    """Its host is of a private network, and the planet is not: nothing that is published names it."""
    kind: Annotated[
        Literal["posts", "events", "calendar", "folder"],
        key("`events`: its dates are those of the events.", choices=("posts", "events")),
    ] = "posts"
    include: Annotated[Filter, key("Only what matches this is kept.")] = NO_FILTER
    exclude: Annotated[Filter, key("What matches this is dropped; it wins over include.")] = NO_FILTER
    technologies: Annotated[Technologies, key("All that it publishes is this.", ["js"])] = ()
    summary_only: Annotated[bool, key("Show a summary and a link, not the whole text.")] = False
    unlisted: Annotated[
        bool | None,
        key(
            "Show its address nowhere; left out: so for an address that carries a secret, and for one with ${NAME} in it."
        ),
    ] = None
    interval: Annotated[Duration | None, key("Least time between two requests, instead of fetch.interval.", "6h")] = (
        None
    )
    timezone: Annotated[
        Zone, key("Of its dates that name none; UTC for posts, planet.timezone for events.", "Europe/Paris")
    ] = ""
    line: int = 0

    @property
    def label(self) -> str:
        """`configured` as it may be shown: without a password, and masked where the feed is unlisted."""
        return masked(self.configured) if self.unlisted else redacted(self.configured)

    @property
    def public_url(self) -> str:
        """The address as the site may name it, without a password; "" for a local file, a private host and where it is unlisted."""
        return "" if self.local or self.inside or self.unlisted else redacted(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How a source is reached: a mail address or a URL, or the `${NAME}` of one. A private one is never shown, only written to."""

    address: str
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another place of a source on the web. `name` is what feeds.yaml calls it, "" where it gives the URL alone."""

    url: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A member or a group: the owner of feeds.

    `slug` is unique in the planet: the name's, unless feeds.yaml gives another. A folder of events (`events:`) is one of
    `feeds`, of kind `folder`.
    """

    kind: Literal["member", "group"]
    slug: Annotated[
        str,
        Check("source_slug"),
        key(
            "Its address, below members/; from its name where it is left out. A source that is renamed keeps it.", "ada"
        ),
    ] = ""
    aliases: Annotated[
        tuple[Annotated[str, Check("source_slug")], ...],
        key(
            "Slugs that it had before: these addresses lead to its page, and no other source may take them.",
            ["ancien-nom"],
        ),
    ] = ()
    name: Annotated[Line, key("As it is shown.", "William Durand", "clermontech.php")]
    url: Annotated[Url, key("The home page.", "https://williamdurand.fr/")] = ""
    avatar: Annotated[
        str,
        Check("avatar"),
        key("A file beside feeds.yaml, or a URL that the run downloads; never hot-linked.", "avatars/william.png"),
    ] = ""
    technologies: Annotated[Technologies, key("All that it publishes is this.", ["php"])] = ()
    contact: Annotated[
        Contact | None,
        Check("contact"),
        key(
            "A mail address or a URL, shown on its page; `{private: …}` or ${NAME}: never shown, only written to.",
            "bonjour@example.org",
            {"private": "ada@example.org"},
            "${ADA_MAIL}",
        ),
    ] = None
    letters: Annotated[bool | None, key("Whether its owner is written to, instead of planet.letters.")] = None
    links: Annotated[
        tuple[Link, ...],
        Check("links"),
        key(
            "Its other places on the web, as a list of URLs, or as names and URLs.",
            ["https://github.com/example"],
            {"Mastodon": "https://mastodon.example/@example"},
        ),
    ] = ()
    call: Annotated[
        Line, key("How to propose a talk: a URL or a sentence.", "https://example.org/proposer-un-sujet")
    ] = ""
    retired: Annotated[bool, key("Its stories stay, it is asked no more, and its page says so.")] = False
    include: Annotated[Filter, key("Only what matches this is kept, of all its feeds.")] = NO_FILTER
    exclude: Annotated[Filter, key("What matches this is dropped, of all its feeds; it wins over include.")] = NO_FILTER
    feeds: tuple[FeedConfig, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingList:
    """A list of feeds that somebody else keeps (OPML): its sources are read as if feeds.yaml named them.

    `key` is the same for two spellings of its address; with its variables unexpanded.
    """

    url: Annotated[str, Check("list_address"), key("http or https.", "https://example.org/blogs.opml")]
    key: str = ""
    technologies: Annotated[Technologies, key("All that its feeds publish is this.", ["php"])] = ()
    unlisted: Annotated[
        bool | None,
        key("Show its address and those of its feeds nowhere; left out: so where its address carries a secret."),
    ] = None
    interval: Annotated[Duration | None, key("Least time between two requests, instead of fetch.interval.", "6h")] = (
        None
    )
    without: Annotated[
        Texts, key("Who of the list is left out: names, pages or feeds.", ["Ada Lovelace", "https://ada.example.org/"])
    ] = ()
    line: int = 0

    @property
    def label(self) -> str:
        """The address as it may be shown: without a password, and masked where the list is unlisted."""
        return masked(self.url) if self.unlisted else redacted(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who runs the planet; named in its feeds and its OPML."""

    name: Annotated[Line, key("A person or an association.", "Clermont'ech")] = ""
    email: Annotated[str, Check("email"), key("Where to write to.", "hello@clermontech.org")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The planet itself: its name, its address, what its pages hold.

    `url` ends with a slash; `output` and `database` are absolute; `theme` is a name or an absolute path.
    """

    title: Annotated[Line, key("The name of the planet.", "Planet Clermont'ech")]
    url: Annotated[
        str,
        Check("site_url"),
        key("Where output/ is published; every absolute link starts here.", "https://planet.clermontech.org/"),
    ]
    description: Annotated[Line, key("One sentence under the title, and in the feeds.")] = ""
    language: Annotated[
        str,
        Check("page_language"),
        key("Of the pages, their dates and their feeds (BCP 47); de, en, es and fr ship.", "fr", "en", "fr-CA"),
    ] = "fr"
    timezone: Annotated[Zone, key("Of the dates on the pages (IANA).", "Europe/Paris")] = "Europe/Paris"
    owner: Annotated[Owner, key("Who runs the planet.")] = field(default_factory=Owner)
    theme: Annotated[
        Text, key("A folder themes/<name>/ beside feeds.yaml, else one that ships, or a path.", "clermontech")
    ] = "clermontech"
    output: Annotated[FilePath, key("The folder of the site, relative to feeds.yaml.", "output")] = Path("output")
    database: Annotated[FilePath, key("What the planet knows (SQLite), relative to feeds.yaml.", "planet.db")] = Path(
        "planet.db"
    )
    page_entries: Annotated[int, number("Stories a page.", minimum=1)] = 20
    feed_entries: Annotated[int, number("Stories a feed.", minimum=1)] = 60
    private: Annotated[
        bool, key("A planet that is not for the public: no search engine is asked in, no hub is told.")
    ] = False
    newcomer_entries: Annotated[
        int, number("Most stories that one newly added feed may bring into the output feeds.")
    ] = 5
    include: Annotated[Filter, key("Only what matches this is kept, of all feeds.")] = NO_FILTER
    exclude: Annotated[Filter, key("What matches this is dropped, of all feeds; it wins over include.")] = NO_FILTER
    catalogue: str = ""
    """Path of the planet's own catalogue of sentences, "" where it has none: `locale/` beside feeds.yaml."""
    catalogue_rev: str = ""
    """Changes with its content, so that pages are written again."""
    hub: Annotated[Url, key("WebSub hub to advertise and ping.", "https://pubsubhubbub.appspot.com/")] = ""
    mailing_list: Annotated[
        Url, key("The page where readers join the list that the planet writes to.", "https://lists.example.org/blogs")
    ] = ""
    letters: Annotated[bool, key("Write to the owner (`contact`) of a feed that has failed for three days.")] = False
    heartbeat: Annotated[
        Url,
        key(
            "Asked after each run that went well, so that a cron that stopped is noticed.",
            "https://alive.example.org/planet",
        ),
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRules:
    """The settings of requests. A duration is written 30s, 60m, 6h or 1d; a number alone is seconds."""

    interval: Annotated[
        Duration, key("Least time between two requests of one feed (0s is for a server of your own).")
    ] = timedelta(minutes=60)
    timeout: Annotated[
        timedelta, Check("positive_duration"), key("One feed, from connect to last byte, redirects included.")
    ] = timedelta(seconds=30)
    max_bytes: Annotated[int, Check("size"), key("Of the body, after decompression.")] = 10_000_000
    max_entries: Annotated[int, number("Newest entries read from one document.", minimum=1)] = 500
    workers: Annotated[int, number("Feeds in flight.", minimum=1, maximum=500)] = 16
    per_host: Annotated[int, number("Feeds in flight at one host.", minimum=1)] = 2
    host_pause: Annotated[
        Duration, key("Between the starts of two requests to one host (0s for a server of your own).")
    ] = timedelta(seconds=1)
    allow_private: Annotated[
        bool | tuple[str, ...],
        Check("allow_private"),
        key(
            "May loopback, private and link-local addresses be asked? true, false, or a list of host:port.",
            False,
            ["127.0.0.1:8000"],
        ),
    ] = False
    user_agent: Annotated[
        str,
        Check("header"),
        key("What feeds are asked as; the default names the project, its version and planet.url."),
    ] = ""
    executor: Annotated[
        str,
        Check("executor"),
        key(
            "Who asks and reads feeds: `local`, or the scheduler of a Dask cluster (dask://host:8786, dask+tls://host:8786).",
            "local",
        ),
    ] = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyRule:
    """A channel for notifications: an Apprise URL with its `${ENV}` still in it, so that no secret is in this value."""

    url: Annotated[
        str,
        Check("notify_url"),
        key(
            "An Apprise URL; ${NAME} is taken from the environment, so that secrets stay out of the file.",
            "${SLACK_WEBHOOK}",
        ),
    ]
    technologies: Annotated[Technologies, key("Only stories and events of these; none named: all.", ["php"])] = ()
    every: Annotated[Literal["run", "day", "week"], key("After each run that brings something, or a digest.")] = "run"
    groups: Annotated[Texts, key("Only what these groups publish, by name; none named: all.", ["clermontech.php"])] = ()
    members: Annotated[Texts, key("Only what these members publish, by name; none named: all.", ["Ada"])] = ()
    what: Annotated[
        tuple[Literal["stories", "events", "health"], ...],
        key(
            "What is told: new stories; new, moved and cancelled events; `health` is what would be mailed by cron.",
            ["stories", "events"],
        ),
    ] = ("stories", "events")
    remind: Annotated[tuple[Duration, ...], key("How long before an event it is told again.", ["7d", "1d"])] = ()
    style: Annotated[
        Literal["each", "digest", "auto"],
        key("A message for each thing, or one for all; auto: as the service is made for."),
    ] = "auto"
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of feeds.yaml. `folder` is the absolute folder of the file: relative paths start there."""

    path: Path
    folder: Path
    site: Site
    fetch: FetchRules = field(default_factory=FetchRules)
    technologies: tuple[Technology, ...] = ()
    sources: tuple[Source, ...] = ()
    lists: tuple[ReadingList, ...] = ()
    hide: tuple[str, ...] = ()
    notify: tuple[NotifyRule, ...] = ()
    warnings: tuple[Fault, ...] = ()

    @property
    def notifies_health(self) -> bool:
        """Whether a channel of `notify:` gets the news that cron would mail."""
        return any("health" in rule.what for rule in self.notify)

    def feeds_by_key(self) -> dict[str, tuple[Source, FeedConfig]]:
        """Each feed once, with the source that lists it first (one that is not retired, if there is one); build it once and keep it."""
        feeds: dict[str, tuple[Source, FeedConfig]] = {}
        for source in sorted(self.sources, key=lambda source: source.retired):
            for feed in source.feeds:
                feeds.setdefault(feed.key, (source, feed))
        return feeds
