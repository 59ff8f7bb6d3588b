"""New notes, added lines, quotes, attached files and quick notes."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import posixpath
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from notekeep import config
from notekeep.catalog.conditions import Condition
from notekeep.catalog.records import load_path
from notekeep.dates import WEEKDAYS
from notekeep.errors import NotFound, Refused, UsageError
from notekeep.markdown.fields import frontmatter
from notekeep.markdown.fields.field_changes import FieldChange, resolve_date
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.fields.schema import FIXED_KINDS, KINDS_IN_WORDS
from notekeep.markdown.note import find_categories
from notekeep.markdown.note_names import note_stem
from notekeep.markdown.outline import read_body
from notekeep.markdown.text_edit import find_section, require_utf8
from notekeep.notes.plan import FileCopy, NoteChange, WritePlan, encode
from notekeep.notes.workspace import Workspace
from notekeep.obsidian import PERIODS
from notekeep.query.fields import nearest_word
from notekeep.query.folding import fold_text
from notekeep.storage.content import Source
from notekeep.storage.file_names import free_path, match_spelling, resolve_path, safe_name
from notekeep.storage.scan import list_files

_BULLET = re.compile(r"\s*([-*+]|\d+[.)]) ")
_EOL = re.compile(r"\r\n|\n|\r")
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})")
_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_TEMPLATE = re.compile(r"[\s_-]*template[\s_-]*", re.IGNORECASE)
_OF_KIND = (
    "role = 'note' AND (kind = ? OR id IN (SELECT note FROM fields WHERE key = 'categories'"
    " AND text IN (SELECT value FROM json_each(?))))"
)
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif", ".bmp")

QUOTE_SECTIONS = ("Quotes", "Highlights", "Quotations")
"""The headings for quotes. If a note has none of them, the first is added."""


# A new note


def plan_new(
    workspace: Workspace,
    kind: str,
    title: str,
    *,
    fields: Mapping[str, Value] | None = None,
    tags: Sequence[str] = (),
    body: str = "",
    folder: str = "",
) -> WritePlan:
    """Plan a new note, in the folder for its kind or in `folder`.

    In date fields, words such as `yesterday` become dates.
    """
    changes = [FieldChange(name, "=", value) for name, value in (fields or {}).items()]
    dated = [resolve_date(change, workspace.schema, workspace.today()) for change in changes]
    now = config.current_time()
    if kind == "habit":
        # A habit added after midnight but before `day_start` begins on the current habit day.
        now = dt.datetime.combine(workspace.today(), now.time())
    return plan_note_file(
        workspace,
        kind,
        title,
        now=now,
        fields={change.key: change.value for change in dated},
        tags=tags,
        body=body,
        path=f"{folder}/" if folder else "",
    )


def plan_note_file(  # noqa: PLR0913 - the parts of a note
    workspace: Workspace,
    kind: str,
    title: str,
    *,
    now: dt.datetime,
    fields: Mapping[str, Value] | None = None,
    tags: Sequence[str] = (),
    body: str = "",
    path: str = "",
    template: str | None = None,
    names: Mapping[str, str] | None = None,
    moments: Mapping[str, dt.datetime] | None = None,
) -> WritePlan:
    """Plan a new note of a kind, named after its title, from the vault's template if there is one.

    The kind may also be the name of a template, such as `movie`. The title of a daily note is its
    ISO date. `now` fills in `{{date}}` and `{{time}}`; `names` and `moments` are more template
    variables. `body` replaces the body of the template; `template` replaces the vault's template
    for the kind. Without a path, the note goes to the folder for its kind, or to the folder with
    the most notes of that kind. A path that ends with a slash is a folder.
    """
    from notekeep.markdown.templates import new_note  # not needed for adding a line

    schema = workspace.schema
    matter: dict[str, Value] = {**(fields or {}), **({"tags": list(tags)} if tags else {})}
    if not title.strip():
        raise UsageError("A note needs a title.", 'Example: `notekeep new book "Deep Work"`.')
    require_utf8(title, "the title")
    for name, value in matter.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        require_utf8(f"{name}={shown}", f"the value of {name}")
    kind = schema.named(kind) or kind  # also accepts `Book` and `books`
    own = _read_template(workspace, kind) if template is None else template
    if kind not in schema.kinds and own is None:
        near = nearest_word(kind, schema.kinds)
        kinds = ", ".join(sorted(schema.kinds))
        hint = f"Did you mean {near!r}?" if near else f"The kinds are {kinds}."
        raise UsageError(f"There is no kind {kind!r}.", hint)
    if not path or path.endswith("/"):
        folder = path or f"{_find_folder(workspace, kind, own or '')}/"
        path = f"{folder}{safe_name(title)}.md".lstrip("/")
    path = free_path(workspace.root, path)
    obsidian = workspace.settings.obsidian
    text = new_note(
        kind if kind in schema.kinds else "note",
        title,
        now=now,
        template=own,
        is_whole=template is not None,
        formats=(obsidian.date_format, obsidian.time_format),
        names=names,
        moments=moments,
        fields=matter,
        body=body,
        schema=schema,
    )
    return WritePlan("new", title, [NoteChange(path, None, encode(text))])


def plan_periodic(workspace: Workspace, kind: str, day: dt.date | None = None) -> WritePlan:
    """Plan the note for a day (default: today), or for its week or month, if it does not exist.

    `kind` is `daily`, `weekly` or `monthly`. Raises UsageError if such notes are turned off.
    """
    day = day or workspace.today()
    path = workspace.daily_path(day, kind)
    if workspace.read_if_exists(path) is not None:
        return WritePlan("new", path)
    return _plan_periodic(workspace, path, day, kind)


def _plan_periodic(workspace: Workspace, path: str, day: dt.date, kind: str = "daily") -> WritePlan:
    names, title = workspace.schema.periodic[kind], note_stem(path)
    first, clock = names.first_day(day), config.current_time().time()
    now = dt.datetime.combine(first, clock)
    periodic = workspace.settings.obsidian.periodic.get(kind)
    template_path = periodic.template if periodic else ""
    own = _read_template(workspace, kind)
    template = _read_text(workspace.root, template_path) if template_path and own is None else None
    is_missing = bool(template_path) and own is None and template is None
    fields: dict[str, Value] = {}
    moments: dict[str, dt.datetime] = {}
    if kind != "daily" and own is None and template is None:
        template = "# {{title}}\n"
    if kind == "daily":
        fields = {} if template is not None else {"date": day.isoformat()}
        more = {
            "yesterday": names.name(day - dt.timedelta(1)),
            "tomorrow": names.name(day + dt.timedelta(1)),
        }
    elif kind == "weekly":
        days = [now + dt.timedelta(one) for one in range(7)]
        more, moments = {"date": title}, {WEEKDAYS[one.weekday()]: one for one in days}
    else:
        more, moments = {"date": title, "month": title}, {"month": now}
    plan = plan_note_file(
        workspace,
        kind,
        title,
        now=now,
        fields=fields,
        path=path,
        template=template,
        names=more,
        moments=moments,
    )
    if is_missing:
        plan.remarks.append(f"Obsidian's template for {kind} notes was not found: {template_path}")
    return plan


def _find_folder(workspace: Workspace, kind: str, template: str) -> str:
    """Return the folder for a kind, or the folder with the most notes of that kind."""
    root, schema = workspace.root, workspace.schema
    folder = match_spelling(root, schema.folders.get(kind, ""))
    is_set = kind in FIXED_KINDS or kind in workspace.settings.own_folders
    if is_set or (folder and os.path.isdir(os.path.join(root, folder))):
        return folder
    matter = frontmatter.read_frontmatter(template.encode("utf-8", "surrogateescape"))
    categories = json.dumps([fold_text(name) for name in find_categories(matter)])
    found = workspace.catalog.find("path", Condition(_OF_KIND, (kind, categories)))
    folders = Counter(posixpath.dirname(load_path(path)) for (path,) in found)
    for name, _ in folders.most_common():
        if not schema.is_private(f"{name}/"):
            return name
    return folder if kind in schema.kinds else match_spelling(root, schema.folders["note"])


def _read_template(workspace: Workspace, kind: str) -> str | None:
    """Return the text of the vault's template for a kind: `book.md` or `Book Template.md`."""
    folder = workspace.schema.templates
    if kind in PERIODS:  # other names of templates are in Obsidian's settings
        return _read_text(workspace.root, f"{folder}/{kind}.md")
    try:
        names = sorted(os.listdir(resolve_path(workspace.root, folder)))
    except OSError:
        return None
    found = {_TEMPLATE.sub("", name).casefold(): name for name in reversed(names)}
    found |= {f"{kind}.md": f"{kind}.md"} if f"{kind}.md" in names else {}
    words = [*(word for word, of in KINDS_IN_WORDS.items() if of == kind), kind.casefold()]
    name = next((found[f"{word}.md"] for word in words if f"{word}.md" in found), None)
    return _read_text(workspace.root, f"{folder}/{name}") if name else None


