"""`search`: full text, best first, with the place where it hit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import (
    json_option,
    limit_option,
    no_refresh_option,
    open_vault,
    verb_options,
)
from notekeep.cli.raw import RawCommand, as_query
from notekeep.errors import UsageError

if TYPE_CHECKING:
    from notekeep.index.search import Found, Hit

INDENT = "    "


class SearchCommand(RawCommand):
    """`search` takes its query raw."""

    words_metavar = "QUERY..."


@click.command(cls=SearchCommand, short_help="Find notes by what they say.")
@limit_option(20)
@click.option(
    "--explain", is_flag=True, help="Show how the query was read, and why a note matched."
)
@click.option(
    "--format", "template", metavar="TEXT", help="A line for each, e.g. '{path} {title}'."
)
@click.option("--null", is_flag=True, help="Paths only, with a NUL after each, for xargs -0.")
@json_option
@no_refresh_option
@verb_options
def search(
    words: tuple[str, ...],
    *,
    limit: int,
    explain: bool,
    template: str | None,
    null: bool,
    as_json: bool,
    no_refresh: bool,
    vault: str | None,
) -> int:
    """Find the notes that QUERY is about, best first.

    \b
    notekeep search cue craving
    notekeep search '"two-minute rule" type:book'
    notekeep search 'habit -tag:draft finished:2026'
    """
    query = as_query(words)
    if not query.strip():
        raise UsageError("what should be searched for?", "for example `notekeep search habit cue`")
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh, words=True)
    # What goes on into another command is what was asked for, and nothing that is merely near it.
    piped = null or template is not None
    found = opened.search(query, limit=limit, relax=not piped, explain=explain)
    if as_json:
        output.write_json(as_object(query, found))
    elif null:
        output.write_null(hit.row.path for hit in found.hits)
    elif template is not None:
        from notekeep.cli.ls import filled, names_in

        names = names_in(opened, template, FOUND_THERE)
        for hit in found.hits:
            output.write(filled(template, hit.row, names, _found_there(hit)))
    else:
        _write(found, limit)
    if explain and not as_json:
        _explain(found)
    for remark in found.remarks:
        output.note(remark)
    if not found.total and not as_json:
        output.note(f"nothing found for {query!r}")
    return 0 if found.total and not found.instead else 1


def as_object(query: str, found: Found) -> dict[str, Any]:
    """An answer as JSON; the keys are documented and stay."""
    answer: dict[str, Any] = {"query": query, "total": found.total}
    if found.instead:
        answer["instead"] = found.instead
    if found.remarks:
        answer["remarks"] = list(found.remarks)
    if found.explanation:
        answer["read_as"] = found.explanation.splitlines()
    return answer | {"hits": [_hit_as_object(hit) for hit in found.hits]}


def _hit_as_object(hit: Hit) -> dict[str, Any]:
    told: dict[str, Any] = {
        "path": hit.row.path,
        "title": hit.row.title,
        "kind": hit.row.kind,
        "score": round(hit.score, 4),
        "snippet": hit.snippet.text,
        "line": hit.line,
        "heading": hit.heading,
        "headings": list(hit.headings),
    }
    if hit.why is not None:
        told["why"] = {
            "conditions": list(hit.why.conditions),
            "words": list(hit.why.words),
            "called_so": hit.why.called,
            "score": {name: round(share, 4) for name, share in hit.why.parts},
            "score_of_words": [
                {"term": term, "field": field, "score": round(share, 4)}
                for term, field, share in hit.why.fields
            ],
        }
    return told


FOUND_THERE = ("line", "heading", "score", "snippet")


def _found_there(hit: Hit) -> dict[str, str]:
    """What a template may say of a hit besides the fields of its note."""
    return {
        "line": str(hit.line or ""),
        "heading": hit.heading,
        "score": f"{hit.score:.2f}",
        "snippet": " ".join(hit.snippet.text.split()),
    }


def _explain(found: Found) -> None:
    from notekeep.index.explaining import lines

    output.note(found.explanation)
    for hit in found.hits:
        for line in lines(hit):
            output.note(line)


def _write(found: Found, limit: int) -> None:
    for hit in found.hits:
        place = f"{hit.row.path}:{hit.line}" if hit.line else hit.row.path
        above = " / ".join(name for name in hit.headings if name != hit.row.title)
        output.write_styled(
            [
                (hit.row.title, "bold"),
                ("  ", ""),
                (place, "dim"),
                (f"  {above}" if above else "", "dim"),
            ]
        )
        if hit.snippet.text:
            output.write_styled([(INDENT, ""), *_marked(hit)])
    if found.total > len(found.hits):
        more = "; -n shows more" if len(found.hits) >= limit else ""  # else the query says so
        output.note(f"{len(found.hits)} of {found.total}{more}")


def _marked(hit: Hit) -> list[tuple[str, str]]:
    """The snippet on one line, in pieces, those that matched in bold."""
    text = hit.snippet.text.replace("\n", " ")
    pieces: list[tuple[str, str]] = []
    at = 0
    for start, end in hit.snippet.marks:
        pieces += [(text[at:start], ""), (text[start:end], "yellow")]
        at = end
    return [*pieces, (text[at:], "")]
