"""Hostile words and broken bytes through the whole way, for long: `make fuzz`, or `python -m bench.fuzz --examples 20000`.

Each example is a planet of its own: served, asked, read, published twice, and read back. Ends with the first that is not valid or
not contained, made small by hypothesis.
"""

from __future__ import annotations

import argparse
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import test_fuzz


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--examples", type=int, default=2000)
    options = parser.parse_args()
    long = settings(
        max_examples=options.examples, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    for name, fuzz in (
        ("words", given(payloads=test_fuzz.contents, title=test_fuzz.words)(test_fuzz.hostile_words)),
        ("bytes", given(found=st.lists(test_fuzz.documents(), min_size=1, max_size=3))(test_fuzz.hostile_bytes)),
    ):
        began = time.monotonic()
        long(fuzz)()
        print(f"{name}: {options.examples} planets, all valid and contained ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
