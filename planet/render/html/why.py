"""`archive/2026/11/why/`: why each story of a month is where it is, in words. One page beside each page of whole texts.

It shows what `planet explain` shows, of what is public: no feed that is unlisted or local is named, no copy that is hidden or
withdrawn.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from planet import reasons
from planet.model import Artifact, IndexRow, Message, Story, StoryCopy
from planet.render.html.builder import PageBuilder
from planet.render.html.frame import Meta
from planet.render.html.stories import UNSHOWABLE, WHY, name_of
from planet.text import shorten

MOST = 12
"""Most copies, joins and reasons for one technology that are shown; near misses: a third as many."""
THRESHOLD = 100
"""Points from which on a story is of a technology."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A copy: who shows it, where it is, the public address of its feed ("" where it has none), what distinguishes it."""

    names: str
    url: str
    feed: str
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A technology, given or nearly, and its signs as one sentence."""

    slug: str
    name: str
    points: str
    given: bool
    signs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The reasons of one story as its page shows them."""

    anchor: str
    name: str
    path: str
    date: str
    language: str
    carriers: tuple[Carrier, ...]
    more: int
    """Copies beyond those that are printed."""
    joins: tuple[str, ...]
    ratings: tuple[Rating, ...]
    in_feeds: bool


def why_page(builder: PageBuilder, path: str, rows: Sequence[IndexRow]) -> Artifact:
    """The reasons of the stories whose texts stand at `path`."""
    t = builder.t
    heading = t.gettext("Why here?")
    meta = Meta(
        path=path + WHY,
        title=f"{heading} – {builder.site.title}",
        heading=heading,
        kind="why",
        description=t.gettext(
            "Why each story is here: who carries it, which date it has, what speaks for its technologies."
        ),
        robots="noindex, follow",
    )

    def present(values: dict[str, Any]) -> dict[str, Any]:
        return {**values, "stories": list(_explanations(builder, builder.load(values["rows"]), path)), "back": path}

    return builder.page("why.html", meta, {"rows": builder.refs(rows)}, present)


def _explanations(builder: PageBuilder, stories: Sequence[Story], path: str) -> Iterator[Explanation]:
    """The reasons of all that can be shown; the page of the month names the others."""
    for story in stories:
        with contextlib.suppress(*UNSHOWABLE):
            yield explanation(builder, story, path)


def explanation(builder: PageBuilder, story: Story, path: str) -> Explanation:
    """The reasons of a story whose text stands at `path`, in the language of the planet."""
    t, why = builder.t, story.reasons
    date = t.gettext("{date}: {why}").format(
        date=t.date(story.published, "full"), why=t.say(reasons.of_date(why.date_rule))
    )
    return Explanation(
        anchor=story.anchor,
        name=name_of(story),
        path=f"{path}#{story.anchor}",
        date=date,
        language=_language(builder, story),
        carriers=tuple(_carrier(builder, story, copy) for copy in why.copies[:MOST]),
        more=max(0, len(why.copies) - MOST),
        joins=tuple(
            f"{_names(why.copies[a])} = {_names(why.copies[b])} – {t.say(reasons.of_join(rule, score))}"
            for a, b, rule, score in why.joins[:MOST]
        ),
        ratings=_ratings(builder, story),
        in_feeds=why.in_feeds,
    )


def _language(builder: PageBuilder, story: Story) -> str:
    if not story.language:
        return ""
    how = Message.of("found in its text") if story.entry.language_found else Message.of("as its feed says")
    return f"{builder.t.language_name(story.language)}, {builder.t.say(how)}"


def _names(copy: StoryCopy) -> str:
    return ", ".join(dict.fromkeys(copy.sources))


def _carrier(builder: PageBuilder, story: Story, copy: StoryCopy) -> Carrier:
    why = story.reasons
    lead = reasons.of_lead(why.priority, len(why.copies)) if copy is why.copies[0] else None
    return Carrier(
        names=_names(copy),
        url=copy.url,
        feed=copy.feed,
        lead=builder.t.say(lead) if lead else "",
    )


def _ratings(builder: PageBuilder, story: Story) -> tuple[Rating, ...]:
    t = builder.t
    known = [rating for rating in story.reasons.scores if rating[0] in builder.technologies]
    given = [rating for rating in known if rating[1] >= THRESHOLD]
    near = sorted((rating for rating in known if rating[1] < THRESHOLD), key=lambda rating: -rating[1])
    return tuple(
        Rating(
            slug=slug,
            name=builder.technologies[slug].name,
            points=t.number(score),
            given=score >= THRESHOLD,
            signs=", ".join(shorten(t.say(reasons.of_technology(reason)), 160) for reason in signs[:MOST]),
        )
        for slug, score, signs in (*given, *near[: MOST // 3])
    )
