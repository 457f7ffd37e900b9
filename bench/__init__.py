"""Measurements: each prints ratios against a peer or a floor in the same run. Run one with `python -m bench.NAME`."""
