"""Search and links: `search`, `related`, `links`, `backlinks`."""

from __future__ import annotations

import click

from notekeep.cli import output
from notekeep.cli.arguments import (
    RawCommand,
    answer_options,
    dry_run_option,
    join_query,
    limit_option,
    note_argument,
    null_option,
    template_option,
)
from notekeep.cli.confirmation import apply_plan
from notekeep.cli.context import is_json
from notekeep.cli.lists import read_template
from notekeep.cli.opening import open_refreshed
from notekeep.errors import UsageError
from notekeep.search.results import NEAR_IN_MEANING, Hit, SearchResults
from notekeep.vault import Vault

INDENT = "    "
REASONS = 3  # the maximum number to show for a related note
NO_PATH = {"broken": "no such note", "ambiguous": "could be several notes"}
HIT_FIELDS = ("line", "heading", "score", "snippet")
"""The names that a template can contain in addition to the fields of a note."""


@click.command(cls=RawCommand, metavar="QUERY...", short_help="Search notes.")
@limit_option(20)
@click.option("--explain", is_flag=True, help="Explain the query and each match.")
@template_option
@null_option
@answer_options
def search(
    words: tuple[str, ...], *, limit: int, explain: bool, template: str | None, null: bool
) -> int:
    """Search notes for QUERY, best match first.

    \b
    notekeep search cue craving
    notekeep search '"two-minute rule" type:book'
    notekeep search 'habit -tag:draft finished:2026'
    """
    query = join_query(words)
    if not query.strip():
        raise UsageError("Search words are needed.", "For example: `notekeep search habit cue`")
    vault = open_refreshed(words=True)
    # Programs that read the output get only exact results.
    piped = null or template is not None
    found = vault.search.search(query, limit=limit, relax=not piped, explain=explain)
    for remark in found.remarks:
        output.write_message(remark)
    if is_json():
        output.write_json(found.as_object(query))
    elif null:
        output.write_null(hit.row.path for hit in found.hits)
    elif template is not None:
        fill = read_template(vault, template, HIT_FIELDS)
        for hit in found.hits:
            line, snippet = str(hit.line or ""), hit.snippet.plain().text.strip()
            score = f"{hit.score:.2f}"
            output.write(
                fill(hit.row, line=line, heading=hit.heading, score=score, snippet=snippet)
            )
    else:
        _write(found, limit)
    if explain and not is_json():
        output.write_message(found.explanation)
        for line in (line for hit in found.hits for line in explanation_lines(hit)):
            output.write_message(line)
    if not found.total and not is_json():
        output.write_message(f'No results for "{query}".')
    return 0 if found.total else 1


def explanation_lines(hit: Hit) -> list[str]:
    """Return the lines that explain a hit."""
    why = hit.why
    if why is None:
        return []
    lines = [f"{hit.row.title}: {'; '.join(why.conditions)}"]
    if why.words:
        lines.append(f"  words: {', '.join(why.words)}")
    if why.parts:
        sums = " + ".join(f"{share:.2f} {name}" for name, share in why.parts)
        lines.append(f"  score: {sums}")
    if why.is_named:
        lines.append("  first: exact title match")
    if why.fields:
        shares = (f"{share:.2f} {term} in {field}" for term, field, share in why.fields)
        lines.append(f"  words in detail: {', '.join(shares)}")
    return lines


def _write(found: SearchResults, limit: int) -> None:
    for hit in found.hits:
        place = f"{hit.row.path}:{hit.line}" if hit.line else hit.row.path
        passage = hit.passage
        headings = " / ".join(name for name in passage.headings if name != hit.row.title)
        above = passage.attachment or headings
        output.write_styled(
            [
                (hit.row.title, "bold"),
                ("  ", ""),
                (place, "dim"),
                (f"  {above}" if above else "", "dim"),
                (f"  {NEAR_IN_MEANING}" if hit.near else "", "dim"),
            ]
        )
        if hit.snippet.text:
            output.write_styled([(INDENT, ""), *_marked(hit)])
    if found.total > len(found.hits):
        # With fewer hits, the query itself has a limit.
        more = " -n shows more." if len(found.hits) >= limit else ""
        output.write_message(f"Showing {len(found.hits)} of {found.total}.{more}")


def _marked(hit: Hit) -> list[tuple[str, str]]:
    text, marks, _ = hit.snippet.plain()
    pieces: list[tuple[str, str]] = []
    at = 0
    for start, end in marks:
        pieces += [(text[at:start], ""), (text[start:end], "yellow")]
        at = end
    return [*pieces, (text[at:], "")]


@click.command(short_help="Find similar notes.")
@note_argument
@limit_option(10)
@null_option
@answer_options
def related(note: tuple[str, ...], *, limit: int, null: bool) -> int:
    """List the notes most similar to NOTE, and what they share.

    The score counts common links, tags, people and works, words of the title, and rare words. Rare
    ones count more.

    \b
    notekeep related "Deep Work"
    """
    vault = open_refreshed(words=True)
    found = vault.search.related(" ".join(note), limit=limit)
    if is_json():
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
            output.write(INDENT + "; ".join(one.why[:REASONS]))
    if not found and not is_json():
        output.write_message("No similar notes.")
    return 0 if found else 1


@click.command(short_help="List what a note links to.")
@note_argument
@limit_option()
@answer_options
def links(note: tuple[str, ...], *, limit: int | None) -> int:
    """List the links in NOTE, with line numbers. Broken links have no path.

    \b
    notekeep links "Deep Work"
    """
    found = open_refreshed().search.links(" ".join(note))
    shown = found[:limit]
    objects = [link._asdict() for link in shown]
    return output.write_answer(
        [
            (str(link.line), link.target, link.path or NO_PATH.get(link.state, link.state))
            for link in shown
        ],
        json={"total": len(found), "links": objects},
        stretch=1,
        whole=2,
    )


@click.command(short_help="List what links to a note.")
@note_argument
@click.option("--mentions", is_flag=True, help="List mentions of its name without a link.")
@click.option("--link", is_flag=True, help="With --mentions: turn them into links, in one step.")
@limit_option()
@dry_run_option
@answer_options
def backlinks(
    note: tuple[str, ...], *, mentions: bool, link: bool, limit: int | None, dry_run: bool
) -> int:
    """List the notes that link to NOTE, with line numbers.

    \b
    notekeep backlinks "Deep Work"
    """
    vault = open_refreshed(words=mentions)
    path = vault.workspace.resolve(" ".join(note)).path
    if mentions or link:
        return _mentions(vault, path, limit, link=link, dry_run=dry_run)
    found = vault.search.backlinks(path)
    shown = found[:limit]
    objects = [link._asdict() for link in shown]
    return output.write_answer(
        [(f"{link.source}:{link.line}", link.title) for link in shown],
        json={"total": len(found), "links": objects},
        stretch=1,
        whole=0,
    )


def _mentions(vault: Vault, path: str, limit: int | None, *, link: bool, dry_run: bool) -> int:
    found = vault.search.mentions(path)
    shown = found[:limit]
    if link and found:
        row = vault.workspace.resolve(path)
        plan = vault.notes.plan_mention_lines(row, vault.notes.find_mention_lines(row, shown))
        return apply_plan(vault, plan, dry_run=dry_run)
    objects = [
        {"path": one.path, "title": one.title, "line": one.line, "text": one.text} for one in shown
    ]
    return output.write_answer(
        [(f"{one.path}:{one.line}", one.text) for one in shown],
        json={"total": len(found), "mentions": objects},
        empty="No unlinked mentions. Names that are common words in the vault are ignored.",
        stretch=1,
        whole=0,
    )
