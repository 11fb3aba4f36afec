"""YAML bytes -> a tree in which every key and value knows where it stands.

Scalars stay text: what `no`, `1.0` or `2025-06-30` means is for the key to say under which it stands, so that `language: no` is
Norwegian and `cookies: no` is a refusal. What can hide or multiply values (aliases, merge keys, tags, duplicate keys) is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crawler.formats.site.faults import Fault, Place, quoted

LARGEST_FILE = 1_000_000
"""Bytes of a config; a hand-written one has a thousandth of that."""

DEEPEST = 32
"""Levels of nesting; the deepest key of the model stands at five."""

MOST_NODES = 20_000
"""Keys and values of a config, so that a file within its size cannot take minutes to read."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})  # YAML 1.2, section 10.3.2
_PREFIX = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset(_PREFIX + name for name in ("str", "null", "map", "seq", "bool", "int", "float", "timestamp"))
_NULL_TAG, _ALIAS_TAG, _MERGE_KEY = _PREFIX + "null", "alias", "<<"
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # the line ends that PyYAML counts
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class Node:
    """A value: text, nothing, a list, or a mapping from key to `Entry`."""

    place: Place
    value: str | list[Node] | dict[str, Entry] | None


@dataclass(slots=True)
class Entry:
    """A key's place and its value."""

    key: Place
    node: Node


def read(file: Path) -> tuple[Node | None, list[Fault]]:
    """The file's tree and its faults; no tree where the file cannot be read, is empty or is no YAML at all."""
    try:
        text = _text(file)
        return _Reader(file, text).read()
    except _Unreadable as error:
        return None, [error.fault]


class _Unreadable(Exception):
    """Raised while reading when nothing can be made of the file."""

    def __init__(self, place: Place, message: str):
        super().__init__(message)
        self.fault = Fault(place, "", message)


