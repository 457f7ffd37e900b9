"""Hostile words and broken bytes through the whole way, for long: `make fuzz`, or `python -m bench.fuzz --examples 20000`.

Each example is a planet of its own: served, asked, read, published twice, and read back. Ends with the first that is not valid or
not contained, made small by hypothesis.
"""

from __future__ import annotations

import argparse
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import fuzz


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--examples", type=int, default=2000)
    options = parser.parse_args()
    long = settings(
        max_examples=options.examples, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    for name, planets in (
        ("words", given(payloads=fuzz.contents, title=fuzz.words)(fuzz.hostile_words)),
        ("bytes", given(found=st.lists(fuzz.documents(), min_size=1, max_size=3))(fuzz.hostile_bytes)),
    ):
        began = time.monotonic()
        long(planets)()
        print(f"{name}: {options.examples} planets, all valid and contained ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
