"""`planet events`: the events, upcoming first."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import click

from planet.cli.context import Context
from planet.cli.entries import ON_A_TERMINAL, iso, json_line, known_technology
from planet.i18n import Translator
from planet.model import Event, Message


def as_object(event: Event) -> dict[str, object]:
    """An event as a JSON object: times in UTC, dates for an all-day event (`end` is the day after its last)."""
    return {
        "id": event.id,
        "url": event.data.url,
        "title": event.data.title,
        "start": written(event.data.start),
        "end": written(event.end),
        "location": event.data.location,
        "group": event.group,
        "technologies": list(event.technologies),
        "status": event.data.status,
        "sources": [
            {"source": source, "feed": feed, "id": uid, "url": url} for source, feed, uid, url in event.sources
        ],
    }


def written(moment: datetime | date) -> str:
    """ISO 8601: a moment in UTC, or a day."""
    return iso(moment) if isinstance(moment, datetime) else moment.isoformat()


def upcoming_first(events: tuple[Event, ...], today: date, translator: Translator) -> list[Event]:
    """What is to come, the next first (an event of today is, until midnight), then what is over, the latest first."""

    def last_day(event: Event) -> date:
        if isinstance(event.end, datetime):
            return max(translator.day_of(event.data.start), translator.day_of(event.end - timedelta(microseconds=1)))
        return event.end - timedelta(days=1)

    to_come = [event for event in events if last_day(event) >= today]
    over = [event for event in events if last_day(event) < today]
    return [*to_come, *reversed(over)]


@click.command()
@click.option("--technology", metavar="NAME", help="Only the events of this technology.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most so many events.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@click.pass_obj
def events(ctx: Context, technology: str | None, limit: int | None, as_json: bool) -> int:
    """List the events of the groups, upcoming first."""
    from planet.classify import Placer  # --help needs none of it
    from planet.merge.events import merge_events

    config = ctx.config
    if technology:
        known_technology(config, technology)
    with ctx.store() as store:
        told = merge_events(store.stored_events(), config, place=Placer(config).place)
    if technology:
        told = tuple(event for event in told if technology in event.technologies)
    translator = Translator(config.site.language, config.site.timezone)
    found = upcoming_first(told, translator.day_of(ctx.now), translator)
    if limit is None and not as_json and ctx.terminal:
        limit = ON_A_TERMINAL
    for event in found[:limit]:
        click.echo(json_line(as_object(event)) if as_json else _lines(translator, event))
    return 0


def _lines(translator: Translator, event: Event) -> str:
    """An event for a person: when, who, what, where."""
    when = (
        translator.moment(event.data.start)
        if isinstance(event.data.start, datetime)
        else translator.day(event.data.start)
    )
    state = {"cancelled": Message.of("cancelled"), "tentative": Message.of("tentative")}.get(event.data.status)
    parts = (
        f"{event.group}: " if event.group else "",
        event.data.title,
        f" [{', '.join(event.technologies)}]" if event.technologies else "",
        f" ({translator.say(state)})" if state else "",
    )
    rest = " · ".join(part for part in (event.data.location, event.data.url) if part)
    return f"{when}  {''.join(parts)}" + (f"\n    {rest}" if rest else "")
