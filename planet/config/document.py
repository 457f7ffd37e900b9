"""The text of feeds.yaml -> plain values, and the line of each. Every duplicate key at once; the first syntax error alone.

libyaml reads it (20 times faster than a round-trip parser: see `bench/config.py`), this module builds the values: scalars as in
the core schema of YAML 1.2 (`NO` and `12:30` are text), keys always text, merge keys (`<<`) understood, no tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from planet.model import Fault, Message

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
Location = tuple[str | int, ...]
MAX_DEPTH = 64
_PLAIN_COLON = re.compile(r"\s*(?:- +)*[^\s'\"#:\[{][^'\"#:\[{]*: +[^\s'\"#\[{|>&*!][^#]*:(?: |$)")
"""`key: a text: more`, where the text has no quotes."""
_SAFE_DEPTH = 3000  # openers that libyaml's composer, which recurses in C, stands without a look at the real depth
_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}|0x[0-9a-fA-F]{1,15}|0o[0-7]{1,20}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_PAIR = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


class UnreadableError(Exception):
    """The text is no YAML: `fault` says where and why."""

    def __init__(self, line: int, message: Message) -> None:
        self.fault = Fault(line, message)
        super().__init__(str(message))


class Document:
    """A YAML document as `value`, with the line of anything in it; `text` is what its marks count in. `faults`: keys written twice, tags, what cannot be a key."""

    def __init__(self, text: str) -> None:
        """Raises UnreadableError."""
        self.faults: list[Fault] = []
        self._built: dict[int, Value] = {}
        self._open: set[int] = set()
        if text.lstrip().startswith(("{", "[")):
            # JSON writes what lies beyond the first plane as two escapes, which YAML does not know.
            text = _PAIR.sub(_joined, text)
        self.text = text
        root = _compose(text)
        self._nodes: dict[Location, tuple[int, yaml.Node | None]] = {
            (): (root.start_mark.line + 1 if root else 1, root)
        }
        self.value: Value = self._value(root) if root else None

    def line(self, location: Location = ()) -> int:
        """The line of a key (with its value) or of an item of a list, from 1; of its parent where it does not exist."""
        return self._find(location)[0]

    def nodes_at(self, location: Location) -> tuple[yaml.MappingNode | None, yaml.Node | None, yaml.Node | None]:
        """(mapping of a key, node of the key, node of its value), for editing the text; None for what is missing."""
        holder = self._find(location[:-1])[1]
        if not isinstance(holder, yaml.MappingNode):
            return None, None, None
        for key, value in holder.value:
            if key.value == location[-1]:
                return holder, key, value
        return holder, None, None

    def _find(self, location: Location) -> tuple[int, yaml.Node | None]:
        node = self._nodes.get(location)
        if node is None:
            node = self._nodes[location] = self._step(*self._find(location[:-1]), location[-1])
        return node

    @staticmethod
    def _step(line: int, node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node | None]:
        if isinstance(node, yaml.MappingNode):
            for key, value in _pairs(node):
                if key.value == step:
                    return key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            return node.value[step].start_mark.line + 1, node.value[step]
        return line, None

    def _value(self, node: yaml.Node) -> Value:
        built = self._built.get(id(node))
        if built is not None:
            return built
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self._open:
            self.faults.append(
                Fault(node.start_mark.line + 1, Message.of("an anchor holds itself: write the value out instead"))
            )
            return None
        if len(self._open) > MAX_DEPTH:
            raise _too_deep(node)
        self._open.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            value: Value = [self._value(item) for item in node.value]
        elif isinstance(node, yaml.MappingNode):
            value = self._mapping(node)
        else:
            value = None
        self._open.discard(id(node))
        self._built[id(node)] = value
        return value

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Value]:
        mapping: dict[str, Value] = {}
        lines: dict[str, int] = {}
        merged: list[Value] = []
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.faults.append(Fault(line, Message.of("a key must be one word, not a list or a mapping")))
            elif key.tag == f"{_TAG}merge":
                part = self._value(value)
                merged += part if isinstance(part, list) else [part]
            elif key.value in lines:
                self.faults.append(
                    Fault(
                        line,
                        Message.of(
                            "`{key}` is written twice (first on line {line}): keep one of them",
                            key=key.value,
                            line=lines[key.value],
                        ),
                    )
                )
            else:
                lines[key.value] = line
                mapping[key.value] = self._value(value)
        for other in merged:
            if isinstance(other, dict):
                mapping = {**other, **mapping}
        return mapping

    def _scalar(self, node: yaml.ScalarNode) -> Value:
        text: str = node.value
        kind = node.tag.removeprefix(_TAG)
        if kind == "str" or node.style in {"'", '"', "|", ">"}:
            return text
        match kind:
            case "null":
                return None
            case "bool" if text.lower() in {"true", "false"}:
                return text.lower() == "true"
            case "int" if _INTEGER.fullmatch(text):
                return int(text, 0) if text[:2] in {"0x", "0o"} else int(text)
            case "float" if _FLOAT.fullmatch(text):
                return float(text)
            case "bool" | "int" | "float" | "timestamp" | "value" | "merge":
                return text
            case _:
                self.faults.append(
                    Fault(
                        node.start_mark.line + 1,
                        Message.of("the tag {tag} is not understood: leave it out", tag=node.tag),
                    )
                )
                return text


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """The keys of a mapping, those it merges in last."""
    later = []
    for key, value in node.value:
        if key.tag == f"{_TAG}merge":
            later.append(value)
        else:
            yield key, value
    for value in later:
        for part in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            if isinstance(part, yaml.MappingNode) and part is not node:
                yield from part.value


def _joined(pair: re.Match[str]) -> str:
    """The character of a surrogate pair (RFC 8259 7)."""
    return chr(0x10000 + ((int(pair[1], 16) & 0x3FF) << 10) + (int(pair[2], 16) & 0x3FF))


def _compose(text: str) -> yaml.Node | None:
    bad = _NOT_TEXT.search(text)
    if bad:
        raise UnreadableError(
            text.count("\n", 0, bad.start()) + 1,
            Message.of("holds the character {code}, which no text may: delete it", code=f"U+{ord(bad[0]):04X}"),
        )
    try:
        _refuse_depth(text)
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise _explained(error, text) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableError(1, Message.of("is no YAML: {error}", error=error)) from error


def _refuse_depth(text: str) -> None:
    openers = text.count("[") + text.count("{") + 2 * max(map(len, text.splitlines()), default=0)
    if openers < _SAFE_DEPTH:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _too_deep(event)


def _too_deep(what: yaml.Node | yaml.Event) -> UnreadableError:
    return _nested_too_deep(what.start_mark.line + 1 if what.start_mark else 1)


def _nested_too_deep(line: int) -> UnreadableError:
    return UnreadableError(
        line, Message.of("is nested more than {limit} times: look for brackets that are not closed", limit=MAX_DEPTH)
    )


def _explained(error: yaml.MarkedYAMLError, text: str) -> UnreadableError:
    """A syntax error with what to do about it: judged by the text at its place, not by the library's words, which change."""
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines()
    line = min(mark.line + 1, max(1, len(lines))) if mark else 1
    content = lines[line - 1] if line <= len(lines) else ""
    before = "\n".join([*lines[: line - 1], content[: mark.column if mark else 0]])
    if sum(map(before.count, "[{")) - sum(map(before.count, "]}")) > MAX_DEPTH:
        return _nested_too_deep(line)
    character = content[mark.column] if mark and mark.column < len(content) else ""
    likely = _likely(lines[:line], character, alias=isinstance(error, yaml.composer.ComposerError))
    if likely is not None:
        return UnreadableError(line, likely)
    opened = _never_closed(error.context_mark, lines) or _open_quote(lines[:line])
    if opened is not None:
        return UnreadableError(opened.line, opened.message)
    problem = error.problem or error.context or "?"
    return UnreadableError(
        line,
        Message.of(
            "is not valid YAML: {problem}: look for a missing quote, bracket, `:` or blank before it", problem=problem
        ),
    )


