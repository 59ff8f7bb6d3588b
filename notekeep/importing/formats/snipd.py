"""Snipd: an episode with its snips as Markdown.

People change the template, so it is read by headings and by addresses of Snipd; the words below a
snip that are not understood are kept as its note.
"""

from __future__ import annotations

import re

from notekeep.importing.formats.reading import (
    Records,
    day_in_words,
    each_file,
    format_clock,
    head_text,
    plain_text,
    split_list,
)
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, Loss, Passage, Work, clean_line, clean_text

_ADDRESS = re.compile(r"https?://[\w.]*snipd\.com/(episode|snip)/([\w-]+)")
_SNIP = re.compile(r"#{1,6}\s+(.*?)\[(.*)\]\((https?://[\w.]*snipd\.com/snip/([\w-]+))\)(.*)")
_METADATA = re.compile(r"[-*]\s+([^:]{1,40}):\s+(.*)")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]*)\)")
_MOMENT = re.compile(r"\s*🎧\D*(?:(\d{1,2}):)?(\d{1,2}):(\d{2})")
_FRAME = re.compile(r"---|<iframe|<audio|!\[|Created with \[Snipd\]|\s*$")
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
    "duration": "duration",
    "episode url": "url",
    "episode title": "",
    "export date": "",
}
"""The lines about an episode and their fields, "" for those that say nothing new."""
_MAX_HEADING = 1000


def _detect(name: str, head: bytes) -> bool:
    return name.casefold().endswith(".md") and bool(_ADDRESS.search(head_text(head)))


def _read_file(given: InputFiles, name: str) -> Records:
    lines = clean_text(given.text(name)).split("\n")
    starts = [at for at, line in enumerate(lines) if _is_snip(line)]
    head = lines[: starts[0]] if starts else lines
    title = next((found[1] for line in head if (found := _HEADING.match(line))), "")
    title = clean_line(title) or name.rpartition("/")[2].removesuffix(".md")
    work = Work("podcast", title, ())
    for line in head:
        if found := _METADATA.match(line):
            yield from _set_field(work, found[1].strip(), found[2].strip(), name)
    show = clean_line(work.fields.pop("show", ""))
    work.authors = (show,) if show else ()
    address = _ADDRESS.search(str(work.fields.get("url", "")))
    work.ids = (f"snipd:{address[2] if address else f'{show}/{title}'}",)
    for at, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        yield from _read_snip(work, lines[at:end], f"{name}:{at + 1}")
    yield work


def _is_snip(line: str) -> bool:
    # The pattern takes long on a long line of brackets.
    return len(line) < _MAX_HEADING and "snipd.com/snip/" in line and bool(_SNIP.match(line))


def _set_field(work: Work, key: str, value: str, name: str) -> Records:
    field = _FIELDS.get(key.casefold())
    if field is None:
        yield Loss(f"lines about the episode: {key}", place=name)
        return
    link = _LINK.fullmatch(value)
    value = _ANY_LINK.sub(r"\1", link[1] if link else value)
    if field in ("host", "guest"):
        work.fields[field] = list(split_list(value))
    elif field == "published":
        work.fields[field] = day_in_words(value)
    elif field:
        work.fields[field] = value


def _read_snip(work: Work, lines: list[str], place: str) -> Records:
    found = _SNIP.match(lines[0])
    if found is None:
        return
    quote: list[str] = []
    note: list[str] = []
    seconds = -1.0
    part = ""
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
    title, text = clean_line(found[2]), plain_text("\n".join(quote))
    work.passages.append(
        Passage(
            key=found[4],
            text=text or title,
            note="\n".join([*([title] if text else []), *note]),
            locator=format_clock(seconds) if seconds >= 0 else "",
            order=(seconds,),
            tags=(*(["favorite"] if "⭐" in found[1] else []), *_TAG.findall(found[5])),
        )
    )


FORMATS = (Format("snipd", "Snipd", "sn", _detect, each_file(_read_file)),)
