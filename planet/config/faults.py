"""Pydantic's findings -> sentences for the person who edits feeds.yaml."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from planet.config import schema, sections
from planet.config.document import Document, Location
from planet.config.invalid import InvalidValueError, meant, nearest, shown
from planet.model import Fault, Message

_SECTIONS: dict[str, type[schema.Section]] = {
    "planet": sections.Planet,
    "owner": sections.Owner,
    "fetch": sections.Fetch,
    "technologies": sections.Technology,
    "groups": sections.Group,
    "members": sections.Member,
    "feeds": sections.Feed,
    "calendars": sections.Calendar,
    "include": sections.Filter,
    "exclude": sections.Filter,
    "notify": sections.Notify,
}
"""The key that leads to a section, or to a list of it."""
_EXAMPLES = {
    "planet": "`planet:` with its `title:` and `url:`",
    "title": "`title: Planet Clermont'ech`",
    "name": "`name: William Durand`",
    "url": "`url: https://…`",
}


def faults(error: ValidationError, document: Document) -> list[Fault]:
    """Each finding once, with its line."""
    findings = error.errors(include_url=False, include_context=True)
    unknown = {finding["loc"] for finding in findings if finding["type"] == "extra_forbidden"}
    nameless = {
        finding["loc"][:-1] for finding in findings if finding["type"] == "missing" and finding["loc"][-1] == "name"
    }
    misplaced = {loc for loc in unknown if loc[:-1] in nameless and _is_a_name(loc)}
    result = []
    for finding in findings:
        where = tuple(step for step in finding["loc"] if step != "[key]")
        if where in misplaced:
            result.append(Fault(document.line(where), _name_as_key(str(where[-1]))))
            continue
        if finding["type"] == "missing" and any(loc[:-1] == where[:-1] for loc in misplaced):
            continue
        if finding["type"] == "missing" and any(
            loc[:-1] == where[:-1] and nearest(str(loc[-1]), [str(where[-1])]) for loc in unknown
        ):
            continue  # it is there, under a misspelt name that is reported
        describe = _SENTENCES.get(finding["type"], _other)
        result.append(Fault(document.line(where), describe(finding, where)))
    return result


def _name(where: Location) -> str:
    """The key that a finding is about: the last one on the way to it."""
    return next((step for step in reversed(where) if isinstance(step, str)), "")


def _is_a_name(where: Location) -> bool:
    """Whether an unknown key is the name of a member or group, written in place of `name:`."""
    key = str(where[-1])
    known = {name for section in (sections.Root, *_SECTIONS.values()) for name in schema.keys(section)}
    return key not in known and not nearest(key, schema.keys(_section(where[:-1]) or sections.Root))


def _name_as_key(name: str) -> Message:
    return Message.of("`{name}` stands where a key must: write `- name: {name}`, and its other keys below", name=name)


def _missing(_finding: Any, where: Location) -> Message:
    key = str(where[-1])
    return Message.of("`{key}` is missing: add {example}", key=key, example=_EXAMPLES.get(key, f"`{key}: …`"))


def _invalid(finding: Any, where: Location) -> Message:
    error = finding["ctx"]["error"]
    reason = error.message if isinstance(error, InvalidValueError) else str(error)
    return Message.of("`{key}`: {reason}", key=_name(where), reason=reason)


def _not_text(finding: Any, where: Location) -> Message:
    key, value = _name(where), finding["input"]
    if value is None or isinstance(value, str):
        section = _section(where[:-1])
        if section is not None and key in schema.required(section):
            return Message.of("`{key}` is empty: write something", key=key)
        return Message.of("`{key}` is empty: write something, or leave it out", key=key)
    if isinstance(value, (bool, int, float)):
        return Message.of("`{key}`: {value} must be text: put it in quotes", key=key, value=shown(value))
    return Message.of("`{key}` must be one text, not {value}", key=key, value=shown(value))


def _not_a_list(finding: Any, where: Location) -> Message:
    key, value = _name(where), finding["input"]
    if isinstance(value, str):
        return Message.of("`{key}` must be a list: write [{value}], or begin each item with `- `", key=key, value=value)
    section = _section((*where, 0))
    if isinstance(value, dict) and value and section and "name" in schema.required(section) and "name" not in value:
        return _name_as_key(str(next(iter(value))))
    return Message.of("`{key}` must be a list, not {value}: begin each item with `- `", key=key, value=shown(value))


def _not_a_mapping(finding: Any, where: Location) -> Message:
    section = _section(where)
    value = finding["input"]
    glued = re.fullmatch(r"([a-z_]+):([^\s/:].*)", value) if section and isinstance(value, str) else None
    if section and glued and glued[1] in schema.keys(section):
        return Message.of(
            "`{value}`: a blank is missing behind `:`: `{line}`", value=value, line=f"{glued[1]}: {glued[2]}"
        )
    if section and isinstance(value, str) and "name" in schema.required(section):
        return Message.of("`{key}`: write `name: {value}`, and its other keys below", key=_name(where), value=value)
    known = [*schema.required(section), *schema.keys(section)] if section else []
    if known:
        return Message.of(
            "`{key}` must hold keys such as `{example}: …`, not {value}",
            key=_name(where), example=known[0], value=shown(value),
        )  # fmt: skip
    if where == ("technologies",) and isinstance(value, str):
        return _not_a_list(finding, where)
    return Message.of("`{key}` must hold keys, not {value}", key=_name(where), value=shown(finding["input"]))


def _not_a_number(finding: Any, where: Location) -> Message:
    key, section = _name(where), _section(where[:-1])
    default = schema.keys(section)[key].default if section and key in schema.keys(section) else 10
    return Message.of(
        "`{key}` must be a whole number such as {example}, not {value}",
        key=key, example=default, value=shown(finding["input"]),
    )  # fmt: skip


def _too_small(finding: Any, where: Location) -> Message:
    return Message.of(
        "`{key}` must be {limit} or more, not {value}",
        key=_name(where), limit=finding["ctx"]["ge"], value=shown(finding["input"]),
    )  # fmt: skip


def _too_large(finding: Any, where: Location) -> Message:
    return Message.of(
        "`{key}` must be {limit} or less, not {value}",
        key=_name(where), limit=finding["ctx"]["le"], value=shown(finding["input"]),
    )  # fmt: skip


def _not_a_truth(finding: Any, where: Location) -> Message:
    return Message.of("`{key}` must be true or false, not {value}", key=_name(where), value=shown(finding["input"]))


def _not_a_choice(finding: Any, where: Location) -> Message:
    key, value = _name(where), finding["input"]
    if key == "kind" and value == "calendar":
        return Message.of("`kind`: a calendar stands under `calendars:`, not under `feeds:`")
    choices = re.findall(r"'([^']*)'", finding["ctx"]["expected"])
    return Message.of(
        "`{key}` must be one of {choices}, not {value}{hint}",
        key=key, choices=", ".join(f"`{choice}`" for choice in choices), value=shown(value), hint=meant(str(value), choices),
    )  # fmt: skip


def _unknown(_finding: Any, where: Location) -> Message:
    key = str(where[-1])
    known = list(schema.keys(_section(where[:-1]) or sections.Root))
    near = nearest(key, known)
    if near:
        return Message.of("unknown key `{key}`; did you mean `{word}`?", key=key, word=near)
    if key in schema.keys(sections.Root):
        return Message.of("unknown key `{key}` here: it belongs at the top of the file, without indentation", key=key)
    homes = [name for name, section in _SECTIONS.items() if key in schema.keys(section)]
    if homes:
        places = ", ".join(f"`{name}:`" for name in homes)
        return Message.of("unknown key `{key}` here: it belongs under {places}", key=key, places=places)
    return Message.of("unknown key `{key}`; known here: {known}", key=key, known=", ".join(known))


def _other(finding: Any, where: Location) -> Message:
    return Message.of("`{key}`: {reason}", key=_name(where), reason=finding["msg"])


_SENTENCES: dict[str, Callable[[Any, Location], Message]] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    "value_error": _invalid,
    "string_too_short": _not_text,
    "string_type": _not_text,
    "list_type": _not_a_list,
    "dict_type": _not_a_mapping,
    "model_type": _not_a_mapping,
    "model_attributes_type": _not_a_mapping,
    "int_type": _not_a_number,
    "int_from_float": _not_a_number,
    "int_parsing": _not_a_number,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_large,
    "bool_type": _not_a_truth,
    "literal_error": _not_a_choice,
}
"""Type of a finding (pydantic's "validation errors") -> its sentence."""


def _section(where: Location) -> type[schema.Section] | None:
    """The section that checks a place of the file; None where there is none."""
    match where:
        case ():
            return sections.Root
        case ("technologies", _):
            return _SECTIONS["technologies"]
        case (*_, ("planet" | "owner" | "fetch" | "include" | "exclude") as key):
            return _SECTIONS[str(key)]
        case (*_, ("groups" | "members" | "feeds" | "calendars" | "notify") as key, int()):
            return _SECTIONS[str(key)]
    return None
