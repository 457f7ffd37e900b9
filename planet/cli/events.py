"""`planet events`: the events, upcoming first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from planet.cli.context import Context
from planet.cli.entries import ON_A_TERMINAL, json_line, known_technology
from planet.i18n import Translator
from planet.model import Event, Message
from planet.objects import event_object
from planet.when import day_of, is_over


def upcoming_first(events: Sequence[Event], now: datetime, timezone: str) -> list[Event]:
    """Upcoming events, the next first, then those that are over, the latest first."""
    today = day_of(now, timezone)
    over = [event for event in events if is_over(event.data.start, event.end, today, timezone)]
    upcoming = [event for event in events if not is_over(event.data.start, event.end, today, timezone)]
    return [*upcoming, *reversed(over)]


@click.command()
@click.option("--technology", metavar="NAME", help="Only the events of this technology.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most so many events.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@click.pass_obj
def events(ctx: Context, technology: str | None, limit: int | None, as_json: bool) -> int:
    """List the events of the groups, upcoming first."""
    from planet.classify import Classifier  # --help needs none of it
    from planet.merge.events import merge_events

    config = ctx.everybody
    if technology:
        known_technology(config, technology)
    with ctx.store() as store:
        merged = merge_events(store.stored_events(), config, classify=Classifier(config).classify)
    if technology:
        merged = tuple(event for event in merged if technology in event.technologies)
    translator = Translator(config.site.language, config.site.timezone, config.site.catalogue)
    ordered = upcoming_first(merged, ctx.now, config.site.timezone)
    if limit is None and not as_json and ctx.terminal:
        limit = ON_A_TERMINAL
    for event in ordered[:limit]:
        click.echo(json_line(event_object(event)) if as_json else ctx.screen.hang(_lines(translator, event)))
    return 0


def _lines(translator: Translator, event: Event) -> str:
    """An event as text: date, group, title, place."""
    when = (
        translator.moment(event.data.start)
        if isinstance(event.data.start, datetime)
        else translator.day(event.data.start)
    )
    state = {"cancelled": Message.of("cancelled"), "tentative": Message.of("tentative")}.get(event.data.status)
    parts = (
        translator.say(Message.of("{source}: {title}", source=event.group, title=event.data.title))
        if event.group
        else event.data.title,
        f" [{', '.join(event.technologies)}]" if event.technologies else "",
        f" ({translator.say(state)})" if state else "",
    )
    rest = " · ".join(part for part in (event.data.location, event.data.url) if part)
    return f"{when}  {''.join(parts)}" + (f"\n    {rest}" if rest else "")
