"""Reads YAML without changing values; includes a handler for python-frontmatter.

PyYAML follows YAML 1.1, which reads `12:30` as 750 and `no` as False. Here libyaml composes the
nodes and type_scalar() converts them; no tag creates an object. Importing yaml is slow, so this
module is imported only for files with front matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, NoReturn, TypeVar

import yaml
from frontmatter.default_handlers import YAMLHandler

from notekeep.markdown.fields.field_values import Scalar, Value, type_scalar
from notekeep.markdown.fields.frontmatter_block import MAX_BYTES, UnreadableBlock, split_frontmatter

T = TypeVar("T")

MAX_ALIASES = 64
MAX_DEPTH = 24

PLAIN_STYLE: Final = "plain"
STRING_TAG: Final = "tag:yaml.org,2002:str"
_COLLECTIONS: Final[dict[type[yaml.Node], str]] = {
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}
_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "seq", "map", "timestamp")
)
_EXOTIC_BREAKS: Final = re.compile("[\x85\u2028\u2029]")
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _NodeLoader(_LOADER):  # type: ignore[misc]
    """Composes nodes; plain scalars get the tag PLAIN_STYLE and are converted later."""

    def resolve(self, kind: type[yaml.Node], _value: str, implicit: tuple[bool, bool]) -> str:
        """Return the tag of a node without guessing its type (called by the composer)."""
        if kind is yaml.ScalarNode:
            return PLAIN_STYLE if implicit[0] else STRING_TAG
        return _COLLECTIONS[kind]


class YamlEntry(NamedTuple):
    """A key of a block with its nodes."""

    name: str
    key: yaml.Node
    value: yaml.Node


class Document:
    """A YAML mapping as nodes; `root` is None if there are no keys."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: yaml.MappingNode | None = None
        self.entries: list[YamlEntry] = []
        if exotic := _EXOTIC_BREAKS.search(text):
            line = text.count("\n", 0, exotic.start())
            column = exotic.start() - text.rfind("\n", 0, exotic.start()) - 1
            raise UnreadableBlock("There is a Unicode line break here.", line, column)
        try:
            _check_block(text)
            root = yaml.compose(text, Loader=_NodeLoader)
        except yaml.YAMLError as error:
            raise _explain(error, text) from error
        except RecursionError as error:
            raise UnreadableBlock(f"It has more than {MAX_DEPTH} nested levels.") from error
        if root is None:
            return
        if not isinstance(root, yaml.MappingNode):
            raise UnreadableBlock(
                "It is not a set of `key: value` lines.",
                root.start_mark.line,
                root.start_mark.column,
            )
        self.root = root
        self.entries = list(self._read_entries(root))

    def _read_entries(self, root: yaml.MappingNode) -> Iterator[YamlEntry]:
        seen: set[str] = set()
        for key, value in root.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else self.source(key)
            if name in seen:
                mark = key.start_mark
                raise UnreadableBlock(f"The key `{name}` occurs twice.", mark.line, mark.column)
            seen.add(name)
            yield YamlEntry(name, key, value)

    def source(self, node: yaml.Node) -> str:
        """Return the source of a node, with newlines as line ends."""
        text = self.text[node.start_mark.index : self.end(node)]
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def end(self, node: yaml.Node) -> int:
        """Return the end of a node, without the comments and blank lines that libyaml includes."""
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            last = last if isinstance(last, yaml.Node) else last[1]
            if last.start_mark.index >= start:  # an alias is at the position of its anchor
                return self.end(last)
        while end > start and self.text[end - 1] in " \t\r\n":
            end -= 1
        return end

    def raw(self, entry: YamlEntry) -> str:
        """Return the source of a value; for an alias, its name."""
        if entry.value.start_mark.index < entry.key.end_mark.index:
            rest = self.text[entry.key.end_mark.index :]
            found = re.match(r"\s*:\s*(\*[^\s,\]}]+)", rest)
            return found[1] if found else ""
        return self.source(entry.value)

    def value(self, node: yaml.Node) -> Value:
        """Return a node as a scalar or a list of scalars; for other nodes, return the source."""
        return self._read_flat(node, scalar)

    def words(self, node: yaml.Node) -> str | list[str]:
        """Return a node as unconverted text, for text fields such as `isbn: 0123`."""
        return self._read_flat(node, lambda one: str(one.value))

    def _read_flat(
        self, node: yaml.Node, read: Callable[[yaml.ScalarNode], T]
    ) -> T | str | list[T | str]:
        if isinstance(node, yaml.ScalarNode):
            return read(node)
        source = self.source(node)
        # A nested list may be a wiki link without quotes: `up: [[Note]]`.
        is_link = source.startswith("[[") and source.endswith("]]") and "\n" not in source
        if isinstance(node, yaml.SequenceNode) and not is_link:
            return [
                read(item) if isinstance(item, yaml.ScalarNode) else self.source(item)
                for item in node.value
            ]
        return source