def _read_text(root: str, path: str) -> str | None:
    """Return the text of a template, or None; raise Refused for a path outside the vault."""
    try:
        with open(resolve_path(root, path), encoding="utf-8-sig") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


# A line added to a note


def plan_add_to(
    workspace: Workspace, text: str, to: str = "", day: dt.date | None = None, at: str = ""
) -> WritePlan:
    """Plan to add a line to a note or section (`NOTE#Section`), by default to a daily note.

    The daily note is the note for `day` (default: today); `#Section` is a section of that note.
    `at` is a time such as `21:30` to put at the start of the line.
    """
    if at:
        text = _start_with_time(text, at)
    name, _, section = to.partition("#")
    if name and day is not None:
        raise UsageError(
            f"{to!r} is not a daily note, so it cannot be combined with --day.",
            "Leave out --to, or name a section of that day's note: `--to '#Section'`.",
        )
    if name:
        path, section = _split_section(workspace, to)
        return plan_add(path, workspace.read(path), text, section)
    day = day or workspace.today()
    path = workspace.daily_path(day)
    try:
        before = workspace.read(path)
    except NotFound:
        plan = _plan_periodic(workspace, path, day)
        new = plan.changes[0]
        added = plan_add(new.path, new.after or b"", text, section).changes[0]
        plan.verb, plan.label = "add", new.path
        plan.changes = [new._replace(after=added.after)]
        return plan
    return plan_add(path, before, text, section)


