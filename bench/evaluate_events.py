"""How well events are read and told once, on the data set beside the project: `python -m bench.evaluate_events [FOLDER]`.

Prints every event whose start is not the one that `icalendar` reads, every wrong and every missed pair, precision and recall of pairs,
and what 20,000 events cost from bytes to calendars.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from planet.merge.event_changes import diff_events
from planet.merge.events import merge_events
from planet.model import (
    Config,
    Edition,
    FeedConfig,
    ListedTechnology,
    Site,
    Source,
    Technology,
)
from planet.normalise.events import normalise_events
from planet.parse.calendar import parse_calendar
from planet.render.calendars import calendars
from planet.sanitise import sanitise
from planet.when import window
from tests.support.event_evaluation import everything, gather, instants, links, merging, talks

PARIS = "Europe/Paris"
NOW = datetime(2026, 6, 27, 12, tzinfo=UTC)
DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data" / "clermontech"


def cost(folder: Path, count: int) -> dict[str, float]:
    """Seconds of CPU for `count` events spread over ten calendars, from bytes to calendars."""
    body = (folder / "feeds" / "planet.ics").read_text("utf-8")
    begin, end = body.index("BEGIN:VEVENT"), body.rindex("END:VCALENDAR")
    blocks = ["BEGIN:VEVENT" + block for block in body[begin:end].split("BEGIN:VEVENT")[1:]]
    documents = []
    for calendar in range(10):
        made = []
        for number in range(count // 10):
            block = blocks[number % len(blocks)].replace("UID:", f"UID:{calendar}-{number}-", 1)
            year = 2000 + (number // len(blocks)) % 40
            made.append(
                block.replace("Europe/Paris:20", f"Europe/Paris:{year // 100}", 2).replace(
                    "APIHour", f"Soirée {calendar} {number}", 1
                )
            )
        documents.append((body[:begin] + "".join(made) + body[end:]).encode())
    sources = tuple(
        Source(
            kind="group",
            name=f"g{n}",
            slug=f"g{n}",
            feeds=(FeedConfig(configured=f"g{n}", url=f"g{n}", key=f"g{n}", kind="calendar"),),
        )
        for n in range(10)
    )
    technology = Technology(slug="php", name="PHP")
    site = Site(title="P", url="https://planet.example.org/")
    config = Config(path=Path("f"), folder=Path(), site=site, technologies=(technology,), sources=sources)
    spent: dict[str, float] = {}
    clock = time.process_time()

    def lap(name: str) -> None:
        nonlocal clock
        now = time.process_time()
        spent[name] = now - clock
        clock = now

    reads = [parse_calendar(d, content_type="", url="", timezone=PARIS, window=window(NOW)) for d in documents]
    lap("parse")
    normal = [normalise_events(r, calendar=f"g{n}", sanitise=sanitise, now=NOW) for n, r in enumerate(reads)]
    lap("normalise and sanitise")
    stored = [event for of in normal for event in diff_events((), of, NOW).upserts]
    lap("compare")
    events = merge_events(stored, config, classify=everything)
    lap("merge")
    listed = ListedTechnology(technology=technology, slug="php", name="PHP", hue=245, stories=0, events=len(events))
    edition = Edition(
        config=config, now=NOW, technologies=(listed,), sources=(), index=(), lists=(), events=events, health=(),
        load=lambda _rows: [], updated=NOW, settings_rev="x",
    )  # fmt: skip
    size = 0
    for artifact in calendars(edition):
        if not artifact.path.startswith("events/"):
            size += len(artifact.make())
    lap("calendars out")
    spent["all"] = sum(spent.values())
    print(
        f"{len(stored)} events in, {len(events)} told, {sum(map(len, documents)) / 1e6:.1f} MB in, {size / 1e6:.1f} MB out"
    )
    return spent


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    if not folder.is_dir():
        print(f"{folder}: no data set there")
        return 0
    held = gather(folder)
    right, total = instants(folder, held)
    print(f"events at their true instant: {right} of {total}")
    precision, recall, told = merging(folder, held)
    print(f"events after merging: {told}; pairs: precision {precision:.4f}, recall {recall:.4f}")
    for strange in (("uid",), ("uid", "url"), ("uid", "place", "title"), ("uid", "url", "place")):
        without, found, _ = merging(folder, held, strange=strange)
        print(f"without {', '.join(strange)}: precision {without:.4f}, recall {found:.4f}")
    print("stories linked: {} right, {} wrong, {} of events without a label; {} missed".format(*links(folder, held)))
    for how, blind in (("", False), ("by the programme alone, ", True)):
        figures = "{} right, {} wrong, {} missed; {} of API Hours that no calendar lists"
        print(f"talks joined, {how}{figures.format(*talks(folder, held, blind=blind))}")
    for name, seconds in cost(folder, 20_000).items():
        print(f"{seconds:6.2f} s CPU  {name}")
    return 0 if right == total and precision == 1.0 and recall >= 0.98 else 1


if __name__ == "__main__":
    raise SystemExit(main())
