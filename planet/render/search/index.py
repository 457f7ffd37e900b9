"""The files of the search index: segments, buckets, and the values that results show."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from operator import sub
from pathlib import Path
from zoneinfo import ZoneInfo

from planet.model import Artifact, Bundle, Edition, IndexRow, Story
from planet.render.search.words import stems
from planet.text import named_digests
from planet.when import runs

FOLDER = "search/"
SMALL = 2000
"""Past years are one segment until it has this many stories."""
NEW = 50
"""The last stories of this month are a segment of their own until there are so many: one new story rewrites no more than that."""
BUCKET = 40_000
"""Characters of a bucket."""
SHOWN = 100
"""Stories in one file of what is shown."""
MAX_TEXT = 30_000
"""Characters of a story that are searched."""
TITLE, NAMES, MOST = 12, 6, 40
"""How much a word counts in a title, and as author, tag or technology; the most that a word of a text counts for."""
CLIENT = Path(__file__).parent / "client"
SCRIPTS = ("base-stemmer.js", "french-stemmer.js", "english-stemmer.js", "search.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Stories of one span of time, the oldest first."""

    name: str
    rows: tuple[IndexRow, ...]


def segments(edition: Edition) -> tuple[Segment, ...]:
    """The segments of a planet, the newest first; an empty planet has none."""
    zone = ZoneInfo(edition.config.site.timezone)
    now = edition.now.astimezone(zone)

    def month_of(row: IndexRow) -> tuple[int, int]:
        day = row.date.astimezone(zone)
        return day.year, day.month

    oldest_first = edition.index[::-1]
    months = list(runs(oldest_first, lambda row: min(month_of(row), (now.year, now.month))))
    years: dict[int, list[IndexRow]] = {}
    month: Sequence[IndexRow] = ()
    for (year, number), stretch in months:
        if (year, number) == (now.year, now.month):
            month = oldest_first[stretch]
        else:
            years.setdefault(year, []).extend(oldest_first[stretch])
    segment_list: list[Segment] = []
    past: list[IndexRow] = []
    for year, rows in years.items():
        if year == now.year:
            segment_list.append(Segment(name="year", rows=tuple(rows)))
            continue
        past += rows
        if len(past) >= SMALL:
            segment_list.append(Segment(name=f"to-{year}", rows=tuple(past)))
            past = []
    if past:
        segment_list.insert(
            len([segment for segment in segment_list if segment.name.startswith("to-")]),
            Segment(name="past", rows=tuple(past)),
        )
    newest = len(month) - len(month) % NEW
    parts = (("month", month[:newest]), ("new", month[newest:]))
    segment_list += [Segment(name=name, rows=tuple(rows)) for name, rows in parts if rows]
    return tuple(reversed(segment_list))


@cache
def _script() -> bytes:
    return b"\n".join((CLIENT / name).read_bytes().strip() for name in SCRIPTS) + b"\n"


def script_path() -> str:
    """The script of the search page, loaded by it alone; its address changes with its bytes."""
    return f"{FOLDER}search.js?v={hashlib.sha256(_script()).hexdigest()[:8]}"


def index(edition: Edition) -> Iterator[Artifact | Bundle]:
    """The script of the search page, the names of people and events, and each segment."""
    yield Artifact(
        path=f"{FOLDER}search.js",
        digest=named_digests({"content": hashlib.sha256(_script()).hexdigest()}),
        make=_script,
    )
    names = _names(edition)
    yield Artifact(path=f"{FOLDER}names.json", digest=named_digests({"names": names}), make=lambda: _json(names))
    technologies = {technology.slug: technology.name for technology in edition.technologies}
    for segment in segments(edition):
        inputs = {
            "program": edition.program_rev,
            "settings": edition.settings_rev,
            "stories": " ".join(row.rev for row in segment.rows),
        }
        yield Bundle(
            folder=f"{FOLDER}{segment.name}/",
            digest=named_digests(inputs),
            make=partial(_segment, edition, segment, technologies),
        )


