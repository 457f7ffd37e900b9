"""Evenings: what calendars say -> what is kept -> what is told, once. Pure.

normalise_events -> arrive_events -> (stored) -> merge_events -> announcements -> with_stories; collisions
"""

from __future__ import annotations

from datetime import datetime

from dateutil.relativedelta import relativedelta

from planet.agenda.arrival import arrive_events, normalise_events
from planet.agenda.stories import Collision, announcements, collisions, with_stories
from planet.agenda.telling import merge_events

__all__ = [
    "Collision",
    "announcements",
    "arrive_events",
    "collisions",
    "merge_events",
    "normalise_events",
    "window",
    "with_stories",
]


def window(now: datetime) -> tuple[datetime, datetime]:
    """In which recurring events are expanded: 18 months back, 12 ahead (contract 8)."""
    return now - relativedelta(months=18), now + relativedelta(months=12)
