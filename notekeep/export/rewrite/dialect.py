"""How a generator reads Markdown, and what the rewriters of a body share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from notekeep.errors import Refused
from notekeep.export.source_map import SourceEdit

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.source_map import MappedText
    from notekeep.export.warnings import WarningList
    from notekeep.markdown.nodes import Node, Tree


class Math(NamedTuple):
    """How TeX is written so that a page holds it untouched.

    Attributes:
        inline: What stands before and after TeX within a line.
        display: The same for TeX on its own.
        raw: Whether the engine knows these marks and leaves alone what is between them; if not,
            every character that Markdown would act on is escaped.
        blocks: Whether it knows math as a block of its own, before lists and headings.
        within: Whether TeX between the marks of `display` is on its own within a line too.
        dollar: How a dollar in prose is written where math is on; "" leaves it.
        mathml: Whether the page shows formulas as MathML, which not every macro has.
    """

    inline: tuple[str, str] = ("$", "$")
    display: tuple[str, str] = ("$$", "$$")
    raw: bool = True
    blocks: bool = True
    within: bool = True
    dollar: str = ""
    mathml: bool = False


PLAIN_MATH: Final = Math()
ESCAPED_MATH: Final = Math(("\\(", "\\)"), ("$$", "$$"), raw=False)
"""For an engine without math: the page holds TeX as written, between marks that scripts know."""
RAW_MATH: Final = Math(raw=True, blocks=False, within=False, dollar="\\$")
"""For an engine that knows math within paragraphs only."""

HIDDEN_DOLLAR: Final = "<span>&#36;</span>"
"""A dollar that a script for math does not see: it looks for marks within one run of text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What an engine understands: a target says it from its defaults and its site's settings.

    Attributes:
        engine: What reads it. "python" is Python-Markdown: lists nest by four spaces, fences stand
            at the margin only, fewer escapes, attributes in braces. "kramdown" is Jekyll's.
        math: How TeX is written.
        html: Whether raw HTML comes through.
        mark: How highlighted text is written.
        strike: Whether it knows `~~text~~`.
        task_lists: Whether it knows `- [ ]`.
        alerts: Whether it knows `> [!note]`.
        heading_ids: Whether it knows `## Title {#id}`; if not, an HTML anchor is written.
        bare_urls: Whether it links an address without marks.
        code_pipes: Whether `|` in code within a table needs its backslash.
        admonitions: Whether it knows `!!! note "Title"`, and `???` for one that folds.
        superfences: Whether fences may stand in lists and quotes.
        hilited_indents: Whether indented code takes its language from a first line `:::name`.
        definitions: Whether `: text` at a line's start makes a definition list.
        mermaid_pre: Whether a diagram is written as `<pre class="mermaid">`.
        footnotes: Whether it knows `[^1]`; if not, notes are written as an HTML list.
        indented_code: Whether four spaces make code; if not, it gets a fence.
        breaks: Whether a single newline is shown as one.
        as_html: Whether links and pictures are written as HTML: their addresses hold template
            syntax that Markdown would not take for an address.
        hard_break: How a line break is written.
        more: What ends the teaser; "" where there is none.
        more_in_code: Whether that ends it within code too.
        default_teaser: Whether a post without a mark gets one behind its first paragraph.
        keep_title: Whether the heading that repeats the title stays.
        sizes: How a picture gets a size: as an HTML tag, by attributes in braces behind it, by
            Hugo's `figure` where it stands alone, or not at all.
        guard_code: Makes template syntax within code harmless: given code as written, returns
            where in it what is to be put in place of what, or None when it cannot be done.
        guard_marks: What starts template syntax, in prose too.
        guard_prose: Makes it harmless in prose, as `guard_code` does in code; None breaks it with
            a backslash.
    """

    engine: Literal["commonmark", "python", "kramdown"] = "commonmark"
    math: Math = PLAIN_MATH
    html: bool = True
    mark: Literal["html", "equals", "bold"] = "html"
    strike: bool = True
    task_lists: bool = True
    alerts: bool = False
    heading_ids: bool = True
    bare_urls: bool = True
    code_pipes: bool = True
    superfences: bool = False
    admonitions: Literal["", "plain", "foldable"] = ""
    hilited_indents: bool = False
    definitions: bool = False
    mermaid_pre: bool = False
    footnotes: bool = True
    indented_code: bool = True
    breaks: bool = False
    as_html: bool = False
    hard_break: str = "\\\n"
    more: str = "<!-- more -->"
    more_in_code: bool = True
    default_teaser: bool = True
    keep_title: bool = False
    sizes: Literal["tag", "attributes", "shortcode", ""] = "tag"
    guard_code: Callable[[str], list[tuple[int, int, str]] | None] | None = None
    guard_marks: tuple[str, ...] = ()
    guard_prose: Callable[[str], list[tuple[int, int, str]]] | None = None


@dataclass(slots=True)
class RewriteJob:
    """One body on its way to a generator: nothing in it is changed until all edits are known.

    Attributes:
        remarks: What the person should know.
        claimed: Nodes that one rewriter replaces whole, so that the others leave them alone.
        unguarded: Spans whose meaning a rewriter changes on purpose, which the guard skips.
        html_pictures: Pictures that are written as HTML.
        replaced_lines: Lines that a block's new first line takes the place of.
    """

    passage: MappedText
    dialect: Dialect
    remarks: WarningList
    edits: list[SourceEdit] = field(default_factory=list)
    claimed: set[Node] = field(default_factory=set)
    unguarded: list[tuple[int, int]] = field(default_factory=list)
    html_pictures: set[Node] = field(default_factory=set)
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
        self.remarks.add(self.passage.origin(node.start), what)

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
