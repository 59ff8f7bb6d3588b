"""The notes that define habits: `habit add`, `edit`, `pause`, `archive`, `rename`."""

from __future__ import annotations

import os
from datetime import date

import click

from notekeep import dates
from notekeep.cli.arguments import RawCommand, change_options, habit_argument, yes_option
from notekeep.cli.confirmation import apply_plan
from notekeep.cli.habit_checkin import read_words
from notekeep.cli.habit_output import write_check_in
from notekeep.cli.notes import edit_file
from notekeep.cli.opening import open_vault
from notekeep.errors import NotFound, Refused, UsageError
from notekeep.habits.schedule import parse_schedule
from notekeep.notes.habit_notes import (
    begin_pause,
    check_habit_name,
    end_pause,
    habit_fields,
    leave_archive,
    plan_rewrite,
)
from notekeep.notes.plan import WritePlan
from notekeep.tracking import checkin
from notekeep.tracking.habit_names import Habit
from notekeep.tracking.tracker import HabitIndex
from notekeep.vault import Vault


@click.command("add", short_help="Create a habit.")
@click.argument("title", nargs=-1, required=True)
@click.option("--id", "identity", metavar="ID", default="", help="Name in the log.")
@click.option(
    "--schedule",
    metavar="WHEN",
    default="daily",
    help='daily, mon,wed,fri, 3/week, "every other day" ...',
)
@click.option(
    "--goal", metavar="GOAL", default="done", help='"10 minutes", "at most 2 cups", ">= 10 min" ...'
)
@click.option("--since", metavar="DAY", default="", help="Start date (default: first log entry).")
@click.option("--alias", "aliases", multiple=True, metavar="NAME", help="Another name for the log.")
@click.option("--group", metavar="NAME", default="", help="Group to list it under.")
@click.option("--when", "moment", metavar="TEXT", default="", help="Time and place.")
@click.option("--after", metavar="HABIT", default="", help="Habit that comes before it.")
@click.option("--tiny", metavar="TEXT", default="", help="Two-minute version of it.")
@change_options
def add_(
    title: tuple[str, ...],
    *,
    identity: str,
    schedule: str,
    goal: str,
    since: str,
    aliases: tuple[str, ...],
    dry_run: bool,
    **more: str,
) -> int:
    """Create the habit TITLE in a note of its own.

    \b
    notekeep habit add Meditate --goal ">= 10 min" --alias med
    notekeep habit add "Go to the gym" --id gym --schedule mon,wed,fri
    """
    vault = open_vault()
    index = vault.habits
    name = " ".join(title)
    fields = habit_fields(
        index, name, identity=identity, schedule=schedule, goal=goal, since=since, aliases=aliases
    )
    if aliases:
        fields["aliases"] = list(aliases)
    if more["moment"]:
        fields["when"] = more["moment"]
    if more["after"]:
        before = index.find(more["after"]).definition
        name_before = os.path.basename(before.path).removesuffix(".md") or before.id
        fields["after"] = f"[[{name_before}]]"
    fields.update({key: more[key] for key in ("group", "tiny") if more[key]})
    plan = vault.notes.plan_new("habit", name, fields=fields)
    due = parse_schedule(schedule).text()  # to show how words were read
    about = f"habit {fields['habit']}: {due}"
    if fields["goal"] != "done":  # would look like the status of today
        about += f", {fields['goal']}"
    return apply_plan(vault, plan, dry_run=dry_run, done=lambda path: f"{path}  {about}")


@click.command(
    "edit",
    cls=RawCommand,
    metavar="HABIT [DAY] [VALUE]",
    short_help="Correct an entry, or edit a definition.",
)
@click.option("--group", metavar="NAME", help="Group to list it under.")
@click.option("--order", metavar="N", type=click.IntRange(0), help="Position in the group.")
@change_options
def edit_(words: tuple[str, ...], *, group: str | None, order: int | None, dry_run: bool) -> int:
    """Edit the note of HABIT in your editor; with VALUE, correct the entry of a DAY.

    \b
    notekeep habit edit med                the definition
    notekeep habit edit med --group Morning --order 1
    notekeep habit edit med yesterday 20   set yesterday's amount to 20
    notekeep habit edit med yesterday      the log file of yesterday, in your editor
    """
    if group is not None or order is not None:
        if len(words) != 1:
            raise UsageError("Name one habit.", "For example: `notekeep habit edit med --order 1`")
        vault, found = _find(words[0])
        changes = [] if group is None else [f"group={group}"]
        changes += [] if order is None else [f"order={order}"]
        return _set(vault, found, changes, dry_run=dry_run)
    vault = open_vault()
    index = vault.habits
    index.refresh()
    entries = read_words(words, index)
    if len(entries) != 1:
        raise UsageError("Name one habit.", "For example: `notekeep habit edit med yesterday 20`")
    correction = entries[0]
    if not correction.is_typed:
        code = edit_file(vault, _file(index, correction.habit, correction.day))
        index.refresh()
        return code
    value = correction.value
    if value.kind == "amount":
        value = value._replace(is_set=True)
    correction = correction._replace(value=value, replaces=True)
    done = checkin.append_check_in(index, correction, dry_run=dry_run)
    write_check_in(done, index)
    return 0


