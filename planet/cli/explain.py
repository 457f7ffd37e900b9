"""`planet explain URL`: why a story is where it is, or why it is not shown."""

from __future__ import annotations

from collections.abc import Iterator

import click

from planet.cli.context import Context
from planet.cli.explain_json import as_object
from planet.cli.explain_text import lines
from planet.cli.streams import json_text
from planet.errors import UsageError
from planet.model import Artifact, Message, every_file


def _page_lines(ctx: Context, page: str) -> Iterator[str]:
    """Which inputs of a file of the site changed since it was published. Raises UsageError for a file that the site does not have."""
    from planet import site
    from planet.avatars import stored_avatars
    from planet.health import public_health
    from planet.publish import file_state

    path = page.removeprefix(ctx.config.site.url).removeprefix("./").lstrip("/")
    if path.endswith("/") or not path:
        path += "index.html"
    with ctx.store() as store:
        edition = site.build(ctx.everybody, store, public_health(ctx.everybody, store), ctx.now)
        artifact = next(
            (
                file
                for file in every_file(site.pieces(edition, stored_avatars(ctx.everybody, store)))
                if isinstance(file, Artifact) and file.path == path
            ),
            None,
        )
    if artifact is None:
        raise UsageError(f"{path} is no file of this site: name it from output/ on, `php/index.html` say")
    state = file_state(ctx.config.site.output, path, artifact.digest, volatile=artifact.volatile)
    sentences = {
        "new": Message.of("not published yet: the next run writes it"),
        "touched": Message.of("differs from what was published: the next run writes it again"),
        "changed": Message.of("the next run makes it again; changed: {inputs}", inputs=", ".join(state.changed)),
        "volatile": Message.of("shows times of runs: every publication makes it again"),
        "same": Message.of("up to date: none of its inputs changed ({inputs})", inputs=", ".join(state.inputs)),
    }
    yield path
    yield f"  {ctx.say(sentences[state.state])}"


@click.command()
@click.argument("url", required=False)
@click.option(
    "--page", metavar="PATH", help="Tell which input of a page or feed of the site changed, e.g. php/index.html."
)
@click.option("--json", "as_json", is_flag=True, help="One object.")
@click.pass_obj
def explain(ctx: Context, url: str | None, page: str | None, as_json: bool) -> int:
    """Tell why a story or an event is where it is: feeds, merging, technologies, date. URL may be an id, words of a title, or a source's name."""
    if (url is None) == (page is None):
        raise UsageError("explain needs the URL of a story or an event, or --page with a file of the site")
    if page is not None:
        for line in _page_lines(ctx, page):
            click.echo(ctx.screen.hang(line))
        return 0
    assert url is not None
    from planet.lookup import Lookup

    config = ctx.everybody
    with ctx.store() as store:
        answer = Lookup(config, store).answer(url)
    if as_json:
        click.echo(json_text(as_object(answer), indent=1))
        return 0 if answer.known else 1
    names = {technology.slug: technology.name for technology in config.technologies}
    for line in lines(answer, names, ctx.translator):
        click.echo(ctx.screen.hang(line))
    return 0 if answer.known else 1
