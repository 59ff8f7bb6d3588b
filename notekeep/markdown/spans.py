"""The things a note's body holds, each with where it stands.

Every `start` and `end` counts characters of the body's text (not bytes, not the whole file); every
`line` counts lines of the body from 0. `body[start:end]` is the thing as written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Link(NamedTuple):
    """`[[target#heading|text]]` or `[text](target.md#heading)`; an embed has `!` before it.

    Attributes:
        target: The note's name or path as written, without fragment; empty for `[[#Heading]]`.
        heading: The heading in the fragment, or "".
        block: The block id in the fragment (without `^`), or "".
        text: What is shown instead of the target, or "". For an image its alt text or size.
        embed: Whether it is `![[...]]` or `![...](...)`.
        wiki: Whether it is written with double brackets.
    """

    start: int
    end: int
    line: int
    target: str
    heading: str = ""
    block: str = ""
    text: str = ""
    embed: bool = False
    wiki: bool = True


class InlineTag(NamedTuple):
    """`#learning/ml`; `name` has no `#`."""

    start: int
    end: int
    line: int
    name: str


class Heading(NamedTuple):
    """A heading; `text` is its plain source without marks, `level` is 1 to 6."""

    start: int
    end: int
    line: int
    level: int
    text: str


class Task(NamedTuple):
    """`- [ ] text`; `mark` is the character between the brackets, at offset `mark_at`.

    A box without text is no task: templates have them, to be filled in.
    """

    start: int
    end: int
    line: int
    mark: str
    mark_at: int
    text: str

    @property
    def done(self) -> bool:
        """Whether it is ticked: any mark but a blank."""
        return self.mark != " "


class Quote(NamedTuple):
    """A block quote or a `> [!quote]` callout; `text` has no `>`, `locator` e.g. "p. 27" or ""."""

    start: int
    end: int
    line: int
    text: str
    locator: str = ""


class Timestamp(NamedTuple):
    """`[00:12:34]` at the start of a line; `seconds` from the beginning, `text` what follows."""

    start: int
    end: int
    line: int
    seconds: int
    text: str


class BlockId(NamedTuple):
    """`^id` at the end of a block; `name` has no `^`."""

    start: int
    end: int
    line: int
    name: str


class Code(NamedTuple):
    """Code: nothing inside it is markup.

    Attributes:
        fenced: Whether it is a block between fences.
        inline: Whether it is a span between backticks; a block that is neither is indented.
    """

    start: int
    end: int
    line: int
    fenced: bool
    inline: bool = False


class Comment(NamedTuple):
    """`%%...%%` or `<!--...-->`, inline or over several lines: not shown, never a link or a tag."""

    start: int
    end: int
    line: int
    html: bool


@dataclass(slots=True)
class Body:
    """All that one scan finds, each list in order of appearance."""

    links: list[Link] = field(default_factory=list)
    tags: list[InlineTag] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    timestamps: list[Timestamp] = field(default_factory=list)
    blocks: list[BlockId] = field(default_factory=list)
    code: list[Code] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
