"""How much each sign of a technology is worth, in hundredths: what reaches 100 is of it. docs/technologies.md explains the table."""

from __future__ import annotations

THRESHOLD = 100

SOURCE = 100
"""Its source or feed is of the technology (feeds.yaml says so)."""
TAG = 100
"""One of its tags is one of the technology's."""
INCLUDE = 100
"""The technology's `include` matches."""
TITLE = 100
"""A word of the technology in the title."""
LEAD = 50
"""A word in the lead, its first time;"""
LEAD_AGAIN = 25
"""and each time again, twice at most."""
BODY = 15
"""A word further down, its first time;"""
BODY_AGAIN = 5
"""and each time again, six times at most."""
BESIDE = 2
"""Divisor of the points of words in lead and body when title or tags name another technology."""
ALONE = 50
"""Additional points, when no technology reaches the threshold, for one or two technologies named in the opening (three are an enumeration)."""
CODE = 60
"""A code block in one of its languages."""
LINK = 30
"""A link to one of its homes, two at most."""

LEAD_LENGTH = 400
"""Characters at the beginning of the text that are its lead: a post announces its subject there."""
OPENING_LENGTH = 160
"""Characters of the lead that open it: a sentence or two."""
BODY_LENGTH = 20_000
"""Characters that are read."""
NEAR_MISS = 30
"""Lower scores are not stored."""
