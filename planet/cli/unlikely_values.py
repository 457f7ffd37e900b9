"""Further warnings of `planet check`: values of feeds.yaml that are valid but probably not intended."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from planet import themes
from planet.config.invalid import meant
from planet.config.variables import VARIABLE
from planet.errors import ThemeError
from planet.model import Config, Fault, Message
from planet.notify.letters import owners
from planet.notify.send import is_known, is_mail
from planet.render.html.theme import load_theme
from planet.render.html.theme_check import unknown_blocks
from planet.urls import canonical_key, host, redacted

_TYPOGRAPHIC = re.compile(r"^[“”„«»‘]|[“”»]$")
_EXAMPLES = re.compile(r"(?:^|\.)example\.(?:org|com|net)$")


Pictures = Mapping[str, tuple[datetime, bytes | None]]


def unlikely_values(config: Config, environ: Mapping[str, str], kept: Pictures) -> Iterator[Fault]:
    """Warnings for valid values that are probably not intended, each with its line (0 for a missing key).

    `kept` are the stored avatars (`Store.avatars`).
    """
    site = config.site
    if _EXAMPLES.search(host(site.url)):
        yield Fault(0, Message.of("`planet.url` is still an example: write where the site is published"))
    if not site.owner.email:
        yield Fault(0, Message.of("`planet.owner.email` is missing: nobody knows whom to write to"))
    yield from _typographic(config)
    yield from _notify(config, environ)
    yield from _duplicates(config)
    yield from _pictures(config, kept)
    yield from _theme(config)
    yield from _letters(config, environ)


def _typographic(config: Config) -> Iterator[Fault]:
    """Quotes of a word processor are no quotes for YAML: they become part of the text."""
    texts = [(0, config.site.title), (0, config.site.description)]
    texts += [(source.line, source.name) for source in config.sources]
    texts += [(technology.line, technology.name) for technology in config.technologies]
    for line, text in texts:
        if _TYPOGRAPHIC.search(text):
            yield Fault(
                line,
                Message.of(
                    '{text} is in typographic quotes, which are shown: write straight ones (") or none', text=text
                ),
            )


def _notify(config: Config, environ: Mapping[str, str]) -> Iterator[Fault]:
    for rule in config.notify:
        unset = [name for name in VARIABLE.findall(rule.url) if not environ.get(name)]
        for name in unset:
            yield Fault(
                rule.line,
                Message.of("`{variable}` is not set here, so this notification is not sent", variable=f"${{{name}}}"),
            )
        if not unset and not is_known(VARIABLE.sub(lambda match: environ[match[1]], rule.url)):
            yield Fault(rule.line, Message.of("Apprise does not know this kind of address: nothing can be sent there"))


_SIGNATURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8")


def _pictures(config: Config, kept: Pictures) -> Iterator[Fault]:
    """Avatars that are no picture, or could not be had: their owners are shown by initials."""
    pictured = [source for source in config.sources if source.avatar]
    if pictured and importlib.util.find_spec("PIL") is None:
        yield Fault(
            0, Message.of("Pillow is not installed, so no picture is shown: pip install 'clermontech-planet[images]'")
        )
    for source in pictured:
        path = config.folder / source.avatar
        if "://" in source.avatar:
            is_picture = kept.get(redacted(source.avatar), (None, b"not asked yet"))[1] is not None
        elif path.is_file():
            with path.open("rb") as opened:
                beginning = opened.read(16)
            webp = beginning.startswith(b"RIFF") and beginning[8:12] == b"WEBP"
            is_picture = webp or beginning.startswith(_SIGNATURES)
        else:
            continue  # a missing file is a warning of feeds.yaml
        if not is_picture:
            yield Fault(
                source.line,
                Message.of(
                    "`avatar`: {path} is no PNG, JPEG, GIF or WebP that can be had: {name} is shown by initials",
                    path=redacted(source.avatar), name=source.name,
                ),
            )  # fmt: skip


def _theme(config: Config) -> Iterator[Fault]:
    """Blocks of the planet's own theme that nothing shows, since the templates that it extends have no such block."""
    try:
        theme = load_theme(config.site.theme, config.folder)
    except ThemeError:
        return  # the run says so
    if theme.folders[0][1].is_relative_to(themes.shipped()):
        return
    for block in unknown_blocks(theme):
        yield Fault(
            0,
            Message.of(
                "the theme: {path}:{line}: no template has a block `{name}`, so it is not shown{hint}",
                path=block.path, line=block.line, name=block.name, hint=meant(block.name, block.known),
            ),
        )  # fmt: skip


def _letters(config: Config, environ: Mapping[str, str]) -> Iterator[Fault]:
    """Letters need a mail channel, and an address."""
    written_to = owners(config)
    if (written_to or config.site.letters) and not any(
        is_mail(VARIABLE.sub(lambda match: environ.get(match[1], ""), rule.url)) for rule in config.notify
    ):
        yield Fault(
            0, Message.of("`letters: true` needs a mail channel (mailtos://…) in `notify:`, whose server sends them")
        )
    for contact, sources in written_to.items():
        for name in VARIABLE.findall(contact):
            if not environ.get(name):
                yield Fault(
                    sources[0].line,
                    Message.of(
                        "`{variable}` is not set here, so this owner is not written to", variable=f"${{{name}}}"
                    ),
                )


def _duplicates(config: Config) -> Iterator[Fault]:
    """Feeds that differ by http, https, `www.` or a final slash: most likely one feed, read twice."""
    first: dict[str, tuple[str, int]] = {}
    for source in config.sources:
        for feed in source.feeds:
            alike = "" if feed.local else canonical_key(feed.url)
            key, line = first.setdefault(alike, (feed.key, feed.line))
            if alike and key != feed.key:
                yield Fault(
                    feed.line,
                    Message.of("this feed is that of line {line}, spelled otherwise: keep one of them", line=line),
                )
