"""The JSON Schema of feeds.yaml, for editors."""

from __future__ import annotations

from typing import Any

from planet.config import checks
from planet.config.sections import Root
from planet.formats import RESERVED


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
    """Allow in the schema of a key what the code allows: a feed may be its URL alone, an optional key may be empty."""
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
    """Whether a default is empty and not shown: no text, no value, a filter without rules."""
    return default is None or default == "" or (isinstance(default, dict) and bool(default))