def _names(edition: Edition) -> list[list[str]]:
    """People, groups, technologies and events, found by their names: [name, path, kind, when]."""
    people = [[source.name, f"members/{source.slug}/", source.kind, ""] for source in edition.sources]
    topics = [
        [technology.name, f"{technology.slug}/", "technology", ""]
        for technology in edition.technologies
        if technology.stories
    ]
    events = [
        [event.data.title, f"events/#e-{event.slug}", "event", event.data.start.isoformat()[:10]]
        for event in reversed(edition.events)
        if event.data.title
    ]
    return people + topics + events


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _segment(edition: Edition, segment: Segment, technologies: Mapping[str, str]) -> dict[str, bytes]:
    """The files of a segment. A posting is two numbers: the distance to the story before, and how much the stem counts there."""
    postings: defaultdict[str, list[int]] = defaultdict(list)
    facts: list[list[object]] = []
    files: dict[str, bytes] = {}
    sources: dict[str, int] = {}
    topics: dict[str, int] = {}
    site = edition.config.site
    folder = f"{FOLDER}{segment.name}/"
    number = 0
    for start in range(0, len(segment.rows), SHOWN):
        shown = []
        for story in edition.load([row.story_id for row in segment.rows[start : start + SHOWN]]):
            for term, weight in weights(story, technologies, site.language).items():
                postings[term] += (number, weight)
            shown.append(_shown(story))
            names = (source.name for source in story.sources)
            facts.append(
                [
                    [
                        topics.setdefault(technologies[slug], len(topics))
                        for slug in story.technologies
                        if slug in technologies
                    ],
                    [sources.setdefault(name, len(sources)) for name in dict.fromkeys(names)],
                    int(story.published.timestamp()) // 86400,
                ]
            )
            number += 1
        files[f"{folder}d{start // SHOWN}.json"] = _json(shown)
    for posting in postings.values():
        numbers = posting[::2]
        posting[2::2] = map(sub, numbers[1:], numbers)
    buckets, bounds = _buckets(postings)
    files |= {f"{folder}{place}.json": _json(bucket) for place, bucket in enumerate(buckets)}
    files[f"{folder}index.json"] = _json(
        {"buckets": bounds, "facts": facts, "technologies": list(topics), "sources": list(sources), "shown": SHOWN}
    )
    return files


def _buckets(postings: Mapping[str, list[int]]) -> tuple[list[dict[str, list[int]]], list[str]]:
    """Stems in alphabetical order, parted into buckets of about one size, and the first stem of each."""
    buckets: list[dict[str, list[int]]] = []
    bounds: list[str] = []
    size = BUCKET
    for term in sorted(postings):
        if size >= BUCKET:
            buckets.append({})
            bounds.append(term)
            size = 0
        buckets[-1][term] = postings[term]
        size += len(term) + 4 * len(postings[term]) + 5
    return buckets, bounds


def weights(story: Story, technologies: Mapping[str, str], language: str) -> dict[str, int]:
    """Stem -> how much it counts in a story: in its title, its names, and (less each time, and less in a long text) in its text."""
    tag = story.language or language
    counts = stems(story.entry.text[:MAX_TEXT], tag)
    total = sum(counts.values())
    damping = 0.4 + 0.6 * total / 300
    weight_of = {
        count: max(1, min(MOST, round(10 * count * 2.2 / (count + 1.2 * damping)))) for count in set(counts.values())
    }
    term_weights = {term: weight_of[count] for term, count in counts.items()}
    for term in stems(story.entry.title, tag):
        term_weights[term] = term_weights.get(term, 0) + 10 * TITLE // 4
    names = [story.author, *story.tags, *(source.name for source in story.sources)]
    names += [technologies[slug] for slug in story.technologies if slug in technologies]
    for term in stems(" ".join(names), tag):
        term_weights[term] = term_weights.get(term, 0) + 10 * NAMES // 4
    return term_weights


def _shown(story: Story) -> list[str]:
    """[title, address, author, day, excerpt, language]."""
    return [
        story.entry.title or story.url,
        story.url,
        story.author or story.source.name,
        story.published.date().isoformat(),
        story.excerpt,
        story.language,
    ]
