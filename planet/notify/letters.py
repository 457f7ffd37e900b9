"""Letters to the owners of feeds: one when a feed has failed for three days, one when it is well again. By mail, to `contact`.

Never more than one letter about failing feeds a month to one address: what fails meanwhile waits for the next. A letter about recovery
answers one about failing. What was written is stored before a letter is sent, so that a run that is killed sends none twice.
"""

from __future__ import annotations

import json
import logging
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from planet.i18n import Translator
from planet.model import Config, FeedHealth, Message, Source
from planet.notify.channel import back_off, is_waiting
from planet.notify.message import Notification
from planet.notify.outside import Outside
from planet.notify.send import expanded, is_mail, missing
from planet.notify.wording import ascii_name
from planet.text import digest, one_line

log = logging.getLogger(__name__)
FAILING_FOR = timedelta(days=3)
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence:
    """The letters sent to one address. `failing`: feeds (as configured) whose failure was mailed, and that still fail."""

    at: datetime | None = None
    """When the last letter about failing feeds was sent."""
    failing: tuple[str, ...] = ()
    tries: int = 0
    retry_at: datetime | None = None

    def to_text(self) -> str:
        """As it is stored: JSON."""
        return json.dumps(
            {
                "at": self.at.astimezone(UTC).isoformat() if self.at else None,
                "failing": self.failing,
                "tries": self.tries,
                "retry_at": self.retry_at.astimezone(UTC).isoformat() if self.retry_at else None,
            }
        )


