"""Python values as columns of SQLite: instants as integers, dataclasses as JSON, statements from lists of names."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

import msgspec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime(1000, 1, 2, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime(9999, 12, 30, tzinfo=UTC) - _EPOCH) // _MICROSECOND
"""Years of four digits, a day from their ends, so that no time zone leads beyond them."""
_ENCODER = msgspec.json.Encoder()
_decoder = functools.cache(msgspec.json.Decoder)
_T = TypeVar("_T")


def to_stamp(instant: datetime | None) -> int | None:
    """Microseconds since 1970, UTC: integers that sort as the instants do. None stays None."""
    return None if instant is None else (instant - _EPOCH) // _MICROSECOND


def from_stamp(stamp: int | None) -> datetime | None:
    """The instant of a stamp, in UTC. None stays None."""
    return None if stamp is None else instant(stamp)


def instant(stamp: int) -> datetime:
    """The instant of a column that is never null, in UTC; one beyond the years of four digits is the first or last day but one of them."""
    return _EPOCH + min(max(stamp, _FIRST), _LAST) * _MICROSECOND


def encode(value: object) -> str:
    """A value as JSON: every field of a dataclass is written, so that another default changes nothing of what is stored.

    A lone surrogate, which UTF-8 cannot write, becomes "?".
    """
    try:
        return _ENCODER.encode(value).decode()
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value), ensure_ascii=False).encode("utf-8", "replace").decode()


def decode(kind: type[_T], text: str) -> _T:
    """The value of a type that `encode` wrote. A field that the type does not know is passed over, a missing one takes its default.

    Raises ValueError where the text is not such a value.
    """
    try:
        value: _T = _decoder(cast("Hashable", kind)).decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"a stored {getattr(kind, '__name__', kind)} cannot be read: {error}") from error
    return value


def readable(text: str, otherwise: _T) -> _T:
    """The value of a JSON text where it is of the type of `otherwise`, else `otherwise`."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return otherwise
    return value if isinstance(value, type(otherwise)) else otherwise


def convert(kind: type[_T], values: Mapping[str, Any]) -> _T:
    """A dataclass from the values of its fields; integers are read as truth values. Raises ValueError where they do not fit."""
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"a stored {kind.__name__} cannot be read: {error}") from error


def names(columns: Iterable[str], *, table: str = "") -> str:
    """Column names for a SELECT or an INSERT: `e.id, e.date`."""
    return ", ".join(f"{table}.{column}" if table else column for column in columns)


def parameters(columns: Iterable[str]) -> str:
    """Named parameters for an INSERT: `:id, :date`."""
    return ", ".join(f":{column}" for column in columns)


def assignments(columns: Iterable[str]) -> str:
    """For an UPDATE: `id = :id, date = :date`."""
    return ", ".join(f"{column} = :{column}" for column in columns)


def insert(table: str, columns: Iterable[str], *, replace: bool = False) -> str:
    """An INSERT with named parameters."""
    columns = tuple(columns)
    verb = "INSERT OR REPLACE" if replace else "INSERT"
    return f"{verb} INTO {table} ({names(columns)}) VALUES ({parameters(columns)})"


def select(
    connection: sqlite3.Connection, query: str, values: Mapping[str, object] | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of a query, each as column name -> value."""
    cursor = connection.execute(query, values or {})
    columns = [description[0] for description in cursor.description]
    for row in cursor:
        yield dict(zip(columns, row, strict=True))


def ids(values: Iterable[int]) -> str:
    """Numbers as one parameter, for `IN (SELECT value FROM json_each(:ids))`: any number of them, without a limit of SQLite's."""
    return json.dumps(list(values))
