"""Kindle's `My Clippings.txt`: a record for every highlight, note and bookmark ever made.

Kindle only appends to the file. A resized highlight is a new record. So records at the same place
whose texts have the same start or end are one passage, with the id of the first record and the text
of the last. The second line of a record is in the device's language, so it is parsed by known words
and numbers.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TextIO

from notekeep.importing.formats.reading import (
    MAX_TEXT,
    Records,
    check_count,
    each_text,
    head_text,
    letters_of,
    split_people,
    surnames,
)
from notekeep.importing.records import Format, Loss, Passage, Work, clean_text, one_line

_SEPARATOR = "=========="
_META = re.compile(r"^\s*[-–]\s.*\d.*[|｜]", re.MULTILINE)  # noqa: RUF001 - as Kindle writes it

_KINDS = {
    "clip": ("clip this", "clipping"),
    "bookmark": (
        *("bookmark", "lesezeichen", "signet", "marcador", "segnalibro", "bladwijzer", "закладк"),
        *("书签", "書籤", "ブックマーク"),
    ),
    "note": (
        *("note", "notiz", "nota", "notitie", "заметк"),
        *("笔记", "筆記", "メモ"),
    ),
    "highlight": (
        *("highlight", "markierung", "surlignement", "subrayado", "evidenziazione", "destaque"),
        *("markering", "выделен", "标注", "標註", "ハイライト"),
    ),
}
_PAGE_WORDS = ("page", "seite", "página", "pagina", "страниц")
_PLACE_WORDS = (
    *("location", "position", "emplacement", "posición", "posizione", "posição", "locatie"),
    *("мест", "位置"),
)
_NUMBER = r"(\d{1,9}|[ivxlcdm]{1,15})"
_RANGE = rf"#?{_NUMBER}(?:\s*(?:-|–|t/m)\s*{_NUMBER})?"  # noqa: RUF001 - Russian has the dash
PAGE_PATTERN = re.compile(
    rf"(?:{'|'.join(_PAGE_WORDS)})\w*\.?\s*{_RANGE}|(\d{{1,9}})\s*(?:页|頁|ページ)", re.IGNORECASE
)
LOCATION_PATTERN = re.compile(
    rf"(?:{'|'.join(_PLACE_WORDS)})\w*\.?\s*(?:No\.?)?\s*{_RANGE}", re.IGNORECASE
)
_ANY_NUMBER = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")

_MONTHS = {
    word: number
    for words in (
        "january february march april may june july august september october november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "jan feb mar apr may jun jul aug sep oct nov dec",
    )
    for number, word in enumerate(words.split(), 1)
} | {"dicembre": 12}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?\s*(AM|PM)?")
_CJK_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_LIMIT = re.compile(r"<[^<>]{10,200}>")
_MAX_LINE = 500
"""Maximum length of the second line. It usually has about a hundred characters."""
_MAX_COMPARED = 50
"""Maximum number of highlights at the same place to compare with a record."""
_MAX_PLACES = 300_000
"""Maximum number of indexed places for each book."""


class _Record(NamedTuple):
    kind: str  # a key of _KINDS; "" if the language is unknown
    page: str
    start: int  # location or page; -1 for neither
    end: int
    has_location: bool
    at: str
    text: str

    @property
    def locator(self) -> str:
        if self.page:
            return f"(p. {self.page})"
        return f"(loc. {self.start})" if self.has_location else ""


def _detect(name: str, head: bytes) -> bool:
    text = head_text(head)
    return name.casefold().endswith(".txt") and _SEPARATOR in text and bool(_META.search(text))


def _read_file(name: str, text: TextIO) -> Records:
    books: dict[str, list[_Record]] = {}
    for number, (line, lines, is_whole) in enumerate(_split_records(text), 1):
        check_count(number, "clippings")
        place = f"{name}:{line}"
        if len(lines) < 2 or (not is_whole and "|" not in lines[1]):
            yield Loss("records that are cut off", place=place)
            continue
        record = _read_record(lines[1][:_MAX_LINE], "".join(lines[2:]).strip())
        title = one_line(lines[0])
        if not record.at:
            yield Loss("days that could not be read", title, place)
        if lost := _find_loss(record):
            yield Loss(lost, "" if record.kind == "bookmark" else title[:_MAX_LINE], place)
        else:
            books.setdefault(title, []).append(record)
    while books:
        first_line = next(iter(books))
        title, authors = split_title(first_line)
        passages = _read_passages(book_key(title, authors), books.pop(first_line))
        yield make_book(title, authors, passages)


def _split_records(text: TextIO) -> Iterator[tuple[int, list[str], bool]]:
    """Yield the first line number of each record, its lines, and whether it is complete."""
    lines: list[str] = []
    number = first = size = 0
    while line := text.readline(MAX_TEXT):
        line = clean_text(line).replace("\ufeff", "")
        number += 1
        if line.startswith(_SEPARATOR):
            if lines:
                yield first, lines, True
            lines, size = [], 0
        elif (len(lines) > 1 or line.strip()) and size <= MAX_TEXT:  # longer records are losses
            first = first if lines else number
            lines.append(line)
            size += len(line)
    if lines:
        yield first, lines, False


def _find_loss(record: _Record) -> str:
    """Return the reason to skip a record; "" for none."""
    if record.kind == "bookmark":
        return "bookmarks"
    if not record.text:
        return "highlights without text"
    if len(record.text) > MAX_TEXT:
        return "highlights of more than a megabyte"
    if _LIMIT.fullmatch(record.text):
        return "highlights beyond the publisher's clipping limit, without their text"
    return ""


def make_book(title: str, authors: tuple[str, ...], passages: Iterable[Passage]) -> Work:
    """Return a Kindle book, identified by title and authors."""
    people = f" ({', '.join(authors)})" if authors else ""
    return Work("book", title, (f"kindle:{title}{people}",), authors, passages=list(passages))


def book_key(title: str, authors: tuple[str, ...]) -> str:
    """Return the prefix of a book's passage keys. All exports of the book have the same prefix."""
    return f"{letters_of(title)}|{'|'.join(sorted(surnames(authors)))}"


