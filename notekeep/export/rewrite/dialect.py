"""The Markdown dialect of a generator, and the state shared by the rewriters of a body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from notekeep.errors import Refused
from notekeep.export.source_map import LineWarning, MappedText, SourceEdit
from notekeep.markdown.nodes import Node, Tree


class Math(NamedTuple):
    """How to write TeX so that it reaches the page unchanged."""

    inline: tuple[str, str] = ("$", "$")  # opening and closing marks
    display: tuple[str, str] = ("$$", "$$")
    raw: bool = True  # the engine leaves TeX between the marks unchanged; if not, it is escaped
    blocks: bool = True  # the engine parses display math before lists and headings
    within: bool = True  # `display` marks also work within a line
    dollar: str = ""  # replaces a dollar sign in prose; "" keeps it
    mathml: bool = False  # formulas are MathML, which does not support every macro


PLAIN_MATH: Final = Math()
ESCAPED_MATH: Final = Math(("\\(", "\\)"), ("$$", "$$"), raw=False)
"""For an engine without math: scripts find the TeX between marks in the page."""
RAW_MATH: Final = Math(raw=True, blocks=False, within=False, dollar="\\$")
"""For an engine that only supports math within paragraphs."""

HIDDEN_DOLLAR: Final = "<span>&#36;</span>"
"""A dollar sign that math scripts ignore, because they search single text nodes."""


Replacements = list[tuple[int, int, str]]
"""Edits that escape template syntax: start, end and new text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The Markdown of an engine, from the target's defaults and the site's settings."""

    # "python" is Python-Markdown: nested lists are indented by four spaces, fences only work at the
    # margin, fewer escapes, attributes in braces. "kramdown" is Jekyll's engine.
    engine: Literal["commonmark", "python", "kramdown"] = "commonmark"
    math: Math = PLAIN_MATH
    html: bool = True  # raw HTML is allowed
    markdown_in_html: bool = True  # Markdown in HTML, with attributes of the tags
    mark: Literal["html", "equals", "bold"] = "html"  # for highlighted text
    strike: bool = True  # ~~text~~
    single_tilde: bool = False  # H~2~O
    emoji: bool = False  # :smile:
    task_lists: bool = True  # - [ ]
    alerts: bool = False  # > [!note]
    heading_ids: bool = True  # ## Title {#id}; if not, an HTML anchor
    bare_urls: bool = True  # a plain address becomes a link
    superfences: bool = False  # fences in lists and quotes
    admonitions: Literal["", "plain", "foldable"] = ""  # !!! note "Title", and foldable ???
    hilited_indents: bool = False  # a first line :::name is the language of indented code
    definitions: bool = False  # ": text" at the start of a line
    mermaid_pre: bool = False  # diagrams are <pre class="mermaid">
    footnotes: bool = True  # [^1]; if not, an HTML list
    indented_code: bool = True  # four spaces make code; if not, it is fenced
    breaks: bool = False  # a single newline is a line break
    as_html: bool = False  # links and pictures are HTML, which may contain template syntax
    more: str = "<!-- more -->"  # ends the teaser; "" for no teasers
    more_in_code: bool = True  # the mark also works within code
    default_teaser: bool = True  # a post without a mark gets one after its first paragraph
    keep_title: bool = False  # keep a heading that repeats the title
    # How to write the size of a picture: as HTML, as attributes in braces, as Hugo's `figure` for a
    # picture alone in its paragraph, or not at all.
    sizes: Literal["tag", "attributes", "shortcode", ""] = "tag"
    # Escapes template syntax in code. Returns None if that is impossible.
    guard_code: Callable[[str], Replacements | None] | None = None
    guard_marks: tuple[str, ...] = ()  # marks that start template syntax, also in prose
    # Escapes template syntax in prose, by default with a backslash.
    guard_prose: Callable[[str], Replacements] | None = None

    @property
    def hard_break(self) -> str:
        """The mark of a line break."""
        return "\\\n" if self.engine == "commonmark" else "  \n"


@dataclass(slots=True)
class RewriteJob:
    """The edits of all rewriters for one body."""

    passage: MappedText
    dialect: Dialect
    remarks: list[LineWarning]
    edits: list[SourceEdit] = field(default_factory=list)
    # nodes that a rewriter replaces; other rewriters skip them
    claimed: set[Node] = field(default_factory=set)
    # spans that a rewriter changes on purpose; the guard skips them
    unguarded: list[tuple[int, int]] = field(default_factory=list)
    html_pictures: set[Node] = field(default_factory=set)
    # lines that are replaced by the first line of a block
    replaced_lines: set[int] = field(default_factory=set)

    @property
    def tree(self) -> Tree:
        """The parsed body."""
        return self.passage.tree

    def put(self, start: int, end: int, text: str, reason: str = "") -> None:
        """Replace a span."""
        self.edits.append(SourceEdit(start, end, text, reason))

    def replace(self, node: Node, text: str, reason: str = "") -> None:
        """Replace a node and everything in it."""
        self.claimed.update(node.walk())
        self.put(node.start, node.end, text, reason)

    def is_free(self, node: Node) -> bool:
        """Whether no rewriter has claimed a node or one of its containers."""
        return node not in self.claimed

    def remark(self, node: Node, what: str) -> None:
        """Add a warning about the line of a node."""
        self.remarks.append(LineWarning(self.passage.origin(node.start), what))

    def refuse_code(self, node: Node, problem: str, hint: str) -> Refused:
        """Return the error for code that cannot be written for the site."""
        path, line = self.passage.origin(node.start)
        return Refused(f"{path}: The code on line {line} {problem}.", hint, line=line)

    def content_start(self, number: int) -> int:
        """Return the offset of a line's content, after the marks of its containers."""
        line = self.tree.lines[number]
        return line.start if line.content is None else line.content

    def marks(self, number: int, end: int | None = None) -> str:
        """Return the container marks that continue the block of a line on another line.

        With `end`, return only the marks before that offset.
        """
        start = self.tree.lines[number].start
        written = self.passage.text[start : self.content_start(number)]
        marks = "".join(char if char in "> \t" else " " for char in written)
        return marks if end is None else marks[: end - start]


def blank_line(marks: str) -> str:
    """Return a line break, a blank line, and the marks of the next line."""
    return f"\n{marks.rstrip()}\n{marks}"


def is_alone(node: Node) -> bool:
    """Whether a node is the only one in its paragraph."""
    parent = node.parent
    return parent is not None and parent.kind == "paragraph" and parent.children == [node]
