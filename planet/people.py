"""Names of people: read from a line of text, as RSS and many pages write one; and distinguished from names that only look the same. Pure."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from planet.model import RawPerson
from planet.text import one_line

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


_ELEMENTS = (
    *("atom:author", "authors", "managingeditor", "dc:creator"),
    *("dc:publisher", "itunes:author", "author", "dc:contributor"),
)
"""Where documents name people (see `RawPerson.element`), the place to believe first."""


def credited(people: Iterable[RawPerson]) -> tuple[RawPerson, ...]:
    """Those whom a document credits: all of the first kind of element that names anybody. Empty where only addresses are given."""
    kinds: dict[str, list[RawPerson]] = {}
    for person in people:
        kinds.setdefault(person.element, []).append(person)
    ordered = sorted(kinds, key=lambda kind: _ELEMENTS.index(kind) if kind in _ELEMENTS else len(_ELEMENTS))
    named = (kinds[kind] for kind in ordered if any(person.name for person in kinds[kind]))
    return tuple(dict.fromkeys(next(named, ())))


_LATIN = {
    ord(mark): letter for mark, letter in zip("ıłøđħŧæœ", ("i", "l", "o", "d", "h", "t", "ae", "oe"), strict=True)
}
_ALIKE = str.maketrans({"0": "o", "1": "i", "l": "i", "|": "i"})
"""Letters and digits that many typefaces draw alike."""


def looks(name: str) -> frozenset[str]:
    """Keys of a name for comparing its look: names that share a key cannot be distinguished at a glance. Empty without letters and digits.

    Case, accents, blanks, marks, the order of the words, and letters of other scripts, of full width or unseen make no difference.
    """
    return _looks(one_line(name, _LONGEST))


@functools.lru_cache(maxsize=4096)
def _looks(name: str) -> frozenset[str]:
    words = []
    for word in _latin(name).split():
        letters = "".join(filter(str.isalnum, word.translate(_ALIKE))).replace("rn", "m").replace("vv", "w")
        if letters:
            words.append(letters)
    return frozenset({"".join(words), "".join(sorted(words))}) if words else frozenset()


def _latin(name: str) -> str:
    """A name in small letters of ASCII, as far as each of its letters looks like one."""
    plain = unicodedata.normalize("NFKD", name)
    if any(character.isalnum() and ord(character) >= 0x250 for character in plain):
        # Table of Unicode (UTS 39), half a megabyte: few names have letters of another script.
        from confusable_homoglyphs.confusables import confusables_data

        plain = "".join(_like(character, confusables_data) for character in plain)
        plain = "".join(_like(character, confusables_data) for character in plain.casefold())
    return unicodedata.normalize("NFKD", plain.casefold()).translate(_LATIN)


def _like(character: str, confusables: Mapping[str, list[dict[str, str]]]) -> str:
    """The letter of ASCII that a character looks like; itself where there is none."""
    if character.isascii() or not character.isalnum():
        return character
    alike = (homoglyph["c"] for homoglyph in confusables.get(character, ()))
    return next((letter for letter in alike if letter.isascii() and letter.isalnum()), character)


class Namesakes:
    """The sources that a name could be taken for."""

    def __init__(self, names: Iterable[tuple[str, str]] = ()) -> None:
        """`names`: (slug, name) of each source."""
        self._slugs: defaultdict[str, set[str]] = defaultdict(set)
        for slug, name in names:
            for look in looks(name):
                self._slugs[look].add(slug)

    def another(self, name: str, slugs: Collection[str]) -> bool:
        """Whether a name looks like that of a source, and of none of these."""
        alike = {slug for look in looks(name) for slug in self._slugs.get(look, ())}
        return bool(alike) and alike.isdisjoint(slugs)
