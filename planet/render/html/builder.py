"""What all pages have in common: their frame, what of the site their templates may ask, and the digest of what they are made from."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from planet import __version__
from planet.i18n import Translator
from planet.model import Artifact, Edition, Event, ListedSource, ListedTechnology, Message, SafeHtml, Story, StorySource
from planet.render.html import colours
from planet.render.html.theme import Theme
from planet.text import digest, fold, shorten

if TYPE_CHECKING:  # a run in which nothing changed imports no templates
    from planet.render.html.templates import Templates

Alternate = tuple[str, str, str]
"""A feed: (media type, title, path below output/)."""

POLICY = (
    "default-src 'none'; script-src 'self'{script}; style-src 'self'; img-src 'self' https: http: data:; "
    "media-src 'self' https: http:; connect-src {connect}; manifest-src 'self'; base-uri {base}; form-action 'none'"
)
_HEADING = re.compile(r"<(/?)h([1-6])(?=[\s>])")
MENU = (
    ("", Message.of("Home")),
    ("#technologies", Message.of("Technologies")),
    ("events/", Message.of("Events")),
    ("members/", Message.of("Members")),
    ("archive/", Message.of("Archive")),
    ("subscribe/", Message.of("Subscribe")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One page. `path` is its folder below output/ ("" or ending with a slash), `file` its name there, `root` what leads from it to output/."""

    path: str
    file: str
    title: str
    heading: str
    description: str
    kind: str
    feeds: tuple[Alternate, ...]
    root: str
    canonical: str
    policy: str
    base: str = ""
    robots: str = "index, follow"
    technology: str = ""
    data: str = ""
    """JSON-LD, "" none."""

    def link(self, path: str) -> str:
        """A relative link to `path` below output/."""
        if self.path and path == self.path:
            return "./"
        if path.startswith("#") and not self.root and self.kind != "all":
            return f"./{path}"
        return f"{self.root}{path}" or "./"


class PageBuilder:
    """Makes the pages of one edition with one theme. `avatars` maps the slug of a source to its picture."""

    def __init__(self, edition: Edition, theme: Theme, avatars: Mapping[str, bytes], *, searchable: bool) -> None:
        site = edition.config.site
        self.edition = edition
        self.site = site
        self.theme = theme
        self.avatars = avatars
        self.searchable = searchable
        self.t = Translator(site.language, site.timezone)
        self.sources: dict[str, ListedSource] = {source.slug: source for source in edition.sources}
        self.technologies: dict[str, ListedTechnology] = {one.slug: one for one in edition.technologies}
        self.listed = tuple(one for one in edition.technologies if one.stories)
        """What menus show: technologies with something to read."""
        self.events_of: dict[int, list[Event]] = {}
        for event in edition.events:
            for row in event.stories:
                self.events_of.setdefault(row, []).append(event)
        self.event_pages: dict[str, str] = {}
        """Event id -> folder of the page that shows it."""
        self.shared: dict[str, Any] = {}
        """What else templates may ask, by name."""
        self._shared = digest(
            "frame", edition.base_rev, theme.digest, *(one.slug for one in self.listed), str(searchable)
        )

    @cached_property
    def style(self) -> bytes:
        return self.theme.stylesheet({one.slug: one.hue for one in self.edition.technologies})

    @cached_property
    def script(self) -> bytes:
        return self.theme.script()

    @cached_property
    def templates(self) -> Templates:
        from planet.render.html.templates import Templates  # noqa: PLC0415

        assets = self.theme.assets()
        given = {
            "site": self.site,
            "edition": self.edition,
            "version": __version__,
            "technologies": self.technologies,
            "listed": self.listed,
            "sources": self.sources,
            "searchable": self.searchable,
            "style": f"static/planet.css?v={digest(self.style.decode())[:8]}",
            "script": f"static/planet.js?v={digest(self.script.decode())[:8]}" if self.script else "",
            "has_asset": assets.__contains__,
            "avatar": lambda slug: f"static/avatars/{slug}.webp" if slug in self.avatars else "",
            "initials": initials,
            "tone": tone,
            "events_of": lambda row: self.events_of.get(row, ()),
            "event_path": self.event_path,
            "event_ics": lambda event: f"events/{event.slug}.ics",
            "webcal": lambda path: f"webcal://{urlsplit(self.site.url).netloc}{urlsplit(self.site.url).path}{path}",
            "map_link": map_link,
            "placed": placed,
            "others": others,
            "name_of": name_of,
        }
        return Templates(self.theme, self.t, given | self.shared)

    def event_path(self, event: Event) -> str:
        """Where the page of evenings shows an event."""
        return f"{self.event_pages.get(event.id, 'events/')}#e-{event.slug}"

    def row_inputs(self, rows: Sequence[tuple[int, str, str]]) -> list[str]:
        """What a list of stories is made from: (row, lead source, rev) -> texts for a digest."""
        inputs = []
        for row, source, rev in rows:
            inputs.append(f"{rev}{'+' if source in self.avatars else ''}")
            inputs.extend(f"{event.rev}@{self.event_path(event)}" for event in self.events_of.get(row, ()))
        return inputs

    def feeds_of(self, path: str, name: str, kind: str) -> tuple[Alternate, ...]:
        """The feeds that live in a folder of the site."""
        title = self.site.title if not name or name == self.site.title else f"{self.site.title} – {name}"
        feeds: list[Alternate] = [("application/atom+xml", f"{title} (Atom)", f"{path}atom.xml")]
        if kind in {"all", "technology"}:
            feeds += [
                ("application/rss+xml", f"{title} (RSS)", f"{path}rss.xml"),
                ("application/feed+json", f"{title} (JSON Feed)", f"{path}feed.json"),
                ("text/calendar", f"{title} ({self.t.gettext('calendar')})", f"{path}calendar.ics"),
            ]
        return tuple(feeds)

    def page(
        self,
        path: str,
        template: str,
        inputs: Sequence[str],
        context: Callable[[], Mapping[str, Any]],
        *,
        title: str,
        heading: str = "",
        description: str = "",
        kind: str = "",
        feeds: tuple[Alternate, ...] = (),
        robots: str = "index, follow",
        technology: str = "",
        file: str = "index.html",
        volatile: bool = False,
    ) -> Artifact:
        """One page. `context` is asked only when the page is made; all it depends on must be in `inputs`."""
        kind = kind or template.removesuffix(".html")
        main = self.feeds_of("", "", "all")
        own = (*feeds, *(feed for feed in main if feed not in feeds))
        absolute = kind == "404"
        base = urlsplit(self.site.url).path or "/"

        def make() -> bytes:
            given = dict(context())
            frame = Frame(
                path=path,
                file=file,
                title=title,
                heading=heading or title,
                description=description or self.site.description,
                kind=kind,
                feeds=own,
                root="" if absolute else "../" * path.count("/"),
                canonical=f"{self.site.url}{path}{'' if file == 'index.html' else file}",
                policy=POLICY.format(
                    script=" 'wasm-unsafe-eval'" if kind == "search" else "",
                    connect="'self'" if kind == "search" else "'none'",
                    base="'self'" if absolute else "'none'",
                ),
                base=base if absolute else "",
                robots=robots,
                technology=technology,
                data=script_json(given.pop("data")) if given.get("data") else "",
            )
            menu = [
                (
                    frame.link(where),
                    self.t.say(name),
                    where == path and (bool(where) or frame.kind == "all"),
                )
                for where, name in MENU
            ]
            return self.templates.render(template, {"page": frame, "link": frame.link, "menu": menu, **given})

        key = digest("page", template, self._shared, title, *inputs)
        return Artifact(path=f"{path}{file}", digest=key, make=make, volatile=volatile)


