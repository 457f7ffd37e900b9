"""The results of trying feeds as text, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from planet.cli.context import Context
from planet.cli.streams import json_text
from planet.cli.trial import Answer
from planet.model import Message


def _doubled(answers: Iterable[Answer]) -> Iterator[tuple[str, str, str]]:
    """(title, source, source) of what two feeds would add: it is shown once."""
    first: dict[str, str] = {}
    for answer in answers:
        for link, title in answer.links:
            other = first.setdefault(link, answer.source)
            if other != answer.source:
                yield title, other, answer.source


def _summary(ctx: Context, answers: list[Answer]) -> Iterator[str]:
    good = sum(answer.state == "ok" for answer in answers)
    yield ctx.say(Message.of("{count} of {total} feeds can be read", count=good, total=len(answers)))
    for title, other, source in list(_doubled(answers))[:20]:
        yield ctx.say(
            Message.of(
                "{title}: {other} and {source} both carry it; it is shown once", title=title, other=other, source=source
            )
        )


_MARKS = {"ok": "✓", "waiting": "…", "failing": "✗"}


def _as_text(ctx: Context, answers: list[Answer]) -> Iterator[str]:
    for answer in answers:
        yield f"{_MARKS[answer.state]} {answer.source}: {answer.url}"
        yield from (f"    {line}" for line in answer.lines)
    if len(answers) > 1:
        yield from _summary(ctx, answers)


def _as_markdown(ctx: Context, answers: list[Answer]) -> Iterator[str]:
    """For a comment on a pull request."""
    for answer in answers:
        yield f"### {_MARKS[answer.state]} {_escaped(answer.source)}: {_escaped(answer.url)}\n"
        yield from (f"- {_escaped(line.strip())}" for line in answer.lines)
        yield ""
    yield from (f"**{_escaped(line)}**\n" for line in _summary(ctx, answers))


def _escaped(text: str) -> str:
    """Text of feeds with Markdown, mentions and HTML escaped."""
    return "".join(f"\\{character}" if character in "\\`*_{}[]<>#|@!" else character for character in text)


def _as_json(_ctx: Context, answers: list[Answer]) -> Iterator[str]:
    """An object a line: `source url state lines entries`."""
    for answer in answers:
        titles = [title for _, title in answer.links]
        row = {
            "source": answer.source,
            "url": answer.url,
            "state": answer.state,
            "lines": answer.lines,
            "entries": titles,
        }
        yield json_text(row)


FORMS: Mapping[str, Callable[[Context, list[Answer]], Iterator[str]]] = {
    "text": _as_text,
    "markdown": _as_markdown,
    "json": _as_json,
}
