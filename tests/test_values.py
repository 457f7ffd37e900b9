"""Our classes with fields behave as those of the standard library, and all of the program's are made by the faster decorator."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, field
from pathlib import Path

import pytest

from planet import values

ROOT = Path(__file__).parent.parent


@values.dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A class with every kind of field."""

    name: str
    count: int = 3
    facts: Mapping[str, int] = field(default_factory=dict)
    note: str = field(default="", compare=False, repr=False)
    missing: int = 0
    self: str = ""

    @property
    def twice(self) -> int:
        """A property beside fields."""
        return 2 * self.count


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """The same by the standard library."""

    name: str
    count: int = 3
    facts: Mapping[str, int] = field(default_factory=dict)
    note: str = field(default="", compare=False, repr=False)
    missing: int = 0
    self: str = ""


@values.dataclass(frozen=True, slots=True)
class Pair:
    """Fields by position, one of them without a default."""

    first: int
    second: int = 2


@values.dataclass(slots=True)
class Counter:
    """A class that may be changed."""

    count: int = 0


def test_values_are_shown_and_compared_as_those_of_the_standard_library() -> None:
    assert repr(Ours(name="a", note="x")) == repr(Theirs(name="a", note="x")).replace("Theirs", "Ours")
    assert Ours(name="a") == Ours(name="a", note="other")
    assert Ours(name="a") != Ours(name="b")
    assert Ours(name="a") != object()
    assert hash(Pair(1)) == hash(Pair(1, 2))
    assert {Pair(1): "x"}[Pair(1, 2)] == "x"


def test_values_are_copied_pickled_and_replaced() -> None:
    ours = Ours(name="a", facts={"b": 1})
    assert dataclasses.replace(ours, count=4) == Ours(name="a", count=4, facts={"b": 1})
    assert pickle.loads(pickle.dumps(ours)) == copy.deepcopy(ours) == ours
    assert dataclasses.asdict(ours) == {
        "name": "a",
        "count": 3,
        "facts": {"b": 1},
        "note": "",
        "missing": 0,
        "self": "",
    }
    assert [one.name for one in dataclasses.fields(Ours)] == ["name", "count", "facts", "note", "missing", "self"]
    assert ours.twice == 6


def test_a_frozen_value_is_not_changed_and_each_has_a_default_of_its_own() -> None:
    ours = Ours(name="a")
    with pytest.raises(FrozenInstanceError):
        ours.name = "b"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del ours.name
    assert Ours(name="a").facts is not ours.facts
    assert not hasattr(ours, "__dict__")


def test_what_is_missing_or_too_much_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="name"):
        Ours()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        Ours("a")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="other"):
        Ours(name="a", other=1)  # type: ignore[call-arg]


def test_a_value_that_may_change_has_no_hash() -> None:
    counter = Counter()
    counter.count += 1
    assert counter == Counter(1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(counter)


def test_every_class_of_the_program_is_made_by_it() -> None:
    standard = re.compile(r"^from dataclasses import .*\bdataclass\b", re.MULTILINE)
    sources = (path for path in (ROOT / "planet").rglob("*.py") if path != ROOT / "planet" / "values.py")
    assert [path.name for path in sources if standard.search(path.read_text())] == []
