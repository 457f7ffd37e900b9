"""One request done right, and many of them: politely, exactly, bounded, and safe against where they are sent.

`fetcher` requests feeds, `web` everything else; `polling` decides when, and the next state; `health` explains the state to people.
"""
