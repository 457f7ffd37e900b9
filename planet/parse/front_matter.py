"""The front matter of Markdown posts: TOML between `+++`, YAML between `---`; one with a fault is read line by line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from typing import Any

import yaml


def front_matter(text: str) -> tuple[dict[str, Any] | None, str]:
    """The front matter of a post, None when there is none, and its body.

    What a parser refuses is read line by line: a missing quote or indent costs one value, not the post.
    """
    for fence, parse in (("+++", tomllib.loads), ("---", _yaml)):
        lines = text.lstrip("\ufeff\n ").split("\n")
        if lines[0].strip() != fence:
            continue
        end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == fence), None)
        if end is None:
            return None, text
        head, body = "\n".join(lines[1:end]), "\n".join(lines[end + 1 :])
        try:
            fields: Any = parse(head)
        except (ValueError, yaml.YAMLError, RecursionError):
            fields = _line_by_line(lines[1:end])
        return (fields if isinstance(fields, dict) else {}), body
    return None, text


def _yaml(text: str) -> Any:
    # Every scalar as text: YAML 1.1 would make 19:00 a number and NO a truth value.
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it builds nothing but texts, lists and mappings


def _line_by_line(lines: Iterable[str]) -> dict[str, Any]:
    """`[table]`, `key = value`, `key: value` and one level of indented keys: what can be had of a front matter with a fault."""
    fields: dict[str, Any] = {}
    table = fields
    for line in lines:
        if opened := re.fullmatch(r"\s*\[([\w.-]+)\]\s*", line):
            table = fields
            for part in opened[1].split("."):
                table = table.setdefault(part, {}) if isinstance(table.get(part, {}), dict) else {}
            continue
        match = re.fullmatch(r"(\s*)([\w-]+)\s*[=:](?:\s+(.*)|)", line)
        if match is None:
            continue
        value = (match[3] or "").strip()
        if not value and not match[1] and ":" in line:
            table = fields.setdefault(match[2], {})
            continue
        into = table if match[1] or "=" in line else fields
        if value.startswith("["):
            into[match[2]] = [piece.strip().strip("\"'") for piece in value.strip("[] ").split(",")]
        else:
            into[match[2]] = value.strip("\"'")
    return fields
