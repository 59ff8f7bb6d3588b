"""What the text of a note needs that is not in it, read while nobody waits."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError, NotFound
from notekeep.tui.render.around import NOTHING, Around, Embedded, Picture

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.index.habit_year import HabitYear
    from notekeep.markdown.note import Note
    from notekeep.vault import Vault

DEEPEST = 3
"""Notes within notes within notes; what they embed in turn is only linked."""
MOST_EMBEDS = 40
MOST_PICTURES = 200
LONGEST_EMBED = 20_000
"""Characters of a note that are shown in another one."""

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg", ".avif")
_NO_NOTES = (".pdf", ".mp3", ".mp4", ".m4a", ".ogg", ".wav", ".webm", ".mov", ".canvas", ".base")
_EMBED = re.compile(
    r"!\[\[([^\[\]\n|\\]++)[^\[\]\n]*+\]\]"
    r"|!\[[^\[\]\n]*+\]\([ \t]*+(?:<([^<>\n]++)>|([^\s()<>]++))"
)
"""What may be an embed: to read a long note for it takes longer than its first screen."""
_IMG = re.compile(r"<img\s[^<>]*?src\s*=\s*[\"']([^\"'<>]+)[\"']", re.IGNORECASE)


def around_of(
    vault: Vault, note: Note, toggled: set[str], *, draws_pictures: bool, is_live: bool = True
) -> Around:
    """Read what is around a note's text; touches no widget, so that a thread may do it.

    Args:
        vault: The vault.
        note: The note.
        toggled: Its folds that are not as they were written.
        draws_pictures: Whether the terminal can show pictures in colour.
        is_live: Whether it is the note as it is in the vault.
    """
    around = _Gathering(vault, draws_pictures=draws_pictures).around(note.body, (note.path,))
    return replace(around, toggled=toggled, is_live=is_live)


class _Gathering:
    """One walk over the embeds of a note, and theirs."""

    def __init__(self, vault: Vault, *, draws_pictures: bool) -> None:
        self._vault = vault
        self._draws_pictures = draws_pictures
        self._left = MOST_EMBEDS

    def around(self, text: str, within: tuple[str, ...]) -> Around:
        """Read what is around a text of the last of the notes `within` each other."""
        pictures: dict[str, Picture] = {}
        embeds: dict[str, Embedded] = {}
        years: dict[str, HabitYear] = {}
        for target in _targets(text):
            name = target.lower()
            if "://" in target or name.endswith(_NO_NOTES):
                continue
            if name.endswith(_PICTURES):
                if len(pictures) < MOST_PICTURES:
                    pictures[target] = self._picture(target, within[-1])
            elif self._left > 0:
                self._left -= 1
                shown = self._year(target, within[-1]) or self._embedded(target, within)
                if isinstance(shown, Embedded):
                    embeds[target] = shown
                else:
                    years[target] = shown
        return Around(pictures, embeds, years, draws_pictures=self._draws_pictures)

    def _picture(self, target: str, path: str) -> Picture:
        from notekeep.vault.showing import reason

        try:
            return Picture(*self._vault.picture(target, path))
        except NotekeepError as error:
            return Picture(target, problem=reason(error))

    def _year(self, target: str, source: str) -> HabitYear | None:
        """Return the year of a habit that a target names, or None when it names anything else."""
        name, _, part = target.partition("#")
        if not name or not part.lower().startswith("year"):
            return None
        try:
            habit = self._vault.linked(name, source)
            return self._vault.habit_year(habit.path, part) if habit is not None else None
        except NotekeepError:
            return None

    def _embedded(self, target: str, within: tuple[str, ...]) -> Embedded:
        name, _, part = target.partition("#")
        link = f"[[{target}]]"
        try:
            row = self._vault.linked(name, within[-1])
            if row is None:
                return Embedded(target, link, "", NOTHING, "there is no such note")
            note = self._vault.read_known(row)
            text = part_of(note, part)
        except NotFound:
            return Embedded(target, link, "", NOTHING, "its file is gone")
        except NotekeepError as error:
            return Embedded(target, link, "", NOTHING, error.message)
        title = f"{note.title} · {part.lstrip('^').replace('#', ' · ')}" if part else note.title
        if text is None:
            return Embedded(title, link, "", NOTHING, "there is no such part in it")
        if note.path in within and not part:
            return Embedded(title, link, "", NOTHING, "it is in itself")
        if len(within) > DEEPEST:
            return Embedded(title, link, "", NOTHING)
        shown = text[:LONGEST_EMBED]
        return Embedded(title, link, shown, self.around(shown, (*within, note.path)))


def _targets(text: str) -> Iterable[str]:
    """Give the targets of the embeds of a text, each once."""
    found: dict[str, None] = {}
    if "![" in text:
        targets = (match[1] or match[2] or match[3] for match in _EMBED.finditer(text))
        found.update((target.strip(), None) for target in targets)
    if "<" in text:
        found.update((match[1], None) for match in _IMG.finditer(text))
    return found


def part_of(note: Note, part: str) -> str | None:
    """Return the text of a note that a link names: all, the section of a heading, or a block.

    Args:
        note: The note.
        part: What stands behind the `#` of a link: a heading, or `^` and the name of a block.

    Returns:
        The text, or None when the note has no such part.
    """
    from notekeep.markdown.outline import read_body
    from notekeep.markdown.sections import block_end, section_span

    body = note.body_lf
    if not part:
        first, _, rest = body.lstrip("\n").partition("\n")
        says_title = first.startswith("# ") and first[2:].strip() == note.title.strip()
        return (rest if says_title else body).strip("\n")
    if not part.startswith("^"):
        span = section_span(body, read_body(body), part)
        return body[span[0] : span[1]].strip("\n") if span is not None else None
    end = block_end(body, part[1:])
    if end is None:
        return None
    from notekeep.tui.render.blocks import split

    line = body.count("\n", 0, end)
    blocks = [block for block in split(body) if block.line <= line]
    if not blocks:
        return None
    # A name that stands alone is that of the block before it.
    alone = blocks[-1].text.strip() == part and len(blocks) > 1
    text = blocks[-2 if alone else -1].text
    if text.lstrip().startswith(("- ", "* ", "+ ")):
        return text.split("\n")[line - blocks[-1].line].strip() if not alone else text
    return text