def _start_with_time(text: str, at: str) -> str:
    """Put a time before the text, but after a list marker or checkbox."""
    clock = _TIME_OF_DAY.fullmatch(at.strip())
    if clock is None:
        raise UsageError(f"{at!r} is not a time of day.", "Use a time like 21:30.")
    mark = _MARKS.match(text)
    start = mark.end() if mark else 0
    time = f"{int(clock[1]):02d}:{clock[2]} " if text.strip() else ""
    return f"{text[:start]}{time}{text[start:]}"


def _split_section(workspace: Workspace, to: str) -> tuple[str, str]:
    ends = [len(to), *(at for at in range(len(to) - 1, 0, -1) if to[at] == "#")]
    for end in ends:
        if workspace.catalog.row(to[:end]) is not None:
            return to[:end], to[end + 1 :]
    name, _, section = to.partition("#")
    return workspace.resolve(name).path, section


def plan_add(path: str, before: bytes, text: str, section: str = "") -> WritePlan:
    """Plan to add text to the end of a note or section; after a list, it becomes a list item."""
    if not text.strip():
        raise UsageError(
            "There is nothing to add.", "Give the text, or `-` to read it from a pipe."
        )
    head, body, eol = _split(path, before)
    end = len(body)
    if section:
        span = find_section(body, read_body(body), section, exact=True)
        if span is None:
            raise NotFound(f"{path} has no section {section!r}.", "See `notekeep show NOTE`.")
        end = span[1]
    after = head + encode(_insert(body, end, text, eol))
    return WritePlan("add", path, [NoteChange(path, before, after)])


