"""The lxml reader: a well-formed document, exactly as it says (RSS, RDF, Atom), on lxml."""

from __future__ import annotations

from typing import Any

from lxml import etree

from planet.model import Message, RawFeed
from planet.parse.lxml_reader import atom, rss
from planet.parse.lxml_reader.tree import Tree

__all__ = ["read"]


def read(data: bytes, *, limit: int, timezone: str = "UTC") -> RawFeed | Message:
    """The document `data` (UTF-8, no mark, no document type), or why it is not well-formed, for its author."""
    try:
        tree = Tree(data)
    except etree.XMLSyntaxError as error:
        return fault(error)
    if tree.names.atom:
        return atom.read(tree, limit=limit, timezone=timezone)
    return rss.read(tree, limit=limit, timezone=timezone)


def fault(error: etree.XMLSyntaxError) -> Message:
    """A sentence about an XML error that tells the author of the document what to correct."""
    line = error.lineno or 1
    message = str(error.msg or "").split(", line ")[0]
    names: Any = etree.ErrorTypes
    code = names._getName(getattr(error, "code", 0), "")  # noqa: SLF001 - there is no public way from number to name
    if code in {"ERR_NAME_REQUIRED", "ERR_ENTITYREF_SEMICOL_MISSING"} and "Entity" in message:
        return Message.of("line {line}: `&` must be written `&amp;`; read anyway", line=line)
    if code in {"ERR_UNDECLARED_ENTITY", "WAR_UNDECLARED_ENTITY"}:
        name = message.split("'")[1] if message.count("'") == 2 else "…"
        return Message.of(
            "line {line}: XML does not know `&{name};`: write the character itself; read anyway", line=line, name=name
        )
    if code == "ERR_RESERVED_XML_NAME":
        return Message.of("line {line}: nothing may stand before `<?xml`; read anyway", line=line)
    if code in {"ERR_INVALID_CHAR", "ERR_INVALID_CHARREF"}:
        return Message.of("line {line}: a control character, which XML cannot hold; read anyway", line=line)
    if code == "NS_ERR_UNDEFINED_NAMESPACE":
        return Message.of("line {line}: a prefix without its `xmlns` ({what}); read anyway", line=line, what=message)
    if code == "ERR_DOCUMENT_END":
        return Message.of("line {line}: something stands behind the end of the document; read anyway", line=line)
    return Message.of("line {line}: not well-formed XML ({what}); read anyway", line=line, what=message)
