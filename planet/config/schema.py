"""The classes of feeds.yaml (`planet.model.config`) -> what pydantic checks them by, and the JSON Schema for editors."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import MISSING, dataclass, fields
from datetime import timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Literal,
    Protocol,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

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
    create_model,
    model_validator,
)

from planet import model
from planet.config import checks
from planet.config.disk import Disk
from planet.formats import RESERVED
from planet.model import FeedConfig, FetchRules, Message, NotifyRule, ReadingList, Site, Source
from planet.model.keys import Check, Key


class _Dataclass(Protocol):
    """Any dataclass, as `dataclasses.fields` asks for one."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


T = TypeVar("T")
Settings = TypeVar("Settings", bound=_Dataclass)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a value is checked against: the folder of feeds.yaml, the disk, the technologies that it defines."""

    folder: Path
    disk: Disk
    technologies: Collection[str]


class Section(BaseModel):
    """A mapping of feeds.yaml: only known keys, each of its very type; a key without a value means its default."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True, populate_by_name=False)
    may_not_be_empty: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, data: Any) -> Any:
        if isinstance(data, dict) and None in data.values():
            optional = keys(cls).keys() - required(cls) - cls.may_not_be_empty
            return {name: value for name, value in data.items() if value is not None or name not in optional}
        return data

    def settings(self, cls: type[Settings], **computed: Any) -> Settings:
        """The value of `planet.model.config` with these keys, as far as it has them; `computed` wins."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in self if name in known} | computed)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def keys(section: type[BaseModel]) -> dict[str, Any]:
    """The keys that a section may have in feeds.yaml, and the field of each."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def required(section: type[BaseModel]) -> set[str]:
    """The keys that it must have."""
    return {name for name, field in keys(section).items() if field.is_required()}


def _surroundings(info: ValidationInfo) -> Surroundings:
    assert isinstance(info.context, Surroundings)
    return info.context


def _technology(slug: str, info: ValidationInfo) -> str:
    known = _surroundings(info).technologies
    if slug not in known:
        raise checks.InvalidValueError(
            "the technology {value} is not defined{hint}",
            value=checks.shown(slug),
            hint=checks.meant(slug, known, Message.of("; add it under `technologies:`")),
        )
    return slug


def _in_folder(check: Callable[[str, Path, Disk], T]) -> AfterValidator:
    def checked(address: str, info: ValidationInfo) -> T:
        surroundings = _surroundings(info)
        return check(address, surroundings.folder, surroundings.disk)

    return AfterValidator(checked)


def _like(pattern: str, *examples: str | int) -> WithJsonSchema:
    text: dict[str, Any] = {"type": "string", "pattern": pattern}
    return WithJsonSchema({"anyOf": [text, {"type": "number", "minimum": 0}], "examples": list(examples)})


