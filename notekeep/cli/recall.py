"""Passages: `quotes` and `recall`."""

from __future__ import annotations

import datetime as dt
import os
import random as chance
import sys
from collections.abc import Sequence

import click

from notekeep.cli import output
from notekeep.cli.arguments import (
    DefaultGroup,
    RawCommand,
    answer_options,
    change_options,
    dry_run_option,
    join_query,
    limit_option,
)
from notekeep.cli.confirmation import apply_plan
from notekeep.cli.context import is_json
from notekeep.cli.opening import open_refreshed
from notekeep.dates import format_short_day
from notekeep.errors import NotekeepError, NotFound
from notekeep.markdown.sanitize import clean_line
from notekeep.recall.log import GRADES
from notekeep.services.recall import LATER_DAYS, STATS_DAYS, RecallService, ReviewItem
from notekeep.vault import Vault

NO_PASSAGE = 'No quotes yet. `notekeep quote NOTE "TEXT"` adds one.'

_ANSWER_KEYS = {str(number): grade for number, grade in enumerate(GRADES, 1)}
_ANSWER_KEYS |= {"k": "keep", "x": "stop", "l": f"later {LATER_DAYS}"}
_KEYS = (
    "1 again  2 hard  3 good  4 easy  k keep  l later  x stop  f favourite  t TAG  n THOUGHT  "
    "e edit  o note  u undo  enter next  q quit"
)


@click.command(cls=RawCommand, metavar="[QUERY...]", short_help="List the quotes in your notes.")
@click.option("--random", "is_random", is_flag=True, help="Show one random quote.")
@limit_option()
@answer_options
def quotes(words: tuple[str, ...], *, is_random: bool, limit: int | None) -> int:
    """List the block quotes of the notes that match QUERY, or of all notes.

    Words of QUERY must be in the quote, or in the title or author of its note.

    \b
    notekeep quotes type:book
    notekeep quotes habit --random
    """
    query = join_query(words)
    found = open_refreshed(words=bool(query)).recall.passages(query)
    shown = [chance.choice(found)] if is_random and found else found[:limit]  # noqa: S311 - no secret
    return _write_passages(shown, len(found), "No quotes found." if query else NO_PASSAGE)


def _write_passages(items: Sequence[ReviewItem], total: int, empty: str) -> int:
    """Print passages with their sources, or as JSON; return the exit code, 1 if none."""
    if is_json():
        output.write_json({"total": total, "quotes": [one.as_object() for one in items]})
    elif not items:
        output.write_message(empty)
    else:
        for number, one in enumerate(items):
            if number:
                output.write("")
            _write_passage(one)
    return 0 if items else 1


def _write_passage(item: ReviewItem) -> None:
    one = item.passage
    output.write(one.text)
    about = " · ".join(filter(None, (one.source.title, one.author, one.locator)))
    favourite = " ★" if item.recall.is_favourite else ""
    output.write_styled([(f"— {about}{favourite}  ", ""), (f"{one.source.path}:{one.line}", "dim")])


def _prompt(text: str) -> str:
    return str(
        click.prompt(clean_line(text), default="", show_default=False, err=True, prompt_suffix="> ")
    )


@click.group(
    cls=DefaultGroup,
    default=["run"],
    alone=["run"],
    usage=["[QUERY...]", "COMMAND ..."],
    short_help="Go through the quotes that are due.",
)
def recall() -> None:
    """Go through the quotes that are due today, one after the other.

    \b
    notekeep recall                     ten quotes: those due, then new quotes
    notekeep recall type:book -n 5
    notekeep recall answer KEY good     one answer, for scripts
    notekeep recall stats

    Answers are stored in `review/log`, and your notes do not change. `notekeep undo` reverts an
    answer.
    """