def read_correspondence(text: str) -> Correspondence:
    """The stored correspondence with an address; an empty one where it cannot be read."""
    try:
        stored: dict[str, Any] = json.loads(text)
        at, retry_at = stored["at"], stored["retry_at"]
        return Correspondence(
            at=datetime.fromisoformat(at) if at else None,
            failing=tuple(map(str, stored["failing"])),
            tries=int(stored["tries"]),
            retry_at=datetime.fromisoformat(retry_at) if retry_at else None,
        )
    except (ValueError, KeyError, TypeError):
        return Correspondence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter that is due. `contact` is as configured, with its `${NAME}`; `after`: what is stored once it is sent."""

    kind: Literal["failing", "well"]
    contact: str
    names: tuple[str, ...]
    """Of the sources that the address is the contact of."""
    feeds: tuple[FeedHealth, ...]
    lines: Mapping[str, int]
    """Feed as configured -> its line in feeds.yaml."""
    after: Correspondence

    @property
    def key(self) -> str:
        """The name under which the correspondence is stored: a hash, so that no address is stored."""
        return contact_key(self.contact)


def contact_key(contact: str) -> str:
    """The name under which the correspondence with an address is stored."""
    return digest("contact", contact)


def owners(config: Config) -> dict[str, list[Source]]:
    """Contact as configured -> the sources that it answers for; only mail addresses of sources that want letters."""
    by_contact: dict[str, list[Source]] = {}
    for source in config.sources:
        wanted = config.site.letters if source.letters is None else source.letters
        if wanted and not source.retired and source.contact and "://" not in source.contact.address:
            by_contact.setdefault(source.contact.address, []).append(source)
    return by_contact


def due_letters(
    config: Config, health: Sequence[FeedHealth], state: Mapping[str, str], now: datetime
) -> Iterator[Letter]:
    """The letters that are due. `health` is that of all feeds, `state` what was stored for each contact (`contact_key`)."""
    for contact, sources in owners(config).items():
        known = read_correspondence(state.get(contact_key(contact), ""))
        slugs = {source.slug for source in sources}
        feeds = [feed for feed in health if feed.source_slug in slugs]
        if not is_waiting(known.retry_at, now) and (news := _news(feeds, known, now)):
            kind, subjects, after = news
            yield Letter(
                kind=kind,
                contact=contact,
                names=tuple(source.name for source in sources),
                feeds=subjects,
                lines={feed.label: feed.line for source in sources for feed in source.feeds},
                after=after,
            )


def _news(
    feeds: Sequence[FeedHealth], known: Correspondence, now: datetime
) -> tuple[Literal["failing", "well"], tuple[FeedHealth, ...], Correspondence] | None:
    """The letter due to the owner of these feeds: its kind, the feeds, and the correspondence after it.

    That feeds are well again comes first; that some fail, once a month at most, and when one of them is new in it.
    """
    well = tuple(feed for feed in feeds if feed.url in known.failing and _is_well(feed, known))
    if well:
        left = tuple(url for url in known.failing if url not in {feed.url for feed in well})
        return "well", well, replace(known, failing=left, tries=0, retry_at=None)
    failing = tuple(feed for feed in feeds if fails_long(feed, now))
    is_new = any(feed.url not in known.failing for feed in failing)
    if is_new and (known.at is None or not timedelta() <= now - known.at < MONTH):
        return "failing", failing, Correspondence(at=now, failing=tuple(feed.url for feed in failing))
    return None


def fails_long(feed: FeedHealth, now: datetime) -> bool:
    """Whether a feed has failed for three days. One that is gone is not asked any more: for it the days go on."""
    if feed.state not in {"failing", "gone"} or feed.first_failure is None:
        return False
    seen = now if feed.state == "gone" else (feed.last_attempt or now)
    return seen - feed.first_failure >= FAILING_FOR


def _is_well(feed: FeedHealth, known: Correspondence) -> bool:
    """Whether a feed was read again since the letter."""
    return (
        feed.failures == 0 and feed.last_success is not None and known.at is not None and feed.last_success > known.at
    )


def compose(letter: Letter, config: Config, words: Translator) -> Notification:
    """The letter in the language of the planet, to the address as configured."""
    site, say = config.site, words.say
    planet = one_line(site.title)
    paragraphs = [say(Message.of("Hello {name},", name=one_line(", ".join(letter.names))))]
    if letter.kind == "well":
        title = Message.of("{planet} reads your feed again", planet=planet)
        paragraphs += [
            say(Message.of("{feed} answers again, and what you publish is shown. Thank you.", feed=feed.url))
            for feed in letter.feeds
        ]
    else:
        title = Message.of("{planet} cannot read your feed", planet=planet)
        for feed in letter.feeds:
            paragraphs += _what_was_seen(feed, letter.lines.get(feed.url, 0), planet, words)
        paragraphs.append(
            say(
                Message.of(
                    "What was read before stays, and your feed is tried on. This is the only letter of this kind for a month; "
                    "another tells you when it works again."
                )
            )
        )
    if site.owner.email:
        paragraphs.append(say(Message.of("Answer this mail to write to those who run {planet}.", planet=planet)))
    text = "\n\n".join((*paragraphs, site.url))
    return Notification(
        sender=ascii_name(site.title),
        site=site.url,
        language=site.language,
        title=one_line(say(title)),
        body=text,
        text=text,
        notices=tuple(paragraphs),
        page=site.url,
        page_title=site.title,
        to=letter.contact,
        reply_to=site.owner.email,
        objects={},
    )


def _what_was_seen(feed: FeedHealth, line: int, planet: str, words: Translator) -> Iterator[str]:
    say = words.say
    since = words.date(feed.first_failure) if feed.first_failure else ""
    error = feed.error or Message.of("the site says that it is gone")
    yield say(
        Message.of(
            "{planet} has not been able to read {feed} since {since}. What was seen: {error}.",
            planet=planet,
            feed=feed.url,
            since=since,
            error=error,
        )
    )
    mend = Message.of(
        "The line to mend, if the address has changed: line {line} of feeds.yaml, {feed}.", line=line, feed=feed.url
    )
    yield f"{say(mend)} {_sentence(say(feed.advice))}" if feed.advice else say(mend)
    if "://" in feed.url:
        command = f"curl --location --fail --include {shlex.quote(feed.url)}"
        yield say(
            Message.of(
                "To try it as {planet} does: {command} must show 200, and the feed.", planet=planet, command=command
            )
        )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def send_letters(
    config: Config, health: Sequence[FeedHealth], state: Mapping[str, str], now: datetime, outside: Outside
) -> tuple[Message, ...]:
    """Send the letters that are due by the first mail channel of `notify:`; returns warnings for those that could not be sent."""
    letters = list(due_letters(config, health, state, now))
    url = mail_channel(config, outside.environ) if letters else ""
    if not url:
        return ()
    words = Translator(config.site.language, config.site.timezone, config.site.catalogue)
    warnings = []
    for letter in letters:
        if missing(letter.contact, outside.environ):
            continue  # `planet check` says so
        before = read_correspondence(state.get(letter.key, ""))
        outside.save(letter.key, letter.after.to_text())
        notification = compose(letter, config, words)
        address = expanded(letter.contact, outside.environ)
        refusal = outside.send(url, replace(notification, to=address))
        if refusal is None:
            log.info("a letter to the owner of %s was sent", ", ".join(letter.names))
            continue
        if not refusal.for_content:
            wait = refusal.retry_after or back_off(before.tries)
            outside.save(letter.key, replace(before, tries=before.tries + 1, retry_at=now + wait).to_text())
        if not before.tries:
            warnings.append(
                Message.of(
                    "the letter to the owner of {name} was not delivered ({fault}); see `planet status --letters`",
                    name=", ".join(letter.names),
                    fault=refusal.reason,
                )
            )
    return tuple(warnings)


def mail_channel(config: Config, environ: Mapping[str, str]) -> str:
    """The URL of the first mail channel of `notify:` whose variables are set, "" without one."""
    for rule in config.notify:
        if not missing(rule.url, environ) and is_mail(expanded(rule.url, environ)):
            return expanded(rule.url, environ)
    return ""
