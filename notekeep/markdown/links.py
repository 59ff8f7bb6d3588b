"""Keeps links true when notes get other paths: one edit a link, nothing else touched.

What a person wrote stays as it was: the text, the heading, the title, and whether a target is a
bare name, a path in the vault, or relative, with ".md" or without, in angle brackets or encoded.
"""

from __future__ import annotations

import re
from posixpath import relpath
from typing import TYPE_CHECKING, Final

from notekeep.markdown.edits import Edit
from notekeep.markdown.extensions import unescape
from notekeep.markdown.resolve import folded, stem_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from notekeep.markdown.outline import Link

# A wiki link's target has no bracket; its text may have single ones.
WIKI: Final = r"\[\[(?P<target>[^\[\]\n|]++)(?:\|(?P<text>(?:[^\[\]\n]|\[(?!\[)|\](?!\]))*+))?\]\]"
_ANGLED: Final = re.compile(r"<((?:[^<>\\\n]|\\.)*+)>")
_BARE: Final = re.compile(r"[^\\()\x00-\x20\x7f]++|\\(?:[^ \n]|(?=\n|\Z))|[()]")
_WIKI_TARGET: Final = re.compile(r"!?\[\[([^\[\]\n|#]*)")
_WIKI_SIGNS: Final = re.compile(r"[\[\]|#^\n]")
_BEFORE_TARGET: Final = re.compile(r"\](?:\(|:)[ \t\n>]*")
_BARE_UNSAFE: Final = re.compile(r"[\x00-\x20()<>\\%#?]")
_ANGLE_UNSAFE: Final = re.compile(r"[<>\\]")


def retarget(
    text: str,
    links: Iterable[Link],
    moved: Callable[[Link], tuple[str, str] | None],
    *,
    from_old: str,
    from_new: str,
    unique: Callable[[str], bool] = lambda _stem: True,
    is_relative: bool = False,
) -> list[Edit]:
    """The edits that make links lead to where their notes went.

    Args:
        text: The body the links are in.
        links: Its links.
        moved: For a link the old and the new path of the note it leads to, the same path twice
            when only the note with the link moves; None for a link to leave alone.
        from_old: The path of the note with the links, as it was.
        from_new: Its path as it will be.
        unique: Whether a file name without ".md" will be that of one note only, so that a bare
            name leads there.
        is_relative: Whether a bare name that is no longer enough becomes a path from the note on,
            and not one from the vault on.

    Returns:
        One edit for each link that must change. A link whose new target has a sign that no wiki
        link can hold gets none.
    """
    edits = []
    for link in links:
        paths = moved(link)
        if paths is None or not link.target:
            continue
        span = _target_span(text, link)
        if span is None:
            continue
        target = _target(link, *paths, from_old, from_new, unique, is_relative)
        if target == link.target:
            continue
        spelled = _spell(text, span, link, target)
        if spelled is not None:
            edits.append(Edit(*span, spelled, f"{link.target} → {target}", link.line))
    return edits


def _target_span(text: str, link: Link) -> tuple[int, int] | None:
    """Where a link's target stands, its fragment, title and text aside."""
    if link.wiki:
        wiki = _WIKI_TARGET.match(text, link.start, link.end)
        if wiki is None:
            return None
        end = wiki.end(1)
        if text[end : end + 1] == "|" and text[end - 1] == "\\":
            end -= 1
        return wiki.start(1), end
    at = link.start + (2 if link.embed else 1) + len(link.text)
    before = _BEFORE_TARGET.match(text, at, link.end)
    if before is None:
        # The text of a link in a quote goes over lines, whose `>` it does not show.
        found = list(_BEFORE_TARGET.finditer(text, link.start, link.end))
        if not found:
            return None
        before = found[-1]
    start = before.end()
    destination = _destination(text, start, link.end)
    if destination is None:
        return None
    end = destination[0]
    if text[start] == "<":
        start, end = start + 1, end - 1
    fragment = text.find("#", start, end)
    return start, end if fragment < 0 else fragment


def _target(
    link: Link,
    old: str,
    new: str,
    from_old: str,
    from_new: str,
    unique: Callable[[str], bool],
    is_relative: bool,  # noqa: FBT001
) -> str:
    """What a link's target is to be, in the form that it has."""
    target = link.target
    suffix = target[-3:].casefold() == ".md"
    known = target if suffix or not old.endswith(".md") else f"{target}.md"
    folder = from_old.rpartition("/")[0]
    relative = relpath(new, from_new.rpartition("/")[0] or ".")
    if target.startswith(("./", "../")):
        result = relative if relative.startswith("../") else f"./{relative}"
    elif "/" not in target and link.wiki:
        stem, old_stem = stem_of(new), stem_of(old)
        if stem == old_stem and unique(folded(stem)):
            return target
        path = relative if is_relative else new
        result = new.rsplit("/", 1)[-1] if unique(folded(stem)) else path
    elif not link.wiki and folded(known) == folded(relpath(old, folder or ".")):
        result = relative
    else:
        result = f"/{new}" if target.startswith("/") else new
    return result if suffix else result.removesuffix(".md")


def _spell(text: str, span: tuple[int, int], link: Link, target: str) -> str | None:
    """A target as it stands in this kind of link."""
    if link.wiki:
        return None if _WIKI_SIGNS.search(target) else target
    if text[span[0] - 1] == "<":
        return _ANGLE_UNSAFE.sub(lambda sign: "\\" + sign[0], target.replace("#", "%23"))
    return encoded(target)


def encoded(target: str) -> str:
    """A target as it stands in a link of Markdown, without angle brackets."""
    return _BARE_UNSAFE.sub(lambda sign: f"%{ord(sign[0]):02X}", target)


def _destination(text: str, at: int, end: int) -> tuple[int, str] | None:
    """Read a link's destination, in angle brackets or bare: one past it and its text, or None."""
    if text.startswith("<", at, end):
        angled = _ANGLED.match(text, at, end)
        return (angled.end(), unescape(angled[1])) if angled else None
    start = at
    depth = 0
    while match := _BARE.match(text, at, end):
        if match[0] == "(":
            depth += 1
            if depth > 32:
                return None
        elif match[0] == ")":
            if depth == 0:
                break
            depth -= 1
        at = match.end()
    if at == start or depth:
        return None
    return at, unescape(text[start:at])