def passage_key(book: str, place: object, text: str) -> str:
    """Return the key of a highlight. It is the same in clippings and notebooks."""
    return f"{book}|{place}|{letters_of(text[:120])[:40]}"


def split_title(line: str) -> tuple[str, tuple[str, ...]]:
    """Split `A title (Series) (Author)`. Final brackets with digits are not the author."""
    if not line.endswith(")"):
        return line, ()
    depth = 0
    for at in range(len(line) - 1, 0, -1):
        depth += (line[at] == ")") - (line[at] == "(")
        if depth == 0:
            author = line[at + 1 : -1]
            if any(char.isdigit() for char in author) or not author.strip():
                return line, ()
            return line[:at].strip(), split_people(author)
    return line, ()


# The second line


def _read_record(line: str, text: str) -> _Record:
    parts = re.split(r"[|｜]", line)  # noqa: RUF001 - the Japanese bar
    head = " | ".join(parts[:-1])
    low = head.casefold()
    kind = next((key for key, words in _KINDS.items() if any(word in low for word in words)), "")
    page_match, place = PAGE_PATTERN.search(head), LOCATION_PATTERN.search(head)
    page = (page_match[1] or page_match[3]) if page_match else ""
    if page_match and page_match[2] and page_match[2] != page:
        page = f"{page}-{page_match[2]}"
    start = end = -1
    if place and place[1].isdigit():
        start = int(place[1])
        end = int(place[2]) if place[2] and place[2].isdigit() else start
    elif not kind:
        numbers = [_ANY_NUMBER.search(part) for part in parts[:-1]]
        found = [number for number in numbers if number]
        page = found[0][0] if len(found) > 1 else page
        if found:
            start = end = int(found[-1][1])
    has_location = start >= 0
    if not has_location and page:
        first, _, last = page.partition("-")
        start = int(first) if first.isdigit() else 0
        end = int(last) if last.isdigit() else start
    return _Record(kind, page, start, end, has_location, _read_time(parts[-1]), text)


