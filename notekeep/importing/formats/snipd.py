"""Snipd: a Markdown file for each episode, with its snips.

Users can change the template, so it is parsed by headings and by Snipd's addresses. An address is
in the heading of a snip, or below it (2023). Unknown text below a snip becomes its note.
"""

from __future__ import annotations

import re

from notekeep.errors import Refused
from notekeep.importing.formats.reading import (
    Records,
    clock_locator,
    day_in_words,
    each_file,
    head_text,
    source_text,
    split_list,
)
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, Loss, Passage, Work, clean_text, one_line

_ADDRESS = re.compile(r"https?://[\w.]*snipd\.com/(episode|snip)/([\w-]+)")
_SNIP = re.compile(r"#{1,6}\s+(.*?)\[(.*)\]\((https?://[\w.]*snipd\.com/snip/([\w-]+))\)(.*)")
_PLAY = re.compile(r"\s*\[[^\]]*🎧[^\]]*\]\(https?://[\w.]*snipd\.com/snip/([\w-]+)\)")
_TITLE_START = re.compile(r"#+\s+(?:\[[\d:]+\]\s*)?")
_METADATA = re.compile(r"([-*]\s+)?([^:]{1,40})::?\s+(.*)")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]*)\)")
_MOMENT = re.compile(r"\s*\[?🎧.{0,40}?(?:(\d{1,2}):)?(\d{1,2}):(\d{2})")
_FRAME = re.compile(r"---|<iframe|<audio|</?details|<summary|!\[|Created with \[Snipd\]|\s*$")
_ANY_LINK = re.compile(r"\[+([^\[\]]*)\]+(?:\([^)\s]*\))?")
_HEADING = re.compile(r"#{1,6}\s+(.*)")
_TAG = re.compile(r"(?<!\S)#([\w/-]+)")
_FIELDS = {
    "show": "show",
    "owner / host": "host",
    "host": "host",
    "guests": "guest",
    "guest": "guest",
    "episode publish date": "published",
    "episode ai description": "description",
    "published": "published",
    "duration": "duration",
    "episode url": "url",
    "episode link": "url",
    "snipd": "url",
    "episode title": "title",
    "title": "title",
    "export date": "",
}
"""Fields for the lines about an episode; "" for ignored lines."""
_MAX_HEADING = 1000


def _detect(name: str, head: bytes) -> bool:
    return name.casefold().endswith(".md") and bool(_ADDRESS.search(head_text(head)))


def _read_file(files: InputFiles, name: str) -> Records:
    lines = clean_text(files.text(name)).split("\n")
    starts = _find_snips(lines)
    if not starts and any("snipd.com/snip/" in line for line in lines):
        raise Refused("it has links to snips, but no snip in a known form")
    head = lines[: starts[0]] if starts else lines
    work = Work("podcast", "", ())
    for line in head:
        # In front matter, only known keys describe the episode.
        if (found := _METADATA.match(line)) and (found[1] or found[2] in _FIELDS):
            yield from _set_field(work, found[2].strip(), found[3].strip().strip("'\""), name)
    titles = [found[1] for line in head if (found := _HEADING.match(line))]
    stem = name.rpartition("/")[2].removesuffix(".md")
    own_title = one_line(work.fields.pop("title", ""))
    work.title = title = own_title or one_line("".join(titles[:1])) or stem
    show = one_line(work.fields.pop("show", ""))
    work.authors = (show,) if show else ()
    address = _ADDRESS.search(str(work.fields.get("url", "")))
    work.ids = (f"snipd:{address[2] if address else f'{show}/{title}'}",)
    for at, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        yield from _read_snip(work, lines[at:end], f"{name}:{at + 1}")
    yield work


def _find_snips(lines: list[str]) -> list[int]:
    """Return the first line of each snip: the line with its address, or the heading above it."""
    starts: list[int] = []
    number = ""
    for at, line in enumerate(lines):
        # The patterns are slow for long lines of brackets.
        if len(line) > _MAX_HEADING or "snipd.com/snip/" not in line:
            continue
        if found := _SNIP.match(line):
            number = found[4]
            starts.append(at)
        elif (found := _PLAY.match(line)) and found[1] != number:
            number = found[1]
            above = next((n for n in range(at - 1, -1, -1) if lines[n].strip()), at)
            if _HEADING.match(lines[above]):
                starts.append(above)
    return starts


def _set_field(work: Work, key: str, value: str, name: str) -> Records:
    field = _FIELDS.get(key.casefold())
    if field is None:
        yield Loss(f"lines about the episode: {key}", place=name)
        return
    link = _LINK.fullmatch(value)
    value = _ANY_LINK.sub(lambda found: found[1].rpartition("|")[2], link[1] if link else value)
    if field in ("host", "guest"):
        work.fields[field] = list(split_list(value))
    elif field == "published":
        work.fields[field] = day_in_words(value)
    elif field:
        work.fields[field] = value


def _read_snip(work: Work, lines: list[str], place: str) -> Records:
    quote: list[str] = []
    note: list[str] = []
    seconds = -1.0
    part = star = tags = ""
    if found := _SNIP.match(lines[0]):
        star, title, _, key, tags = found.groups()
    else:
        title = _TITLE_START.sub("", lines[0])
        key = next(play[1] for line in lines if (play := _PLAY.match(line)))
    for line in lines[1:]:
        if heading := _HEADING.match(line):
            part = heading[1].casefold()
            if "transcript" in part:
                yield Loss("transcripts", place=place)
        elif "transcript" in part or _FRAME.match(line):
            continue
        elif (clock := _MOMENT.match(line)) and seconds < 0:
            seconds = int(clock[1] or 0) * 3600.0 + int(clock[2]) * 60 + int(clock[3])
        elif line.lstrip().startswith(">") and "quote" in part:
            quote.append(line.lstrip().removeprefix(">").strip())
        else:
            note.append(line.rstrip())
    title, text = one_line(title), source_text("\n".join(quote))
    work.passages.append(
        Passage(
            key=key,
            text=text or title,
            note="\n".join([*([title] if text else []), *note]),
            locator=clock_locator(seconds) if seconds >= 0 else "",
            order=(seconds,),
            tags=(*(["favorite"] if "⭐" in star else []), *_TAG.findall(tags)),
        )
    )


FORMATS = (Format("snipd", "Snipd", "sn", _detect, each_file(_read_file)),)
