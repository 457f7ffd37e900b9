"""Parse documents: RSS, Atom, RDF and JSON Feed, iCalendar, and folders of Markdown posts, with all values as written.

`parse` decides the charset, reads strictly (lxml) what is well-formed or can be mended to be, liberally (feedparser) the rest;
what is no feed is an `Unreadable`, with the feeds that an HTML page names.
"""

PARSER_VERSION = "2"
"""Changes when the same bytes would be read differently: every feed is then asked once for its whole body."""
