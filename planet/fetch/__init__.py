"""One request done right, and many of them: politely, exactly, bounded, and safe against where they are sent.

`fetcher` asks feeds, `web` everything else; `polling` says when and what becomes of the answer; `health` says it to people.
"""