def initials(name: str) -> str:
    """One or two letters that stand for a name: « William Durand » WD, « clermontech.php » CP."""
    words = [word for word in name.replace(".", " ").replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def tone(slug: str) -> str:
    """The class that colours the initials of a source: always the same for one source."""
    return f"a{int(digest(slug)[:4], 16) % colours.INITIALS}"


def placed(html: SafeHtml) -> SafeHtml:
    """The text of a story below its own title: headings start at h4. Safe HTML has no `<` but those of its tags."""
    return SafeHtml(_HEADING.sub(lambda found: f"<{found[1]}h{min(int(found[2]) + 2, 6)}", html))


def name_of(story: Story) -> str:
    """What a story is called: its title, else how it begins, else where it is."""
    return story.title or shorten(story.text, 80) or story.url


def others(story: Story) -> list[StorySource]:
    """Who else carries a story: each source once."""
    found = {source.slug: source for source in reversed(story.sources)}
    return [one for slug, one in reversed(found.items()) if slug != story.source.slug]


def map_link(event: Event) -> str:
    """Where OpenStreetMap shows an address, "" when there is none or when it is an address of the web."""
    if event.data.geo:
        latitude, longitude = event.data.geo
        return f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}#map=18/{latitude:.6f}/{longitude:.6f}"
    place = event.data.location
    if not place or "://" in place or fold(place) in {"enligne", "online", "visio"}:
        return ""
    return f"https://www.openstreetmap.org/search?query={quote(place)}"


def script_json(value: object) -> str:
    """JSON for a <script>: nothing in it can end the element (security: JSON inside script)."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def story_data(story: Story) -> dict[str, object]:
    """A story for schema.org."""
    return {
        "@type": "BlogPosting",
        "headline": name_of(story),
        "url": story.url,
        "datePublished": story.published.isoformat(),
        "author": {"@type": "Person", "name": story.author},
        **({"inLanguage": story.language} if story.language else {}),
    }
