"""Values as JSON and back: frozen dataclasses of `planet.model`, exactly, without a field list written twice."""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_stamp(moment: datetime | None) -> int | None:
    """Microseconds since 1970, which sort as the moments do."""
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def from_stamp(stamp: int | None) -> datetime | None:
    """The moment of a stamp, in UTC."""
    return None if stamp is None else _EPOCH + stamp * _MICROSECOND


def moment(stamp: int) -> datetime:
    """The moment of a stamp that is never null."""
    return _EPOCH + stamp * _MICROSECOND


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(held)
            for field in dataclasses.fields(value)
            if (held := getattr(value, field.name)) != field.default
        }
    if isinstance(value, tuple | list | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def dump(value: object) -> str:
    """JSON of a value; fields that hold their default are left out. Lone surrogates are written as escapes."""
    return json.dumps(_plain(value), separators=(",", ":"), ensure_ascii=True)


@functools.cache
def _hints(cls: type) -> dict[str, typing.Any]:
    return typing.get_type_hints(cls)


def _shape(hint: typing.Any, value: typing.Any) -> typing.Any:
    if value is None:
        return None
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        chosen = [argument for argument in arguments if argument is not types.NoneType]
        if datetime in chosen and isinstance(value, str):
            return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        if isinstance(value, dict):
            chosen = [argument for argument in chosen if dataclasses.is_dataclass(argument)]
        return _shape(chosen[0], value)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_shape(arguments[0], item) for item in value)
        return tuple(_shape(argument, item) for argument, item in zip(arguments, value, strict=True))
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is date:
        return date.fromisoformat(value)
    if dataclasses.is_dataclass(hint):
        make = typing.cast("type", hint)
        hints = _hints(make)
        known = {field.name for field in dataclasses.fields(make)}
        return make(**{name: _shape(hints[name], held) for name, held in value.items() if name in known})
    return value


_T = typing.TypeVar("_T")


def load(kind: type[_T], text: str) -> _T:
    """The value that `dump` wrote; a field that is no longer known is passed over, a new one takes its default."""
    return typing.cast("_T", _shape(kind, json.loads(text)))


def load_as(hint: typing.Any, text: str) -> typing.Any:
    """Like `load`, for any type expression (`tuple[Reason, ...]`)."""
    return _shape(hint, json.loads(text))
