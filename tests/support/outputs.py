"""Everything that is published, read back strictly: what `whole` finds is what a reader of the site would stumble over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from icalendar import Calendar
from lxml import etree
from selectolax.lexbor import LexborHTMLParser as Tree

from planet.text import xml_safe

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
HERE = "https://planet.example.org/"
_NOT_ONE = re.compile("[\ud800-\udfff]")


def files(output: Path) -> Iterator[tuple[str, Path]]:
    """What a reader can ask for: path and file, the planet's own notes left out."""
    for path in sorted(output.rglob("*")):
        name = path.relative_to(output).as_posix()
        if path.is_file() and not name.startswith((".planet/", "search/")):
            yield name, path


def whole(output: Path, *, strict: bool = True) -> list[str]:
    """What is wrong with a site: files that do not parse, characters that may not be there, links that lead nowhere.

    `strict` reads every page with html5lib too, which tells each mistake that the standard calls one. Links are followed from the
    home: pages that a publication is just adding name each other before they are all there, and nothing leads to them yet.
    """
    faults = [f"{name}: {what}" for name, path in files(output) for what in _wrong(name, path, strict=strict)]
    return faults + list(_dead_ends(output))


def _dead_ends(output: Path) -> Iterator[str]:
    waiting = [name for name in ("index.html", "404.html") if (output / name).is_file()]
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        for written, target in _links(name, (output / name).read_text("utf-8")):
            if not (output / target).is_file():
                yield f"{name}: {written} leads nowhere"
            elif target not in seen and target.endswith(".html"):
                seen.add(target)
                waiting.append(target)


def _links(name: str, text: str) -> Iterator[tuple[str, str]]:
    """What a page names on the same site: as it is written, and the file that it leads to."""
    here = urljoin(HERE, name)
    for node in Tree(text).css("[href], [src]"):
        written = node.attributes.get("href") or node.attributes.get("src") or ""
        target = urlsplit(urljoin(here, written))
        if f"{target.scheme}://{target.netloc}/" == HERE and not written.startswith(("http:", "https:")):
            path = unquote(target.path).lstrip("/")
            yield written, f"{path}index.html" if path.endswith("/") or not path else path


def _wrong(name: str, path: Path, *, strict: bool) -> Iterator[str]:
    data = path.read_bytes()
    if path.suffix in {".png", ".ico", ".webp", ".woff2", ".jpg"}:
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        yield f"is no UTF-8: {error}"
        return
    if xml_safe(text) != text:
        yield f"holds characters that no XML may hold: {sorted(set(text) - set(xml_safe(text)))[:5]}"
    if path.suffix == ".html":
        yield from _page(text, strict=strict)
    elif path.suffix in {".xml", ".xsl", ".svg"}:
        try:
            etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))
        except etree.XMLSyntaxError as error:
            yield f"is not well-formed: {error}"
    elif path.suffix == ".json":
        json.loads(text, parse_constant=_no_constant)
    elif path.suffix == ".ics":
        yield from _calendar(data)


def _no_constant(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def _calendar(data: bytes) -> Iterator[str]:
    for line in data.split(b"\r\n"):
        if b"\n" in line or b"\r" in line:
            yield f"a line ends as it may not: {line[:60]!r}"
        if len(line) > 75:
            yield f"a line of {len(line)} octets"
    Calendar.from_ical(data)


def _page(text: str, *, strict: bool) -> Iterator[str]:
    if strict:
        import html5lib

        try:
            html5lib.HTMLParser(strict=True).parse(text)
        except html5lib.html5parser.ParseError as error:
            yield f"is no HTML5: {error}"
    ids = [node.attributes["id"] for node in Tree(text).css("[id]")]
    if len(ids) != len(set(ids)):
        yield f"an id twice: {sorted({one for one in ids if ids.count(one) > 1})[:3]}"


def carried(output: Path) -> Iterator[tuple[str, list[str]]]:
    """The HTML that each feed carries, as a reader would show it."""
    for name, path in files(output):
        if name.endswith("atom.xml"):
            tree = etree.fromstring(path.read_bytes(), etree.XMLParser(huge_tree=True))
            found = [
                node.text or ""
                for kind in ("content", "summary", "title")
                for node in tree.iter(f"{ATOM}{kind}")
                if node.get("type") == "html"
            ]
        elif name.endswith("rss.xml"):
            tree = etree.fromstring(path.read_bytes(), etree.XMLParser(huge_tree=True))
            found = [
                node.text or ""
                for item in tree.iter("item")
                for tag in (CONTENT, "description")
                for node in item.iter(tag)
            ]
        elif name.endswith("feed.json"):
            found = [one["content_html"] for one in json.loads(path.read_bytes())["items"] if "content_html" in one]
        else:
            continue
        if found:
            yield name, found
