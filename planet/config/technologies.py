"""Technologies of feeds.yaml: their keys, completed by the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from planet import catalogue, model, text
from planet.config.builder import Builder, warn_of_filters
from planet.config.schema import Section
from planet.formats import RESERVED
from planet.model import Message

_WORTH_A_WARNING = 4
"""Words of a technology that feeds.yaml may repeat from the catalogue without a warning."""


def technologies(builder: Builder, root: Section) -> tuple[model.Technology, ...]:
    """The technologies of the file, with names, words and aliases of the catalogue. `root` is a checked `sections.Root`."""
    return _with_aliases(
        builder,
        [_technology(builder, slug, keys, root.planet.language) for slug, keys in root.technologies.items()],
    )


def _technology(builder: Builder, slug: str, keys: Section, language: str) -> model.Technology:
    technology = keys.settings(model.Technology, slug=slug, line=builder.line("technologies", slug))
    warn_of_filters(builder, ("technologies", slug), keys)
    own = catalogue.load(slug) if technology.catalogue else None
    if own:
        _warn_of_what_is_known(builder, technology, own)
    technology = replace(
        technology,
        name=technology.name or (own.name(language) if own else slug),
        hue=technology.hue if technology.hue is not None or not own else own.hue,
    )
    return _with_words(technology, [entry for entry in (own, *map(catalogue.load, technology.gathers)) if entry])


def _with_words(technology: model.Technology, known: Sequence[catalogue.CatalogueEntry]) -> model.Technology:
    """A technology with the words of feeds.yaml and those of the catalogue; everyday words are told apart."""
    everyday = catalogue.everyday() if technology.words else frozenset[str]()
    plain = tuple(word for word in technology.words if word.lower() not in everyday)
    return replace(
        technology,
        tags=_joined(technology.tags, *(entry.tags for entry in known), *(entry.aliases for entry in known)),
        words=_joined(plain, technology.phrases, *((*entry.words, *entry.phrases) for entry in known)),
        phrases=(),
        everyday=_joined(
            technology.everyday,
            tuple(word for word in technology.words if word.lower() in everyday),
            *(entry.everyday for entry in known),
        ),
        company=_joined(technology.company, *(entry.company for entry in known)),
        homes=_joined(technology.homes, *(entry.homes for entry in known)),
        code=_joined(technology.code, *(entry.code for entry in known)),
        exclude=replace(
            technology.exclude, words=_joined(technology.exclude.words, *(entry.exclude for entry in known))
        ),
    )


def _joined(*lists: tuple[str, ...]) -> tuple[str, ...]:
    """The items of all lists, each once, in their order."""
    return tuple(dict.fromkeys(word for words in lists for word in words))


def _warn_of_what_is_known(builder: Builder, technology: model.Technology, own: catalogue.CatalogueEntry) -> None:
    """Warn of words and tags of feeds.yaml that are superfluous because the catalogue has them."""
    signs = {text.fold(word.lstrip("=")) for word in (*own.tags, *own.aliases, *own.words, *own.phrases, *own.everyday)}
    known = [word for word in (*technology.tags, *technology.words) if text.fold(word) in signs]
    if len(known) > _WORTH_A_WARNING:
        builder.warn(
            technology.line,
            Message.of(
                "{count} of its tags and words are in the catalogue, so they can go from this file: `planet technologies {name}`",
                count=len(known), name=technology.slug,
            ),
        )  # fmt: skip


def _with_aliases(builder: Builder, technologies: Sequence[model.Technology]) -> tuple[model.Technology, ...]:
    """Technologies with their other addresses: those of the file, then those of the catalogue, each once and where nothing else is."""
    taken = {technology.slug for technology in technologies} | RESERVED
    free: dict[str, list[str]] = {technology.slug: [] for technology in technologies}
    for technology in technologies:
        for alias in technology.aliases:
            if alias in taken:
                builder.warn(
                    builder.line("technologies", technology.slug, "aliases"),
                    Message.of(
                        "`{alias}` is another page's address, so it leads nowhere else: take it out", alias=alias
                    ),
                )
            else:
                free[technology.slug].append(alias)
                taken.add(alias)
    for technology in technologies:
        known = [alias for alias in _known_aliases(technology) if alias not in taken]
        free[technology.slug] += known
        taken.update(known)
    return tuple(replace(technology, aliases=tuple(free[technology.slug])) for technology in technologies)


def _known_aliases(technology: model.Technology) -> tuple[str, ...]:
    own = catalogue.load(technology.slug) if technology.catalogue else None
    return (own.slug, *own.aliases) if own else ()