_TEXT = StringConstraints(min_length=1, strip_whitespace=True)
_LENGTH = _like(r"^(\s*\d+(\.\d+)?\s*(ms|s|sec|m|min|h|d|w)?)+\s*$", "60m", "6h", "1s", "0s", 30)
_WEB = WithJsonSchema({"type": "string", "pattern": "^[hH][tT][tT][pP][sS]?://"})
CHECKS: dict[str, tuple[Any, ...]] = {
    "text": (_TEXT,),
    "line": (_TEXT, AfterValidator(lambda text: re.sub(r"\s+", " ", text))),
    "path": (_TEXT, AfterValidator(lambda path, info: checks.file_path(path, _surroundings(info).folder))),
    "duration": (PlainValidator(checks.duration), _LENGTH),
    "positive_duration": (PlainValidator(checks.positive_duration), _LENGTH),
    "size": (PlainValidator(checks.size), _like(r"^\s*\d+(\.\d+)?\s*([kKmMgG]i?)?[bB]?\s*$", "10MB", "500kB")),
    "zone": (_TEXT, AfterValidator(checks.zone)),
    "http_url": (_TEXT, AfterValidator(checks.http_url), _WEB),
    "site_url": (_TEXT, AfterValidator(checks.http_url), AfterValidator(checks.site_url), _WEB),
    "language": (_TEXT, AfterValidator(checks.language)),
    "page_language": (_TEXT, AfterValidator(checks.language), _in_folder(checks.page_language)),
    "regex": (
        PlainValidator(checks.regex),
        WithJsonSchema({"type": "string", "minLength": 1, "format": "regex"}),
    ),
    "url_pattern": (_TEXT, AfterValidator(checks.url_pattern)),
    "slug": (_TEXT, AfterValidator(checks.slug)),
    "source_slug": (_TEXT, AfterValidator(checks.source_slug)),
    "contact": (
        PlainValidator(checks.contact),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "string", "minLength": 1},
                    {
                        "type": "object",
                        "properties": {"private": {"type": "string", "minLength": 1}},
                        "required": ["private"],
                        "additionalProperties": False,
                    },
                ]
            }
        ),
    ),
    "links": (
        PlainValidator(checks.links),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "array", "items": {"type": "string"}},
                    {"type": "object", "additionalProperties": {"type": "string"}},
                ]
            }
        ),
    ),
    "technology": (_TEXT, AfterValidator(_technology)),
    "catalogued": (_TEXT, AfterValidator(checks.catalogued)),
    "feed_address": (_TEXT, _in_folder(checks.feed_address)),
    "list_address": (_TEXT, _in_folder(checks.list_address)),
    "calendar_address": (_TEXT, _in_folder(checks.calendar_address)),
    "avatar": (_TEXT, AfterValidator(checks.avatar)),
    "meetup": (_TEXT, AfterValidator(checks.meetup)),
    "mobilizon": (_TEXT, AfterValidator(checks.mobilizon)),
    "email": (_TEXT, AfterValidator(checks.email)),
    "executor": (_TEXT, AfterValidator(checks.executor)),
    "header": (_TEXT, AfterValidator(lambda text: re.sub(r"\s+", " ", text)), AfterValidator(checks.header)),
    "notify_url": (_TEXT, AfterValidator(checks.notify_url)),
    "allow_private": (
        PlainValidator(checks.allow_private),
        WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}]}),
    ),
    "hue": (
        PlainValidator(checks.hue),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "integer", "minimum": 0, "maximum": 359},
                    {"type": "string", "pattern": "^#([0-9a-fA-F]{3}){1,2}$"},
                ]
            }
        ),
    ),
}
"""Name of a `Check` -> how pydantic checks it: the functions of `checks`, and what the JSON Schema says of it."""


def section(name: str, cls: type, *, about: str = "", without: Collection[str] = (), **extra: tuple[Any, Any]) -> Any:
    """The keys of a class of `planet.model.config`, as a subclass of Section; `extra` are keys that are no field of it."""
    hints = get_type_hints(cls, include_extras=True)
    keys_of: dict[str, tuple[Any, Any]] = {}
    must_hold: set[str] = set()
    for field in fields(cls):
        hint, about_key = hints[field.name], _key(hints[field.name])
        if about_key is None or field.name in without:
            continue
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        keys_of[field.name] = (_type(hint), _field(about_key, ... if default is MISSING else default))
        if not about_key.may_be_empty:
            must_hold.add(about_key.name or field.name)
    model: Any = create_model(
        name,
        __base__=Section,
        __doc__=about or str(cls.__doc__).split("\n", maxsplit=1)[0],
        **cast("dict[str, Any]", keys_of | extra),
    )
    model.may_not_be_empty = frozenset(must_hold)
    return model


def _key(hint: Any) -> Key | None:
    return next((part for part in getattr(hint, "__metadata__", ()) if isinstance(part, Key)), None)


