"""Recognise the name of a technology that is also an everyday word (Go, Rust, Swift) by the words beside it: a version, `langage`, a list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from planet.classify.words import Match, Text

# fmt: off
# What may stand before or behind the name of a technology, and seldom before or behind an everyday word: folded.
_BEFORE = frozenset([
    "en", "in", "du", "with", "avec", "using", "via", "utiliser", "utilise", "langage", "language", "apprendre", "learn",
    "learning", "framework", "bibliotheque", "library", "pourquoi", "why", "application", "applications", "app",
    "apps", "projet", "module", "package", "plugin", "composant", "composants", "component", "components", "hook",
    "hooks", "developpeur", "developpeurs", "developer", "developers", "dev", "code", "coder", "programmer",
    "compilateur", "compiler", "client", "serveur", "server", "jour", "upgrade", "upgrading", "updating",
    "installer", "install", "installing", "decouvrir", "discovering", "migrer", "migrating", "deployer",
    "deploying", "tester", "testing", "configurer",
])
_BEHIND = frozenset([
    "language", "programming", "framework", "library", "compiler", "app", "apps", "application", "applications",
    "component", "components", "composant", "composants", "hook", "hooks", "developer", "developers", "developpeur",
    "developpeurs", "api", "sdk", "cli", "tutorial", "tutoriel", "module", "modules", "package", "packages",
    "plugin", "plugins", "code", "runtime", "bundler", "template", "templates", "repository", "router",
])
# fmt: on
_BEFORE_THE_END = frozenset(("to", "from", "vers", "depuis"))
"""As `_BEFORE`, where the name is the last word: `porting a parser to Rust`."""
_INTRODUCED = re.compile(r"\b(?:intro|introduction|initiation|introducing)[\s\xa0]+(?:a|au|to)[\s\xa0]+$")
_LAST = re.compile(r"([\w+#]+)[\s\xa0]+$")
_NEXT = re.compile(r"[\s\xa0]+([\w+#]+)")
_VERSION = re.compile(
    r"[\s\xa0]?v?\d{1,2}(?:\.(?:\d+|x))+(?!\w)|[\s\xa0]v?\d{1,2}(?=[\s\xa0]*(?:$|[.,;:!?()]|(?:et|and|est|is|en|pour|avec|with|sans|without|dans|sort)\b))"
)
_SEGMENT_BEGINS = re.compile(r"(?:^|[:|\u2013\u2014/(-])[\s\xa0]*$")
_SEGMENT_ENDS = re.compile(r"[\s\xa0]*(?:$|[:|\u2013\u2014/)]|-[\s\xa0])")
_TITLE = 120
"""Characters of a text that is a title at most."""
_GAP = 8
"""Characters between two items of a list at most."""
_NEAR = 30
"""Characters before and after a word that are its context."""


def is_accompanied(text: Text, start: int, end: int, *, strict: bool) -> bool:
    """Whether the words next to an everyday word show that it is a name: a version, `langage`, or, unless `strict`, `en` or `with`."""
    behind = text.folded[end : end + _NEAR]
    if _VERSION.match(behind):
        return True
    following = _NEXT.match(behind)
    if following and following[1] in _BEHIND:
        return True
    before = _LAST.search(text.folded[max(0, start - _NEAR) : start])
    if not strict and len(text.original) <= _TITLE and _alone(text.original, start, end):
        return True
    # In a title where every word has a capital, `With Swift Steps` is no more than it says.
    capital = following is not None and text.original[end + following.start(1)].isupper()
    if strict or capital or before is None:
        return False
    if _INTRODUCED.search(text.folded[max(0, start - _NEAR) : start]):
        return True
    return before[1] in _BEFORE or (following is None and before[1] in _BEFORE_THE_END)


_LISTED = re.compile(r"[\s\xa0]*(?:[,/&+]|(?:,[\s\xa0]*)?\b(?:et|and|ou|or|vs\.?)\b)[\s\xa0]*")


def certain(text: Text, matches: Sequence[Match]) -> set[tuple[str, int]]:
    """(word, meaning) of the certain matches in a text, and of everyday words in one list with a certain match: `Rust, Java and PHP`."""
    names = {(match.word, match.meaning) for match in matches if match.sure}
    sure = [(match.start, match.end) for match in matches if match.sure]
    for match in matches:
        gaps = [(match.end, start) for start, _ in sure if 0 <= start - match.end < _GAP]
        gaps += [(end, match.start) for _, end in sure if 0 <= match.start - end < _GAP]
        if not match.sure and any(_LISTED.fullmatch(text.folded, *gap) for gap in gaps):
            names.add((match.word, match.meaning))
    return names


def _alone(title: str, start: int, end: int) -> bool:
    """Whether a word is all of a title, or all that stands before or behind a colon or a dash in it."""
    return bool(_SEGMENT_BEGINS.search(title[:start]) and _SEGMENT_ENDS.match(title[end:]))
