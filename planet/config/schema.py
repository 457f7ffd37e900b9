"""What feeds.yaml may hold, key by key: the checks of each value, the words of the reference, the source of the JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from planet.config import values


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a value is checked against: the folder of feeds.yaml, the technologies that it defines."""

    folder: Path
    technologies: Collection[str]


def _surroundings(info: ValidationInfo) -> Surroundings:
    assert isinstance(info.context, Surroundings)
    return info.context


def _technology(slug: str, info: ValidationInfo) -> str:
    known = _surroundings(info).technologies
    if slug not in known:
        raise ValueError(
            f"the technology {values.shown(slug)} is not defined{values.meant(slug, known) or '; add it under `technologies:`'}"
        )
    return slug


def _in_folder(check: Callable[[str, Path], str]) -> AfterValidator:
    def checked(address: str, info: ValidationInfo) -> str:
        return check(address, _surroundings(info).folder)

    return AfterValidator(checked)


def _as_mapping(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


def _or_empty(value: object) -> object:
    return {} if value is None else value


def _like(pattern: str, *examples: str | int, number: bool = True) -> WithJsonSchema:
    written: dict[str, Any] = {"type": "string", "pattern": pattern}
    return WithJsonSchema(
        {"anyOf": [written, {"type": "number", "minimum": 0}] if number else [written], "examples": list(examples)}
    )


Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Line: TypeAlias = Annotated[Text, AfterValidator(lambda text: re.sub(r"\s+", " ", text))]
Texts: TypeAlias = list[Text]
_LENGTH = _like(r"^(\s*\d+(\.\d+)?\s*(ms|s|sec|m|min|h|d|w)?)+\s*$", "60m", "6h", "1s", "0s", 30)
Duration: TypeAlias = Annotated[timedelta, PlainValidator(values.duration), _LENGTH]
Patience: TypeAlias = Annotated[timedelta, PlainValidator(values.positive_duration), _LENGTH]
Size: TypeAlias = Annotated[
    int, PlainValidator(values.size), _like(r"^\s*\d+(\.\d+)?\s*([kKmMgG]i?)?[bB]?\s*$", "10MB", "500kB")
]
Zone: TypeAlias = Annotated[Text, AfterValidator(values.zone)]
Url: TypeAlias = Annotated[
    Text, AfterValidator(values.http_url), WithJsonSchema({"type": "string", "pattern": "^[hH][tT][tT][pP][sS]?://"})
]
Tag: TypeAlias = Annotated[Text, AfterValidator(values.language)]
Regex: TypeAlias = Annotated[
    re.Pattern[str], PlainValidator(values.regex), WithJsonSchema({"type": "string", "minLength": 1, "format": "regex"})
]
TechnologyName: TypeAlias = Annotated[Text, AfterValidator(_technology)]
TechnologyNames: TypeAlias = list[TechnologyName]
Count: TypeAlias = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """A mapping of feeds.yaml: only known keys, each of its very type; a key without a value means its default."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, data: Any) -> Any:
        if isinstance(data, dict) and None in data.values():
            optional = {name for name, field in cls.model_fields.items() if not field.is_required() and name != "color"}
            return {key: value for key, value in data.items() if value is not None or key not in optional}
        return data


class Filter(Section):
    """Which entries are meant: any key that matches is enough."""

    tags: Texts = Field(
        [], description="Tags of the entry; case, accents, spaces, dots and dashes fold.", examples=[["dev", "php"]]
    )
    words: Texts = Field([], description="Whole words in title or text.", examples=[["code"]])
    title: Regex | None = Field(
        None, description="A regular expression (Python) that is searched in the title.", examples=["(?i)sponsoris"]
    )
    author: Texts = Field([], description="Names of authors.", examples=[["Ada Lovelace"]])
    language: list[Tag] = Field(
        [], description="Languages of the entry (BCP 47); `fr` means `fr-CA` too.", examples=[["fr"]]
    )


class Owner(Section):
    """Who runs the planet; named in its feeds and its OPML."""

    name: Line | None = Field(None, description="A person or an association.", examples=["Clermont'ech"])
    email: Annotated[Text, AfterValidator(values.email)] | None = Field(
        None, description="Where to write to.", examples=["hello@clermontech.org"]
    )


class Planet(Section):
    """The planet itself: its name, its address, what its pages hold."""

    title: Line = Field(description="The name of the planet.", examples=["Planet Clermont'ech"])
    url: Annotated[Url, AfterValidator(values.site_url)] = Field(
        description="Where output/ is published; every absolute link starts here.",
        examples=["https://planet.clermontech.org/"],
    )
    description: Line | None = Field(None, description="One sentence under the title, and in the feeds.")
    language: Annotated[Tag, AfterValidator(values.page_language)] = Field(
        "fr",
        description="Of the pages, their dates and their feeds (BCP 47); fr and en ship.",
        examples=["fr", "en", "fr-CA"],
    )
    timezone: Zone = Field("Europe/Paris", description="Of the dates on the pages (IANA).", examples=["Europe/Paris"])
    owner: Owner | None = Field(None, description="Who runs the planet.")
    theme: Text = Field(
        "clermontech",
        description="A folder themes/<name>/ beside feeds.yaml, else one that ships, or a path.",
        examples=["clermontech"],
    )
    output: Text = Field("output", description="The folder of the site, relative to feeds.yaml.", examples=["output"])
    database: Text = Field(
        "planet.db", description="What the planet knows (SQLite), relative to feeds.yaml.", examples=["planet.db"]
    )
    page_entries: Count = Field(20, description="Stories a page.")
    feed_entries: Count = Field(60, description="Stories a feed.")
    newcomer_entries: Annotated[int, Field(ge=0)] = Field(
        5, description="Most stories that one newly added feed may bring into the output feeds."
    )
    hub: Url | None = Field(
        None, description="WebSub hub to advertise and ping.", examples=["https://pubsubhubbub.appspot.com/"]
    )


class Fetch(Section):
    """How feeds are asked. A length of time is written 30s, 60m, 6h or 1d; a number alone is seconds."""

    interval: Duration = Field(
        timedelta(minutes=60),
        json_schema_extra={"default": "60m"},
        description="Least time between two requests of one feed (0s is for a server of your own).",
    )
    timeout: Patience = Field(
        timedelta(seconds=30),
        json_schema_extra={"default": "30s"},
        description="One feed, from connect to last byte, redirects included.",
    )
    max_bytes: Size = Field(
        10_000_000, json_schema_extra={"default": "10MB"}, description="Of the body, after decompression."
    )
    max_entries: Count = Field(500, description="Newest entries read from one document.")
    workers: Annotated[int, Field(ge=1, le=500)] = Field(16, description="Feeds in flight.")
    per_host: Count = Field(2, description="Feeds in flight at one host.")
    host_pause: Duration = Field(
        timedelta(seconds=1),
        json_schema_extra={"default": "1s"},
        description="Between the starts of two requests to one host (0s for a server of your own).",
    )
    allow_private: Annotated[
        bool | tuple[str, ...],
        PlainValidator(values.allow_private),
        WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}]}),
    ] = Field(
        False,
        description="May loopback, private and link-local addresses be asked? true, false, or a list of host:port.",
        examples=[False, ["127.0.0.1:8000"]],
    )
    user_agent: Annotated[Line, AfterValidator(values.header)] | None = Field(
        None, description="What feeds are asked as; the default names the project, its version and planet.url."
    )


class Technology(Section):
    """What a page and a set of feeds is filtered by; the key is its address: `php` is at php/."""

    name: Line | None = Field(None, description="As it is shown; the key where it is left out.", examples=["PHP"])
    tags: Texts = Field(
        [], description="Tags that mean it; case, accents, spaces, dots and dashes fold.", examples=[["php", "symfony"]]
    )
    words: Texts = Field([], description="Whole words in title or text that mean it.", examples=[["PHP", "Symfony"]])
    include: Filter | None = Field(None, description="What else means it.")
    exclude: Filter | None = Field(
        None, description="What is not it, whatever else matches.", examples=[{"words": ["recrutement"]}]
    )
    color: Annotated[int | None, PlainValidator(values.hue)] = Field(
        None,
        description="Its colour: a hue from 0 to 359, or `#rrggbb` in quotes, of which the hue is taken.",
        examples=[245, "#777bb3"],
        json_schema_extra={
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 359},
                {"type": "string", "pattern": "^#([0-9a-fA-F]{3}){1,2}$"},
            ]
        },
    )


class Address(Section):
    """What a feed and a calendar have in common."""

    include: Filter | None = Field(None, description="Only what matches this is kept.")
    exclude: Filter | None = Field(None, description="What matches this is dropped; it wins over include.")
    technologies: TechnologyNames = Field([], description="All that it publishes is this.", examples=[["js"]])
    interval: Duration | None = Field(
        None, description="Least time between two requests, instead of fetch.interval.", examples=["6h"]
    )
    timezone: Zone | None = Field(
        None,
        description="Of its dates that name none; UTC for posts, planet.timezone for events.",
        examples=["Europe/Paris"],
    )


class Feed(Address):
    """A feed: RSS, Atom or JSON Feed. Written as its URL alone where nothing else is to say."""

    url: Annotated[Text, _in_folder(values.feed_address)] = Field(
        description="http or https, or a path relative to feeds.yaml.",
        examples=["https://example.org/feed.xml", "feeds/local.xml"],
    )
    summary_only: bool = Field(False, description="Show a summary and a link, not the whole text.")
    kind: Literal["posts", "events"] = Field("posts", description="`events`: its dates are those of the events.")


class Calendar(Address):
    """An iCalendar document. Written as its URL alone where nothing else is to say."""

    url: Annotated[Text, _in_folder(values.calendar_address)] = Field(
        description="http, https or webcal, or a path relative to feeds.yaml.",
        examples=["https://example.org/events.ics"],
    )


class Source(Section):
    """What groups and members have in common."""

    name: Line = Field(description="As it is shown.", examples=["William Durand", "clermontech.php"])
    url: Url | None = Field(None, description="The home page.", examples=["https://williamdurand.fr/"])
    avatar: Annotated[Text, AfterValidator(values.avatar)] | None = Field(
        None,
        description="A file beside feeds.yaml, or a URL that the run downloads; never hot-linked.",
        examples=["avatars/william.png"],
    )
    feeds: list[Annotated[Feed, BeforeValidator(_as_mapping)]] = Field([], description="Its feeds.")
    calendars: list[Annotated[Calendar, BeforeValidator(_as_mapping)]] = Field(
        [], description="Its calendars (iCalendar)."
    )
    meetup: Annotated[Text, AfterValidator(values.meetup)] | None = Field(
        None, description="Short for the iCal of that Meetup group.", examples=["pyclermont"]
    )
    mobilizon: Annotated[Text, AfterValidator(values.mobilizon)] | None = Field(
        None,
        description="Short for the iCal of that Mobilizon group; in quotes.",
        examples=["@clermontech@mobilizon.fr"],
    )


class Group(Source):
    """A user group: it posts, and it holds events."""

    technology: TechnologyName | None = Field(None, description="All that it publishes is this.", examples=["php"])


class Member(Source):
    """A person or a company whose posts the planet carries."""

    technologies: TechnologyNames = Field([], description="All that it publishes is this.", examples=[["php"]])


class Notify(Section):
    """Where news goes."""

    url: Annotated[Text, AfterValidator(values.notify_url)] = Field(
        description="An Apprise URL; ${NAME} is taken from the environment, so that secrets stay out of the file.",
        examples=["${SLACK_WEBHOOK}"],
    )
    technologies: TechnologyNames = Field([], description="Only stories of these; none named: all.", examples=[["php"]])
    every: Literal["run", "day", "week"] = Field(
        "run", description="After each run that brings something, or a digest."
    )


class Root(Section):
    """The configuration of a planet."""

    planet: Planet = Field(description="The planet itself.")
    fetch: Fetch | None = Field(None, description="How feeds are asked.")
    technologies: dict[
        Annotated[str, AfterValidator(values.slug)], Annotated[Technology, BeforeValidator(_or_empty)]
    ] = Field({}, description="What pages and feeds are filtered by; the key is the folder of each.")
    groups: list[Group] = Field([], description="User groups.")
    members: list[Member] = Field([], description="People and companies.")
    hide: Texts = Field(
        [], description="URLs or ids of entries that are never shown.", examples=[["https://example.org/2026/oops/"]]
    )
    notify: list[Notify] = Field([], description="Where news goes.")


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of feeds.yaml, for editors."""
    made = Root.model_json_schema()
    definitions = made.pop("$defs")
    for definition in (made, *definitions.values()):
        definition.pop("title", None)
        for name, key in definition.get("properties", {}).items():
            key.pop("title", None)
            _loosen(key, optional=name not in definition.get("required", ()) and name != "color")
    technologies = made["properties"]["technologies"]["anyOf"][0]
    technologies["propertyNames"] = {
        "pattern": f"^(?:{values.SLUG.pattern})$",
        "not": {"enum": sorted(values.RESERVED)},
    }
    technologies["additionalProperties"] = {"anyOf": [technologies["additionalProperties"], {"type": "null"}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "feeds.yaml",
        **made,
        "$defs": definitions,
    }


_ABOUT = ("description", "default", "examples", "title")


def _loosen(key: dict[str, Any], *, optional: bool) -> None:
    """Say of a key what the code does: a feed may be its URL alone, an optional key may be empty."""
    items = key.get("items", {})
    if items.get("$ref") in {"#/$defs/Feed", "#/$defs/Calendar"}:
        key["items"] = {"anyOf": [{"type": "string"}, items]}
    if "anyOf" in key:
        key["anyOf"] = [one for one in key["anyOf"] if one != {"type": "null"}]
    if not optional:
        return
    shape = {name: key.pop(name) for name in list(key) if name not in _ABOUT}
    choices = [choice for one in shape.get("anyOf", [shape]) for choice in one.get("anyOf", [one])]
    about = {name: value for name, value in key.items() if (name, value) != ("default", None)}
    key.clear()
    key.update({"anyOf": [*choices, {"type": "null"}], **about})
