"""What the XML writers share: elements that cannot hold an illegal character, documents with their style sheet."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from planet.text import xml_safe

XML = "{http://www.w3.org/XML/1998/namespace}"


def document_element(tag: str, space: str, prefixed: Mapping[str, str] | None = None) -> etree._Element:
    """The root of a document whose names without a prefix are in `space`; namespaces are written `{http…}`."""
    spaces: dict[str | None, str] = {None: space[1:-1]}
    spaces |= {prefix: name[1:-1] for prefix, name in (prefixed or {}).items()}
    return etree.Element(tag, nsmap=spaces)  # type: ignore[arg-type]  # lxml-stubs knows no default namespace


def element(tag: str, attributes: dict[str, str]) -> etree._Element:
    """The root of a document without namespaces."""
    return etree.Element(tag, attributes)


def add(
    parent: etree._Element, tag: str, text: str = "", attributes: Mapping[str, str] | None = None
) -> etree._Element:
    """A child at the end of `parent`. Attributes without a value are left out, characters that XML cannot hold too."""
    kept = {name: value for name, value in attributes.items() if value} if attributes else None
    # lxml looks at every character, far faster than we could: clean only what it refuses.
    try:
        child = etree.SubElement(parent, tag, kept)
    except ValueError:
        child = etree.SubElement(parent, tag, {name: xml_safe(value) for name, value in (kept or {}).items()})
    if text:
        try:
            child.text = text
        except ValueError:
            child.text = xml_safe(text)
    return child


def written(root: etree._Element, path: str, *, style: bool = True) -> bytes:
    """The bytes of a document that is published in the folder `path` ("" or ending with a slash)."""
    if style:
        sheet = "../" * path.count("/") + "static/feed.css"
        root.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{sheet}"'))
    etree.indent(root, space=" ")
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True) + b"\n"