def _field(about: Key, default: Any) -> Any:
    options: dict[str, Any] = {
        "description": about.about,
        "examples": list(about.examples) or None,
        "alias": about.name or None,
        "ge": about.minimum,
        "le": about.maximum,
    }
    options = {name: value for name, value in options.items() if value is not None} | {"default": default}
    if isinstance(default, timedelta):
        minutes, seconds = divmod(int(default.total_seconds()), 60)
        options["json_schema_extra"] = {"default": f"{seconds}s" if seconds else f"{minutes}m"}
    if isinstance(default, Path):
        options |= {"default": str(default), "validate_default": True}
    return Field(**options)


def _type(hint: Any) -> Any:
    """An annotation of `planet.model.config`, each `Check` and each class in it replaced by what pydantic checks it by."""
    if isinstance(hint, type) and issubclass(hint, Section):
        return hint
    if get_origin(hint) is Annotated:
        inner, *parts = get_args(hint)
        rules = [rule for part in parts if isinstance(part, Check) for rule in CHECKS[part.name]]
        about = _key(hint)
        if about and about.choices:
            return Literal[about.choices]
        return Annotated[(Any if isinstance(rules[0], PlainValidator) else str, *rules)] if rules else _type(inner)
    if get_origin(hint) is tuple:
        return Annotated[list[_type(get_args(hint)[0])], AfterValidator(lambda texts: tuple(dict.fromkeys(texts)))]  # type: ignore[misc]
    if get_origin(hint) in {UnionType, Union}:
        return _type(next(choice for choice in get_args(hint) if choice is not NoneType))
    if hint in _NESTED:
        return Annotated[_NESTED[hint], AfterValidator(lambda model: model.settings(hint))]
    return hint


_NESTED: dict[type, type[Section]] = {}
_NESTED[model.Filter] = section("Rule", model.Filter, without=("all",))
Filter = section("Filter", model.Filter)
_NESTED[model.Filter] = Filter
Owner = _NESTED[model.Owner] = section("Owner", model.Owner)
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


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of feeds.yaml, for editors."""
    schema: dict[str, Any] = Root.model_json_schema()
    definitions = schema.pop("$defs")
    for definition in (schema, *definitions.values()):
        definition.pop("title", None)
        for name, shape in definition.get("properties", {}).items():
            shape.pop("title", None)
            _loosen(shape, optional=name not in definition.get("required", ()) and name != "color")
    technologies = schema["properties"]["technologies"]["anyOf"][0]
    technologies["propertyNames"] = {
        "pattern": f"^(?:{checks.SLUG.pattern})$",
        "not": {"enum": sorted(RESERVED)},
    }
    technologies["additionalProperties"] = {"anyOf": [technologies["additionalProperties"], {"type": "null"}]}
    schema["properties"]["technologies"]["anyOf"].insert(
        0, {"type": "array", "items": {"type": "string", **technologies["propertyNames"]}}
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "feeds.yaml",
        **schema,
        "patternProperties": {"^x-": {"description": "Whatever is kept for anchors (`&name`)."}},
        "$defs": definitions,
    }


_ABOUT = ("description", "default", "examples", "title")


def _loosen(shape: dict[str, Any], *, optional: bool) -> None:
    """Say of a key what the code does: a feed may be its URL alone, an optional key may be empty."""
    items = shape.get("items", {})
    if items.get("$ref") in {"#/$defs/Feed", "#/$defs/Calendar", "#/$defs/ReadingList"}:
        shape["items"] = {"anyOf": [{"type": "string"}, items]}
    if not optional:
        return
    constraints = {name: shape.pop(name) for name in list(shape) if name not in _ABOUT}
    choices = [choice for part in constraints.get("anyOf", [constraints]) for choice in part.get("anyOf", [part])]
    about = {name: value for name, value in shape.items() if name != "default" or not _says_nothing(value)}
    shape.clear()
    shape.update({"anyOf": [*choices, {"type": "null"}], **about})


def _says_nothing(default: object) -> bool:
    """Whether a default is not worth a word: no text, no value, a filter without rules."""
    return default is None or default == "" or (isinstance(default, dict) and bool(default))