@click.command("pause", short_help="Pause a habit.")
@habit_argument
@click.argument("days", required=False, default="")
@click.option("--end", is_flag=True, help="End the current pause.")
@change_options
def pause_(habit: str, days: str, *, end: bool, dry_run: bool) -> int:
    """Pause HABIT. Paused days do not count and do not break a streak.

    \b
    notekeep habit pause gym 2026-07-01..07-21
    notekeep habit pause gym               from today on
    notekeep habit pause gym --end         resume today
    """
    vault, found = _find(habit)
    today = vault.habits.today()
    changes = end_pause(found, today) if end else begin_pause(days, today)
    return _set(vault, found, changes, dry_run=dry_run)


@click.command("archive", short_help="Archive a habit.")
@habit_argument
@click.option("--back", is_flag=True, help="Restore it from the archive.")
@change_options
def archive_(habit: str, *, back: bool, dry_run: bool) -> int:
    """Archive HABIT: it ends today and is hidden from lists. Its history is kept."""
    vault, found = _find(habit)
    today = vault.habits.today().isoformat()
    changes = leave_archive(found, vault.habits.today())
    if not back:
        changes = ["archived=true", f"until={today}"]
    return _set(vault, found, changes, dry_run=dry_run)


@click.command("rename", short_help="Change the id of a habit.")
@habit_argument
@click.argument("new")
@click.option("--rewrite", is_flag=True, help="Also replace the id in every line of the log.")
@yes_option
@change_options
def rename_(habit: str, new: str, *, rewrite: bool, yes: bool, dry_run: bool) -> int:
    """Change the id of HABIT to NEW. The old id becomes an alias, so log lines stay valid.

    --rewrite also changes those lines, in one step. Other devices may still write the old id until
    they sync; its lines stay valid through the alias.
    """
    vault, found = _find(habit)
    index = vault.habits
    if not index.is_name(new) or index.find(new).key != found.key:
        check_habit_name(index, new)
    changes = []
    if new != found.definition.id:
        changes = [f"habit={new}", f"aliases+={found.definition.id}"]
    if new in found.definition.aliases:
        changes.append(f"aliases-={new}")
    if not (rewrite or changes):
        raise Refused(f"{found.definition.title} already has the id {new}.")
    if not rewrite:
        return _set(vault, found, changes, dry_run=dry_run)
    path = found.definition.path
    plan = vault.notes.plan_set([path], changes) if changes else WritePlan("set", path)
    plan = plan_rewrite(plan, vault.workspace, index, found, new)
    return apply_plan(vault, plan, dry_run=dry_run, yes=yes)


def _find(name: str) -> tuple[Vault, Habit]:
    """Return the vault and the habit with a name; Refused without a note."""
    vault = open_vault()
    found = vault.habits.resolve(name)
    if not found.definition.path:
        raise Refused(
            f"No note defines {found.definition.id}.",
            f"`notekeep habit add {found.definition.id}` creates one.",
        )
    return vault, found


def _set(vault: Vault, found: Habit, changes: list[str], *, dry_run: bool) -> int:
    plan = vault.notes.plan_set([found.definition.path], changes)
    text = ", ".join(changes)
    return apply_plan(vault, plan, dry_run=dry_run, done=lambda path: f"{path}  {text}")


def _file(index: HabitIndex, habit: Habit, day: date | None) -> str:
    """Return the note of a habit, or the log file with its last entry of a day."""
    if day is None:
        if not habit.definition.path:
            raise NotFound(f"No note defines {habit.definition.id}.")
        return habit.definition.path
    lines = index.lines(habit, day, day)
    if not lines:
        raise NotFound(
            f"Nothing is logged for {habit.definition.id} on {dates.format_short_day(day)}."
        )
    return lines[-1].path