@recall.command("run", cls=RawCommand, metavar="[QUERY...]", short_help="Go through quotes.")
@click.option("--adopt", is_flag=True, help="Add block ids to quotes that you have answered.")
@click.option("--cards", is_flag=True, help="Also show all cards in these notes.")
@limit_option()
@dry_run_option
@answer_options
def run(
    words: tuple[str, ...], *, adopt: bool, cards: bool, limit: int | None, dry_run: bool
) -> int:
    """Go through the quotes that are due today, from the notes that match QUERY.

    At most ten quotes per day are shown, unless you use -n or change the settings.

    Type a key and press enter: 1 again, 2 hard, 3 good, 4 easy, k keep without a grade, l or `l 7`
    later, x stop, f favourite, `t TAG` tag the note, `n THOUGHT` add a thought below the quote,
    e edit, o print the path of the note, u undo, q quit.

    A quote with a block id keeps its answers, even after large edits. A card is a line
    `Question:: answer`, an item with #card and the answer below it, or a line with ==hidden==
    words. Cards are shown only from notes that match the query in the setting `cards`, unless
    you use --cards.
    """
    query = join_query(words)
    vault = open_refreshed(words=bool(query))
    service = vault.recall
    if adopt:
        return apply_plan(vault, service.plan_adopt(query), dry_run=dry_run)
    items = service.queue(query, limit, all_cards=cards)
    if is_json() or not sys.stdin.isatty():
        return _write_passages(items, len(items), _nothing_due(service, query))
    if not items:
        output.write_message(_nothing_due(service, query))
        return 1
    for number, item in enumerate(items, 1):
        output.write_styled([("", ""), (f"{number} of {len(items)}", "dim")])
        if not _ask(vault, item):
            break
    return 0


def _nothing_due(service: RecallService, query: str) -> str:
    if not service.passages(query):
        return "No quotes found." if query else NO_PASSAGE
    if service.queue(query, sys.maxsize):
        return "Done for today. Use a higher -n to see more."
    return "Nothing is due today."


def _ask(vault: Vault, item: ReviewItem) -> bool:
    """Show a passage and ask until it is answered; return False to quit."""
    _write_passage(item)
    if item.is_edited:
        output.write_message("Edited since the last answer.")
    days = enumerate(vault.recall.intervals(item).items(), 1)
    grades = "  ".join(
        f"{number} {grade} ({output.count_noun(count, 'day')})" for number, (grade, count) in days
    )
    is_hidden = bool(item.passage.answer)
    while True:
        try:
            if is_hidden:
                _prompt("enter shows the answer")
                output.write(item.passage.answer)
                is_hidden = False
            output.write_message(f"{grades}  ? other keys")
            typed = _prompt("")
        except click.Abort:
            output.write_message("")
            return False
        key, _, rest = typed.strip().partition(" ")
        if key == "q":
            return False
        try:
            if _apply(vault, item, key.casefold(), rest.strip()):
                return True
        except NotekeepError as error:
            output.write_message(f"{error.message} {error.hint}")


def _apply(vault: Vault, item: ReviewItem, key: str, rest: str) -> bool:
    """Carry out a typed command; return whether to go to the next passage."""
    service = vault.recall
    passage = service.find(item.passage.key).passage  # its line may have changed
    path = passage.source.path
    if not key:
        return True
    if key in _ANSWER_KEYS:
        after = service.answer(
            passage.key, f"later {rest}" if key == "l" and rest else _ANSWER_KEYS[key]
        )
        output.write_message(_describe_due(after, service))
        return True
    if key == "f":
        is_favourite = service.find(passage.key).recall.is_favourite
        service.answer(passage.key, "no-favourite" if is_favourite else "favourite")
        output.write_message("No longer a favourite." if is_favourite else "Marked as a favourite.")
    elif key == "u":
        output.write_message(f"Undid: {service.undo()}")
    elif key == "o":
        output.write(f"{path}:{passage.line}")
    elif key == "e":
        from notekeep.cli.notes import edit_file

        edit_file(vault, path)
        vault.indexing.refresh(for_answer=True, words=False)
    elif key == "t" and rest:
        vault.notes.tag([path], [rest.lstrip("#")])
        output.write_message(f"Tagged {passage.source.title}.")
    elif key == "n" and rest:
        vault.notes.apply(vault.notes.plan_thought(path, passage.line, rest))
        output.write_message(f"Added to {passage.source.title}.")
    else:
        output.write_message(_KEYS)
    return False


