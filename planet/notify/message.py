"""What a message says, in the planet's language: one text for machines, one for chats, one page for mail. Pure.

Nothing in it that a member wrote can address anyone, format anything, or start a line or a header of its own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from planet.i18n import Translator
from planet.model import Edition, Event, Message, Story
from planet.notify.plan import Delivery
from planet.text import one_line, shorten, without_accents
from planet.urls import http_url

Text = Callable[[str], str]
MAX_TITLE = 150
MAX_STORIES = 20
_MENTION = re.compile(r"@(?=\w)")
_CALL = re.compile(r"@(?=(?:everyone|here|channel|all)\b)", re.IGNORECASE)
_MARKUP = re.compile(r"([\\\[\]()*_~`|<>#])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message. `text` is plain, `chat` the same with calls to everyone defused, `markdown` also with markup escaped; `html` a page.

    `sender` names the planet in ASCII, for it goes into headers; `site` is its address.
    """

    sender: str
    site: str
    title: str
    text: str
    chat: str
    markdown: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A story or an event in a few words: all one line each."""

    title: str
    url: str
    about: str
    excerpt: str = ""


def safe_link(url: str) -> str:
    """An http(s) URL that no chat reads as anything else: nothing that ends a link or calls a channel."""
    link = http_url(url)
    for character, code in (("<", "%3C"), (">", "%3E"), ("|", "%7C"), ('"', "%22"), ("`", "%60"), ("*", "%2A")):
        link = link.replace(character, code)
    return _CALL.sub("%40", link)


def defused(text: str) -> str:
    """Text in which no name is called: `@channel` stands there and rings nobody."""
    return _MENTION.sub("@\u200b", text)


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", defused(text))


def story_line(story: Story, names: dict[str, str], words: Translator) -> Line:
    technologies = ", ".join(names.get(slug, slug) for slug in story.technologies)
    who = one_line(story.author, 80) or one_line(story.source.name, 80)
    about = " · ".join(part for part in (who, technologies, words.date(story.published)) if part)
    excerpt = one_line(story.excerpt, 300)
    return Line(title=one_line(story.title, MAX_TITLE) or who, url=safe_link(story.url), about=about, excerpt=excerpt)


def event_line(event: Event, words: Translator) -> Line:
    when = (
        words.moment(event.data.start, "full")
        if isinstance(event.data.start, datetime)
        else words.day(event.data.start)
    )
    about = " · ".join(part for part in (when, one_line(event.group, 80), one_line(event.data.location, 120)) if part)
    return Line(title=one_line(event.data.title, MAX_TITLE), url=safe_link(event.data.url), about=about)


def write(delivery: Delivery, edition: Edition, words: Translator) -> Notification:
    """The message of one delivery; at most 20 stories are told one by one, the newest."""
    site = edition.config.site
    names = {technology.slug: technology.name for technology in edition.technologies}
    stories = [story_line(story, names, words) for story in edition.load(delivery.rows[:MAX_STORIES])]
    events = [event_line(event, words) for event in delivery.events]
    title = _title(delivery, site.title, stories, events, words)
    more = len(delivery.rows) - len(stories)
    rest = words.ngettext("and one more", "and {count} more", more).format(count=more) if more > 0 else ""
    page = site.url + (f"{delivery.rule.technologies[0]}/" if len(delivery.rule.technologies) == 1 else "")
    coming = words.say(Message.of("Coming soon")) if events else ""

    def text(say: Text) -> str:
        blocks = [_block(line, say) for line in stories]
        if rest:
            blocks.append(f"… {rest}")
        if coming:
            blocks.append(coming)
            blocks += [_block(line, say) for line in events]
        return "\n\n".join((*blocks, page))

    return Notification(
        sender=_ascii(site.title),
        site=site.url,
        title=title,
        text=text(str),
        chat=text(defused),
        markdown=text(escaped),
        html=_page(title, site.language, stories, rest, coming, events, page, site.title),
    )


def _ascii(name: str) -> str:
    """Planète d'essai -> Planete d'essai."""
    plain = without_accents(one_line(name, 60)).encode("ascii", "ignore").decode().strip()
    return plain or "Planet"


def _title(delivery: Delivery, planet: str, stories: Sequence[Line], events: Sequence[Line], words: Translator) -> str:
    count = len(delivery.rows)
    if count == 1:
        what = stories[0].title if stories else ""
    elif count:
        what = words.ngettext("one new story", "{count} new stories", count).format(count=count)
    else:
        what = words.ngettext("one event soon", "{count} events soon", len(events)).format(count=len(events))
    said = words.say(Message.of("{planet}: {news}", planet=shorten(one_line(planet), 60), news=what))
    return one_line(said, MAX_TITLE)


def _block(line: Line, say: Text) -> str:
    return "\n".join(part for part in (f"• {say(line.title)}", say(line.about), line.url) if part)


STYLE = """\
body { margin: 0; padding: 24px 12px; background: #fbfaf7; color: #1c1d20; font: 16px/1.6 Georgia, serif; }
main { display: block; max-width: 600px; margin: 0 auto; }
h1 { font-size: 22px; line-height: 1.3; margin: 0 0 16px; }
h2 { font-size: 18px; line-height: 1.35; margin: 0; }
h3 { font-size: 16px; margin: 24px 0 8px; color: #b83a12; }
a { color: #0b6a8c; }
.story { padding: 14px 0; border-top: 1px solid #e3e0d8; }
.about { margin: 2px 0; color: #5a5d63; font: 14px/1.5 Arial, sans-serif; }
.excerpt { margin: 4px 0 0; }
footer { margin-top: 24px; color: #5a5d63; font: 14px/1.5 Arial, sans-serif; }
@media (prefers-color-scheme: dark) {
 body { background: #16171a !important; color: #ecebe6 !important; }
 a { color: #6cc5e6 !important; }
 h3 { color: #ff8a5c !important; }
 .about, footer { color: #a7a9ae !important; }
 .story { border-color: #33363c !important; }
}
"""


def _item(line: Line) -> str:
    title = html.escape(line.title)
    head = f'<a href="{html.escape(line.url)}">{title}</a>' if line.url else title
    excerpt = f'<p class="excerpt">{html.escape(line.excerpt)}</p>' if line.excerpt else ""
    return f'<div class="story"><h2>{head}</h2><p class="about">{html.escape(line.about)}</p>{excerpt}</div>'


def _page(
    title: str,
    language: str,
    stories: Sequence[Line],
    rest: str,
    coming: str,
    events: Sequence[Line],
    page: str,
    planet: str,
) -> str:
    """The message as an HTML document whose style is still in its head."""
    parts = [
        f'<!DOCTYPE html><html lang="{html.escape(language)}"><head><meta charset="utf-8">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body><main><h1>{html.escape(title)}</h1>",
        *(_item(line) for line in stories),
        f"<p>… {html.escape(rest)}</p>" if rest else "",
        f"<h3>{html.escape(coming)}</h3>" if coming else "",
        *(_item(line) for line in events),
        f'<footer><a href="{html.escape(page)}">{html.escape(planet)}</a></footer></main></body></html>',
    ]
    return "\n".join(part for part in parts if part)