def _read_time(text: str) -> str:
    clock = _CLOCK.search(text)
    if found := _CJK_DAY.search(text):
        year, month, day = map(int, found.groups())
    else:
        words = re.findall(r"[^\W\d_]+|\d+", text[: clock.start()] if clock else text)
        month = next((_MONTHS[word.casefold()] for word in words if word.casefold() in _MONTHS), 0)
        numbers = [int(word) for word in words if word.isdigit() and len(word) < 5]
        if not month or len(numbers) < 2:
            return ""
        day = numbers[0]
        year = next((number for number in numbers if number > 999), 2000 + numbers[1] % 100)
    hour, minute = (int(clock[1]), int(clock[2])) if clock else (0, 0)
    if clock and clock[3]:
        hour = hour % 12 + (12 if clock[3] == "PM" else 0)
    if "下午" in text or "午後" in text:
        hour = hour % 12 + 12
    elif "上午" in text or "午前" in text:
        hour %= 12
    try:
        moment = dt.datetime(year, month, day, hour, minute)  # noqa: DTZ001 - the device's clock
    except ValueError:
        return ""
    return moment.isoformat(timespec="minutes") if clock else moment.date().isoformat()


# Records of one book


@dataclass(slots=True, eq=False)
class _Chain:
    passage: Passage
    end: int  # of the last record
    texts: list[str]  # the folded texts of its records


def _read_passages(book: str, records: list[_Record]) -> Iterator[Passage]:
    chains: list[_Chain] = []
    chain_of: list[_Chain | None] = []  # for each record; None for a note
    by_place: dict[int, list[_Chain]] = {}
    reach = min(100, _MAX_PLACES // len(records))
    for record in records:
        if record.kind == "note":
            chain_of.append(None)
            continue
        letters = letters_of(record.text)
        near = by_place.get(record.start, []) + by_place.get(record.end, [])
        chain = next((old for old in near[-_MAX_COMPARED:] if _is_resized(old, letters)), None)
        if chain is None:
            place = record.start if record.has_location else f"p{record.page}"
            key = passage_key(book, place, record.text)
            order = (float(record.start),)
            passage = Passage(key, record.text, "", record.locator, order, record.at)
            chain = _Chain(passage, record.end, [])
            chains.append(chain)
        elif record.text != chain.passage.text:
            passage = chain.passage
            passage.earlier = (*passage.earlier, passage.text)
            passage.text, passage.locator = record.text, record.locator
        chain_of.append(chain)
        chain.texts.append(letters)
        chain.end = record.end
        for place in range(record.start, min(record.end, record.start + reach) + 1):
            known = by_place.setdefault(place, [])
            if not any(other is chain for other in known[-_MAX_COMPARED:]):
                known.append(chain)
    notes: dict[str, Passage] = {}
    before: _Chain | None = None
    for record, chain, after in zip(records, chain_of, [*chain_of[1:], None], strict=True):
        if chain is None:
            near = by_place.get(record.start, [])[-_MAX_COMPARED:]
            _bind_note(book, record, near, (before, after), notes)
        before = chain or before
    yield from (chain.passage for chain in chains)
    yield from notes.values()


def _is_resized(chain: _Chain, letters: str) -> bool:
    """Whether a text is a resized version of a chain's text: it has the same start or end."""
    return any(_share_an_end(text, letters) for text in chain.texts[-_MAX_COMPARED:])


def _share_an_end(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=len)
    return bool(short) and (long.startswith(short) or long.endswith(short))


def _bind_note(
    book: str,
    record: _Record,
    near: list[_Chain],
    neighbors: tuple[_Chain | None, _Chain | None],
    notes: dict[str, Passage],
) -> None:
    """Add a note to the highlight that ends at its place, or to a highlight that contains it.

    If there are several, records next to the note in the file are preferred. A note replaces
    another note only if both clearly belong to the same passage. A page number is not enough.
    """
    places = [chain for chain in near if chain.end == record.start] or near
    known = [chain for chain in neighbors if chain is not None and chain in places]
    is_sure = record.has_location and bool(known or len(places) == 1)
    for chain in (*known, *reversed(places)):
        if is_sure or _may_replace(chain.passage, record):
            chain.passage.note = record.text
            return
    key, number = f"{book}|note|{record.start}", 1
    while key in notes and not record.has_location and not _may_replace(notes[key], record):
        number += 1
        key = f"{book}|note|{record.start}|{number}"
    note = notes.setdefault(key, Passage(key, "", order=(record.start,), at=record.at))
    note.note = record.text


def _may_replace(passage: Passage, record: _Record) -> bool:
    """Whether a passage has no note, or an earlier version of the same note."""
    known = letters_of(passage.note)
    return not known or _share_an_end(known, letters_of(record.text))


_READ = each_text(_read_file)
FORMATS = (Format("kindle-clippings", "Kindle (My Clippings.txt)", "kd", _detect, _READ),)
