"""Pages: bytes of home, cost of a thousand pages, what one new story among 20,000 costs, and how soon a browser shows it.

python -m bench.rendering [--no-browser]
"""

from __future__ import annotations

import functools
import gzip
import http.server
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from planet.model import Edition
from tests.support.editions import NOW, SOURCES, edition, sample, story
from tests.support.pages import artifacts
from tests.support.safe import safe

STORIES = 20_000
TEXT = (
    "Entre les dates en français, les entités inventées et les documents coupés, lire un flux tient de l'archéologie. "
    * 12
)


def cpu() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = cpu()
    result = work()
    return cpu() - start, result


def grown(count: int) -> list[Any]:
    """Stories of twelve years."""
    return [
        story(
            row,
            by=SOURCES[row % 4],
            at=NOW - timedelta(minutes=315 * row),
            title=f"Écrire un analyseur de flux sans perdre la tête, {row}",
            text=TEXT,
            excerpt=TEXT[:300],
            html=safe(f"<p>{TEXT}</p><pre><code>lire()</code></pre>" * 3),
            technologies=(("php",), ("js", "python"), (), ("php", "js"))[row % 4],
        )
        for row in range(1, count + 1)
    ]


def digests(of: Edition) -> dict[str, str]:
    return {one.path: one.digest for one in artifacts(of)}


def sizes() -> None:
    stories = grown(60)
    events = sample().events
    made = {
        one.path: one.make()
        for one in artifacts(edition(stories, events))
        if one.path in {"index.html", "static/planet.css", "static/planet.js"}
    }
    packed = {path: len(gzip.compress(content)) for path, content in made.items()}
    whole = packed["index.html"] + packed["static/planet.css"]
    print(
        f"home: {whole / 1000:.1f} kB of HTML and CSS gzipped (at most 60), with a whole text of {len(stories[0].entry.html)} characters a story"
    )
    print(
        f"script: {len(made['static/planet.js']) / 1000:.1f} kB as sent (at most 10), {packed['static/planet.js'] / 1000:.1f} gzipped"
    )


def rendering() -> None:
    stories = grown(STORIES)
    before = edition(stories)
    listed, known = timed(lambda: digests(before))
    every = list(artifacts(before))
    some = [one for one in every if "page/" in one.path][:1000]
    spent, _ = timed(lambda: [one.make() for one in some])
    print(f"{len(some)} pages of 20 whole stories: {spent:.2f} s of CPU, {1000 * spent / len(some):.2f} ms a page")
    print(f"{len(every)} pages and files of {STORIES} stories: their digests alone {listed:.2f} s")
    whole, _ = timed(lambda: [one.make() for one in every])
    newer = edition([story(STORIES + 1, at=NOW, technologies=("php",)), *stories])

    def again() -> int:
        changed = 0
        for one in artifacts(newer):
            if known.get(one.path) != one.digest:
                one.make()
                changed += 1
        return changed

    part, changed = timed(again)
    print(
        f"all of them: {whole:.1f} s; after one new story: {changed} again, {part:.2f} s = {100 * part / whole:.1f} % (at most 10)"
    )


def browsing() -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as place:
        for one in artifacts(edition(grown(60), sample().events)):
            path = Path(place, one.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(one.make())
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=place)
        handler.func.log_message = lambda *_: None  # type: ignore[method-assign]
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
                )
                for width in (360, 1280):
                    page = browser.new_page(viewport={"width": width, "height": 800})
                    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
                    page.add_init_script(
                        """window.seen = { paint: 0, shift: 0 };
                        new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.paint = one.startTime; })
                          .observe({ type: 'largest-contentful-paint', buffered: true });
                        new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.shift += one.value; })
                          .observe({ type: 'layout-shift', buffered: true });"""
                    )
                    page.goto(f"http://127.0.0.1:{server.server_port}/", wait_until="networkidle")
                    time.sleep(0.5)  # what moves after the page has loaded counts, too
                    seen = page.evaluate("seen")
                    print(
                        f"{width} px, CPU slowed four times: largest paint {seen['paint']:.0f} ms (at most 1000), layout shift {seen['shift']:.4f} (0)"
                    )
                    page.close()
                browser.close()
            server.shutdown()


if __name__ == "__main__":
    sizes()
    rendering()
    if "--no-browser" not in sys.argv:
        browsing()
