"""A line of text that names a person, as RSS and many pages write one. Pure."""

from __future__ import annotations

import functools
import re

_EMAIL = re.compile(
    r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|[\w.+'-]{1,64}\s?(?:\(at\)|\[at\])\s?[\w.-]{1,100}", re.IGNORECASE
)
_PAIR = re.compile(
    r"(?P<email>\S+)\s*\((?P<name>[^()]*(?:\([^()]*\)[^()]*)*)\)|(?P<name2>[^<>()]*?)\s*[<(]\s*(?:mailto:)?(?P<email2>[^<>()\s]+@[^<>()\s]+)\s*[>)]"
)
_BRACKETED = re.compile(r"[<(\[][^<>()\[\]]*@[^<>()\[\]]*[>)\]]")
"""An address beside a name, with whatever else stands there."""
_LONGEST = 300


def split_person(line: str) -> tuple[str, str]:
    """(name, address) of `joe@x (Joe)`, `Joe <joe@x>`, `Joe` or `joe@x`, each "" where there is none. An address is never a name.

    The first 300 characters count, blanks fold.
    """
    return _split(" ".join(line[: 10 * _LONGEST].split())[:_LONGEST])


@functools.lru_cache(maxsize=512)
def _split(line: str) -> tuple[str, str]:
    """Short lines only get here, so that the cache stays small; most feeds have one author."""
    pair = _PAIR.fullmatch(line) if "@" in line else None
    if pair:
        name, email = (pair["name"] or "", pair["email"]) if pair["email"] else (pair["name2"] or "", pair["email2"])
        if "@" in name and "@" not in email:
            name, email = email, name
    else:
        name, email = line, ""
    if address := _EMAIL.search(name):
        email = email or address[0]
        name = _EMAIL.sub("", _BRACKETED.sub("", name)).replace("mailto:", "").strip(" ()<>[],;:-")
    return (name.strip(" \"'") if name != line else name), (email if "@" in email else "")
