"""Functions that templates and pages call: initials, maps, sizes, JSON in a script."""

from __future__ import annotations

import json
from urllib.parse import quote

from planet.i18n import Translator
from planet.model import Event
from planet.text import fold


def initials(name: str) -> str:
    """One or two letters that stand for a name: « William Durand » WD, « clermontech.php » PH."""
    _, _, topic = name.partition(".")
    if topic.isalnum():  # the groups of a community share what stands before the dot
        return topic[:2].upper()
    words = [word for word in name.replace(".", " ").replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def map_link(event: Event) -> str:
    """Where OpenStreetMap shows an address, "" when there is none or when it is an address of the web."""
    if event.data.geo:
        latitude, longitude = event.data.geo
        return f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}#map=18/{latitude:.6f}/{longitude:.6f}"
    return map_search(event.data.location)


def map_search(place: str) -> str:
    """Where OpenStreetMap looks for an address, "" for one of the web."""
    if not place or "://" in place or fold(place) in {"enligne", "online", "visio"}:
        return ""
    return f"https://www.openstreetmap.org/search?query={quote(place)}"


def megabytes(t: Translator, count: int | None) -> str:
    """The size of an enclosure in words: « 18,9 Mo », "" when it is not known."""
    return t.gettext("{size} MB").format(size=t.number(round(count / 1_000_000, 1))) if count else ""


def og_locale(locale: str) -> str:
    """`fr` -> `fr_FR`, as the Open Graph protocol wants it; a language that is spoken in no country of its name keeps its own."""
    return locale if "_" in locale else {"en": "en_GB"}.get(locale, f"{locale}_{locale.upper()}")


def script_json(value: object) -> str:
    """JSON for a <script>: nothing in it can end the element (security: JSON inside script)."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
