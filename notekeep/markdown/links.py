"""Write and retarget links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from posixpath import dirname, relpath
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from notekeep.markdown.note_names import fold_name, note_stem
from notekeep.markdown.text_edit import TextEdit

if TYPE_CHECKING:
    from notekeep.markdown.outline import Link


# Keeps links true when notes get other paths: one edit a link, nothing else touched.
#
# What a person wrote stays as it was: the text, the heading, the title, and whether a target is
# a bare name, a path in the vault, or relative, with ".md" or without, in angle brackets or
# encoded.


_ANGLED: Final = re.compile(r"<(?:[^<>\\\n]|\\.)*+>")
_BARE: Final = re.compile(r"[^\\()\x00-\x20\x7f]++|\\(?:[^ \n]|(?=\n|\Z))|[()]")
_WIKI_TARGET: Final = re.compile(r"!?\[\[([^\[\]\n|#]*)")
NOT_IN_WIKI_LINK: Final = re.compile(r"[\[\]|#^\n]")
"""What neither the target nor the text of a wiki link can hold."""
_BEFORE_TARGET: Final = re.compile(r"\](?:\(|:)[ \t\n>]*")
_BARE_UNSAFE: Final = re.compile(r"[\x00-\x20()<>\\%#?]")
_ANGLE_UNSAFE: Final = re.compile(r"[<>\\]")


TIMED_HOSTS: Final = (
    *("youtube.com", "youtu.be", "vimeo.com", "soundcloud.com"),
    *("spotify.com", "podcasts.apple.com"),
)
"""Sites whose addresses take a second as `t`."""


def link_to_second(address: str, seconds: int) -> str:
    """Return an address that begins at a second of what it plays."""
    parts = urlsplit(address)
    if not f".{parts.hostname}".endswith(tuple(f".{host}" for host in TIMED_HOSTS)):
        return urlunsplit(parts._replace(fragment=f"t={seconds}"))
    query = [(key, value) for key, value in parse_qsl(parts.query) if key != "t"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("t", str(seconds))])))


def retarget(
    text: str,
    links: Iterable[Link],
    moved: Callable[[Link], tuple[str, str] | None],
    *,
    from_old: str,
    from_new: str,
    unique: Callable[[str], bool] = lambda _stem: True,
    is_relative: bool = False,
) -> list[TextEdit]:
    """Find the edits that make links lead to where their notes went.

    A link whose new target has a sign that no wiki link can hold gets none.

    Args:
        text: The body the links are in.
        links: Its links.
        moved: For a link the old and the new path of the note it leads to, the same path twice
            when only the note with the link moves; None for a link to leave alone.
        from_old: The path of the note with the links, as it was.
        from_new: Its path as it will be.
        unique: Whether a bare file name leads to one note only, as no other will have it.
        is_relative: Whether a bare name that is no longer enough becomes a path from the note on.
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
        if link.wiki:
            spelled = "" if NOT_IN_WIKI_LINK.search(target) else target
        elif text[span[0] - 1] == "<":
            spelled = _ANGLE_UNSAFE.sub(r"\\\g<0>", target.replace("#", "%23"))
        else:
            spelled = encode_target(target)
        if spelled:
            edits.append(TextEdit(*span, spelled, f"{link.target} → {target}", link.line))
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
    stop = _destination_end(text, start, link.end)
    if stop is None:
        return None
    if text[start] == "<":
        start, stop = start + 1, stop - 1
    fragment = text.find("#", start, stop)
    return start, stop if fragment < 0 else fragment


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
        stem, old_stem = note_stem(new), note_stem(old)
        if stem == old_stem and unique(fold_name(stem)):
            return target
        path = relative if is_relative else new
        result = new.rsplit("/", 1)[-1] if unique(fold_name(stem)) else path
    elif not link.wiki and fold_name(known) == fold_name(relpath(old, folder or ".")):
        result = relative
    else:
        result = f"/{new}" if target.startswith("/") else new
    return result if suffix else result.removesuffix(".md")


def encode_target(target: str) -> str:
    """A target as it stands in a link of Markdown, without angle brackets."""
    return _BARE_UNSAFE.sub(lambda sign: f"%{ord(sign[0]):02X}", target)


def _destination_end(text: str, at: int, end: int) -> int | None:
    """Find the end of a link's destination, in angle brackets or bare."""
    if text.startswith("<", at, end):
        angled = _ANGLED.match(text, at, end)
        return angled.end() if angled else None
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
    return None if at == start or depth else at


# Links as a vault writes them: how one names what it leads to, and in which of two ways.


_IN_TEXT: Final = re.compile(r"[\[\]\\]")


@dataclass(frozen=True, slots=True)
class LinkStyle:
    """How links are written."""

    # "shortest" names a file alone where no other has its name, "relative" the way from the note
    # that links, "absolute" the path in the vault
    form: str = "shortest"
    # whether they are those of Markdown, `[text](file.md)`, and not `[[file]]`
    is_markdown: bool = False

    def target(self, path: str, source: str, *, is_only: bool) -> str:
        """Return how a link in a note names a file, by whether no other file has its name."""
        if self.form == "relative":
            return relpath(path, dirname(source) or ".")
        return path.rpartition("/")[2] if is_only and self.form == "shortest" else path

    def link(
        self, path: str, source: str, *, text: str = "", is_only: bool = True, embed: bool = False
    ) -> str:
        """Write a link to a file, its text by default the file's name."""
        target = self.target(path, source, is_only=is_only)
        name = note_stem(path)
        sign = "!" if embed else ""
        # What a wiki link cannot hold can only be named in the other way.
        if self.is_markdown or NOT_IN_WIKI_LINK.search(target + text):
            said = text if text or embed else name
            said = _IN_TEXT.sub(r"\\\g<0>", said)
            return f"{sign}[{said}]({encode_target(target)})"
        target = target.removesuffix(".md")
        if not text or text.casefold() == target.casefold():
            return f"{sign}[[{text or target}]]"
        return f"{sign}[[{target}|{text}]]"
