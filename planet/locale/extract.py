"""Collects the sentences to translate, from the package and the themes, into every catalogue: `python -m planet.locale.extract`.

A sentence is found where it is written literally: `Message.of("…")`, `Message.counted("…", "…", count=n)`, `gettext("…")`, `ngettext("…", "…", n)` in Python;
`_("…")`, `ngettext(…)` and `{% trans %}` in templates. A new language is a folder: planet/locale/<language>/LC_MESSAGES/.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from planet.cli import COMMANDS, cli, usage
from planet.cli.help import sentences as sentences_of

PACKAGE = Path(__file__).parent.parent
LOCALE = Path(__file__).parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "of": None, "counted": (1, 2), "InvalidValueError": None}
WIDTH = 120


def template(themes: Path) -> Catalog:
    """Every sentence there is, with the files it is in."""
    catalog = Catalog(project="clermontech-planet", charset="utf-8")
    roots = ((PACKAGE, "*.py", "python", PACKAGE.parent), (themes, "*.html", "jinja2.ext:babel_extract", themes.parent))
    for root, pattern, method, base in roots:
        for path in sorted(root.rglob(pattern)):
            if path == Path(__file__):
                continue
            with path.open("rb") as file:
                collected = list(
                    extract(method, file, keywords=KEYWORDS, options={"trimmed": "true", "encoding": "utf-8"})
                )
            for _line, message, _comments, context in collected:
                if message:
                    catalog.add(message, locations=[(path.relative_to(base).as_posix(), 0)], context=context)
    sentences: list[str | tuple[str, str]] = [*_help(), *usage.SENTENCES, *usage.PLURALS]
    for sentence in dict.fromkeys(sentences):
        catalog.add(sentence, locations=[("planet/cli", 0)])
    return catalog


def _help() -> Iterator[str]:
    """The sentences of `--help`, which click holds."""
    commands = {name: cli.get_command(click.Context(cli), name) for name in COMMANDS}
    known = {name: command for name, command in commands.items() if command is not None}
    yield from sentences_of({"planet": cli, **known}, [sentence for _, sentence in COMMANDS.values()])


def update(path: Path, collected: Catalog) -> bytes:
    """The catalogue at `path` with every sentence of `collected`: translations kept, stale sentences gone, new ones empty."""
    language = path.parent.parent.name
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    catalog.update(collected, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    buffer = io.BytesIO()
    write_po(
        buffer, catalog, width=WIDTH, sort_output=True, include_previous=False, omit_header=True, include_lineno=False
    )
    header = path.read_text("utf-8").split("\n\n", 1)[0]
    return f"{header}\n\n{buffer.getvalue().decode().lstrip()}".encode()


def main() -> None:
    """Bring every catalogue but the English one (whose sentences are the keys) up to date."""
    collected = template(PACKAGE.parent / "themes")
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/planet.po")):
        if path.parent.parent.name != "en":
            path.write_bytes(update(path, collected))


if __name__ == "__main__":
    main()
