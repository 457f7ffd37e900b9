"""Values as JSON and back: frozen dataclasses of `planet.model`, exactly, without a field list written twice."""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Callable, Collection
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
    if value is None or isinstance(value, str | int | float):
        return value
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        return {
            name: _plain(held) for name, default in _fields(_kind(value)) if (held := getattr(value, name)) != default
        }
    if isinstance(value, tuple | list | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def _kind(value: object) -> typing.Hashable:
    return typing.cast("typing.Hashable", type(value))


@functools.cache
def _fields(kind: type) -> tuple[tuple[str, object], ...]:
    return tuple((field.name, field.default) for field in dataclasses.fields(kind))


def dump(value: object) -> str:
    """JSON of a value; fields that hold their default are left out. Lone surrogates are written as escapes."""
    return json.dumps(_plain(value), separators=(",", ":"), ensure_ascii=True)


def dump_fields(value: object, names: Collection[str]) -> str:
    """Like `dump`, of some fields of a dataclass."""
    held = {
        name: _plain(content)
        for name, default in _fields(_kind(value))
        if name in names and (content := getattr(value, name)) != default
    }
    return json.dumps(held, separators=(",", ":"), ensure_ascii=True)


Decode = Callable[[typing.Any], typing.Any]


def _same(value: typing.Any) -> typing.Any:
    return value


def _time(value: str) -> datetime | date:
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


@functools.cache
def _decoder(hint: typing.Any) -> Decode:
    """What turns JSON's values into those of a type; worked out once for each type."""
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        return _optional(hint)
    if typing.get_origin(hint) is tuple:
        return _tuple(typing.get_args(hint))
    if hint in {datetime, date}:
        return _time
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _record(hint)
    return _same


def _optional(hint: typing.Any) -> Decode:
    """A value or None; of several types the one whose JSON it is: an object for a dataclass, text for a moment."""
    chosen = [argument for argument in typing.get_args(hint) if argument is not types.NoneType]
    records = [_decoder(argument) for argument in chosen if hasattr(argument, "__dataclass_fields__")]
    times = [_decoder(argument) for argument in chosen if argument in {datetime, date}]
    other = _decoder(chosen[0]) if not records and not times else _same

    def decode(value: typing.Any) -> typing.Any:
        if value is None:
            return None
        if records and isinstance(value, dict):
            return records[0](value)
        if times and isinstance(value, str):
            return times[0](value)
        return other(value)

    return decode


def _tuple(arguments: tuple[typing.Any, ...]) -> Decode:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        each = _decoder(arguments[0])
        return tuple if each is _same else lambda value: tuple([each(item) for item in value])
    parts = [_decoder(argument) for argument in arguments]
    return lambda value: tuple([part(item) for part, item in zip(parts, value, strict=True)])


def _record(kind: type) -> Decode:
    decoders: dict[str, Decode] = {}

    def decode(value: dict[str, typing.Any]) -> typing.Any:
        if not decoders:  # not before: a sentence may hold sentences
            hints = typing.get_type_hints(kind)
            decoders.update((field.name, _decoder(hints[field.name])) for field in dataclasses.fields(kind))
        return kind(**{name: decoders[name](held) for name, held in value.items() if name in decoders})

    return decode


_T = typing.TypeVar("_T")


def load(kind: type[_T], text: str) -> _T:
    """The value that `dump` wrote; a field that is no longer known is passed over, a new one takes its default."""
    return typing.cast("_T", _decoder(typing.cast("typing.Hashable", kind))(json.loads(text)))


def load_as(hint: typing.Any, text: str) -> typing.Any:
    """Like `load`, for any type expression (`tuple[Reason, ...]`)."""
    return _decoder(hint)(json.loads(text))


def decoder(kind: type[_T]) -> Callable[[dict[str, typing.Any]], _T]:
    """Like `load`, from what `json.loads` gave."""
    return _decoder(typing.cast("typing.Hashable", kind))
