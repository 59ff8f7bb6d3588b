"""The content of new notes, from a template in the vault or a built-in one.

Some names in double braces are replaced, as in Obsidian. Nothing is executed, and unknown names
stay unchanged.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final

from notekeep.date_formats import format_date
from notekeep.dates import shift_date
from notekeep.markdown.fields import frontmatter
from notekeep.markdown.fields.field_changes import FieldChange, apply_changes
from notekeep.markdown.fields.field_values import BareText, Value, format_scalar, render_new
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.fields.schema import DEFAULT_SCHEMA, Schema
from notekeep.markdown.note import read_note, title_slug

_NAME: Final = re.compile(
    r"\{\{[ \t]*([A-Za-z]+)[ \t]*(?:([+-]\d{1,5})([yqmwdhs])[ \t]*)?(?::([^{}\n]*))?\}\}"
)
_USUAL: Final = {"date": "YYYY-MM-DD", "time": "HH:mm", "month": "YYYY-MM"}
_VALUE: Final = re.compile(
    r"^([ ]*(?:-[ ]+)?(?:[^\s:#\"'{\[-][^:\n]*:[ ]+|-[ ]+))([\"']?)([^\"'\n]*\{\{[^\n]*?)\2[ ]*$",
    re.MULTILINE,
)

MAX_FORMAT: Final = 200
"""Longer date formats are not replaced."""

# The cursor starts below the first heading, between blank lines.
_STARTERS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "book": (
        ("author", "published", "pages", "status", "rating", "started", "finished"),
        "## Quick summary\n\n\n\n## Takeaways\n\n## Quotes\n\n## Related\n",
    ),
    "podcast": (
        ("show", "episode", "host", "guest", "published", "listened", "url", "rating"),
        "## Takeaways\n\n- [00:00:00] \n\n## Quotes\n\n## What I will do with it\n",
    ),
    "habit": (
        ("schedule", "goal", "since", "identity", "when", "after", "tiny"),
        "## Why\n\n\n\n## What will get in the way\n",
    ),
    "post": (("date", "draft", "slug", "description", "sources"), ""),
    "daily": (("date",), ""),
}


def fill(
    template: str,
    names: Mapping[str, str],
    moments: Mapping[str, dt.datetime],
    week_start: int = 0,
) -> str:
    """Replace each known `{{name}}`; dates may have a format or an offset, as in `{{date-1d}}`."""

    def value(match: re.Match[str]) -> str:
        name, steps, unit, form = match[1].casefold(), match[2], match[3], match[4]
        if form is None and steps is None:
            return names.get(name, match[0])
        if name not in moments or len(form or "") > MAX_FORMAT:
            return match[0]
        try:
            moment = shift_date(moments[name], int(steps), unit) if steps else moments[name]
        except (ValueError, OverflowError):  # out of range
            return match[0]
        form = form or _USUAL.get(name, _USUAL["date"])
        return format_date(moment, form.strip(), week_start)

    return _NAME.sub(value, template)


def starter(kind: str, title: str, today: str) -> str:
    """Return the text of a new note when the vault has no template."""
    keys, sections = _STARTERS.get(kind, ((), ""))
    known: dict[str, Value] = {}
    if kind != "note":
        known["type"] = kind
    if kind == "habit":
        known["habit"] = title_slug(title)
    if kind != "daily":
        known["title"] = title
    known.update(dict.fromkeys(keys))
    known.update(_defaults(kind, today))
    known["tags"] = []
    if kind not in ("daily", "habit", "post"):
        known["created"] = BareText(today)
    body = f"# {title}\n" + (f"\n{sections}" if sections else "")
    return render_new(known, body)


def new_note(  # noqa: PLR0913 - the parts of a note
    kind: str,
    title: str,
    *,
    now: dt.datetime,
    template: str | None = None,
    fields: Mapping[str, Value] | None = None,
    body: str = "",
    schema: Schema = DEFAULT_SCHEMA,
    is_whole: bool = False,
    formats: tuple[str, str] = ("", ""),
    names: Mapping[str, str] | None = None,
    moments: Mapping[str, dt.datetime] | None = None,
) -> str:
    """Return the text of a new note.

    Args:
        kind: The kind's id.
        title: Its title.
        now: The current time.
        template: The vault's template for the kind; None for the built-in one.
        fields: Front matter to set, as the user's text or as typed values.
        body: Replaces the body of the template.
        schema: The vault's kinds.
        is_whole: Whether the template is complete; if so, no `type:` is added.
        formats: Moment formats for `{{date}}` and `{{time}}`; "" for the default.
        names: More names for the template, such as `{{yesterday}}`.
        moments: More dates, such as `{{monday:D MMMM}}`.
    """
    today = now.date().isoformat()
    if template is None:
        text = starter(kind, title, today)
    else:
        known = {
            "title": title,
            "date": format_date(now, formats[0] or _USUAL["date"]),
            "time": format_date(now, formats[1] or _USUAL["time"]),
            "kind": kind,
            "type": kind,
            **(names or {}),
        }
        every = {"date": now, "time": now, **(moments or {})}
        text = _fill_template(template, known, every, schema.daily.week_start)
    data = text.encode("utf-8", "surrogateescape")
    if body:
        end = body if body.endswith("\n") else body + "\n"
        data = data[: split_frontmatter(data).body] + end.encode("utf-8", "surrogateescape")
    changes = [FieldChange(key, "=", value) for key, value in (fields or {}).items()]
    is_typed = template is None or kind == "note" or is_whole
    if not is_typed and not frontmatter.read_frontmatter(data).fields.get("type"):
        is_typed = read_note("", data, schema, in_body=False).kind == kind  # from its categories
        changes[:0] = [] if is_typed else [FieldChange("type", "=", kind)]
    return apply_changes(data, changes, schema, kind).decode("utf-8", "surrogateescape")


def _defaults(kind: str, today: str) -> dict[str, Value]:
    day = BareText(today)
    known: dict[str, dict[str, Value]] = {
        "book": {"author": [], "status": "to-read"},
        "podcast": {"host": [], "guest": [], "listened": day},
        "habit": {"schedule": "daily", "goal": "done"},
        "post": {"date": day, "draft": True, "sources": []},
        "daily": {"date": day},
    }
    return known.get(kind, {})


def _fill_template(
    template: str,
    names: dict[str, str],
    moments: Mapping[str, dt.datetime],
    week_start: int,
) -> str:
    """Replace the names in a vault's template; front matter values stay valid."""
    if any(match[1].casefold() in {"id", "slug"} for match in _NAME.finditer(template)):
        names["id"] = names["slug"] = title_slug(names["title"])

    def value(match: re.Match[str]) -> str:
        text = fill(match[3], names, moments, week_start)
        personal = "{{title" in match[3].replace(" ", "").casefold()
        quoted = match[2] or personal or format_scalar(text) != text
        plain = not quoted or (not match[2] and not personal)
        return match[1] + format_scalar(BareText(text) if plain else text)

    data = template.encode("utf-8", "surrogateescape")
    start = split_frontmatter(data).body
    block = _VALUE.sub(value, data[:start].decode("utf-8", "surrogateescape"))
    rest = data[start:].decode("utf-8", "surrogateescape")
    return fill(block, names, moments, week_start) + fill(rest, names, moments, week_start)