def _likely(lines: list[str], character: str, *, alias: bool) -> Message | None:
    """The most likely fault in the last of these lines, where the reader stopped at `character`; None for no guess."""
    content = lines[-1] if lines else ""
    if content[: len(content) - len(content.lstrip())].count("\t"):
        right = content.lstrip().join(["  ", ""])
        return Message.of("is not valid YAML: a tab stands where blanks must: indent with blanks: `{line}`", line=right)
    if character and character in "@`%":
        return Message.of(
            'is not valid YAML: {character} cannot begin a value: put the value in quotes, "{character}…"',
            character=character,
        )
    if character == "*" and alias:
        return Message.of(
            "is not valid YAML: an undefined alias: put a text that begins with * in quotes, or name its anchor"
        )
    if _PLAIN_COLON.match(content):
        key, _, value = content.partition(": ")
        return Message.of(
            "is not valid YAML: a `:` that YAML takes for a key: put a text that holds `: ` in quotes: `{line}`",
            line=f'{key}: "{value.strip()}"'.strip(),
        )
    if content.startswith("---"):
        return Message.of("begins a second document: keep one, without `---` in between")
    for near in lines[:-3:-1]:
        glued = _GLUED.fullmatch(near)
        if glued is not None:
            return Message.of(
                "is not valid YAML: a blank is missing behind `:`: `{line}`", line=f"{glued[1]}: {glued[2]}".strip()
            )
    column = _neighbours_column(lines)
    if column is not None:
        return Message.counted(
            "is not valid YAML: it is indented by {count} blank, its neighbours by {column}: `{line}`", "is not valid YAML: it is indented by {count} blanks, its neighbours by {column}: `{line}`",
            count=len(content) - len(content.lstrip()), column=column, line=" " * column + content.strip(),
        )  # fmt: skip
    return None


