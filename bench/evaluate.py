"""How right merging and technologies are, on the data set beside the project: `make evaluate`, or `python -m bench.evaluate [FOLDER]`.

Every feed of the folder goes into one planet. Merging: precision and recall over pairs of entries that are one thing, look-alikes
that were joined counted as errors. Technologies: micro and by label, over hand-made labels (several an entry, `agnostic` is none).
Every miss is listed with what was decided and why. Nothing here learns, so nothing is cross-validated.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from planet.classify import Classifier
from planet.config import load
from planet.merge.stories import group, merge_keys
from planet.model import Entry, MergeEntry
from tests.support import event_evaluation
from tests.support.evaluation import as_merged, folds, merging, posts, technologies

HERE = Path(__file__).resolve().parent.parent
DEFAULT = HERE.parent / "shared" / "data" / "clermontech"


def costs(
    entries: Sequence[tuple[str, Entry]], merged: Sequence[MergeEntry], classifier: Classifier, feed: str
) -> None:
    """CPU of classifying and merging, in milliseconds an entry."""

    def best(work: object, count: int) -> float:
        spent = []
        for _ in range(3):
            begin = time.process_time()
            work()  # type: ignore[operator]
            spent.append(time.process_time() - begin)
        return 1000 * min(spent) / count

    long = [entry for _, entry in entries if 4000 <= len(entry.text) <= 6000]
    print(
        f"  placing     {best(lambda: [classifier.classify(e, feed) for _, e in entries], len(entries)):.3f} ms an entry"
    )
    print(
        f"  placing 5kB {best(lambda: [classifier.classify(e, feed) for e in long], max(1, len(long))):.3f} ms an entry"
    )
    print(f"  merge keys  {best(lambda: [merge_keys(e, e.date) for e in merged], len(merged)):.3f} ms an entry")
    print(f"  grouping    {best(lambda: group(merged), len(merged)):.3f} ms an entry, all of them at once")

    index: dict[str, list[MergeEntry]] = defaultdict(list)
    for entry in merged:
        for key in merge_keys(entry, entry.date):
            index[key].append(entry)
    sizes = sorted(len(rows) for rows in index.values())
    print(f"  keys        {sum(sizes) / len(merged):.1f} an entry; the most common is shared by {sizes[-1]} entries")


def main(folder: Path) -> int:
    """Print everything; 1 when a goal is missed."""
    if not folder.is_dir():
        print(f"{folder} is missing: nothing to evaluate with")
        return 0
    entries = posts(folder)
    merged = as_merged(entries)
    print(f"{len(entries)} posts of {len({feed for feed, _ in entries})} feeds\n\nMerging of posts")
    precision, recall = merging(folder, entries, group(merged))
    print(f"  precision {precision:.4f} recall {recall:.4f} over pairs\n\nMerging of events")
    events = event_evaluation.merging(folder, event_evaluation.gather(folder))
    print(f"  precision {events[0]:.4f} recall {events[1]:.4f} over pairs")
    config = load(HERE / "feeds.yaml")
    classifier = Classifier(config)
    print("\nTechnologies, from title, excerpt and tags")
    score = technologies(folder, classifier, entries, whole=False)
    print("  2-fold: F1 {:.3f} and {:.3f}".format(*folds(folder, classifier)))
    print("\nTechnologies, from whole posts")
    technologies(folder, classifier, entries, whole=True)
    print("\nCost")
    costs(entries, merged, classifier, config.sources[0].feeds[0].key)
    good = precision == 1 and recall >= 0.99 and events[0] == 1 and score >= 0.94
    print("\nEvery goal is met." if good else "\nA goal is missed.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT))
