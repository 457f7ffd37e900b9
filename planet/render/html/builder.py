"""Build pages: the frame that all pages share, and a digest of exactly the values that their template sees."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from planet import __version__
from planet.formats import OF_EVENTS, Format, ListKind, formats_of
from planet.i18n import Translator
from planet.model import Artifact, Config, Edition, Event, IndexRow, ListedSource, Section, Story
from planet.render import cards
from planet.render.html.frame import MENU, POLICY, Alternate, Common, Frame, Meta, Technology
from planet.render.html.helpers import initials, map_link, map_search, megabytes, og_locale, script_json
from planet.render.html.mended import mended
from planet.render.html.stories import Articles, EventLink, StoryRef, name_of, others
from planet.render.html.theme import Theme
from planet.text import digest, named_digests, shorten
from planet.urls import host

if TYPE_CHECKING:
    from planet.render.html.templates import Templates

Context = Mapping[str, object]
Present = Callable[[dict[str, Any]], dict[str, Any]]


def _may_hold_events(config: Config) -> bool:
    """Whether feeds.yaml names a group, a calendar, or a feed or folder of events."""
    return any(
        source.kind == "group" or any(feed.kind != "posts" for feed in source.feeds) for source in config.sources
    )


class PageBuilder:
    """Makes the pages of one edition with one theme. `avatars` maps the slug of a source to its picture."""

    def __init__(self, edition: Edition, theme: Theme, avatars: Mapping[str, bytes]) -> None:
        self.edition = edition
        self.site = edition.config.site
        self.theme = theme
        self.avatars = avatars
        self.t = Translator(self.site.language, self.site.timezone, self.site.catalogue)
        self.sources: dict[str, ListedSource] = {source.slug: source for source in edition.sources}
        self.hues = {technology.slug: technology.hue for technology in edition.technologies}
        self.style = theme.stylesheet(self.hues)
        self.script = theme.script()
        self.common = Common(
            site=self.site,
            technologies=tuple(
                Technology(slug=technology.slug, name=technology.name, shown=technology.stories > 0)
                for technology in edition.technologies
            ),
            style=f"static/planet.css?v={digest(self.style.decode())[:8]}",
            script=f"static/planet.js?v={digest(self.script.decode())[:8]}" if self.script else "",
            assets=tuple(theme.assets()),
            searchable=bool(edition.index),
            cards=cards.available(),
            holds_events=bool(edition.events) or _may_hold_events(edition.config),
        )
        self.technologies = {technology.slug: technology for technology in self.common.technologies}
        self._months = {story_list.path: story_list for story_list in edition.lists if story_list.kind == "month"}
        self._places: dict[int, str] = {}
        self._refs: dict[int, StoryRef] = {}
        self.articles = Articles(self)
        self._events_of: dict[int, list[Event]] = {}
        for event in edition.events:
            for story_id in event.stories:
                self._events_of.setdefault(story_id, []).append(event)
        self.functions: dict[str, Any] = {}
        """Functions that templates may call; they depend on their arguments, the language and the time zone only."""
        self._inputs = named_digests(
            {
                "program": edition.program_rev,
                "settings": edition.settings_rev,
                # Where the site stands on this machine is no part of what it shows.
                "frame": replace(self.common, site=replace(self.site, output=Path(), database=Path(), theme="")),
            }
        )
        self._template_rev = cache(theme.template_rev)

    @cached_property
    def templates(self) -> Templates:
        """The templates of the theme; beside what a page hands in they see functions only."""
        from planet.render.html.templates import Templates

        address = urlsplit(self.site.url)
        return Templates(
            self.theme,
            self.t,
            {
                "version": __version__,
                "initials": initials,
                "event_ics": lambda event: f"events/{event.slug}.ics",
                "homes_of": lambda slug: self.sources[slug].technologies if slug in self.sources else (),
                "event_path": lambda event: f"events/{event.slug}/",
                "host": host,
                "webcal": lambda path: f"webcal://{address.netloc}{address.path}{path}",
                "map_link": map_link,
                "map_search": map_search,
                "others": others,
                "name_of": name_of,
                "mended": mended,
                "size": lambda count: megabytes(self.t, count),
                "formats_of": self._formats_of,
                "month_name": lambda month: self.t.month(date.fromisoformat(f"{month}-01")),
                "og_locale": og_locale(str(self.t.locale)),
                **self.functions,
            },
            self.site.database.with_name(f"{self.site.database.name}.templates"),
        )

    def _formats_of(self, kind: ListKind) -> tuple[Format, ...]:
        """The files of a list that a page names: those of events where there may be some."""
        return tuple(known for known in formats_of(kind) if self.common.holds_events or known.name not in OF_EVENTS)

    def card(self, technology: str) -> str:
        """The picture of a page for social networks: the theme's own, else one with the name of the page; "" without Pillow."""
        if not technology and "card.png" in self.common.assets:
            return "static/card.png"
        if not self.common.cards:
            return ""
        return f"static/cards/{technology or 'planet'}.png"

    def manifest(self) -> bytes:
        """The web app manifest (W3C): what a phone calls the site, and shows for it."""
        icons = [
            {"src": name, "type": "image/png", "sizes": f"{size}x{size}"}
            for name, size in (("icon-192.png", 192), ("icon-512.png", 512))
            if name in self.common.assets
        ]
        if "icon.svg" in self.common.assets:
            icons.append({"src": "icon.svg", "type": "image/svg+xml", "sizes": "any"})
        text = {
            "name": self.site.title,
            "short_name": shorten(self.site.title, 24),
            "description": self.site.description,
            "lang": self.site.language,
            "start_url": "../",
            "scope": "../",
            "display": "browser",
            "theme_color": self.theme.light.get("paper", "#ffffff"),
            "background_color": self.theme.light.get("paper", "#ffffff"),
            "icons": icons,
        }
        return json.dumps(text, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"

    def avatar(self, slug: str) -> str:
        """Where the picture of a source is, "" when it has none."""
        return f"static/avatars/{slug}.webp" if slug in self.avatars else ""

    def refs(self, rows: Sequence[IndexRow]) -> tuple[StoryRef, ...]:
        """References to the stories of a page, for its context: they are loaded when the page is made."""
        return tuple(self._refs.get(row.story_id) or self._ref(row) for row in rows)

    def _ref(self, row: IndexRow) -> StoryRef:
        """The reference of a story, cached: a story is in half a dozen lists."""
        ref = self._refs[row.story_id] = StoryRef(
            story_id=row.story_id,
            rev=row.rev,
            date=row.date,
            source=row.sources[0] if row.sources else "",
            path=self._place(row),
            picture=self.avatar(row.sources[0]) if row.sources else "",
            events=self._announced(row.story_id),
        )
        return ref

    def _place(self, row: IndexRow) -> str:
        """The folder of the page of its month, where the whole text of a story stands."""
        if row.story_id not in self._places:
            month = self._months.get(self._month_of(row))
            for part in month.parts() if month else ():
                self._places.update((of_part.story_id, part.path) for of_part in part.rows)
        return self._places.get(row.story_id, "")

    def _month_of(self, row: IndexRow) -> str:
        return f"archive/{self.t.local(row.date):%Y/%m}/"

    @cached_property
    def _month_parts(self) -> dict[str, str]:
        """Folder of a month -> the stories with which its parts begin: where the text of a story stands follows from them."""
        return {
            path: " ".join(str(month.rows[cut.stop - 1].story_id) for cut in month.cuts())
            for path, month in self._months.items()
        }

    def section(
        self, name: str, rows: Sequence[IndexRow], inputs: Context, files: Callable[[], Iterable[Artifact]]
    ) -> Section:
        """Pages of these stories, listed only when one of them may have changed. `inputs`: all else that they show."""
        linked = [(row.rev, self._announced(row.story_id)) for row in rows if row.story_id in self._events_of]
        newest, oldest = (self._month_of(row) for row in (rows[0], rows[-1])) if rows else ("", "~")
        months = [parts for path, parts in self._month_parts.items() if oldest <= path <= newest]
        digests = named_digests(
            {
                "theme": self.theme.digest,
                "pictures": " ".join(sorted(self.avatars)),
                "stories": " ".join(row.rev for row in rows),
                "months": " ".join(months),
                "announced": linked,
                **inputs,
            }
        )
        return Section(name=name, digest=f"{self._inputs} {digests}", files=files)

    def _announced(self, story_id: int) -> tuple[EventLink, ...]:
        return tuple(
            EventLink(
                title=event.data.title,
                start=event.data.start,
                path=f"events/{event.slug}/",
                ics=f"events/{event.slug}.ics",
                place=event.data.location.partition(",")[0],
            )
            for event in self._events_of.get(story_id, ())
        )

    def load(self, refs: Sequence[StoryRef]) -> list[Story]:
        """The stories themselves, in that order."""
        return self.edition.load([ref.story_id for ref in refs])

    def feeds_of(self, path: str, name: str, kind: ListKind) -> tuple[Alternate, ...]:
        """The feeds in a folder of the site."""
        title = self.site.title if not name or name == self.site.title else f"{self.site.title} – {name}"
        return tuple(
            (output_format.media_type, f"{title} ({self.t.say(output_format.label)})", path + output_format.name)
            for output_format in self._formats_of(kind)
            if output_format.alternate
        )

    def page(self, template: str, meta: Meta, context: Context, present: Present = dict) -> Artifact:
        """One page. Its template sees `context`, what `present` makes of it when the page is made, and nothing else of the site."""
        revs = self._template_rev(template)
        if not context.keys().isdisjoint(("rows", "latest")):
            revs += self._template_rev("story.html")
        inputs = named_digests({"template": revs, "page": meta, **context})

        def make() -> bytes:
            values = present(dict(context))
            frame = self._frame(meta, values.pop("data", None))
            menu = [
                (frame.link(path), self.t.say(name), path == meta.path and (bool(path) or meta.kind == "all"))
                for path, name in MENU
                if path != "events/" or self.common.holds_events
            ]
            common = {
                "site": self.site,
                "technologies": self.technologies,
                "listed": [technology for technology in self.common.technologies if technology.shown],
                "style": self.common.style,
                "script": self.common.script,
                "assets": self.common.assets,
                "searchable": self.common.searchable,
                "holds_events": self.common.holds_events,
                "card": meta.card or self.card(meta.technology),
            }
            return self.templates.render(
                template, {**common, "page": frame, "link": frame.link, "menu": menu, **values}
            )

        return Artifact(
            path=f"{meta.path}{meta.file}", digest=f"{self._inputs} {inputs}", make=make, volatile=meta.volatile
        )

    def _frame(self, meta: Meta, data: object) -> Frame:
        main = self.feeds_of("", "", "all")
        absolute = meta.kind == "404"
        return Frame(
            path=meta.path,
            file=meta.file,
            title=meta.title,
            heading=meta.heading,
            description=meta.description or self.site.description,
            kind=meta.kind,
            feeds=(*meta.feeds, *(feed for feed in main if feed not in meta.feeds)),
            root="" if absolute else "../" * meta.path.count("/"),
            canonical=f"{self.site.url}{meta.path}{'' if meta.file == 'index.html' else meta.file}",
            policy=POLICY.format(base="'self'" if absolute else "'none'"),
            base=(urlsplit(self.site.url).path or "/") if absolute else "",
            robots="noindex, nofollow" if self.edition.config.site.private else meta.robots,
            technology=meta.technology,
            subject=meta.subject,
            data=script_json(data) if data else "",
        )