def _never_closed(mark: yaml.Mark | None, lines: list[str]) -> Fault | None:
    """The quote or bracket at which the reader began what it could not end, unless it is closed on its line."""
    if mark is None or mark.line >= len(lines):
        return None
    content = lines[mark.line].rstrip()
    character = content[mark.column : mark.column + 1]
    closing = {"[": "]", "{": "}", '"': '"', "'": "'"}.get(character, "")
    if not closing or closing in content[mark.column + 1 :]:
        return None
    return _closed(mark.line + 1, content, character, closing)


def _open_quote(lines: list[str]) -> Fault | None:
    """The last of these lines that opens a quote and does not close it: what follows is taken for text."""
    for number, content in reversed(list(enumerate(lines, 1))):
        match = _QUOTED.match(content)
        if match is not None and match[1] not in content[match.end() :]:
            return _closed(number, content, match[1], match[1])
    return None


def _closed(line: int, content: str, character: str, closing: str) -> Fault:
    right = f"{content.strip()}{closing}"
    return Fault(
        line,
        Message.of(
            "is not valid YAML: `{character}` is opened here and not closed: `{line}`", character=character, line=right
        ),
    )


_QUOTED = re.compile(r"""\s*(?:- +)*(?:[^\s'"#][^'"#]*: +)?(["'])""")
"""A line whose value begins with a quote."""
_GLUED = re.compile(r"(\s*(?:- +)*[a-z_]+):([^\s/:][^:]*|https?://\S*)")
"""`key:value`, which YAML takes for one word."""
_KEY = re.compile(r"(\s*(?:- +)*)[^\s#'\"\[{-][^#'\"\[{]*:(?: |$)")
_ITEM = re.compile(r"(\s*)- ")


def _neighbours_column(lines: list[str]) -> int | None:
    """The column to indent the last line to, when its key (or its item of a list) is at no column of those above it."""
    kind = _ITEM if lines and _ITEM.match(lines[-1]) else _KEY
    columns = [len(match[1]) for match in map(kind.match, lines) if match]
    if len(columns) < 2 or not kind.match(lines[-1]):
        return None
    own, above = columns[-1], columns[:-1]
    return None if own in above else min(above[::-1], key=lambda column: abs(column - own))