def _text(file: Path) -> str:
    try:
        if file.exists() and not file.is_file():
            raise _Unreadable(Place(file), "is no file")
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise _Unreadable(Place(file), f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > LARGEST_FILE:
        raise _Unreadable(Place(file), f"is larger than {LARGEST_FILE} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place(file, data[: error.start].decode("utf-8-sig"), error.start)
        raise _Unreadable(place, f"is not UTF-8: byte 0x{data[error.start]:02x}") from None


def _place(file: Path, text: str, index: int) -> Place:
    """The place of the character at `index`."""
    before = _LINE_END.split(text[:index])
    return Place(file, len(before), len(before[-1]) + 1, _LINE_END.split(text)[len(before) - 1])


class _Composer(yaml.SafeLoader):
    """PyYAML's composer within bounds, which neither follows aliases nor guesses types."""

    def __init__(self, text: str):
        super().__init__(text)
        self.depth = self.nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.nodes += 1
        if self.depth >= DEEPEST or self.nodes > MOST_NODES:
            bound = f"more than {DEEPEST} levels of nesting" if self.depth >= DEEPEST else f"more than {MOST_NODES} keys and values"
            raise yaml.composer.ComposerError(None, None, bound, self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            return yaml.ScalarNode(_ALIAS_TAG, "", event.start_mark, event.end_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return _NULL_TAG if implicit[0] and value in _NULLS else _PREFIX + "str"
        return _PREFIX + ("seq" if kind is yaml.SequenceNode else "map")


class _Reader:
    """Turns one file's YAML nodes into a tree and collects what is wrong with them."""

    def __init__(self, file: Path, text: str):
        self.file, self.text = file, text
        self.lines = _LINE_END.split(text)
        self.faults: list[Fault] = []

    def read(self) -> tuple[Node | None, list[Fault]]:
        root = self._compose()
        if root is None or root.tag == _NULL_TAG:
            return None, self.faults
        return self._node(root, ""), self.faults

    def _compose(self) -> yaml.Node | None:
        try:
            composer = _Composer(self.text)
        except yaml.reader.ReaderError as error:
            place = _place(self.file, self.text, error.position)
            raise _Unreadable(place, f"not valid YAML: character U+{ord(self.text[error.position]):04X} may not stand in it") from None
        try:
            return composer.get_single_node()
        except yaml.MarkedYAMLError as error:
            raise self._syntax(error) from None
        except (ValueError, OverflowError):  # PyYAML lets chr() and int() speak for "\UFFFFFFFF" and %YAML 9…9
            raise _Unreadable(self._at(composer.get_mark()), "not valid YAML: a number or an escape is out of range") from None
        finally:
            composer.dispose()

    def _syntax(self, error: yaml.MarkedYAMLError) -> _Unreadable:
        problem, context = error.problem or "", error.context or ""
        mark = error.problem_mark or error.context_mark
        place = self._at(mark) if mark else Place(self.file)
        since = f" ({context} that began in line {error.context_mark.line + 1})" if context and error.context_mark else ""
        if "but found another document" in problem:
            return _Unreadable(place, "a second document begins here; a config is one document")
        if r"'\t'" in problem or place.text[: place.column].strip(" ").startswith("\t"):
            return _Unreadable(place, "not valid YAML: a tab; YAML is indented with spaces")
        if "mapping values are not allowed here" in problem:
            problem = "a colon cannot stand here; put the value in quotes or check the indentation"
        elif problem.startswith("expected ") and "but found" in problem and "flow" not in context:
            problem, since = "this does not fit what stands above it; check the indentation", ""
        elif "that cannot start any token" in problem:
            problem = f"{quoted(place.text[place.column - 1 : place.column])} cannot begin a value; put the value in quotes"
        return _Unreadable(place, f"not valid YAML: {problem}{since}")

    def _at(self, mark: Any) -> Place:
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        return Place(self.file, mark.line + 1, mark.column + 1, line)

    def _node(self, node: yaml.Node, path: str) -> Node | None:
        """The tree of a node, or None where the node is a fault as a whole."""
        place = self._at(node.start_mark)
        if wrong := _wrong(node):
            self._refuse(place, path, wrong)
            return None
        if isinstance(node, yaml.MappingNode):
            return Node(place, self._mapping(node, path))
        if isinstance(node, yaml.SequenceNode):
            items = [self._node(item, f"{path}[{number}]") for number, item in enumerate(node.value)]
            return Node(place, [item for item in items if item is not None])
        return Node(place, None if node.tag == _NULL_TAG else node.value)

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for key, value in node.value:
            place = self._at(key.start_mark)
            if not isinstance(key, yaml.ScalarNode) or key.tag not in _PLAIN_TAGS or _NO_TEXT.search(key.value):
                self._refuse(place, path, "a key must be plain text")
            elif key.value == _MERGE_KEY and key.style is None:
                self._refuse(place, path, "merge keys (<<) are not read; share values in _defaults.yaml")
            elif key.value in entries:
                self._refuse(place, join(path, key.value), f"is given twice; first in line {entries[key.value].key.line}")
            elif (child := self._node(value, join(path, key.value))) is not None:
                entries[key.value] = Entry(place, child)
        return entries

    def _refuse(self, place: Place, path: str, message: str) -> None:
        self.faults.append(Fault(place, path, message))


def _wrong(node: yaml.Node) -> str | None:
    if node.tag == _ALIAS_TAG:
        return "aliases are not read; write the value out, or share it in _defaults.yaml"
    if node.tag not in _PLAIN_TAGS:
        return f"tags are not read: {quoted(node.tag)}"
    if isinstance(node, yaml.ScalarNode) and _NO_TEXT.search(node.value):
        return "holds a character that is no text"
    return None


def join(path: str, key: str) -> str:
    """The path of a key below `path`."""
    return f"{path}.{key}" if path else key


def merge(shared: Node, own: Node) -> Node:
    """`shared` with `own` over it: mappings key by key, everything else replaced."""
    if not isinstance(shared.value, dict) or not isinstance(own.value, dict):
        return own
    merged = dict(shared.value)
    for key, entry in own.value.items():
        merged[key] = Entry(entry.key, merge(merged[key].node, entry.node)) if key in merged else entry
    return Node(own.place, merged)


def plain(node: Node) -> Any:
    """The tree as text, lists and dicts. A key without value counts as left out."""
    if isinstance(node.value, dict):
        return {key: plain(entry.node) for key, entry in node.value.items() if entry.node.value is not None}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value
