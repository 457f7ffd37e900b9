"""Insert lines into the text of a YAML file. All other lines stay unchanged, comments included.

The text is cut at one place and a few lines are put in between; that the result says the old and the new, and nothing else,
is checked before it is given back.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from planet.config.document import Document, UnreadableError
from planet.errors import ConfigError, UsageError
from planet.model import Message


def document_of(text: str) -> Document:
    try:
        return Document(text)
    except UnreadableError as error:
        raise ConfigError("feeds.yaml", (error.fault,)) from error


def insert(text: str, place: tuple[str | int, ...], items: list[Any]) -> str:
    """The text with `items` at the end of the list at `place`, which is made where it is missing."""
    before = document_of(text)
    new_text = _cut(before.text, before, place, items)
    try:
        after = Document(new_text)
        same = after.value == _with(before.value, place, items) and not after.faults
    except UnreadableError:
        same = False
    if not same:
        raise _by_hand(before.line(place), _block(items, 0, 2))
    return new_text


def insert_technology(text: str, slug: str) -> str:
    """The text with one technology more: an item of a list, a key of a mapping, as the file has them; a list where it has none."""
    document = document_of(text)
    node = document.nodes_at(("technologies",))[2]
    if not isinstance(node, yaml.MappingNode):
        return insert(text, ("technologies",), [slug])
    if node.flow_style:
        comma = ", " if node.value else ""
        edited = _before(document.text, node.end_mark.index - 1, f"{comma}{slug}: {{}}")
    else:
        lines = document.text.splitlines(keepends=True)
        column = node.start_mark.column
        newline = _newline(text)
        edited = _joined(lines, _last_line(lines, node, column + 1) + 1, [f"{' ' * column}{slug}:"], newline)
    try:
        value: Any = document_of(edited).value
        technologies = value["technologies"]
    except (ConfigError, KeyError, TypeError):
        technologies = None
    if not isinstance(technologies, dict) or [*technologies][-1:] != [slug]:
        raise UsageError(
            Message.of(
                "line {line} cannot be edited: add `{name}:` below `technologies:` by hand",
                line=document.line(("technologies",)),
                name=slug,
            )
        )
    return edited


def put(text: str, section: str, key: str, value: str | dict[str, str]) -> str:
    """The text with one key more in a section of the top, which is made where it is missing. A key that is there stays."""
    document = document_of(text)
    content = document.value if isinstance(document.value, dict) else {}
    known = content.get(section)
    if isinstance(known, dict) and key in known:
        return text
    plain = value if isinstance(value, str) and value.isdigit() else ""
    line = f"{key}: {plain or (_flow(value) if isinstance(value, dict) else scalar(str(value)))}"
    node = document.nodes_at((section,))[2]
    lines = document.text.splitlines(keepends=True)
    newline = "\r\n" if "\r\n" in text else "\n"
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        column = node.start_mark.column
        return _joined(lines, _last_line(lines, node, column + 1) + 1, [" " * column + line], newline)
    if known is None and section not in content:
        return _joined(lines, len(lines), ["", f"{section}:", f"  {line}"], newline)
    raise UsageError(
        Message.of(
            "line {line} is written in a way that cannot be edited; add this by hand:\n{lines}",
            line=document.line((section,)),
            lines=f"  {line}",
        )
    )


def put_in(text: str, place: tuple[str | int, ...], key: str, value: str) -> str:
    """The text with one key more in the mapping at `place`, an item of a list. Raises UsageError where that cannot be edited."""
    before = document_of(text)
    node = before.nodes_at((*place, key))[0]
    lines = before.text.splitlines(keepends=True)
    if node is None:
        edited = text
    elif node.flow_style:
        edited = _before(before.text, node.end_mark.index - 1, f", {_flow(key)}: {_flow(value)}")
    else:
        column = node.start_mark.column
        at = _last_line(lines, node, column) + 1
        edited = _joined(lines, at, [f"{' ' * column}{key}: {scalar(value)}"], _newline(text))
    try:
        same = document_of(edited).value == _put(before.value, place, key, value)
    except ConfigError:
        same = False
    if not same:
        raise _by_hand(before.line(place), f"  {key}: {scalar(value)}")
    return edited


def _by_hand(line: int, lines: str) -> UsageError:
    return UsageError(
        Message.of(
            "line {line} is written in a way that cannot be edited; add this by hand:\n{lines}", line=line, lines=lines
        )
    )


def _put(value: Any, place: tuple[str | int, ...], key: str, added: str) -> Any:
    """The same value with one key more in the mapping at `place`."""
    if not place:
        return {**value, key: added}
    if isinstance(value, list):
        return [_put(item, place[1:], key, added) if index == place[0] else item for index, item in enumerate(value)]
    return {**value, place[0]: _put(value[place[0]], place[1:], key, added)}


def _with(value: Any, place: tuple[str | int, ...], items: list[Any]) -> Any:
    """The same value with the items where they belong."""
    if not place:
        return [*(value or []), *items]
    if isinstance(value, list):
        number = place[0]
        return [_with(item, place[1:], items) if index == number else item for index, item in enumerate(value)]
    mapping = value if isinstance(value, dict) else {}
    return {**mapping, place[0]: _with(mapping.get(str(place[0])), place[1:], items)}


def _cut(text: str, document: Document, place: tuple[str | int, ...], items: list[Any]) -> str:
    """The text of feeds.yaml with the items behind the others of the list at `place`, which is made where it is missing."""
    holder, _, node = document.nodes_at(place)
    if isinstance(node, yaml.SequenceNode) and node.flow_style and node.value:
        added = ", ".join(scalar(item, inside=True) if isinstance(item, str) else _flow(item) for item in items)
        return _before(text, node.end_mark.index - 1, f", {added}")
    if holder is not None and holder.flow_style:
        if node is not None:
            return text[: node.start_mark.index] + _flow(items) + text[node.end_mark.index :]
        comma = ", " if holder.value else ""
        return _before(text, holder.end_mark.index - 1, f"{comma}{_flow(str(place[-1]))}: {_flow(items)}")
    if isinstance(node, yaml.SequenceNode) and node.value:
        return _behind_the_last(text, holder, node, items)
    return _new_list(text, document, place, items)


def _behind_the_last(text: str, holder: yaml.MappingNode | None, node: yaml.SequenceNode, items: list[Any]) -> str:
    """The items behind the last of a list in block style, set apart as those before are."""
    lines = text.splitlines(keepends=True)
    column = node.start_mark.column
    step = column - holder.start_mark.column if holder is not None else 2
    airy = len(node.value) > 1 and not lines[node.value[-1].start_mark.line - 1].strip()
    new: list[str] = []
    for item in items:
        block = _block([item], column, step if step in {0, 2, 4} else 2)
        new += [*([""] if airy and isinstance(item, dict) else []), *block.splitlines()]
    return _joined(lines, _last_line(lines, node, column + 1) + 1, new, _newline(text))


def _new_list(text: str, document: Document, place: tuple[str | int, ...], items: list[Any]) -> str:
    """A list in block style where there is none, or an empty one."""
    lines = text.splitlines(keepends=True)
    holder, key, node = document.nodes_at(place)
    column = holder.start_mark.column if holder is not None else 0
    block = _block(items, column + 2, 2).splitlines()
    if key is not None:
        at = key.start_mark.line
        if node is not None and node.end_mark.index > node.start_mark.index:
            # `members: []` becomes `members:`; what is behind it on the line stays.
            head, tail = text[: node.start_mark.index].rstrip(" "), text[node.end_mark.index :]
            lines = (head + tail).splitlines(keepends=True)
        return _joined(lines, at + 1, block, _newline(text))
    if len(place) == 1:
        gap = [""] if lines and lines[-1].strip() else []
        return _joined(lines, len(lines), [*gap, f"{place[0]}:", *block], _newline(text))
    assert holder is not None
    at = _last_line(lines, holder, column) + 1
    return _joined(lines, at, [f"{' ' * column}{place[-1]}:", *block], _newline(text))


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _before(text: str, index: int, what: str) -> str:
    """`what` in front of the bracket at `index`, behind the last value."""
    head = text[:index]
    kept = head.rstrip()
    if kept.endswith(","):
        what = what.removeprefix(",").lstrip()
        return kept + " " + what + head[len(kept) :] + text[index:]
    return kept + what + head[len(kept) :] + text[index:]


def _joined(lines: list[str], at: int, new: list[str], newline: str) -> str:
    if at and lines[at - 1 : at] and not lines[at - 1].endswith(("\n", "\r")):
        lines = [*lines[: at - 1], lines[at - 1] + newline, *lines[at:]]
    return "".join((*lines[:at], *(line + newline for line in new), *lines[at:]))


def _last_line(lines: list[str], node: yaml.Node, inner: int) -> int:
    """Number, from 0, of the last line of a block: its last value, and the comments right behind it from column `inner` on.

    libyaml ends a block where the next token begins, so what lies between is stepped over.
    """
    end = node.end_mark
    inside = end.line < len(lines) and lines[end.line][: end.column].strip()
    line = end.line if inside else end.line - 1
    while line > node.start_mark.line and _is_idle(lines[line]):
        line -= 1
    while (
        line + 1 < len(lines) and lines[line + 1].startswith(" " * inner) and lines[line + 1].lstrip().startswith("#")
    ):
        line += 1
    return line


def _is_idle(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _block(items: list[Any], column: int, step: int) -> str:
    """Items of a list in block style, the dash at `column`, inner lists `step` behind their key."""
    out: list[str] = []
    for item in items:
        if not isinstance(item, dict):
            out.append(f"{' ' * column}- {scalar(item)}")
            continue
        for number, (key, value) in enumerate(item.items()):
            lead = " " * column + ("- " if not number else "  ")
            if key in {"feeds", "calendars"}:
                out.append(f"{lead}{key}:")
                out.append(_block(value, column + 2 + step, step))
            elif isinstance(value, dict):
                out.append(f"{lead}{key}: {_flow(value)}")
            else:
                out.append(f"{lead}{key}: {_flow_list(value) if isinstance(value, list) else scalar(value)}")
    return "\n".join(out)


def _flow_list(values: list[str]) -> str:
    return f"[{', '.join(scalar(value, inside=True) for value in values)}]"


def _flow(value: Any) -> str:
    """JSON is YAML, in any flow; what YAML does not print is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda match: f"\\u{ord(match[0]):04x}", text)


_PLAIN = re.compile(r"[^\W_][^\x00-\x1f\"'#,\[\]{}&*!|>%@`\\]*")


def scalar(text: str, *, inside: bool = False) -> str:
    """A text as one would write it: plain where that says the same, else in quotes."""
    plain = _PLAIN.fullmatch(text) or (not inside and re.fullmatch(r"[^\W_][^\x00-\x1f\"#\\]*", text))
    if plain and text == text.strip() and ": " not in text and not text.endswith(":"):
        try:
            if Document(f"- {text}").value == [text]:
                return text
        except UnreadableError:
            pass
    return _flow(text)


def write(path: Path, content: str | bytes) -> None:
    """Replace the file whole, through a file beside it: a full disk loses nothing."""
    path = path.resolve()  # a link stays a link
    aside = path.with_name(f"{path.name}.new")
    try:
        aside.write_bytes(content.encode() if isinstance(content, str) else content)
        if path.exists():
            aside.chmod(path.stat().st_mode & 0o777)
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