def _describe_due(item: ReviewItem, service: RecallService) -> str:
    due = item.recall.due
    if not due:
        return "Stopped. It will not come back until you answer it again."
    return f"Next: {format_short_day(dt.date.fromordinal(due), service.workspace.today())}."


@recall.command("answer", short_help="Answer one quote.")
@click.argument("key")
@click.argument("value", nargs=-1, required=True)
@change_options
def answer(key: str, value: tuple[str, ...], *, dry_run: bool) -> int:
    """Log VALUE as today's answer to a quote. `notekeep quotes --json` lists the KEY of each quote.

    VALUE is again, hard, good, easy, keep, later 30d, stop, clear, favourite or no-favourite.
    """
    service = open_refreshed().recall
    after = service.answer(key, " ".join(value), dry_run=dry_run)
    output.write(_describe_due(after, service))
    return 0


@recall.command("import", short_help="Take over review days from Obsidian or Logseq.")
@click.argument("folder", required=False, metavar="[FOLDER]")
@change_options
def import_(folder: str | None, *, dry_run: bool) -> int:
    """Log the review days in your notes that Obsidian's plug-in Spaced Repetition or Logseq wrote.

    FOLDER is a Logseq graph: import its notes first, with `notekeep import FOLDER --write`. Quotes
    and cards that you have already answered are left out.
    """
    place = os.path.expanduser(folder or "")
    if place and not os.path.isdir(place):
        raise NotFound(f"{folder} is not a folder.", "Give the folder of a Logseq graph.")
    vault = open_refreshed()
    return apply_plan(vault, vault.recall.plan_import(place), dry_run=dry_run)


@recall.command("stats", short_help="Show how much you remember.")
@answer_options
def stats() -> int:
    """Show how many quotes you have, how many are due, and how much you remember."""
    found = open_refreshed().recall.stats()
    share = f"{found.remembered * 100:.0f} %" if found.remembered is not None else "no grades yet"
    coming = ", ".join(f"{count} on {format_short_day(day)}" for day, count in found.coming.items())
    rows = [
        ("quotes", str(found.passages)),
        ("new", str(found.new)),
        ("due", str(found.due)),
        ("stopped", str(found.stopped)),
        ("favourites", str(found.favourites)),
        (f"answers, {STATS_DAYS} days", str(found.answers)),
        ("remembered", share),
        ("next week", coming or "nothing due"),
    ]
    return output.write_answer(rows, json=found.as_object())


@recall.group("export", short_help="Export quotes to another program.")
def export_() -> None:
    """Export quotes to another program."""


@export_.command("anki", cls=RawCommand, metavar="[QUERY...]", short_help="Print a file for Anki.")
@click.option("--out", metavar="FILE", help="Write to FILE.")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@answer_options
def anki(words: tuple[str, ...], *, out: str | None, force: bool) -> int:
    """Print the quotes of the notes that match QUERY as a text file for Anki.

    \b
    notekeep recall export anki type:book --out books.txt

    In Anki, choose File, Import. Importing again updates the cards. Private quotes are left out.
    """
    from notekeep.cli.habits.integrations import save_export
    from notekeep.services.anki import make_anki_file  # loads the export

    query = join_query(words)
    vault = open_refreshed(words=bool(query), whole=True)
    recall = vault.recall
    file = make_anki_file(vault.workspace, [*recall.passages(query), *recall.cards(query)])
    text = "".join(f"{line}\n" for line in file.lines)
    if file.private:
        output.write_message(f"{output.count_noun(file.private, 'private quote')} left out.")
    if not file.cards:
        output.write_message("No quotes found." if query else NO_PASSAGE)
        return 1
    if out is None:
        output.write_bytes(text.encode())
    else:
        save_export(os.path.expanduser(out), text.encode(), force=force)
        output.write_message(f"{out}: {output.count_noun(file.cards, 'card')}")
    return 0
