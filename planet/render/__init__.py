"""An edition -> files: pages, feeds, calendars, what search needs. Pure, given a theme."""
