"""Writes links and updates their targets."""

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


# Updating links to moved notes: one edit per link
#
# A link keeps its form: its text, heading and title; a name, a path or a relative path as target;
# with or without ".md"; in angle brackets or encoded.

_ANGLED: Final = re.compile(r"<(?:[^<>\\\n]|\\.)*+>")
_BARE: Final = re.compile(r"[^\\()\x00-\x20\x7f]++|\\(?:[^ \n]|(?=\n|\Z))|[()]")
_WIKI_TARGET: Final = re.compile(r"!?\[\[([^\[\]\n|#]*)")
NOT_IN_WIKI_LINK: Final = re.compile(r"[\[\]|#^\n]")
"""Characters that a wiki link cannot contain."""
_FRAGMENT: Final = re.compile(r"#([^\s()]*)")
_ANGLED_FRAGMENT: Final = re.compile(r"#([^<>\n]*)")
_WIKI_FRAGMENT: Final = re.compile(r"#([^\[\]\n|]*?)(?=\\?\||\]\])")
_BEFORE_TARGET: Final = re.compile(r"\](?:\(|:)[ \t\n>]*")
_BARE_UNSAFE: Final = re.compile(r"[\x00-\x20()<>\\%#?]")
_ANGLE_UNSAFE: Final = re.compile(r"[<>\\]")

TIMED_HOSTS: Final = (
    *("youtube.com", "youtu.be", "vimeo.com", "soundcloud.com"),
    *("spotify.com", "podcasts.apple.com"),
)
"""Sites whose URLs accept a start time in seconds as `t`."""


def link_to_second(address: str, seconds: int) -> str:
    """Return a URL with a start time in seconds."""
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
    """Return the edits that update links to moved notes.

    Links whose new target a wiki link cannot contain are not changed.

    Args:
        text: The body with the links.
        links: Its links.
        moved: Returns the old and the new path of a link's target (equal if only the note with the
            link moves), or None to leave the link unchanged.
        from_old: The old path of the note with the links.
        from_new: Its new path.
        unique: Returns whether a file name will be unique.
        is_relative: Whether names that are no longer unique become relative paths.
    """
    edits = []
    for link in links:
        paths = moved(link)
        if paths is None or not link.target:
            continue
        span = find_target(text, link)
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


def replace_headings(
    text: str, links: Iterable[Link], renamed: Callable[[Link], str | None]
) -> list[TextEdit]:
    """Return the edits that set the heading of links to `renamed(link)`, unless that is None."""
    edits = []
    for link in links:
        heading = renamed(link) if link.heading else None
        span = find_target(text, link)
        fragment = find_fragment(text, link)
        if heading is None or span is None or fragment is None:
            continue
        if not link.wiki and text[span[0] - 1] != "<":
            heading = "#".join(map(encode_target, heading.split("#")))
        edits.append(TextEdit(*fragment, heading, line=link.line))
    return edits


def find_fragment(text: str, link: Link) -> tuple[int, int] | None:
    """Return the span of the fragment of a link, without `#`; None without one."""
    span = find_target(text, link)
    if span is None:
        return None
    is_angled = text[span[0] - 1] == "<"
    pattern = _WIKI_FRAGMENT if link.wiki else _ANGLED_FRAGMENT if is_angled else _FRAGMENT
    found = pattern.match(text, span[1], link.end)
    return found.span(1) if found else None


def find_target(text: str, link: Link) -> tuple[int, int] | None:
    """Return the span of the target of a link, without fragment, title and text."""
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
        # In a quote, the text may span lines, and `link.text` lacks their `>`.
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
    """Return the new target in the same form as the old one."""
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
    """Encode a target for a Markdown link without angle brackets."""
    return _BARE_UNSAFE.sub(lambda sign: f"%{ord(sign[0]):02X}", target)


def _destination_end(text: str, at: int, end: int) -> int | None:
    """Return the end of the destination of a link, in angle brackets or bare."""
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


# Links in the style of a vault

_IN_TEXT: Final = re.compile(r"[\[\]\\]")


@dataclass(frozen=True, slots=True)
class LinkStyle:
    """How links are written."""

    # "shortest": the file name if it is unique; "relative": the path from the note with the link;
    # "absolute": the path in the vault
    form: str = "shortest"
    is_markdown: bool = False  # Markdown `[text](file.md)` instead of `[[file]]`

    def target(self, path: str, source: str, *, is_only: bool) -> str:
        """Return the target of a link to a file; `is_only`: whether its name is unique."""
        if self.form == "relative":
            return relpath(path, dirname(source) or ".")
        return path.rpartition("/")[2] if is_only and self.form == "shortest" else path

    def link(
        self, path: str, source: str, *, text: str = "", is_only: bool = True, embed: bool = False
    ) -> str:
        """Write a link to a file; the default text is its name."""
        target = self.target(path, source, is_only=is_only)
        name = note_stem(path)
        sign = "!" if embed else ""
        # Some names work only in Markdown links.
        if self.is_markdown or NOT_IN_WIKI_LINK.search(target + text):
            label = text if text or embed else name
            label = _IN_TEXT.sub(r"\\\g<0>", label)
            return f"{sign}[{label}]({encode_target(target)})"
        target = target.removesuffix(".md")
        if not text or text.casefold() == target.casefold():
            return f"{sign}[[{text or target}]]"
        return f"{sign}[[{target}|{text}]]"
