"""Bytes to what a document says: RSS, Atom, RDF and JSON Feed, each in its exact words.

`parse` decides the charset, reads strictly (lxml) what is well-formed or can be mended to be, liberally (feedparser) the rest;
what is no feed is an `Unreadable`, with the feeds that an HTML page names.
"""

from planet.parse.reader import PARSER_VERSION, parse

__all__ = ["PARSER_VERSION", "parse"]
