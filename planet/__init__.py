"""A planet: the feeds and calendars of a community on one page, and by technology."""

__version__ = "1.0.0"
