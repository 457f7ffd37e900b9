"""Every document below tests/data/parse gives exactly what stands beside it; one without it fails."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from planet.model import Message, ParsedDate, RawFeed, Text, Unreadable
from planet.parse import parse

FOLDER = Path(__file__).parent / "data" / "parse"
DOCUMENTS = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")
URL = "https://feeds.example/dir/feed.xml"

# What of fetching.md is about reading: each is named by a fixture (`cases`) or by a test of this part.
READING = """
B01 B02 B03 B04 B05 B06 B07 B08 B09 D03 D05 D06 D07 D08 D09 D10 D11 D12 D13 D14 D15 E01 E02 E03 E04 E05 E06 E07 E08 E09
E10 E11 E12 E13 E14 H15 H17 H18 M01 M02 M03 M04 N03 N04 N14 S12 S13 S14 S21 T01e T02e T03e T05 T24 U07 U08 X08 X09
"""


def said(value: Any) -> Any:
    """A value as JSON: fields that say nothing left out, dates as ISO (a `?` before one that is none)."""
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
        return {name: said(one) for name, one in pairs if one not in (None, "", (), False, 0) or name == "position"}
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


def test_every_case_of_reading_is_named() -> None:
    named = {case for path in DOCUMENTS for case in expected(path)["cases"]}
    sources = "\n".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_parse_*.py"))
    missing = [
        case for case in READING.split() if case not in named and not re.search(rf"(?<![\w-]){case}:(?!\d)", sources)
    ]
    assert not missing


def test_arguments_and_results_travel_between_processes() -> None:
    import pickle

    for path in DOCUMENTS:
        found = parse(path.read_bytes(), content_type="", url=URL, max_entries=2)
        assert isinstance(found, RawFeed | Unreadable)
        assert pickle.loads(pickle.dumps(found)) == found
