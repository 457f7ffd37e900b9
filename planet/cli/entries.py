"""`planet entries`: the stories, newest first."""

from __future__ import annotations

import click

from planet.cli.context import Context
from planet.cli.streams import json_text
from planet.errors import UsageError
from planet.model import Config, Message
from planet.objects import story_object
from planet.stories import harmless, story_context

ON_A_TERMINAL = 20
TOGETHER = 200


def known_technology(config: Config, slug: str) -> str:
    """The slug, if feeds.yaml defines it; raises UsageError naming those it does."""
    slugs = [technology.slug for technology in config.technologies]
    if slug not in slugs:
        known = ", ".join(slugs) or Message.of("no technology")
        raise UsageError(
            Message.of("--technology {name}: feeds.yaml defines {technologies}", name=slug, technologies=known)
        )
    return slug


def json_line(value: object) -> str:
    """JSON on one line, for programs that read line by line: JSON allows U+2028 and U+2029 in a text, many programs end a line there."""
    return json_text(value).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@click.command()
@click.option("--technology", metavar="NAME", help="Only the stories of this technology.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most so many stories.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@click.option("--full", is_flag=True, help="With HTML, text, tags and enclosures (implies --json).")
@click.pass_obj
def entries(ctx: Context, technology: str | None, limit: int | None, as_json: bool, full: bool) -> int:
    """List the stories, newest first."""
    config = ctx.everybody
    as_json = as_json or full
    if technology:
        known_technology(config, technology)
    with ctx.store() as store:
        if limit is None and not as_json and ctx.terminal:
            limit = ON_A_TERMINAL
        rows = store.story_ids(technology=technology or "", limit=limit)
        context = story_context(config, store, story_ids=None if limit is None else rows)
        for start in range(0, len(rows), TOGETHER):
            for story in map(harmless, store.load_stories(rows[start : start + TOGETHER], context)):
                if as_json:
                    click.echo(json_line(story_object(story, full=full)))
                else:
                    when = ctx.translator.date(story.published)
                    names = f" [{', '.join(story.technologies)}]" if story.technologies else ""
                    line = Message.of("{source}: {title}", source=story.source.name, title=story.entry.title)
                    click.echo(ctx.screen.hang(f"{when}  {ctx.say(line)}{names}"))
                    click.echo(ctx.screen.paint(f"    {story.url}", "quiet"))
    return 0
