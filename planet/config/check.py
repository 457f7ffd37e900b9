"""Check a text of feeds.yaml completely and return its Config: done once for each version of the file."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import ValidationError

from planet.config import absolute, build, consistency, faults, schema, sections
from planet.config.checks import page_language
from planet.config.disk import Disk
from planet.config.document import Document, UnreadableError, Value
from planet.config.invalid import InvalidValueError
from planet.errors import ConfigError
from planet.model import Config, Fault, Message


def check(text: str, path: Path) -> tuple[Config, Disk]:
    """(configuration, the files that were looked for). Raises ConfigError with every fault."""
    disk = Disk()
    where = absolute(path)
    try:
        document = Document(text)
    except UnreadableError as error:
        raise ConfigError(str(path), (error.fault,), language=_named_language(text)) from error
    data = document.value
    if isinstance(data, dict):  # what is kept under `x-…` is for anchors
        data = {key: value for key, value in data.items() if not key.startswith("x-")}
    if not isinstance(data, dict):
        fault = (
            Fault(1, Message.of("is empty: begin with `planet:`, its `title:` and its `url:` (or: planet new DIR)"))
            if data is None
            else Fault(
                document.line(), Message.of("must hold keys at its top, such as `planet:`, not a list or a text")
            )
        )
        raise ConfigError(str(path), (fault,))
    technologies = data.get("technologies")
    if isinstance(technologies, list):
        data["technologies"] = technologies = _by_name(technologies)
    mistakes = [*document.faults, *consistency.faults(data, where.parent, document, disk)]
    context = schema.Surroundings(
        folder=where.parent, disk=disk, technologies=tuple(technologies) if isinstance(technologies, dict) else ()
    )
    try:
        root = sections.Root.model_validate(data, context=context)
    except ValidationError as error:
        mistakes += faults.faults(error, document)
    if mistakes:
        ordered = sorted(set(mistakes), key=lambda fault: (fault.line, str(fault.message)))
        raise ConfigError(str(path), tuple(ordered), language=_language(data))
    return build.build(root, where, document, disk), disk


def _by_name(technologies: list[Value]) -> Value:
    """`[php, rust]` as `{php: , rust: }`; the list itself where it holds anything but names."""
    if not all(isinstance(name, str) for name in technologies):
        return technologies
    return {str(name): None for name in technologies}


def _named_language(text: str) -> str:
    """The language named in a text that is not valid YAML; "" where it names none."""
    match = re.search(r"^\s+language:[ \t]*[\"']?([A-Za-z-]+)", text, re.MULTILINE)
    return _language({"planet": {"language": match[1]}}) if match else ""


def _language(data: dict[str, Value]) -> str:
    """The language of the planet in a file with other faults; "" where the language is invalid too."""
    planet = data.get("planet")
    tag = (
        (planet.get("language") or schema.keys(sections.Planet)["language"].default) if isinstance(planet, dict) else ""
    )
    try:
        return page_language(tag) if isinstance(tag, str) and tag else ""
    except InvalidValueError:
        return ""
