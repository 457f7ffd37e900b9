"""`digest/atom.xml`: an entry for each of the last weeks, with what its page holds as links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from planet.i18n import Translator
from planet.model import Artifact, Edition, Event, Message, Person, Story, Week
from planet.model.shares import rest_of
from planet.model.weeks import by_subject
from planet.render.syndicate.document import GENERATOR, Document, empty_since
from planet.render.syndicate.items import Item, brief, story_url
from planet.text import named_digests, one_line
from planet.urls import http_url

if TYPE_CHECKING:
    from markupsafe import Markup

WEEKS = 12
"""The feed covers a quarter of a year."""


def digest_feed(edition: Edition, t: Translator) -> Artifact:
    """The feed as an artifact: it changes when a week is over, and when something in one of the last weeks does."""
    weeks = edition.weeks[:WEEKS]
    since = () if weeks else (empty_since(edition).isoformat(),)
    inputs = {
        "program": edition.program_rev,
        "settings": edition.settings_rev,
        "weeks": repr([_input(week) for week in weeks] or since),
    }
    return Artifact(path="digest/atom.xml", digest=named_digests(inputs), make=partial(_make, edition, weeks, t))


def _input(week: Week) -> tuple[object, ...]:
    events = [(event.rev, event.data.title, event.data.start, event.slug) for event in week.events]
    return week.path, [row.rev for row in week.shown()], len(week.rows), events, week.more_events, week.newcomers


def _make(edition: Edition, weeks: Sequence[Week], t: Translator) -> bytes:
    from planet.render.syndicate.atom import atom  # lxml, for a run that writes

    site = edition.config.site
    zone = ZoneInfo(site.timezone)
    items = [_item(edition, week, t, zone) for week in weeks]
    title = f"{t.say(Message.of('Week by week'))} · {site.title}"
    return atom(
        Document(
            url=site.url,
            path="digest/",
            id=f"{site.url}digest/",
            title=one_line(title),
            subtitle=t.say(Message.of("Each week on one page: what was published, what came next, who was new.")),
            language=site.language,
            updated=max((item.updated for item in items), default=empty_since(edition)),
            author=_planet(edition),
            email=one_line(site.owner.email),
            generator=GENERATOR,
            hub=http_url(site.hub),
            items=tuple(items),
        )
    )


def _planet(edition: Edition) -> Person:
    site = edition.config.site
    return Person(name=one_line(site.owner.name) or one_line(site.title), url=site.url)


def _item(edition: Edition, week: Week, t: Translator, zone: ZoneInfo) -> Item:
    url = edition.config.site.url + week.path
    over = datetime.combine(week.first + timedelta(days=7), time(), tzinfo=zone)
    stories = edition.load([row.story_id for row in week.shown()])
    names = {technology.slug: technology.name for technology in edition.technologies}
    return Item(
        id=url,
        guid=url,
        url=url,
        title=t.say(Message.of("The week in short: {days}", days=t.days(week.first, week.last))),
        html=str(_content(edition, week, stories, t)),
        summary=brief(" · ".join(one_line(story.entry.title) for story in stories if story.entry.title)),
        published=over,
        updated=over,
        authors=(_planet(edition),),
        technologies=tuple(
            (slug, names[slug])
            for slug, _rows in by_subject(week.shown(), lambda row: row.technologies, list(names))
            if slug
        ),
        tags=(),
        language=edition.config.site.language,
        enclosures=(),
        image="",
        comments="",
        also=(),
        origin=None,
        sources=(),
    )


def _content(edition: Edition, week: Week, stories: Sequence[Story], t: Translator) -> Markup:
    """What the page of the week says, as links: stories by technology, what comes in the week after it, who is new."""
    from markupsafe import Markup  # see above

    site = edition.config.site
    names = {technology.slug: technology.name for technology in edition.technologies}
    sources = {source.slug: source.name for source in edition.sources}
    parts: list[Markup] = []

    def part(heading: str, lines: list[Markup]) -> None:
        if lines:
            rows = Markup("\n").join(Markup("<li>{}</li>").format(line) for line in lines)
            parts.append(Markup("<h3>{}</h3>\n<ul>\n{}\n</ul>").format(heading, rows))

    for slug, of_part in by_subject(stories, lambda story: story.technologies, list(names)):
        heading = names[slug] if slug else t.say(Message.of("Other subjects"))
        part(heading, [_story_line(story, url=site.url) for story in of_part])

    def rest(counts: Iterable[tuple[str, int]]) -> list[Markup]:
        known = [(slug, count) for slug, count in counts if slug in sources]
        line = Markup('<a href="{}members/{}/">{}</a>')
        return [line.format(site.url, slug, t.say(rest_of(sources[slug], count))) for slug, count in known]

    beyond = rest(week.beyond().items())
    if beyond:
        rows = Markup("\n").join(Markup("<li>{}</li>").format(line) for line in beyond)
        parts.append(Markup("<ul>\n{}\n</ul>").format(rows))
    part(
        t.say(Message.of("The week after")),
        [*(_event_line(event, t, site.url) for event in week.events), *rest(week.more_events)],
    )
    newcomers = [(sources[slug], slug) for slug in week.newcomers if slug in sources]
    part(
        t.say(Message.of("New here")),
        [Markup('<a href="{}members/{}/">{}</a>').format(site.url, slug, name) for name, slug in newcomers],
    )
    return Markup("\n").join(parts)


def _story_line(story: Story, url: str) -> Markup:
    from markupsafe import Markup  # see above

    author = one_line(story.author) or one_line(story.source.name)
    target = story_url(story, url)
    return Markup('<a href="{}">{}</a>, {}').format(
        target, one_line(story.entry.title) or brief(story.entry.text)[:80] or target, author
    )


def _event_line(event: Event, t: Translator, url: str) -> Markup:
    from markupsafe import Markup  # see above

    start = event.data.start
    when = t.moment(start, "full") if isinstance(start, datetime) and t.has_time(start) else t.date(start, "full")
    title = one_line(event.data.title) or one_line(event.group)
    return Markup('{} – <a href="{}events/{}/">{}</a>').format(when, url, event.slug, title)