def _split(path: str, data: bytes) -> tuple[bytes, str, str]:
    """Split a note into front matter, body and line ending; raise Refused for UTF-16."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(
            f"{path}: The file is UTF-16, and notes are UTF-8.",
            "Save it as UTF-8 in an editor.",
            line=1,
            column=1,
        )
    parts = split_frontmatter(data)
    body = data[parts.body :].decode("utf-8", "surrogateescape")
    return data[: parts.body], body, parts.eol.decode("ascii")


def _insert(body: str, end: int, text: str, eol: str, *, is_block: bool = False) -> str:
    before = body[:end].rstrip("\r\n")
    line_end = _EOL.match(body, len(before))
    at = line_end.end() if line_end and before else len(before)
    text = text.replace("\r\n", "\n").replace("\n", eol)
    added, is_item = (text, False) if is_block else _as_item(text, before)
    line_break = "" if line_end or not before else eol
    above = "" if not before or is_item else eol
    below = eol if body[end:] and not body[at:end] else ""
    return f"{body[:at]}{line_break}{above}{added}{eol}{below}{body[at:]}"


def _as_item(text: str, before: str) -> tuple[str, bool]:
    """Convert text to a list item if it follows a list; return whether it is a list item."""
    lines = before.splitlines() or [""]
    bullet = _BULLET.match(lines[-1])
    if bullet is None or text.startswith(">"):
        return text, False
    if not _BULLET.match(text):
        outer = next((line for line in reversed(lines) if line[:1].strip()), "")
        bullet = _BULLET.match(outer) or bullet
        number, end = bullet[1][:-1], bullet[1][-1]
        text = f"{int(number) + 1 if number else ''}{end} {text}"
    return text, True


# A block quote with its location, below the heading for quotes


def plan_quote(
    path: str, before: bytes, text: str, *, page: str = "", loc: str = "", at: str = ""
) -> WritePlan:
    """Plan to add a quote to a note, with a page, e-book location or time (`12:34`)."""
    lines = text.strip().splitlines()
    if not lines:
        raise UsageError("The quote is empty.", 'Usage: `notekeep quote NOTE "TEXT"`.')
    if sum(map(bool, (page, loc, at))) > 1:
        raise UsageError("Use only one of --page, --loc and --at.")
    if at:
        clock = _CLOCK.fullmatch(at.strip())
        if clock is None or int(clock[2]) > 59 or int(clock[3]) > 59:
            raise UsageError(f"{at!r} is not a time.", "Use 12:34 or 1:02:33.")
        at = f"{int(clock[1] or 0):02d}:{int(clock[2]):02d}:{clock[3]}"
    locator = f"(p. {page})" if page else f"(loc. {loc})" if loc else f"[{at}]" if at else ""
    lines[-1] = f"{lines[-1]} {locator}".rstrip()
    quote = "\n".join(f"> {line}".rstrip() for line in lines)
    return plan_add_to_quotes(path, before, quote)


def quote_location(text: str) -> dict[str, str]:
    """Return a location as an argument for `plan_quote`: a time if it has a colon, or a page."""
    return {"at": text} if ":" in text else {"page": text}


def plan_add_to_quotes(path: str, before: bytes, block: str) -> WritePlan:
    """Plan to add Markdown blocks to a note's section for quotes.

    The section is the first one called Quotes, Highlights or Quotations, ignoring case. If
    there is no such section, the heading Quotes is added at the level of the other sections.
    `block` is one or more block quotes with their `^id` lines.
    """
    head, body, eol = _split(path, before)
    facts = read_body(body)
    spans = (find_section(body, facts, name) for name in QUOTE_SECTIONS)
    span = next(filter(None, spans), None)
    if span is None:
        levels = [heading.level for heading in facts.headings]
        if levels[:1] == [1]:  # the title
            del levels[0]
        block = f"{'#' * min(levels, default=2)} {QUOTE_SECTIONS[0]}\n\n{block}"
    end = span[1] if span else len(body)
    after = head + encode(_insert(body, end, block, eol, is_block=True))
    return WritePlan("quote", path, [NoteChange(path, before, after)])


# A file attached to a note


def plan_attach(workspace: Workspace, path: str, file: str) -> WritePlan:
    """Plan to copy a file to the attachments folder and link to it from a note."""
    before = workspace.read(path)
    plan = plan_attachment(workspace, Attachment(os.path.basename(file), file), path)
    link = make_attachment_link(workspace, plan.copies[0].path, path)
    plan.changes = plan_add(path, before, link).changes
    return plan


def plan_attachment(workspace: Workspace, file: Attachment, note: str) -> WritePlan:
    """Plan to copy a file to the attachments folder; the plan's label is the new file name."""
    stored = free_path(workspace.root, attachment_path(workspace, file.name, note))
    copy = FileCopy(stored, file.source())
    return WritePlan("attach", stored.rpartition("/")[2], copies=[copy], whole=True)


def attachment_path(workspace: Workspace, name: str, note: str) -> str:
    """Return the path for a file attached to a note, which may already exist."""
    stem, suffix = os.path.splitext(name)
    folder = workspace.settings.attachments
    if folder.split("/")[0] == ".":
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(note), folder))
    is_root = folder in ("", ".", "/")
    folder = "" if is_root else match_spelling(workspace.root, folder.strip("/"))
    return f"{folder}/{safe_name(stem)}{suffix.lower()}".lstrip("/")


