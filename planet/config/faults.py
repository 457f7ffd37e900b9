"""Pydantic's findings -> sentences for the person who edits feeds.yaml."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ValidationError

from planet.config import schema
from planet.config.document import Document
from planet.config.values import meant, nearest, shown
from planet.errors import Fault

_SECTIONS: dict[str, type[BaseModel]] = {
    "planet": schema.Planet,
    "planet.owner": schema.Owner,
    "fetch": schema.Fetch,
    "technologies.…": schema.Technology,
    "groups": schema.Group,
    "members": schema.Member,
    "feeds": schema.Feed,
    "calendars": schema.Calendar,
    "include": schema.Filter,
    "exclude": schema.Filter,
    "notify": schema.Notify,
}
_EXAMPLES = {
    "planet": "`planet:` with its `title:` and `url:`",
    "title": "`title: Planet Clermont'ech`",
    "name": "`name: William Durand`",
    "url": "`url: https://…`",
}


def faults(error: ValidationError, document: Document) -> list[Fault]:
    """Each finding once, with its line."""
    found = error.errors(include_url=False, include_context=True)
    unknown = {one["loc"] for one in found if one["type"] == "extra_forbidden"}
    made = []
    for one in found:
        where = tuple(step for step in one["loc"] if step != "[key]")
        if one["type"] == "missing" and any(
            loc[:-1] == where[:-1] and nearest(str(loc[-1]), [str(where[-1])]) for loc in unknown
        ):
            continue  # it is there, under a misspelt name that is told
        made.append(Fault(document.line(where), _sentence(one, where)))
    return made


def _sentence(one: Any, where: tuple[str | int, ...]) -> str:
    key = next((step for step in reversed(where) if isinstance(step, str)), "")
    value = one["input"]
    held = _model(where[:-1])
    match one["type"]:
        case "extra_forbidden":
            return _unknown(str(where[-1]), held)
        case "missing":
            example = _EXAMPLES.get(str(where[-1]), f"`{where[-1]}: …`")
            return f"`{where[-1]}` is missing: add {example}"
        case "value_error":
            return f"`{key}`: {one['ctx']['error']}"
        case "string_too_short" | "string_type" if value is None or isinstance(value, str):
            needed = held is not None and key in held.model_fields and held.model_fields[key].is_required()
            return f"`{key}` is empty: write something" + ("" if needed else ", or leave it out")
        case "string_type" if isinstance(value, (bool, int, float)):
            return f"`{key}`: {shown(value)} must be text: put it in quotes"
        case "string_type":
            return f"`{key}` must be one text, not {shown(value)}"
        case "list_type" if isinstance(value, str):
            return f"`{key}` must be a list: write [{value}], or begin each item with `- `"
        case "list_type":
            return f"`{key}` must be a list, not {shown(value)}: begin each item with `- `"
        case "dict_type" | "model_type" | "model_attributes_type":
            model = _model(where)
            known = list(model.model_fields) if model else []
            example = f" such as `{known[0]}: …`" if known else ""
            return f"`{key}` must hold keys{example}, not {shown(value)}"
        case "int_type" | "int_from_float" | "int_parsing":
            return f"`{key}` must be a whole number such as {_default(held, key)}, not {shown(value)}"
        case "greater_than_equal":
            return f"`{key}` must be {one['ctx']['ge']} or more, not {shown(value)}"
        case "less_than_equal":
            return f"`{key}` must be {one['ctx']['le']} or less, not {shown(value)}"
        case "bool_type":
            return f"`{key}` must be true or false, not {shown(value)}"
        case "literal_error":
            return _literal(key, value, one["ctx"]["expected"])
        case _:
            return f"`{key}`: {one['msg']}"


def _literal(key: str, value: object, expected: str) -> str:
    if key == "kind" and value == "calendar":
        return "`kind`: a calendar stands under `calendars:`, not under `feeds:`"
    known = re.findall(r"'([^']*)'", expected)
    return f"`{key}` must be {' or '.join(f'`{one}`' for one in known)}, not {shown(value)}{meant(str(value), known)}"


def _default(held: type[BaseModel] | None, key: str) -> object:
    field = held.model_fields.get(key) if held else None
    return field.default if field and isinstance(field.default, int) else 10


def _unknown(key: str, held: type[BaseModel] | None) -> str:
    known = list((held or schema.Root).model_fields)
    near = meant(key, known)
    if near:
        return f"unknown key `{key}`{near}"
    homes = [name for name, model in _SECTIONS.items() if key in model.model_fields]
    if key in schema.Root.model_fields:
        return f"unknown key `{key}` here: it belongs at the top of the file, without indentation"
    if homes:
        return f"unknown key `{key}` here: it belongs under `{homes[0]}:`"
    return f"unknown key `{key}`; known here: {', '.join(known)}"


def _model(where: tuple[str | int, ...]) -> type[BaseModel] | None:
    """What is checked at a place of the file."""
    match where:
        case ():
            return schema.Root
        case ("technologies", _):
            return schema.Technology
        case (*_, "owner"):
            return schema.Owner
        case (*_, ("planet" | "fetch" | "include" | "exclude") as key):
            return _SECTIONS[str(key)]
        case (*_, ("groups" | "members" | "feeds" | "calendars" | "notify") as key, int()):
            return _SECTIONS[str(key)]
    return None
