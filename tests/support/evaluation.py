"""How right merging and technologies are, on a folder of real feeds with a truth made by hand.

Merging: precision and recall over pairs of entries that are one thing, look-alikes that were joined counted as errors.
Technologies: micro and by label, over labels of several an entry (`agnostic` is none). Every miss is printed with what was decided
and why.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from planet.classify import Classifier, Scores
from planet.classify.scores import THRESHOLD
from planet.model import Entry, MergeEntry, MergeGroup, Unreadable
from planet.normalise import normalise
from planet.parse.reader import parse
from planet.sanitise import sanitise
from planet.text import fold

NOW = datetime(2026, 6, 27, 20, tzinfo=UTC)
"""The day of the snapshot."""
LABELS = {"web-design": "web"}
"""What the truth calls otherwise than feeds.yaml."""
AGNOSTIC = "agnostic"


def posts(folder: Path) -> list[tuple[str, Entry]]:
    """Every entry of every RSS, Atom, RDF and JSON feed: (path of the feed, entry)."""
    found = []
    for path in sorted((folder / "feeds").rglob("*")):
        if not path.is_file() or path.suffix == ".ics":
            continue
        name = str(path.relative_to(folder))
        url = f"https://feeds.invalid/{name}"
        raw = parse(path.read_bytes(), content_type="", url=url, max_entries=500, timezone="UTC")
        if isinstance(raw, Unreadable):
            print("cannot be read:", name, raw.error)
            continue
        read = normalise(raw, feed=name, url=url, known={}, sanitise=sanitise, now=NOW)
        found += [(name, entry) for entry in read.entries if isinstance(entry, Entry)]
    return found


def as_merged(entries: Iterable[tuple[str, Entry]]) -> list[MergeEntry]:
    """What merging sees of them; its id is its index in the list."""
    return [
        MergeEntry.of(entry, entry_id=index, feed=feed, date=min(entry.published or entry.updated or NOW, NOW))
        for index, (feed, entry) in enumerate(entries)
    ]


def merging(folder: Path, entries: Sequence[tuple[str, Entry]], groups: Sequence[MergeGroup]) -> tuple[float, float]:
    """(precision, recall) over pairs.

    Wrong are pairs of two known things, and pairs that the truth says look alike. The truth is a part of all there is: a pair of
    which it knows nothing is neither right nor wrong.
    """
    truth = json.loads((folder / "overlaps.json").read_text("utf-8"))
    row = {(feed, entry.id): number for number, (feed, entry) in enumerate(entries)}
    story = {number: made.entry_ids[0] for made in groups for number in made.entry_ids}

    def rows(listed: Iterable[dict[str, str]]) -> list[int]:
        return [row[one["feed"], one["id"]] for one in listed if (one["feed"], one["id"]) in row]

    def say(kind: str, a: int, b: int) -> None:
        for number in (a, b):
            feed, entry = entries[number]
            print(
                f"  {kind} {feed} · {entry.title[:70]} · {entry.link} · {(entry.published or entry.updated or NOW):%Y-%m-%d}"
            )
            kind = " " * len(kind)

    right = wrong = missed = 0
    things: dict[int, set[str]] = defaultdict(set)
    for thing in truth["overlaps"]:
        members = rows(thing["members"])
        for number in members:
            things[number].add(thing["thing"])
        for a, b in combinations(members, 2):
            if story[a] == story[b]:
                right += 1
            else:
                missed += 1
                say("missed", a, b)
    apart = {
        tuple(sorted((a, b))): case["reason"]
        for case in truth["not_same"]
        for one, other in combinations([rows(item["entries"]) for item in case["items"]], 2)
        for a in one
        for b in other
    }
    for made in groups:
        for a, b in combinations(sorted(made.entry_ids), 2):
            known_apart = bool(things[a]) and bool(things[b]) and not things[a] & things[b]
            if known_apart or (a, b) in apart:
                wrong += 1
                say("wrongly joined", a, b)
                print("   ", apart.get((a, b), "two things of the truth"))
    return right / max(1, right + wrong), right / max(1, right + missed)


def explain(found: Scores) -> str:
    """The scores of an entry on one line."""
    return "; ".join(
        f"{slug} {score} ({', '.join(f'{r.what} {r.where or r.rule} {r.score}' for r in reasons)})"
        for slug, score, reasons in found
    )


def technologies(folder: Path, classifier: Classifier, entries: Sequence[tuple[str, Entry]], *, whole: bool) -> float:
    """Micro F1 over title, excerpt and tags, or over the whole posts that can be found. Prints the misses of the first."""
    by_title: dict[str, list[Entry]] = defaultdict(list)
    for _feed, entry in entries:
        by_title[entry.title_key].append(entry)
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for line in (folder / "technology.jsonl").read_text("utf-8").splitlines():
        labelled = json.loads(line)
        truth = {LABELS.get(label, label) for label in labelled["labels"]} - {AGNOSTIC}
        if whole:
            post = max(by_title[fold(labelled["title"])], key=lambda entry: len(entry.text), default=None)
            if post is None:
                continue
            found = classifier.score(title=post.title, text=post.text, tags=post.tags, code=post.code, links=post.links)
        else:
            found = classifier.score(title=labelled["title"], text=labelled["excerpt"], tags=labelled["tags"])
        given = {slug for slug, score, _ in found if score >= THRESHOLD}
        right.update(given & truth)
        wrong.update(given - truth)
        missed.update(truth - given)
        if given != truth and not whole:
            signs = [f"+{slug}" for slug in sorted(given - truth)] + [f"-{slug}" for slug in sorted(truth - given)]
            print(
                f"  {' '.join(signs)}: {labelled['title'][:80]} · {explain(found) or 'nothing of it is in the lists'}"
            )
    print(f"  {'':12} precision recall F1    (right wrong missed)")
    totals = Counter(right), Counter(wrong), Counter(missed)
    for slug in sorted(right | wrong | missed):
        print(row_of(slug, right[slug], wrong[slug], missed[slug]))
    sums = [sum(total.values()) for total in totals]
    print(row_of("micro", *sums))
    return f1(*sums)


def folds(folder: Path, classifier: Classifier) -> tuple[float, float]:
    """Micro F1 of the two halves of the labelled texts (every other one), from title, excerpt and tags.

    Nothing is learned, so a half is not trained on the other: that both are alike says that no half was tuned for alone.
    """
    sums = [[0, 0, 0], [0, 0, 0]]
    for number, line in enumerate((folder / "technology.jsonl").read_text("utf-8").splitlines()):
        labelled = json.loads(line)
        truth = {LABELS.get(label, label) for label in labelled["labels"]} - {AGNOSTIC}
        scored = classifier.score(title=labelled["title"], text=labelled["excerpt"], tags=labelled["tags"])
        given = {slug for slug, score, _ in scored if score >= THRESHOLD}
        for place, count in enumerate((len(given & truth), len(given - truth), len(truth - given))):
            sums[number % 2][place] += count
    return f1(*sums[0]), f1(*sums[1])


def f1(right: int, wrong: int, missed: int) -> float:
    return 2 * right / max(1, 2 * right + wrong + missed)


def row_of(name: str, right: int, wrong: int, missed: int) -> str:
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    return f"  {name:12} {precision:9.3f} {recall:6.3f} {f1(right, wrong, missed):5.3f} ({right} {wrong} {missed})"
