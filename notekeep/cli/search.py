"""search, related, links, backlinks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import RawCommand, join_query
from notekeep.cli.confirmation import apply_plan
from notekeep.cli.options import (
    dry_run_option,
    json_option,
    limit_option,
    no_refresh_option,
    open_vault,
    refresh_first,
    verb_options,
)
from notekeep.errors import UsageError

if TYPE_CHECKING:
    from notekeep.search.results import Hit, SearchResults
    from notekeep.vault import Vault


# `search`: full text, best first, with the place where it hit.


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
    query = join_query(words)
    if not query.strip():
        raise UsageError("what should be searched for?", "for example `notekeep search habit cue`")
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh, words=True)
    # What goes on into another command is what was asked for, and nothing that is merely near it.
    piped = null or template is not None
    found = opened.search(query, limit=limit, relax=not piped, explain=explain)
    if as_json:
        output.write_json(results_object(query, found))
    elif null:
        output.write_null(hit.row.path for hit in found.hits)
    elif template is not None:
        from notekeep.cli.lists import fill_template, template_fields

        names = template_fields(opened, template, FOUND_THERE)
        for hit in found.hits:
            output.write(fill_template(template, hit.row, names, _found_there(hit)))
    else:
        _write(found, limit)
    if explain and not as_json:
        _explain(found)
    for remark in found.remarks:
        output.write_message(remark)
    if not found.total and not as_json:
        output.write_message(f"nothing found for {query!r}")
    return 0 if found.total and not found.instead else 1


def results_object(query: str, found: SearchResults) -> dict[str, Any]:
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


def _explain(found: SearchResults) -> None:
    from notekeep.search.score_explanation import explanation_lines

    output.write_message(found.explanation)
    for hit in found.hits:
        for line in explanation_lines(hit):
            output.write_message(line)


def _write(found: SearchResults, limit: int) -> None:
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
        output.write_message(f"{len(found.hits)} of {found.total}{more}")


def _marked(hit: Hit) -> list[tuple[str, str]]:
    """The snippet on one line, in pieces, those that matched in bold."""
    text = hit.snippet.text.replace("\n", " ")
    pieces: list[tuple[str, str]] = []
    at = 0
    for start, end in hit.snippet.marks:
        pieces += [(text[at:start], ""), (text[start:end], "yellow")]
        at = end
    return [*pieces, (text[at:], "")]


# `related`: notes about the same, and what they share.


REASONS = 3


@click.command(short_help="Notes that are about the same.")
@click.argument("note", nargs=-1, required=True, shell_complete=shell_completion.complete_note)
@limit_option(10)
@click.option("--null", is_flag=True, help="Paths only, with a NUL after each, for xargs -0.")
@json_option
@no_refresh_option
@verb_options
def related(
    note: tuple[str, ...],
    *,
    limit: int,
    null: bool,
    as_json: bool,
    no_refresh: bool,
    vault: str | None,
) -> int:
    """List the notes that are about the same as NOTE, the nearest first, and what both share.

    Links, links in common, tags, people and works, and telling words count; the rarer a thing
    is in the vault, the more.

    \b
    notekeep related "Deep Work"
    """
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh, words=True)
    found = opened.related(" ".join(note), limit=limit)
    if as_json:
        rows = [
            {
                "path": one.row.path,
                "title": one.row.title,
                "kind": one.row.kind,
                "score": round(one.score, 4),
                "why": list(one.why),
            }
            for one in found
        ]
        output.write_json({"total": len(rows), "related": rows})
    elif null:
        output.write_null(one.row.path for one in found)
    else:
        for one in found:
            output.write_styled([(one.row.title, "bold"), ("  ", ""), (one.row.path, "dim")])
            output.write_styled([("    ", ""), ("; ".join(one.why[:REASONS]), "")])
    if not found and not as_json:
        output.write_message("no other note shares anything with it")
    return 0 if found else 1


# How notes hang together: `links`, `backlinks`.


def _note(
    vault: str | None, name: tuple[str, ...], *, no_refresh: bool, words: bool = False
) -> tuple[Vault, str]:
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh, words=words)
    return opened, opened.resolve(" ".join(name)).path


@click.command(short_help="What a note links to.")
@click.argument("note", nargs=-1, required=True, shell_complete=shell_completion.complete_note)
@limit_option()
@json_option
@no_refresh_option
@verb_options
def links(
    note: tuple[str, ...],
    *,
    limit: int | None,
    as_json: bool,
    no_refresh: bool,
    vault: str | None,
) -> int:
    """List what NOTE links to, with the line; a broken link has no path.

    \b
    notekeep links "Deep Work"
    """
    opened, path = _note(vault, note, no_refresh=no_refresh)
    found = opened.links(path)
    shown = found[:limit]
    if as_json:
        output.write_json({"total": len(found), "links": [link._asdict() for link in shown]})
    else:
        output.table(
            [(str(link.line), link.target, link.path or _why(link.state)) for link in shown],
            stretch=1,
            whole=2,
        )
    return 0 if found else 1


@click.command(short_help="What links to a note.")
@click.argument("note", nargs=-1, required=True, shell_complete=shell_completion.complete_note)
@click.option("--mentions", is_flag=True, help="Where its name is said without a link.")
@click.option("--link", is_flag=True, help="With --mentions: make links of them, in one step.")
@limit_option()
@dry_run_option
@json_option
@no_refresh_option
@verb_options
def backlinks(
    note: tuple[str, ...],
    *,
    mentions: bool,
    link: bool,
    limit: int | None,
    dry_run: bool,
    as_json: bool,
    no_refresh: bool,
    vault: str | None,
) -> int:
    """List the notes that link to NOTE, with the line.

    \b
    notekeep backlinks "Deep Work"
    """
    opened, path = _note(vault, note, no_refresh=no_refresh, words=mentions)
    if mentions or link:
        return _mentions(opened, path, limit, link=link, dry_run=dry_run, as_json=as_json)
    found = opened.backlinks(path)
    shown = found[:limit]
    if as_json:
        output.write_json({"total": len(found), "links": [link._asdict() for link in shown]})
    else:
        rows = [(f"{link.source}:{link.line}", link.title) for link in shown]
        output.table(rows, stretch=1, whole=0)
    return 0 if found else 1


def _mentions(
    vault: Vault, path: str, limit: int | None, *, link: bool, dry_run: bool, as_json: bool
) -> int:
    found = vault.mentions(path)
    shown = found[:limit]
    if link and found:
        plan = vault.plan.link_mentions(vault.resolve(path), shown)
        return apply_plan(vault, plan, dry_run=dry_run, done=str)
    if as_json:
        rows = [
            {"path": one.path, "title": one.title, "line": one.line, "text": one.text}
            for one in shown
        ]
        output.write_json({"total": len(found), "mentions": rows})
    else:
        output.table([(f"{one.path}:{one.line}", one.text) for one in shown], stretch=1, whole=0)
    if not found and not as_json:
        output.write_message("no note says its name without linking to it")
    return 0 if found else 1


def _why(state: str) -> str:
    return {"broken": "no such note", "ambiguous": "could be several notes"}.get(state, state)
