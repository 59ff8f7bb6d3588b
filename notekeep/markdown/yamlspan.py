"""Where a change of YAML front matter goes: one span of its text, and what replaces it.

Nothing is written anew: an edit inserts a line, replaces a value or takes lines away, and leaves
quotes, comments, order and line ends of all else as they stand. Whether the result says what was
meant is for proof.py to find out.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

import yaml

from notekeep.errors import Refused
from notekeep.markdown import proof
from notekeep.markdown.spell import respell, spell, spell_field, spell_flow
from notekeep.markdown.yamlread import Document, Entry

if TYPE_CHECKING:
    from notekeep.markdown.values import Scalar, Value

_EOL: Final = re.compile(r"\r\n|\n|\r")
_BLANK: Final = re.compile(r"[ \t]*")
_COLON: Final = re.compile(r"[ \t]*:")
_DASH: Final = re.compile(r"[ \t]*-(?:[ \t]+|\Z)")
_BY_HAND = "Change it in an editor."
_STEP = "  "


class Splice(NamedTuple):
    """Text that replaces what stands from `start` to `end` of a block."""

    start: int
    end: int
    text: str


class Block:
    """A YAML block that is to be edited.

    Attributes:
        text: Its text, between the fences.
        document: It, composed.
    """

    def __init__(self, text: str, eol: str) -> None:
        """Compose a block whose lines end in `eol`.

        Raises:
            guard.Suspect: It cannot be read.
        """
        self.text = text
        self.document = Document(text)
        self._eol = eol

    def entry(self, key: str) -> Entry | None:
        """The entry of a key, or None."""
        return next((entry for entry in self.document.entries if entry.name == key), None)

    # What can be changed

    def add_key(self, key: str, value: Value) -> Splice:
        """A new key below the last one."""
        root = self.document.root
        if root is not None and root.flow_style:
            _refuse("The front matter is one { } mapping.", root)
        at = self._end_of_entries()
        indent = ""
        if root is not None and self.document.entries:
            indent = " " * self.document.entries[0].key.start_mark.column
        line = spell_field(key, value, eol=self._eol, indent=indent, step=self._step())
        return Splice(at, at, line)

    def rename_key(self, entry: Entry, name: str) -> Splice:
        """Another name for a key."""
        _need_scalar_key(entry)
        return Splice(_start(entry.key), _end(entry.key), spell(name))

    def delete_key(self, entry: Entry) -> Splice:
        """No such key: its lines go, and a comment at the end of its last one with them."""
        start = self._line_start(_start(entry.key))
        if self.text[start : _start(entry.key)].strip(" "):
            _refuse(f"`{entry.name}` does not begin its line.", entry.key)
        return Splice(start, self._line_end(self._end_of(entry)), "")

    def set_scalar(self, entry: Entry, value: Scalar) -> Splice:
        """A scalar in the place of what there is, quoted as that was."""
        node = entry.value
        _need_own(entry)
        if isinstance(node, yaml.ScalarNode):
            if _start(node) == _end(node):
                return self._fill(entry, spell(value))
            if value is None:
                return Splice(self._colon(entry), self._end_of(entry), "")
            return Splice(_start(node), self._end_of(entry), respell(value, node.style))
        if isinstance(node, yaml.SequenceNode):
            return self._replace_list(entry, node, spell(value))
        return self._replace_mapping(entry, spell(value))

    def set_list(self, entry: Entry, items: list[Scalar]) -> Splice:
        """A list in the place of what there is; items that stay keep their lines."""
        node = entry.value
        _need_own(entry)
        if isinstance(node, yaml.ScalarNode):
            if _start(node) == _end(node):
                return self._fill(entry, "[]") if not items else self._below(entry, items)
            return Splice(_start(node), self._end_of(entry), spell_flow(items))
        if not isinstance(node, yaml.SequenceNode):
            return self._replace_mapping(entry, spell_flow(items))
        if node.flow_style:
            self._need_no_remarks(node)
            return Splice(_start(node), _end(node), spell_flow(items))
        if not items:
            return self._replace_list(entry, node, "[]")
        return self._replace_items(entry, items)

    def add_item(self, entry: Entry, item: Scalar) -> Splice:
        """One more item at the end of a list, or of nothing."""
        node = entry.value
        _need_own(entry)
        if isinstance(node, yaml.ScalarNode):
            if _start(node) == _end(node):
                return self._below(entry, [item])
            return Splice(_start(node), self._end_of(entry), spell_flow([item]))
        if not isinstance(node, yaml.SequenceNode):
            _refuse(f"`{entry.name}` is no list.", node)
        self._need_own_items(entry)
        if node.flow_style:
            return self._add_to_flow(node, item)
        last = node.value[-1]
        at = self._line_end(self.document.end(last))
        prefix = self._prefix(entry, last)
        return Splice(at, at, f"{prefix}- {spell(item, flow=item is None)}{self._eol}")

    def add_line(self, entry: Entry, text: str) -> Splice:
        """One more line at the end of a block scalar, set in as its last one."""
        end = self.document.end(entry.value)
        line = self.text[self._line_start(end) : end]
        blank = line[: len(line) - len(line.lstrip(" "))]
        return Splice(end, end, f"{self._eol}{blank}{text}")

    def add_to_line(self, entry: Entry, text: str) -> Splice:
        """More text at the end of a block scalar's last line."""
        end = self.document.end(entry.value)
        return Splice(end, end, text)

    def remove_item(self, entry: Entry, index: int) -> Splice:
        """A list without one of its items."""
        node = entry.value
        _need_own(entry)
        if not isinstance(node, yaml.SequenceNode):
            _refuse(f"`{entry.name}` is no list.", node)
        self._need_own_items(entry)
        item = node.value[index]
        if node.flow_style:
            return self._remove_from_flow(node, index)
        self._prefix(entry, item)
        start = self._line_start(_start(item))
        return Splice(start, self._line_end(self.document.end(item)), "")

    def set_item(self, entry: Entry, index: int, item: str) -> Splice:
        """Another item in the place of one, quoted as that was."""
        node = entry.value
        _need_own(entry)
        if not isinstance(node, yaml.SequenceNode):
            _refuse(f"`{entry.name}` is no list.", node)
        self._need_own_items(entry)
        old = node.value[index]
        is_quoted = isinstance(old, yaml.ScalarNode) and old.style in ("'", '"')
        text = respell(item, old.style) if is_quoted else spell(item, flow=bool(node.flow_style))
        return Splice(_start(old), _end(old), text)

    # How it is done

    def _fill(self, entry: Entry, text: str) -> Splice:
        """Give a key that has no value one, on its line."""
        at = self._colon(entry)
        blank = _BLANK.match(self.text, at)
        end = blank.end() if blank else at
        stays = self.text[end : end + 1] not in ("", "\n", "\r")
        return Splice(at, at if stays else end, f" {text}" if text else "")

    def _below(self, entry: Entry, items: list[Scalar]) -> Splice:
        """Give a key that has no value a list, one item a line."""
        at = self._line_end(self._colon(entry))
        indent = " " * entry.key.start_mark.column + self._step()
        lines = (f"{indent}- {spell(item, flow=item is None)}{self._eol}" for item in items)
        return Splice(at, at, "".join(lines))

    def _replace_list(self, entry: Entry, node: yaml.SequenceNode, text: str) -> Splice:
        """Put a value on a key's line in the place of a list."""
        if is_flow(node):
            self._need_no_remarks(node)
            return Splice(_start(node), _end(node), text)
        colon = self._colon(entry)
        gap = self.text[colon : _start(node)]
        comment = ""
        if "#" in gap:
            comment = gap[: self._line_end(colon) - colon].rstrip("\r\n")
            if "#" in gap[len(comment) :]:
                _refuse(f"A comment stands between `{entry.name}` and its list.", node)
        remarks = self._remarks(node.value).rstrip("\r\n")
        line = f" {text}".rstrip() + comment + (f"{self._eol}{remarks}" if remarks else "")
        return Splice(colon, self._end_of(entry), line)

    def _replace_mapping(self, entry: Entry, text: str) -> Splice:
        """Put a value in the place of a placeholder such as `{{title}}`, which YAML takes so."""
        node = entry.value
        if not is_flow(node) or "\n" in self.document.source(node):
            _refuse(f"`{entry.name}` holds values within values.", node)
        return Splice(_start(node), _end(node), text)

    def _replace_items(self, entry: Entry, items: list[Scalar]) -> Splice:
        """Replace the lines of the items that differ, from the first such to the last."""
        self._need_own_items(entry)
        old = entry.value.value
        same = [
            [
                proof.same_words(proof.shape(one), proof.shape_of(two, flow=True))
                for one, two in pairs
            ]
            for pairs in (zip(old, items, strict=False), zip(old[::-1], items[::-1], strict=False))
        ]
        head = (*same[0], False).index(False)
        tail = min((*same[1], False).index(False), min(len(old), len(items)) - head)
        prefix = self._prefix(entry, old[0])
        if head < len(old) - tail:
            start = self._line_start(_start(old[head]))
            end = self._line_end(self.document.end(old[len(old) - tail - 1]))
        elif head:
            start = end = self._line_end(self.document.end(old[head - 1]))
        else:
            start = end = self._line_start(_start(old[0]))
        new = items[head : len(items) - tail]
        lines = [f"{prefix}- {spell(item, flow=item is None)}{self._eol}" for item in new]
        return Splice(start, end, "".join(lines) + self._remarks(old[head : len(old) - tail]))

    def _remarks(self, items: list[yaml.Node]) -> str:
        """The comments that have lines of their own between items; they outlive the items."""
        remarks = ""
        for item, after in pairwise(items):
            at = self._line_end(self.document.end(item))
            stop = self._line_start(_start(after))
            remarks += self.text[at:stop] if "#" in self.text[at:stop] else ""
        return remarks

    def _need_no_remarks(self, node: yaml.SequenceNode) -> None:
        """Refuse a list in brackets with comments in it, which go with no item."""
        ends = [_start(node), *(_end(item) for item in node.value)]
        starts = [*(_start(item) for item in node.value), _end(node)]
        if any("#" in self.text[end:start] for end, start in zip(ends, starts, strict=True)):
            _refuse("A comment stands in the list.", node)

    def _add_to_flow(self, node: yaml.SequenceNode, item: Scalar) -> Splice:
        spelled = spell(item, flow=True)
        if not node.value:
            at = _start(node) + self.text[_start(node) :].index("[") + 1
            return Splice(at, at, spelled)
        last = node.value[-1]
        at = _end(last)
        start = self._line_start(_start(last))
        alone = len(node.value) > 1 and not self.text[start : _start(last)].strip(" \t")
        rest = self.text[at : self._line_end(at)]
        if alone and "#" not in rest:
            return Splice(at, at, f",{self._eol}{self.text[start : _start(last)]}{spelled}")
        return Splice(at, at, f", {spelled}")

    def _remove_from_flow(self, node: yaml.SequenceNode, index: int) -> Splice:
        items = node.value
        item = items[index]
        spans = []
        if index + 1 < len(items):
            spans.append((_start(item), _start(items[index + 1])))
        if index > 0:
            spans.append((_end(items[index - 1]), _end(item)))
        if len(items) == 1:
            first = self.text.rfind("[", _start(node), _start(item)) + 1
            spans.append((first, _end(node) - 1))
        for start, end in spans:
            around = self.text[start : _start(item)] + self.text[_end(item) : end]
            if "#" not in around:
                return Splice(start, end, "")
        return _refuse("A comment stands beside the item.", item)

    def _need_own_items(self, entry: Entry) -> None:
        node = entry.value
        for item in node.value:
            if not _start(node) <= _start(item) <= _end(item) <= _end(node):
                _refuse(f"An item of `{entry.name}` is an alias.", node)

    def _prefix(self, entry: Entry, item: yaml.Node) -> str:
        """What stands before the dash of an item."""
        line = self.text[self._line_start(_start(item)) : _start(item)]
        if not _DASH.fullmatch(line):
            _refuse(f"An item of `{entry.name}` does not begin its line.", item)
        return line[: line.index("-")]

    def _step(self) -> str:
        """How far the vault's hand sets lists in, seen from the lists that are there."""
        for entry in self.document.entries:
            node = entry.value
            own = _start(node) > _start(entry.key)
            if isinstance(node, yaml.SequenceNode) and not node.flow_style and own:
                return " " * max(0, node.start_mark.column - entry.key.start_mark.column)
        return _STEP

    def _colon(self, entry: Entry) -> int:
        """Where a key's colon ends."""
        colon = _COLON.match(self.text, _end(entry.key))
        if colon is None:
            _refuse(f"`{entry.name}` is written in a way that notekeep does not edit.", entry.key)
        return colon.end()

    def _end_of_entries(self) -> int:
        """Where a new key goes: below the last one, or last of all after text that is kept."""
        entries = self.document.entries
        if not entries:
            return len(self.text)
        node = entries[-1].value
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            return len(self.text)
        at = self._line_end(self._end_of(entries[-1]))
        return len(self.text) if self.text[at:].strip() else at

    def _end_of(self, entry: Entry) -> int:
        """Where an entry's value ends, blank lines and comments aside."""
        if _start(entry.value) < _end(entry.key):  # an alias stands on its key's line
            return self._colon(entry)
        return max(self.document.end(entry.value), self._colon(entry))

    def _line_start(self, at: int) -> int:
        return max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1

    def _line_end(self, at: int) -> int:
        """Where the line after that of `at` begins."""
        match = _EOL.search(self.text, at)
        return match.end() if match else len(self.text)


def is_flow(node: yaml.Node) -> bool:
    """Whether a node is written between brackets."""
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _start(node: yaml.Node) -> int:
    return int(node.start_mark.index)


def _end(node: yaml.Node) -> int:
    return int(node.end_mark.index)


def _need_own(entry: Entry) -> None:
    if _start(entry.value) < _end(entry.key):
        _refuse(f"`{entry.name}` is an alias of another value.", entry.key)


def _need_scalar_key(entry: Entry) -> None:
    if not isinstance(entry.key, yaml.ScalarNode):
        _refuse(f"`{entry.name}` is no plain key.", entry.key)


def _refuse(message: str, node: yaml.Node) -> NoReturn:
    """Refuse an edit at a node; its line is that of the block, which the caller moves on."""
    mark = node.start_mark
    raise Refused(message, _BY_HAND, line=mark.line + 2, column=mark.column + 1)
