"""pydantic models for the classes of feeds.yaml (`planet.model.config`): the rule of each `Check`, and a model of each class."""

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
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    create_model,
    model_validator,
)

from planet.config import address_checks, checks
from planet.config.disk import Disk
from planet.config.invalid import InvalidValueError, meant, shown
from planet.model import Message
from planet.model.keys import Check, Key


class _Dataclass(Protocol):
    """The protocol of a dataclass, for `dataclasses.fields`."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


T = TypeVar("T")
Settings = TypeVar("Settings", bound=_Dataclass)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The context of checks: the folder of feeds.yaml, the disk, the technologies that it defines."""

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
    """The required keys of a section."""
    return {name for name, field in keys(section).items() if field.is_required()}


def _surroundings(info: ValidationInfo) -> Surroundings:
    assert isinstance(info.context, Surroundings)
    return info.context


def _technology(slug: str, info: ValidationInfo) -> str:
    known = _surroundings(info).technologies
    if slug not in known:
        hint = meant(slug, known, Message.of("; add it under `technologies:`"))
        raise InvalidValueError("the technology {value} is not defined{hint}", value=shown(slug), hint=hint)
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
    "path": (_TEXT, AfterValidator(lambda path, info: address_checks.file_path(path, _surroundings(info).folder))),
    "duration": (PlainValidator(checks.duration), _LENGTH),
    "positive_duration": (PlainValidator(checks.positive_duration), _LENGTH),
    "size": (PlainValidator(checks.size), _like(r"^\s*\d+(\.\d+)?\s*([kKmMgG]i?)?[bB]?\s*$", "10MB", "500kB")),
    "zone": (_TEXT, AfterValidator(checks.zone)),
    "http_url": (_TEXT, AfterValidator(address_checks.http_url), _WEB),
    "site_url": (_TEXT, AfterValidator(address_checks.http_url), AfterValidator(address_checks.site_url), _WEB),
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
        PlainValidator(address_checks.contact),
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
        PlainValidator(address_checks.links),
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
    "feed_address": (_TEXT, _in_folder(address_checks.feed_address)),
    "list_address": (_TEXT, _in_folder(address_checks.list_address)),
    "calendar_address": (_TEXT, _in_folder(address_checks.calendar_address)),
    "avatar": (_TEXT, AfterValidator(address_checks.avatar)),
    "meetup": (_TEXT, AfterValidator(address_checks.meetup)),
    "mobilizon": (_TEXT, AfterValidator(address_checks.mobilizon)),
    "email": (_TEXT, AfterValidator(address_checks.email)),
    "executor": (_TEXT, AfterValidator(checks.executor)),
    "header": (_TEXT, AfterValidator(lambda text: re.sub(r"\s+", " ", text)), AfterValidator(checks.header)),
    "notify_url": (_TEXT, AfterValidator(address_checks.notify_url)),
    "allow_private": (
        PlainValidator(address_checks.allow_private),
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


NESTED: dict[type, type[Section]] = {}
"""A class of `planet.model.config` -> the section that checks it where it stands within another (filled in `sections`)."""


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
    if hint in NESTED:
        return Annotated[NESTED[hint], AfterValidator(lambda model: model.settings(hint))]
    return hint
