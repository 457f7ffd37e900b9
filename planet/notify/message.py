"""Compose messages in the planet's language, in the form and size that a service accepts. Pure.

Nothing in it that a member wrote can address anyone, format anything, or start a line or a header of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from planet.i18n import Translator
from planet.model import Edition, Event, Message, NotifyRule, Story
from planet.model.shares import rest_of
from planet.model.weeks import by_subject, week_path
from planet.notify.channel import Item
from planet.notify.wording import ascii_name, cut, escaped, safe_link, without_mentions
from planet.objects import event_object, story_object
from planet.text import one_line, shorten

MAX_TITLE = 150
MAX_ITEMS = 20
"""Most items of one chat message; further ones are in the next message."""
UNLIMITED = 1_000_000
COMING, NEW = Message.of("Coming soon"), Message.of("New here")
_HEADINGS = {"event": COMING, "newcomer": NEW}
"""The headings of the events of a digest, and of new sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The format and limits of a notification service: plain text for machines, text or Markdown for chats, HTML for mail.

    `title` and `body` are the most characters that it takes, 0: it has no title. `each`: it is made for one thing a message.
    """

    name: str
    form: Literal["mail", "machine", "chat", "markdown"] = "chat"
    title: int = MAX_TITLE
    body: int = UNLIMITED
    each: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An item as short texts, one line each."""

    title: str
    url: str
    about: str = ""
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message. `body` is what the service shows; `text` and `lines` are what mail is made of, `objects` what machines are sent.

    `sender` names the planet in ASCII, for it goes into headers; `site` is its address. `thread` is the same for all parts of a digest.
    """

    sender: str
    site: str
    language: str
    title: str
    body: str
    text: str
    stories: tuple[Line, ...] = ()
    parts: tuple[tuple[str, tuple[Line, ...]], ...] = ()
    """The stories below headings: those of the technologies in the digest of a week, else one that is empty."""
    more: tuple[Line, ...] = ()
    """For each source beyond its share a line with the number of its other stories, which leads to its page."""
    events: tuple[Line, ...] = ()
    notices: tuple[str, ...] = ()
    page: str = ""
    page_title: str = ""
    coming: str = ""
    newcomers: tuple[Line, ...] = ()
    new: str = ""
    """The heading of new sources."""
    thread: str = ""
    to: str = ""
    """The recipient of a letter, in place of those of the channel."""
    reply_to: str = ""
    objects: Mapping[str, object]


_FORMS: Mapping[str, Callable[[str], str]] = {
    "chat": without_mentions,
    "markdown": escaped,
    "mail": str,
    "machine": str,
}


class Composer:
    """Composes messages of queued items, for one rule and one service."""

    def __init__(self, rule: NotifyRule, service: Service, edition: Edition, words: Translator) -> None:
        self._rule = rule
        self._service = service
        self._edition = edition
        self._words = words
        self._each = rule.style == "each" or (rule.style == "auto" and service.each)
        self._say = _FORMS[service.form]
        self._events = {event.id: event for event in edition.events}
        self._sources = {source.slug: source for source in edition.sources}
        self._names = {technology.slug: technology.name for technology in edition.technologies}

    def next(self, queue: Sequence[Item], most: int) -> tuple[Notification | None, int]:
        """The message of the first things of a queue, at most `most`, and how many it holds.

        None, with the number of things to take off the queue, when the first are no longer there (withdrawn since).
        """
        allowed = 1 if self._each and not queue[0].digest else min(most, len(queue))
        batch = [item for item in queue[:allowed] if item.digest == queue[0].digest]
        stories = {
            story.story_id: story
            for story in self._edition.load([item.story for item in batch if item.kind == "story"])
        }
        lines: list[tuple[Item, Line]] = []
        for taken, item in enumerate(batch):
            line = self._line(item, stories)
            if line is None:
                continue
            if lines and not self._fits([*lines, (item, line)]):
                return self._notification(lines, stories), taken
            lines.append((item, line))
        return (self._notification(lines, stories) if lines else None), len(batch)

    # -- lines

    def _line(self, item: Item, stories: Mapping[int, Story]) -> Line | None:
        if item.kind == "news":
            return Line(title=one_line(item.text), url="")
        if item.kind == "story":
            story = stories.get(item.story)
            return None if story is None else self._story_line(story)
        if item.kind in {"newcomer", "more"}:
            source = self._sources.get(item.source)
            if source is None:
                return None
            name = one_line(source.name, MAX_TITLE)
            title = self._words.say(rest_of(name, item.count)) if item.kind == "more" else name
            return Line(title=title, url=f"{self._edition.config.site.url}members/{item.source}/")
        event = self._events.get(item.event)
        return None if event is None else self._event_line(event, item)

    def _story_line(self, story: Story) -> Line:
        technologies = ", ".join(self._names.get(slug, slug) for slug in story.technologies)
        who = one_line(story.author, 80) or one_line(story.source.name, 80)
        about = " · ".join(part for part in (who, technologies, self._words.date(story.published)) if part)
        return Line(
            title=one_line(story.entry.title, MAX_TITLE) or who,
            url=safe_link(story.url),
            about=about,
            excerpt=one_line(story.excerpt, 300),
        )

    def _event_line(self, event: Event, item: Item) -> Line:
        start = event.data.start
        when = self._words.moment(start, "full") if isinstance(start, datetime) else self._words.day(start)
        group, place = one_line(event.group, 80), one_line(event.data.location, 120)
        title = one_line(event.data.title, MAX_TITLE)
        prefixed = {
            "moved": Message.of("Moved: {title}", title=title),
            "cancelled": Message.of("Cancelled: {title}", title=title),
            "reminder": Message.of("Reminder: {title}", title=title),
        }.get(item.kind)
        return Line(
            title=self._words.say(prefixed) if prefixed else title,
            url=safe_link(event.data.url),
            about=" · ".join(part for part in (when, group, place) if part),
        )

    # -- bodies

    def _block(self, line: Line, *, bullet: bool) -> str:
        title = f"• {self._say(line.title)}" if bullet else self._say(line.title)
        return "\n".join(part for part in (title, self._say(line.about), line.url) if part)

    def _body(self, lines: Sequence[tuple[Item, Line]]) -> str:
        bullet = not self._each or bool(lines[0][0].digest)
        blocks: list[str] = []
        if not self._service.title and bullet:
            blocks.append(self._say(self._title(lines)))
        headings = dict(_HEADINGS)
        for item, line in self._in_order(lines):
            if item.digest and item.kind in headings:
                blocks.append(self._words.say(headings.pop(item.kind)))
            blocks.append(self._block(line, bullet=bullet))
        if bullet:
            blocks.append(self._page(lines)[0])
        return "\n\n".join(blocks)

    def _fits(self, lines: Sequence[tuple[Item, Line]]) -> bool:
        if self._service.form in {"chat", "markdown"} and len(lines) > MAX_ITEMS:
            return False
        return len(self._body(lines)) <= self._service.body

    @staticmethod
    def _in_order(lines: Sequence[tuple[Item, Line]]) -> list[tuple[Item, Line]]:
        """Stories first, the newest first; then events and notices as they come."""
        stories = [pair for pair in lines if pair[0].kind == "story"]
        return [*reversed(stories), *(pair for pair in lines if pair[0].kind != "story")]

    def _shortened(self, pair: tuple[Item, Line]) -> tuple[Item, Line]:
        """A thing that is too long for the service even alone: its title is cut, then what is said of it left out; never its link."""
        item, line = pair
        for candidate in (line, replace(line, about="")):
            for length in range(len(candidate.title), 0, -1):
                short = replace(candidate, title=cut(candidate.title, length))
                if len(self._body([(item, short)])) <= self._service.body:
                    if length >= min(60, len(candidate.title)):
                        return item, short
                    break
        return item, replace(line, title=cut(line.title, max(2, self._service.body - len(line.url) - 1)), about="")

    def _page(self, lines: Sequence[tuple[Item, Line]]) -> tuple[str, str]:
        """(address, name) of the page of the site that shows the items of the message."""
        site = self._edition.config.site
        day = lines[0][0].digest if self._rule.every == "week" else ""
        path = week_path(date.fromisoformat(day) - timedelta(days=7)) if day else ""
        if any(week.path == path for week in self._edition.weeks):
            part = f"#t-{self._rule.technologies[0]}" if len(self._rule.technologies) == 1 else ""
            return f"{site.url}{path}{part}", site.title
        if len(self._rule.technologies) == 1:
            return f"{site.url}{self._rule.technologies[0]}/", site.title
        return site.url, site.title

    def _title(self, lines: Sequence[tuple[Item, Line]]) -> str:
        words = self._words
        of_stories = [(item, line) for item, line in lines if item.kind in {"story", "more"} and not item.events]
        stories = sum(item.count or 1 for item, _line in of_stories)
        events = sum(_is_event(item) for item, _line in lines)
        if stories == 1 or len(lines) == 1:
            text = (of_stories or lines)[0][1].title
        elif stories:
            text = words.ngettext("one new story", "{count} new stories", stories).format(count=stories)
        elif events:
            text = words.ngettext("one event soon", "{count} events soon", events).format(count=events)
        else:
            text = words.ngettext("one notice", "{count} notices", len(lines)).format(count=len(lines))
        planet = shorten(one_line(self._edition.config.site.title), 60)
        return one_line(words.say(Message.of("{planet}: {news}", planet=planet, news=text)), MAX_TITLE)

    def _notification(self, lines: Sequence[tuple[Item, Line]], stories: Mapping[int, Story]) -> Notification:
        if len(lines) == 1 and not self._fits(lines):
            lines = [self._shortened(lines[0])]
        site = self._edition.config.site
        ordered = self._in_order(lines)
        page, page_title = self._page(lines)
        title = self._title(lines)
        plain = Composer(self._rule, replace(self._service, form="machine"), self._edition, self._words)
        events = [line for item, line in ordered if _is_event(item)]
        newcomers = tuple(line for item, line in ordered if item.kind == "newcomer")
        return Notification(
            sender=ascii_name(site.title),
            site=site.url,
            language=site.language,
            title=cut(self._say(title), self._service.title) if self._service.title else "",
            body=self._body(lines),
            text=plain._body(lines),
            stories=tuple(line for item, line in ordered if item.kind == "story"),
            more=tuple(line for item, line in ordered if item.kind == "more" and not item.events),
            parts=self._parts(ordered, stories),
            events=tuple(events),
            notices=tuple(line.title for item, line in ordered if item.kind == "news"),
            page=page,
            page_title=page_title,
            coming=self._words.say(COMING) if events else "",
            newcomers=newcomers,
            new=self._words.say(NEW) if newcomers else "",
            thread=f"{lines[0][0].digest}.{self._rule.every}" if lines[0][0].digest else "",
            objects={
                "planet": {"title": site.title, "url": site.url},
                "items": [self._object(item, line, stories) for item, line in ordered],
            },
        )

    def _parts(
        self, ordered: Sequence[tuple[Item, Line]], stories: Mapping[int, Story]
    ) -> tuple[tuple[str, tuple[Line, ...]], ...]:
        """The stories below the names of technologies, as on the page of a week."""
        pairs = [(item.story, line) for item, line in ordered if item.kind == "story"]
        if self._rule.every != "week" or not pairs:
            return (("", tuple(line for _story, line in pairs)),) if pairs else ()
        other = self._words.say(Message.of("Other subjects"))
        parts = by_subject(pairs, lambda pair: stories[pair[0]].technologies, list(self._names))
        return tuple((self._names.get(slug, other), tuple(line for _story, line in part)) for slug, part in parts)

    def _object(self, item: Item, line: Line, stories: Mapping[int, Story]) -> dict[str, object]:
        if item.kind == "story":
            return {"type": "story", "story": story_object(stories[item.story])}
        if item.kind == "news":
            return {"type": "news", "text": line.title}
        if item.kind in {"newcomer", "more"}:
            count = {"count": item.count, "of": "events" if item.events else "stories"} if item.count else {}
            return {"type": item.kind, "source": {"name": self._sources[item.source].name, "url": line.url}, **count}
        return {"type": item.kind, "event": event_object(self._events[item.event])}


def _is_event(item: Item) -> bool:
    """Whether an item is among the events of a message."""
    return item.events or item.kind not in {"story", "newcomer", "news", "more"}
