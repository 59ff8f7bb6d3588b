"""How a generator reads Markdown, as far as engines differ: what rewriters ask.

A target makes one from its own defaults and from what the site's settings say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


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
    """What an engine understands.

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
