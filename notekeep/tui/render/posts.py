"""Drafts and posts as rows: their title, and how each stands in each of the vault's sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.clean import clean_line
from notekeep.tui.render.pieces import Line, Piece, cells, spread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from notekeep.export.states import State
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.vault.publishing import Standing

STATE_ROLES: dict[str, str] = {
    "new": "added",
    "changed": "accent",
    "unchanged": "faint",
    "conflict": "warn",
    "orphan": "warn",
    "refused": "bad",
}
_WORDS = {"unchanged": "as it is", "conflict": "by hand"}
_SIGNS = {"new": "+", "changed": "~", "unchanged": "=", "conflict": "!", "orphan": "?"}


class PostRow(NamedTuple):
    """A draft or post in the list.

    Attributes:
        path: The note.
        title: Its title.
        states: How it stands in each site, in the order of the sites; "" where that is not known.
    """

    path: str
    title: str
    states: tuple[State | str, ...] = ()


def post_rows(titles: Mapping[str, str], standings: Sequence[Standing]) -> list[PostRow]:
    """Return the rows of drafts and posts by title, each with its state in every site."""
    states = [{post.note: post.state for post in one.posts} for one in standings]
    return [
        PostRow(path, title, tuple(known.get(path, "") for known in states))
        for path, title in sorted(titles.items(), key=lambda one: one[1].casefold())
    ]


def post_line(row: PostRow, width: int, glyphs: Glyphs, site: int) -> Line:
    """Return a post as one line: its title, a sign for each other site, and its state in one."""
    del glyphs
    right: Line = []
    for number, state in enumerate(row.states):
        if number != site and state:
            right.append(Piece(f"{_SIGNS.get(state, 'x')} ", STATE_ROLES.get(state, "faint")))
    state = row.states[site] if site < len(row.states) else ""
    right.append(Piece(_WORDS.get(state, state), STATE_ROLES.get(state, "faint")))
    if cells(right) > width // 2:
        right = right[-1:]
    return spread([Piece(clean_line(row.title))], right, width, gap=1)


def counts_text(rows: Sequence[PostRow], site: int) -> str:
    """Return how many posts need a look: "3 changed · 1 by hand"."""
    found = [row.states[site] for row in rows if site < len(row.states)]
    parts = [
        f"{found.count(state)} {_WORDS.get(state, state)}"
        for state in ("conflict", "refused", "orphan", "changed", "new")
        if state in found
    ]
    return " · ".join(parts)


def file_name(path: str) -> str:
    """The name of a note that nothing else is known of."""
    return path.rsplit("/", 1)[-1].removesuffix(".md")


def note_is_gone() -> list[Line]:
    """What is said of a post without a note, and what can be done."""
    return [
        [Piece("Its note is not in the vault any more.", "title")],
        [],
        [Piece("x", "key"), Piece("  shows what would be removed from the site", "muted")],
    ]


def no_drafts() -> list[Line]:
    """What is said where there are no drafts, and how one gets here."""
    return [
        [Piece("Nothing to publish yet.", "title")],
        [],
        [Piece("A post with draft: true stands here,", "muted")],
        [Piece("and every note with publish: true.", "muted")],
        [],
        [Piece("p", "key"), Piece("  on any note (F2) shows its draft", "muted")],
        [Piece("f", "key"), Piece("  chooses the folder of your blog", "muted")],
        [Piece("t", "key"), Piece("  chooses its generator", "muted")],
    ]
