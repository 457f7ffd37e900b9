"""The values that the stages hand to each other: frozen, and one type for each state of knowledge.

`from planet.model import Entry` loads the module that defines it, and no other: making all 130 classes takes 0.1 s, and a run that
has nothing to do needs few of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planet.model.base import (
        FIRST_HEADING as FIRST_HEADING,
    )
    from planet.model.base import (
        Fault as Fault,
    )
    from planet.model.base import (
        Message as Message,
    )
    from planet.model.base import (
        SafeHtml as SafeHtml,
    )
    from planet.model.config import (
        Config as Config,
    )
    from planet.model.config import (
        Contact as Contact,
    )
    from planet.model.config import (
        FeedConfig as FeedConfig,
    )
    from planet.model.config import (
        FetchRules as FetchRules,
    )
    from planet.model.config import (
        Filter as Filter,
    )
    from planet.model.config import (
        Link as Link,
    )
    from planet.model.config import (
        NotifyRule as NotifyRule,
    )
    from planet.model.config import (
        Owner as Owner,
    )
    from planet.model.config import (
        ReadingList as ReadingList,
    )
    from planet.model.config import (
        Site as Site,
    )
    from planet.model.config import (
        Source as Source,
    )
    from planet.model.config import (
        Technology as Technology,
    )
    from planet.model.edition import (
        Edition as Edition,
    )
    from planet.model.edition import (
        ListedSource as ListedSource,
    )
    from planet.model.edition import (
        ListedTechnology as ListedTechnology,
    )
    from planet.model.entry import (
        Changes as Changes,
    )
    from planet.model.entry import (
        DiffContext as DiffContext,
    )
    from planet.model.entry import (
        Entry as Entry,
    )
    from planet.model.entry import (
        EntryKey as EntryKey,
    )
    from planet.model.entry import (
        Insert as Insert,
    )
    from planet.model.entry import (
        Person as Person,
    )
    from planet.model.entry import (
        Read as Read,
    )
    from planet.model.entry import (
        Sanitised as Sanitised,
    )
    from planet.model.entry import (
        SourceRef as SourceRef,
    )
    from planet.model.entry import (
        UnchangedEntry as UnchangedEntry,
    )
    from planet.model.entry import (
        Update as Update,
    )
    from planet.model.event import (
        Collision as Collision,
    )
    from planet.model.event import (
        Event as Event,
    )
    from planet.model.event import (
        EventChanges as EventChanges,
    )
    from planet.model.event import (
        EventData as EventData,
    )
    from planet.model.event import (
        JoinKind as JoinKind,
    )
    from planet.model.event import (
        RawEvent as RawEvent,
    )
    from planet.model.event import (
        Room as Room,
    )
    from planet.model.event import (
        StoredEvent as StoredEvent,
    )
    from planet.model.event import (
        StoryJoin as StoryJoin,
    )
    from planet.model.feed import (
        CalendarRead as CalendarRead,
    )
    from planet.model.feed import (
        Deleted as Deleted,
    )
    from planet.model.feed import (
        Enclosure as Enclosure,
    )
    from planet.model.feed import (
        ParsedDate as ParsedDate,
    )
    from planet.model.feed import (
        RawEntry as RawEntry,
    )
    from planet.model.feed import (
        RawFeed as RawFeed,
    )
    from planet.model.feed import (
        RawLink as RawLink,
    )
    from planet.model.feed import (
        RawPerson as RawPerson,
    )
    from planet.model.feed import (
        RawSource as RawSource,
    )
    from planet.model.feed import (
        Text as Text,
    )
    from planet.model.feed import (
        Unreadable as Unreadable,
    )
    from planet.model.fetch import (
        Deferred as Deferred,
    )
    from planet.model.fetch import (
        Download as Download,
    )
    from planet.model.fetch import (
        Due as Due,
    )
    from planet.model.fetch import (
        Failed as Failed,
    )
    from planet.model.fetch import (
        Fetched as Fetched,
    )
    from planet.model.fetch import (
        FetchError as FetchError,
    )
    from planet.model.fetch import (
        FetchState as FetchState,
    )
    from planet.model.fetch import (
        FetchUpdate as FetchUpdate,
    )
    from planet.model.fetch import (
        Fresh as Fresh,
    )
    from planet.model.fetch import (
        Hop as Hop,
    )
    from planet.model.fetch import (
        ReadFacts as ReadFacts,
    )
    from planet.model.fetch import (
        Unchanged as Unchanged,
    )
    from planet.model.health import FeedCounts as FeedCounts
    from planet.model.health import FeedHealth as FeedHealth
    from planet.model.lists import (
        ListEntry as ListEntry,
    )
    from planet.model.lists import (
        ListState as ListState,
    )
    from planet.model.publish import (
        Artifact as Artifact,
    )
    from planet.model.publish import (
        Bundle as Bundle,
    )
    from planet.model.publish import Closing as Closing
    from planet.model.publish import (
        News as News,
    )
    from planet.model.publish import Piece as Piece
    from planet.model.publish import (
        Published as Published,
    )
    from planet.model.publish import (
        Report as Report,
    )
    from planet.model.publish import Section as Section
    from planet.model.publish import every_file as every_file
    from planet.model.shown import IndexRow as IndexRow
    from planet.model.shown import Story as Story
    from planet.model.shown import StoryCopy as StoryCopy
    from planet.model.shown import StoryReasons as StoryReasons
    from planet.model.shown import StorySource as StorySource
    from planet.model.story import (
        Authorship as Authorship,
    )
    from planet.model.story import (
        Classification as Classification,
    )
    from planet.model.story import (
        Classified as Classified,
    )
    from planet.model.story import (
        KeyParts as KeyParts,
    )
    from planet.model.story import (
        MergeEntry as MergeEntry,
    )
    from planet.model.story import (
        MergeGroup as MergeGroup,
    )
    from planet.model.story import (
        MergeLink as MergeLink,
    )
    from planet.model.story import (
        Merging as Merging,
    )
    from planet.model.story import (
        Reason as Reason,
    )
    from planet.model.story_lists import Page as Page
    from planet.model.story_lists import StoryList as StoryList
    from planet.model.update import (
        Outcome as Outcome,
    )
    from planet.model.update import (
        Task as Task,
    )
    from planet.model.weeks import Week as Week

_NAMES = {
    "base": "FIRST_HEADING Fault Message SafeHtml",
    "config": "Config Contact FeedConfig FetchRules Filter Link NotifyRule Owner ReadingList Site Source Technology",
    "edition": "Edition ListedSource ListedTechnology",
    "entry": "Changes DiffContext Entry EntryKey Insert Person Read Sanitised SourceRef UnchangedEntry Update",
    "event": "Collision Event EventChanges EventData JoinKind RawEvent Room StoredEvent StoryJoin",
    "feed": "CalendarRead Deleted Enclosure ParsedDate RawEntry RawFeed RawLink RawPerson RawSource Text Unreadable",
    "fetch": "Deferred Download Due Failed FetchError FetchState FetchUpdate Fetched Fresh Hop ReadFacts Unchanged",
    "health": "FeedCounts FeedHealth",
    "lists": "ListEntry ListState",
    "publish": "Artifact Bundle Closing News Piece Published Report Section every_file",
    "shown": "IndexRow Story StoryCopy StoryReasons StorySource",
    "story": "Authorship Classification Classified KeyParts MergeEntry MergeGroup MergeLink Merging Reason",
    "story_lists": "Page StoryList",
    "update": "Outcome Task",
    "weeks": "Week",
}
"""Module -> the names above that it defines."""
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOMES)
