"""Render an edition as files: pages, feeds, calendars, the search index. Pure, given a theme."""
