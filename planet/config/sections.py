"""The sections of feeds.yaml as pydantic models: `Root` checks the whole file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, create_model

from planet import model
from planet.config import checks
from planet.config.schema import CHECKS, NESTED, Section, section
from planet.model import FeedConfig, FetchRules, NotifyRule, ReadingList, Site, Source

NESTED[model.Filter] = section("Rule", model.Filter, without=("all",))
Filter = NESTED[model.Filter] = section("Filter", model.Filter)
Owner = NESTED[model.Owner] = section("Owner", model.Owner)
Technology = section("Technology", model.Technology)
Feed = section(
    "Feed",
    FeedConfig,
    about="A feed: RSS, Atom or JSON Feed. Written as its URL alone where nothing else is to say.",
)
Calendar = section(
    "Calendar",
    FeedConfig,
    about="An iCalendar document. Written as its URL alone where nothing else is to say.",
    without=("url", "kind", "summary_only"),
    url=(
        Annotated[(str, *CHECKS["calendar_address"])],
        Field(
            description="http, https or webcal, or a path relative to feeds.yaml.",
            examples=["https://example.org/events.ics"],
        ),
    ),
)


def _with_url(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


def _or_empty(value: object) -> object:
    return {} if value is None else value


def _list(item: Any, *rules: Any) -> Any:
    return list[Annotated[(item, *rules)]] if rules else list[item]


def _by_name(item: Any) -> Any:
    return dict[Annotated[str, AfterValidator(checks.slug)], Annotated[item, BeforeValidator(_or_empty)]]


_ADDRESSES: dict[str, tuple[Any, Any]] = {
    "feeds": (_list(Feed, BeforeValidator(_with_url)), Field([], description="Its feeds.")),
    "calendars": (
        _list(Calendar, BeforeValidator(_with_url)),
        Field([], description="Its calendars (iCalendar)."),
    ),
    "events": (
        Annotated[(str, *CHECKS["text"])],
        Field(
            "",
            description="A folder of Markdown posts about its events, relative to feeds.yaml, read at each run.",
            examples=["events/"],
        ),
    ),
    "meetup": (
        Annotated[(str, *CHECKS["meetup"])],
        Field("", description="Short for the iCal of that Meetup group.", examples=["pyclermont"]),
    ),
    "mobilizon": (
        Annotated[(str, *CHECKS["mobilizon"])],
        Field(
            "",
            description="Short for the iCal of that Mobilizon group; in quotes.",
            examples=["@clermontech@mobilizon.fr"],
        ),
    ),
}
Group = section(
    "Group",
    Source,
    about="A user group: it posts, and it holds events.",
    without=("technologies",),
    technology=(
        Annotated[(str, *CHECKS["technology"])],
        Field("", description="All that it publishes is this.", examples=["php"]),
    ),
    **_ADDRESSES,
)
Member = section("Member", Source, about="A person or a company whose posts the planet carries.", **_ADDRESSES)
List = section(
    "ReadingList", ReadingList, about="A list of feeds (OPML). Written as its URL alone where nothing else is to say."
)
Notify = section("Notify", NotifyRule, about="Where news goes.")
Planet = section("Planet", Site)
Fetch = section("Fetch", FetchRules)
Root: type[Section] = create_model(
    "Root",
    __base__=Section,
    __doc__="The configuration of a planet.",
    planet=(Planet, Field(description="The planet itself.")),
    fetch=(Fetch, Field(default_factory=Fetch, description="How feeds are asked.")),
    technologies=(
        _by_name(Technology),
        Field({}, description="What pages and feeds are filtered by; the key is the folder of each."),
    ),
    groups=(_list(Group), Field([], description="User groups.")),
    members=(_list(Member), Field([], description="People and companies.")),
    lists=(
        _list(List, BeforeValidator(_with_url)),
        Field(
            [],
            description="Reading lists (OPML) of others, asked as feeds are: whoever stands in one is read, too.",
            examples=[["https://example.org/blogs.opml"]],
        ),
    ),
    hide=(
        _list(str, *CHECKS["text"]),
        Field(
            [],
            description="URLs or ids of entries that are never shown.",
            examples=[["https://example.org/2026/oops/"]],
        ),
    ),
    notify=(_list(Notify), Field([], description="Where news goes.")),
)
