"""The search index: Pagefind's binary, run on one small document for each story. Without the `search` extra there is none.

A large planet has up to three indexes that the search page asks together: this month's, this year's months that are over, and
the years before, so that a new story does not index ten years again.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from planet.errors import PublishError
from planet.model import Bundle, Edition, IndexRow, Story
from planet.render import cbor
from planet.text import digest

FOLDER = "search/pagefind/"
SMALL = 1500
"""So many stories fit into one index (some 2 s of work)."""
MAX_TEXT = 30_000
"""Characters of a story that are searched."""
PATIENCE = 900
"""Seconds."""
_MAGIC = b"pagefind_dcd"  # what every file of the index begins with once it is decompressed


def available() -> bool:
    """Whether Pagefind is installed."""
    return importlib.util.find_spec("pagefind_bin") is not None


def shards(edition: Edition) -> dict[str, tuple[IndexRow, ...]]:
    """Folder of each index -> its stories, in the order in which the page asks them. Pagefind makes no index of nothing."""
    if len(edition.index) <= SMALL:
        return {FOLDER: edition.index} if edition.index else {}
    zone = ZoneInfo(edition.config.site.timezone)
    now = edition.now.astimezone(zone)
    found: dict[str, list[IndexRow]] = {FOLDER: [], f"{FOLDER}year/": [], f"{FOLDER}past/": []}
    for row in edition.index:
        day = row.date.astimezone(zone)
        if (day.year, day.month) >= (now.year, now.month):
            found[FOLDER].append(row)
        else:
            found[f"{FOLDER}year/" if day.year == now.year else f"{FOLDER}past/"].append(row)
    return {folder: tuple(rows) for folder, rows in found.items() if rows}


def index(edition: Edition, program: str = "") -> Iterator[Bundle]:
    """The files of the search index; nothing where Pagefind is not installed. `program` is another binary of Pagefind."""
    if not available():
        return
    for folder, rows in shards(edition).items():
        revs = (one.rev for one in rows)
        yield Bundle(
            folder=folder,
            digest=digest("search", edition.base_rev, folder, *revs),
            make=partial(_make, edition, folder, rows, program),
        )


def _make(edition: Edition, folder: str, rows: Sequence[IndexRow], program: str) -> dict[str, bytes]:
    """Runs Pagefind. Raises PublishError when it fails."""
    from pagefind_bin import get_executable  # an extra

    names = {one.slug: one.name for one in edition.technologies}
    language = edition.config.site.language.split("-")[0].lower()
    with tempfile.TemporaryDirectory(prefix="planet-search-") as place:
        site, made = Path(place, "site"), Path(place, "made")
        site.mkdir()
        if not rows:
            # Pagefind refuses a folder without a word: one that nobody looks for stands in.
            word = f"<p data-pagefind-body>{digest('-')}</p>"
            page = f"<!doctype html><html><head><title>-</title></head><body>{word}</body></html>"
            (site / "index.html").write_text(page, "utf-8")
        for start in range(0, len(rows), 500):
            part = edition.load([row.story_id for row in rows[start : start + 500]])
            for number, story in enumerate(part, start):
                (site / f"{number:09d}.html").write_text(document(story, names, language), "utf-8", "replace")
        command = [
            program or str(get_executable()), "--site", str(site), "--output-path", str(made),
            "--force-language", language, "--include-characters", "+#", "--silent",
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 - our own words
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PublishError(
                f"the search index could not be made: {error}; without the `search` extra it is left out"
            ) from error
        if done.returncode:
            said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()[-500:]
            raise PublishError(f"the search index could not be made: {said}; without the `search` extra it is left out")
        files = {
            path.relative_to(made).as_posix(): path.read_bytes() for path in sorted(made.rglob("*")) if path.is_file()
        }
    return {f"{folder}{name}": content for name, content in settled(files).items()}


def document(story: Story, names: Mapping[str, str], language: str) -> str:
    """What Pagefind reads of a story. `names` maps the slugs of technologies to their names."""
    facts = [
        f'<meta data-pagefind-meta="{name}[content]" content="{escape(value)}">'
        for name, value in (
            ("url", story.url),
            ("author", story.author or story.source.name),
            ("date", story.published.date().isoformat()),
            ("language", story.language),
        )
        if value
    ]
    facts.append(f'<meta data-pagefind-sort="date[content]" content="{story.published.isoformat()}">')
    filters = [("technology", names[slug]) for slug in story.technologies if slug in names]
    filters += [("source", name) for name in dict.fromkeys(source.name for source in story.sources)]
    facts += [f'<meta data-pagefind-filter="{name}[content]" content="{escape(value)}">' for name, value in filters]
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><title>{escape(story.title or story.url)}</title>{"".join(facts)}</head>'
        f'<body><main data-pagefind-body><h1 data-pagefind-meta="title">{escape(story.title or story.url)}</h1>'
        f"<p>{escape(story.text[:MAX_TEXT])}</p></main></body></html>"
    )


def settled(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What the page needs of Pagefind's files, the same bytes for the same stories.

    Pagefind writes the values of a filter, and the filters, in the order of a hash table, which differs from run to run, and names
    the files by hashes of that: they are put in order, and named anew. Its own user interfaces are left out.
    """
    kept = {
        name: content
        for name, content in files.items()
        if name in {"pagefind.js", "pagefind-entry.json"}
        or name.startswith(("wasm.", "index/", "fragment/"))
        or name.endswith(".pf_meta")
    }
    if any(not name.startswith("wasm.unknown") for name in kept if name.startswith("wasm.")):
        kept.pop("wasm.unknown.pagefind", None)
    renamed: dict[str, str] = {}
    for name, content in files.items():
        if name.startswith("filter/"):
            value = cbor.read(_unpacked(content))
            assert isinstance(value, list)
            assert isinstance(value[1], list)
            value[1].sort(key=str)
            ordered = cbor.write(value)
            old = Path(name).stem
            renamed[old] = f"{old.rpartition('_')[0]}_{hashlib.sha256(ordered).hexdigest()[:7]}"
            kept[f"filter/{renamed[old]}.pf_filter"] = _packed(ordered)
    entry = kept["pagefind-entry.json"]
    for name in [name for name in kept if name.endswith(".pf_meta")]:
        value = cbor.read(_unpacked(kept.pop(name)))
        assert isinstance(value, list)
        ordered = cbor.write(_with_filters(value, renamed))
        old = name.removeprefix("pagefind.").removesuffix(".pf_meta")
        new = f"{old.rpartition('_')[0]}_{hashlib.sha256(ordered).hexdigest()[:10]}"
        kept[f"pagefind.{new}.pf_meta"] = _packed(ordered)
        entry = entry.replace(old.encode(), new.encode())
    kept["pagefind-entry.json"] = entry
    return dict(sorted(kept.items()))


def _with_filters(value: list[cbor.Value], renamed: Mapping[str, str]) -> list[cbor.Value]:
    """The index's table of contents, its list of [filter, file] in order and with the new names."""

    def is_filter(one: cbor.Value) -> bool:
        return isinstance(one, list) and len(one) == 2 and isinstance(one[1], str) and one[1] in renamed

    def named(one: cbor.Value) -> cbor.Value:
        return [one[0], renamed[str(one[1])]] if isinstance(one, list) else one

    return [
        sorted(map(named, part), key=str) if isinstance(part, list) and part and all(map(is_filter, part)) else part
        for part in value
    ]


def _unpacked(content: bytes) -> bytes:
    return gzip.decompress(content).removeprefix(_MAGIC)


def _packed(content: bytes) -> bytes:
    return gzip.compress(_MAGIC + content, mtime=0)