def make_attachment_link(workspace: Workspace, path: str, note: str) -> str:
    """Return a link from a note to an attachment; embed pictures."""
    style = workspace.link_style
    name = path.rpartition("/")[2]
    is_only = style.form != "shortest" or not any(
        other != path and other.rpartition("/")[2].casefold() == name.casefold()
        for other in list_files(workspace.root)
    )
    is_picture = name.lower().endswith(PICTURE_SUFFIXES)
    return style.link(path, note, is_only=is_only, embed=is_picture)


# A quick note: adds text and a file to today's note, the inbox or another note

TODAYS_NOTE, INBOX = "Today's note", "Inbox"
MAX_TITLE_LENGTH = 60  # the maximum length of a title made from text

_MARKS = re.compile(r"^(?:#+|>|[-*+]|\d+[.)])\s+(?:\[.\]\s+)?")
_RULES = re.compile(r"(?:[-*_=]{3,}(?:\s+|\Z))+")
_UNFIT = re.compile(r'[\\/:*?"<>|#^\[\]]+')


class Attachment(NamedTuple):
    """A file to attach."""

    name: str
    path: str = ""
    data: bytes = b""  # content from the clipboard, which has no path

    def source(self) -> Source:
        """Return a function that opens the file; raise NotFound if the path is not a file."""
        if self.data:
            return lambda: io.BytesIO(self.data)
        if os.path.isdir(self.path):
            raise NotFound(f"{self.path} is a folder.", "Give the path of a file.")
        if not os.path.isfile(self.path):
            raise NotFound(f"There is no file {self.path}.", "Give the path of a file.")
        return lambda: open(self.path, "rb")


def make_title(text: str) -> str:
    """Return a title for a text: its first line, shortened to whole words; skip rules."""
    start = _RULES.match(text.strip())
    text = text.strip()[start.end() if start else 0 :]
    first = _MARKS.sub("", text.partition("\n")[0]).strip()
    bare = " ".join(_UNFIT.sub(" ", first).split()).strip(". ")
    if len(bare) <= MAX_TITLE_LENGTH:
        return bare
    return bare[: MAX_TITLE_LENGTH + 1].rpartition(" ")[0] or bare[:MAX_TITLE_LENGTH]


def _plan_with_quotes(workspace: Workspace, text: str, link: str, place: str) -> WritePlan:
    """Plan to add text to a note; add lines that start with `>` to its section for quotes."""
    groups: list[tuple[bool, list[str]]] = [
        (is_quote, list(lines))
        for is_quote, lines in groupby(text.splitlines(), lambda line: line.startswith(">"))
    ]
    # In code, a line that starts with `>` is not a quote.
    quotes = [] if "```" in text else ["\n".join(lines) for is_quote, lines in groups if is_quote]
    if not quotes:
        return plan_add_to(workspace, "\n".join(filter(None, (text, link))), place)
    others = [line for is_quote, lines in groups for line in lines if not is_quote]
    rest = "\n".join([*others, link]).strip()
    path = workspace.resolve(place).path
    before = workspace.read(path)
    added = plan_add(path, before, rest).changes[0].after if rest else before
    plan = plan_add_to_quotes(path, added or b"", "\n\n".join(quotes))
    plan.changes[0] = plan.changes[0]._replace(before=before)
    return plan


def plan_capture(
    workspace: Workspace,
    text: str,
    place: str = TODAYS_NOTE,
    attachment: Attachment | None = None,
    day: dt.date | None = None,
) -> WritePlan:
    """Plan a quick note. `place` is TODAYS_NOTE (or the daily note for `day`), INBOX or a path."""
    if attachment is None:
        return _plan_text(workspace, text, "", place, day)
    # The folder of the file may depend on the note, which is named after the text.
    note = _plan_text(workspace, text, attachment.name, place, day).changes[0].path
    stored = plan_attachment(workspace, attachment, note).copies[0]
    link = make_attachment_link(workspace, stored.path, note)
    plan = _plan_text(workspace, text, link, place, day)
    plan.verb, plan.whole = "attach", True
    plan.copies.append(stored)
    return plan


def _plan_text(
    workspace: Workspace, text: str, link: str, place: str, day: dt.date | None
) -> WritePlan:
    if place == TODAYS_NOTE:
        return plan_add_to(workspace, "\n".join(filter(None, (text, link))), "", day)
    if place != INBOX:
        return _plan_with_quotes(workspace, text, link, place)
    title = make_title(text) or f"{config.current_time():%Y-%m-%d %H.%M}"
    body = "" if title == text.strip() else text
    return plan_new(workspace, "note", title, body="\n\n".join(filter(None, (body, link))))