def _check_block(text: str) -> None:
    """Refuse a block that is too large or too deep, or has too many aliases or documents.

    Reads only parser events, in linear time.
    """
    if len(text) > MAX_BYTES:
        raise UnreadableBlock(f"The front matter is longer than {MAX_BYTES // 1024} KiB.")
    depth = aliases = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        aliases += isinstance(event, yaml.AliasEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        tag = getattr(event, "tag", None)
        message = ""
        if depth > MAX_DEPTH:
            message = f"It has more than {MAX_DEPTH} nested levels."
        elif aliases > MAX_ALIASES:
            message = f"It has more than {MAX_ALIASES} aliases."
        elif documents > 1:
            message = "It contains more than one YAML document."
        elif tag and tag != "!" and tag not in _TAGS:
            message = f"The YAML tag {tag} is not supported."
        if message:
            mark = event.start_mark
            raise UnreadableBlock(message, mark.line if mark else 0, mark.column if mark else 0)


def scalar(node: yaml.ScalarNode) -> Scalar:
    """Convert a plain scalar; quoted scalars stay text."""
    return str(node.value) if node.tag == STRING_TAG else type_scalar(node.value)


class NoteHandler(YAMLHandler):
    """A read-only handler for python-frontmatter.

    `frontmatter.loads(text, handler=NoteHandler())` returns a Post with metadata typed as in
    notekeep. To write, use field_edit.py or render_new.
    """

    def detect(self, text: str) -> bool:
        """Whether a text has a YAML block."""
        return split_frontmatter(_encode(text)).kind == "yaml"

    def split(self, text: str) -> tuple[str, str]:
        """Split a text into block and body."""
        data = _encode(text)
        parts = split_frontmatter(data)
        block = data[parts.start : parts.end].decode("utf-8", "surrogatepass")
        return block, data[parts.body :].decode("utf-8", "surrogatepass")

    def load(self, fm: str, **_kwargs: object) -> dict[str, Value]:
        """Parse a block."""
        document = Document(fm)
        return {entry.name: document.value(entry.value) for entry in document.entries}

    def export(self, metadata: dict[str, object], **kwargs: object) -> NoReturn:
        """Refuse: rewriting the block would lose comments, order, quotes and line ends."""
        del metadata, kwargs
        raise TypeError("notes are edited by span; see notekeep.markdown.fields.field_edit")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


_YAML_MESSAGES: Final = (
    ("mapping values are not allowed", "A value that contains `: ` needs quotes."),
    ("found character that cannot start", "Values that start with {character} need quotes."),
    ("found unexpected end of stream", "A quote is not closed."),
    ("found unexpected document", "A quote is not closed."),
    ("could not find expected ':'", "A line here is not `key: value`."),
    ("did not find expected key", "The indentation of this line does not match the lines above."),
    ("did not find expected ',' or ']'", "A [ list is not closed with ]."),
    ("did not find expected ',' or '}'", "A { mapping is not closed with }."),
    ("did not find expected '-' indicator", "A list item here does not start with `- `."),
    ("found undefined alias", "A word that starts with * needs quotes."),
    ("found a tab character", "YAML needs spaces here instead of a tab."),
    ("found invalid Unicode", "A character here is not allowed in front matter."),
    ("control characters are not allowed", "A control character is not allowed here."),
)


def _explain(error: yaml.YAMLError, text: str) -> UnreadableBlock:
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        line = before.count("\n")
        return UnreadableBlock("A character here is not allowed in front matter.", line, 0)
    problem = str(getattr(error, "problem", "") or error).replace("\n", " ")
    mark = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None)
    if "quoted scalar" in str(getattr(error, "context", "")) and context is not None:
        mark = context
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    character = text[mark.index : mark.index + 1] if mark is not None else ""
    for part, message in _YAML_MESSAGES:
        if part in problem:
            return UnreadableBlock(message.replace("{character}", character), line, column)
    return UnreadableBlock(f"YAML cannot read it: {problem}.", line, column)
