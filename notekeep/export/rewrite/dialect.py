"""How a generator reads Markdown, and what the rewriters of a body share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from notekeep.errors import Refused
from notekeep.export.source_map import LineWarning, MappedText, SourceEdit
from notekeep.markdown.nodes import Node, Tree


class Math(NamedTuple):
    """How TeX is written so that a page holds it untouched."""

    inline: tuple[str, str] = ("$", "$")  # before and behind TeX within a line
    display: tuple[str, str] = ("$$", "$$")  # and on its own
    # Whether the engine knows these marks and leaves alone what is between them; if not, every
    # character that Markdown would act on is escaped.
    raw: bool = True
    blocks: bool = True  # whether it knows math as a block, before lists and headings
    within: bool = True  # whether TeX between `display` is on its own within a line too
    dollar: str = ""  # how a dollar in prose is written where math is on; "" leaves it
    mathml: bool = False  # whether the page shows formulas as MathML, which not every macro has


PLAIN_MATH: Final = Math()
ESCAPED_MATH: Final = Math(("\\(", "\\)"), ("$$", "$$"), raw=False)
"""For an engine without math: the page holds TeX as written, between marks that scripts know."""
RAW_MATH: Final = Math(raw=True, blocks=False, within=False, dollar="\\$")
"""For an engine that knows math within paragraphs only."""

HIDDEN_DOLLAR: Final = "<span>&#36;</span>"
"""A dollar that a script for math does not see: it looks for marks within one run of text."""


Replacements = list[tuple[int, int, str]]
"""What is put where in a text to make template syntax harmless: start, end and new text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What an engine understands: a target says it from its defaults and its site's settings."""

    # "python" is Python-Markdown: lists nest by four spaces, fences stand at the margin only, fewer
    # escapes, attributes in braces. "kramdown" is Jekyll's.
    engine: Literal["commonmark", "python", "kramdown"] = "commonmark"
    math: Math = PLAIN_MATH
    html: bool = True  # raw HTML comes through
    markdown_in_html: bool = True  # and Markdown in it is read, where its tags say so
    mark: Literal["html", "equals", "bold"] = "html"  # how highlighted text is written
    strike: bool = True  # ~~text~~
    single_tilde: bool = False  # one tilde marks something, too: H~2~O
    emoji: bool = False  # :smile: is a picture
    task_lists: bool = True  # - [ ]
    alerts: bool = False  # > [!note]
    heading_ids: bool = True  # ## Title {#id}; if not, an HTML anchor is written
    bare_urls: bool = True  # an address without marks is a link
    superfences: bool = False  # fences in lists and quotes
    admonitions: Literal["", "plain", "foldable"] = (
        ""  # !!! note "Title", and ??? for one that folds
    )
    hilited_indents: bool = False  # indented code takes its language from a first line :::name
    definitions: bool = False  # ": text" at a line's start makes a definition list
    mermaid_pre: bool = False  # a diagram is written as <pre class="mermaid">
    footnotes: bool = True  # [^1]; if not, notes are written as an HTML list
    indented_code: bool = True  # four spaces make code; if not, it gets a fence
    breaks: bool = False  # a single newline is shown as one
    # Links and pictures are written as HTML: their addresses hold template syntax that Markdown
    # would not take for an address.
    as_html: bool = False
    more: str = "<!-- more -->"  # what ends the teaser; "" where there is none
    more_in_code: bool = True  # it does so within code too
    default_teaser: bool = True  # a post without a mark gets one behind its first paragraph
    keep_title: bool = False  # the heading that repeats the title stays
    # How a picture gets a size: as an HTML tag, by attributes in braces behind it, by Hugo's
    # `figure` where it stands alone, or not at all.
    sizes: Literal["tag", "attributes", "shortcode", ""] = "tag"
    # Makes template syntax in code harmless; returns None when that cannot be done.
    guard_code: Callable[[str], Replacements | None] | None = None
    guard_marks: tuple[str, ...] = ()  # what starts template syntax, in prose too
    # The same in prose, where a backslash breaks it if there is none.
    guard_prose: Callable[[str], Replacements] | None = None

    @property
    def hard_break(self) -> str:
        """How the end of a line is written that is shown as one."""
        return "\\\n" if self.engine == "commonmark" else "  \n"


@dataclass(slots=True)
class RewriteJob:
    """One body on its way to a generator: nothing in it is changed until all edits are known."""

    passage: MappedText
    dialect: Dialect
    remarks: list[LineWarning]  # what the person should know
    edits: list[SourceEdit] = field(default_factory=list)
    # nodes that one rewriter replaces whole, so that the others leave them alone
    claimed: set[Node] = field(default_factory=set)
    # spans whose meaning a rewriter changes on purpose, which the guard skips
    unguarded: list[tuple[int, int]] = field(default_factory=list)
    html_pictures: set[Node] = field(default_factory=set)  # pictures that are written as HTML
    # lines that a block's new first line takes the place of
    replaced_lines: set[int] = field(default_factory=set)

    @property
    def tree(self) -> Tree:
        """The body, parsed."""
        return self.passage.tree

    def put(self, start: int, end: int, text: str, reason: str = "") -> None:
        """Replace a span."""
        self.edits.append(SourceEdit(start, end, text, reason))

    def replace(self, node: Node, text: str, reason: str = "") -> None:
        """Replace a node whole."""
        self.claimed.update(node.walk())
        self.put(node.start, node.end, text, reason)

    def is_free(self, node: Node) -> bool:
        """Whether no rewriter has claimed a node or what it stands in."""
        return node not in self.claimed

    def remark(self, node: Node, what: str) -> None:
        """Tell the person something about the line of a node."""
        self.remarks.append(LineWarning(self.passage.origin(node.start), what))

    def refuse_code(self, node: Node, problem: str, hint: str) -> Refused:
        """Make the error for code that cannot be written for the site."""
        path, line = self.passage.origin(node.start)
        return Refused(f"{path}: the code on line {line} {problem}", hint, line=line)

    def content_start(self, number: int) -> int:
        """Return where a line begins, behind the marks of what it stands in."""
        line = self.tree.lines[number]
        return line.start if line.content is None else line.content

    def marks(self, number: int, end: int | None = None) -> str:
        """Return what has to stand before a further line of the block that a line belongs to.

        With `end`, these are the marks of what stands around the block that begins there.
        """
        start = self.tree.lines[number].start
        written = self.passage.text[start : self.content_start(number)]
        marks = "".join(char if char in "> \t" else " " for char in written)
        return marks if end is None else marks[: end - start]


def blank_line(marks: str) -> str:
    """Return the end of a line, a blank one, and the marks that begin the next."""
    return f"\n{marks.rstrip()}\n{marks}"


def is_alone(node: Node) -> bool:
    """Whether a node is all that its paragraph holds."""
    parent = node.parent
    return parent is not None and parent.kind == "paragraph" and parent.children == [node]
