"""One request done right, and many of them: politely, exactly, bounded, and safe against where they are sent.

`Fetcher` asks; `schedule` says when and what becomes of the answer; `health` says it to people.
"""

from planet.fetch.fetcher import Fetcher
from planet.fetch.web import WebClient

__all__ = ["Fetcher", "WebClient"]
