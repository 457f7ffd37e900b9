"""Every document below tests/data/parse gives exactly what stands beside it; one without it fails."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from planet.links import comments, page
from planet.model import Message, ParsedDate, RawEntry, RawFeed, Text, Unreadable
from planet.parse.reader import parse

FOLDER = Path(__file__).parent / "data" / "parse"
DOCUMENTS = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")
URL = "https://feeds.example/dir/feed.xml"


def said(value: Any) -> Any:
    """A value as JSON: empty fields left out, dates as ISO (a `?` before one that is none), an entry with the pages chosen for it."""
    if isinstance(value, Message):
        return str(value)
    if isinstance(value, ParsedDate):
        if value.value is None:
            return f"? {value.written}"
        return value.value.isoformat() + (" day" if value.date_only else "")
    if isinstance(value, Text) and not value.base and not value.lang:
        return f"{value.kind}: {value.value}"
    if dataclasses.is_dataclass(value):
        pairs = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        facts = {name: said(one) for name, one in pairs if one not in (None, "", (), False, 0) or name == "position"}
        if isinstance(value, RawEntry) and value.links:
            facts |= {"page": page(value.links), "comments": comments(value.links)}
        return facts
    if isinstance(value, tuple):
        return [said(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def expected(path: Path) -> dict[str, Any]:
    beside = path.with_suffix(".json")
    assert beside.exists(), f"{path.name} stands alone: write {beside.name} with what it must give"
    whole: dict[str, Any] = json.loads(beside.read_text("utf-8"))
    return whole


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_gives_what_stands_beside_it(path: Path) -> None:
    whole = expected(path)
    found = parse(path.read_bytes(), content_type=whole.get("content_type", ""), url=URL, max_entries=500)
    assert said(found) == whole["gives"]


def test_every_expectation_has_its_document() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {path.stem for path in DOCUMENTS}


def test_arguments_and_results_travel_between_processes() -> None:
    import pickle

    for path in DOCUMENTS:
        found = parse(path.read_bytes(), content_type="", url=URL, max_entries=2)
        assert isinstance(found, RawFeed | Unreadable)
        assert pickle.loads(pickle.dumps(found)) == found
