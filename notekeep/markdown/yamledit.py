"""One change of a file's YAML front matter: what it is to say, where it goes, and the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import yaml

from notekeep.errors import Refused
from notekeep.markdown import proof
from notekeep.markdown.fieldtypes import split_items
from notekeep.markdown.guard import Suspect
from notekeep.markdown.kinds import canonical
from notekeep.markdown.yamlread import STR, Document, Entry
from notekeep.markdown.yamlspan import Block, Splice, is_flow

if TYPE_CHECKING:
    from notekeep.markdown.proof import Tree
    from notekeep.markdown.split import Split
    from notekeep.markdown.values import Scalar, Value

# Fields that programs read as a list even where they are text without a comma.
_JOINED: Final = frozenset(("tags", "aliases"))


class YamlEdit:
    """A file whose YAML block is to be changed; each method gives new bytes, None for no change."""

    def __init__(self, data: bytes, parts: Split) -> None:
        """Read the block of `data`.

        Raises:
            guard.Suspect: It cannot be read.
        """
        self._data = data
        self._parts = parts
        self._eol = parts.eol.decode()
        self._block = Block(data[parts.start : parts.end].decode(), self._eol)
        self._tree = proof.tree(self._block.document)

    def replace(self, key: str, value: Value) -> bytes | None:
        """Give a key a value."""
        entry = self._block.entry(key)
        shape = proof.shape_of(value)
        if entry is None:
            return self._apply(self._block.add_key(key, value), {**self._tree, key: shape}, key)
        if proof.same_words(self._tree[key], shape):
            return None
        if isinstance(value, list):
            splice = self._block.set_list(entry, value)
        else:
            splice = self._block.set_scalar(entry, value)
        return self._apply(splice, {**self._tree, key: shape}, key)

    def add(self, key: str, item: Scalar) -> bytes | None:
        """Add an item to a list."""
        entry = self._block.entry(key)
        if entry is None:
            return self.replace(key, [item])
        name = canonical(key)
        if any(_same_item(name, old, item) for old in self._items(entry)):
            return None
        node = entry.value
        if isinstance(node, yaml.ScalarNode) and self._block.document.value(node) is not None:
            return self._add_to_text(entry, item)
        splice = self._block.add_item(entry, item)
        old = self._tree[key]
        items = old[1] if old[0] == proof.LIST else ()
        wanted = (proof.LIST, (*items, proof.shape_of(item, flow=True)))
        return self._apply(splice, {**self._tree, key: wanted}, key)

    def remove(self, key: str, item: str) -> bytes | None:
        """Take the first item out of a list that is this one."""
        entry = self._block.entry(key)
        if entry is None:
            return None
        name = canonical(key)
        items = self._items(entry)
        index = next((n for n, old in enumerate(items) if _same_item(name, old, item)), None)
        if index is None:
            return None
        if isinstance(entry.value, yaml.ScalarNode):
            return self._remove_from_text(entry, index)
        splice = self._block.remove_item(entry, index)
        old = self._tree[key][1]
        left = (*old[:index], *old[index + 1 :])
        # A list of lines without any line is a key without a value.
        wanted = (proof.LIST, left) if left or is_flow(entry.value) else proof.shape_of(None)
        return self._apply(splice, {**self._tree, key: wanted}, key)

    def replace_item(self, key: str, old: str, item: str) -> bytes | None:
        """Put another item in the place of the first that is exactly `old`."""
        entry = self._block.entry(key)
        if entry is None or old == item:
            return None
        items = [one.strip() for one in self._items(entry)]
        if old not in items:
            return None
        index = items.index(old)
        if isinstance(entry.value, yaml.ScalarNode):
            text = str(entry.value.value)
            parts = split_items(canonical(entry.name), text)
            parts[index] = parts[index].replace(old, item)
            return self.replace(key, ("," if "," in text else " ").join(parts))
        listed = self._tree[key][1]
        wanted = (*listed[:index], proof.shape_of(item, flow=True), *listed[index + 1 :])
        return self._apply(
            self._block.set_item(entry, index, item), {**self._tree, key: (proof.LIST, wanted)}, key
        )

    def rename(self, key: str, name: str) -> bytes | None:
        """Call a key by another name."""
        entry = self._block.entry(key)
        if entry is None:
            return None
        if name in self._tree:
            raise Refused(
                f"The note has a `{name}` already.",
                "Join the two in an editor.",
                line=self._line(self._block.entry(name) or entry),
                column=1,
            )
        wanted = {name if old == key else old: shape for old, shape in self._tree.items()}
        return self._apply(self._block.rename_key(entry, name), wanted, name)

    def delete(self, key: str) -> bytes | None:
        """Take a key away."""
        entry = self._block.entry(key)
        if entry is None:
            return None
        wanted = {old: shape for old, shape in self._tree.items() if old != key}
        return self._apply(self._block.delete_key(entry), wanted, key)

    def _items(self, entry: Entry) -> list[str]:
        """What a list, or text that lists things, holds, as text."""
        words = self._block.document.words(entry.value)
        if isinstance(words, list):
            return words
        return [part.strip() for part in split_items(canonical(entry.name), words)]

    def _add_to_text(self, entry: Entry, item: Scalar) -> bytes | None:
        """Add to a scalar: text with commas gets one more, any other becomes a list of two."""
        text = str(entry.value.value)
        name = canonical(entry.name)
        parts = split_items(name, text)
        joint = " " if name == "tags" and "," not in text and len(parts) > 1 else ", "
        joins = len(parts) > 1 or name in _JOINED
        is_block = isinstance(entry.value, yaml.ScalarNode) and entry.value.style in ("|", ">")
        if isinstance(item, str) and joins and is_block and text.strip():
            return self._add_to_block(entry, item, has_own_line=name == "tags" and "," not in text)
        if isinstance(item, str) and text and joins and joint[0] not in item:
            return self.replace(entry.name, f"{text.rstrip(' ,')}{joint}{item}")
        old: list[Scalar] = [part.strip() for part in parts] if joins else [self._scalar(entry)]
        return self.replace(entry.name, [*(part for part in old if part != ""), item])

    def _add_to_block(self, entry: Entry, item: str, *, has_own_line: bool) -> bytes:
        """Add to a block of text: one more line, or after a comma where it has commas."""
        node = entry.value
        text = str(node.value)
        said = text.rstrip("\n")
        last = said.rpartition("\n")[2]
        if has_own_line:
            blank = last[: len(last) - len(last.lstrip(" "))]
            is_literal = isinstance(node, yaml.ScalarNode) and node.style == "|"
            added = ("\n" if is_literal else " ") + blank + item
            splice = self._block.add_line(entry, item)
        else:
            added = f" {item}" if said.endswith(",") else f", {item}"
            splice = self._block.add_to_line(entry, added)
        whole = said + added + text[len(said) :]
        return self._apply(splice, {**self._tree, entry.name: (STR, whole)}, entry.name)

    def _remove_from_text(self, entry: Entry, index: int) -> bytes | None:
        text = str(entry.value.value)
        joint = "," if "," in text else " "
        parts = split_items(canonical(entry.name), text)
        left = [part for number, part in enumerate(parts) if number != index]
        return self.replace(entry.name, joint.join(left).strip() or None)

    def _scalar(self, entry: Entry) -> Scalar:
        value = self._block.document.value(entry.value)
        return value if not isinstance(value, list) else None

    def _line(self, entry: Entry) -> int:
        return int(entry.key.start_mark.line) + 2

    def _apply(self, splice: Splice, wanted: Tree, key: str) -> bytes:
        """Make an edit and prove it."""
        text = self._block.text
        start = self._parts.start + len(text[: splice.start].encode())
        end = start + len(text[splice.start : splice.end].encode())
        added = splice.text.encode()
        new = self._data[:start] + added + self._data[end:]
        proof.check_bytes(self._data, new, start, end, len(added))
        edited = text[: splice.start] + splice.text + text[splice.end :]
        entry = self._block.entry(key)
        line = self._line(entry) if entry else 1
        try:
            document = Document(edited)
        except Suspect:
            raise proof.unproven(key, line) from None
        proof.check_tree(wanted, document, key, line)
        return new


def _same_item(name: str, old: str, item: Scalar) -> bool:
    """Whether two items are one: tags are, whatever their case and with or without `#`."""
    new = item if isinstance(item, str) else proof.shape_of(item, flow=True)[1]
    if name == "tags":
        return old.strip().lstrip("#").casefold() == new.strip().lstrip("#").casefold()
    return old.strip() == new.strip()
