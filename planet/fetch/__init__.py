"""HTTP requests: per-host limits, conditional requests, bounds of time and bytes, and an SSRF filter.

`fetcher` requests feeds, `web` everything else; `polling` decides when, and the next state; `health` explains the state to people.
"""
