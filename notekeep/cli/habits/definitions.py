"""Edit the notes that define habits: `habit add`, `edit`, `pause`, `archive`, `rename`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date

import click

from notekeep import dates
from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import RawCommand, change_options, habit_argument, yes_option
from notekeep.cli.confirmation import apply_plan, confirm
from notekeep.cli.habits.checkin import read_words
from notekeep.cli.habits.output import NO_HABIT, write_check_in
from notekeep.cli.notes import edit_file
from notekeep.cli.opening import open_vault
from notekeep.errors import NotFound, Refused, UsageError
from notekeep.habits.definition import fold_name
from notekeep.habits.measures import rate
from notekeep.habits.schedule import parse_schedule
from notekeep.habits.summary import format_run, format_strength
from notekeep.markdown.fields.field_changes import FieldChange
from notekeep.notes.habit_notes import (
    RuleChange,
    change_rules,
    check_habit_name,
    habit_fields,
    plan_pause,
    plan_resume,
    plan_rewrite,
    unarchive_changes,
)
from notekeep.notes.plan import WritePlan
from notekeep.tracking import checkin
from notekeep.tracking.habit_names import Habit
from notekeep.tracking.tracker import HabitIndex
from notekeep.vault import Vault


@click.command("add", short_help="Create a habit.")
@click.argument("title", nargs=-1, required=True)
@click.option("--id", "identity", metavar="ID", default="", help="Id to use in the log.")
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
@click.option(
    "--alias", "aliases", multiple=True, metavar="NAME", help="Another name for the habit."
)
@click.option("--group", metavar="NAME", default="", help="Group to list it under.")
@click.option("--when", "moment", metavar="TEXT", default="", help="Time and place.")
@click.option("--after", metavar="HABIT", default="", help="Habit that it follows.")
@click.option("--tiny", metavar="TEXT", default="", help="Smallest version that counts.")
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
    """Create a note for the habit TITLE.

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
    due = parse_schedule(schedule).text()  # show how the words were understood
    about = f"habit {fields['habit']}: {due}"
    if fields["goal"] != "done":  # "done" would look like today's status
        about += f", {fields['goal']}"
    return apply_plan(vault, plan, dry_run=dry_run, done=lambda path: f"{path}  {about}")


@click.command(
    "edit",
    cls=RawCommand,
    metavar="HABIT [DAY] [VALUE]",
    short_help="Correct an entry, or edit a definition.",
)
@click.option("--goal", metavar="GOAL", help="New goal, from today.")
@click.option("--schedule", metavar="WHEN", help="New schedule, from today.")
@click.option(
    "--from", "start", metavar="DAY", default="", help="First day of the change (default: today)."
)
@click.option("--rewrite", is_flag=True, help="Apply the change to all earlier days, too.")
@click.option("--group", metavar="NAME", help="Group to list it under.")
@click.option("--order", metavar="N", type=click.IntRange(0), help="Position in the group.")
@yes_option
@change_options
def edit_(
    words: tuple[str, ...],
    *,
    goal: str | None,
    schedule: str | None,
    start: str,
    rewrite: bool,
    group: str | None,
    order: int | None,
    yes: bool,
    dry_run: bool,
) -> int:
    """Edit the note of HABIT in your editor; with VALUE, correct the entry of a DAY.

    A new goal or schedule applies from today; earlier days keep the old one. With --rewrite it
    applies to all days; notekeep shows how the figures change and asks first.

    \b
    notekeep habit edit med                edit the definition
    notekeep habit edit med --goal "20 min"
    notekeep habit edit med --schedule 3/week --from monday
    notekeep habit edit med --goal "5 min" --rewrite
    notekeep habit edit med --group Morning --order 1
    notekeep habit edit med yesterday 20   set yesterday's amount to 20
    notekeep habit edit med yesterday      edit yesterday's log file
    """
    for option, text, default in (("--goal", goal, "done"), ("--schedule", schedule, "daily")):
        if text is not None and not text.strip():
            raise UsageError(f"{option} is empty.", f"The default is `{option} {default}`.")
    if start and rewrite:
        raise UsageError("--from and --rewrite cannot be combined.", "Use one of them.")
    if (start or rewrite) and not (goal or schedule):
        option = "--rewrite" if rewrite else "--from"
        raise UsageError(f"{option} needs a goal or a schedule.", "Add --goal or --schedule.")
    more = {"group": group, "order": order}
    changes = [f"{key}={value}" for key, value in more.items() if value is not None]
    if not (goal or schedule or changes):
        return _edit_entry_or_file(words, dry_run=dry_run)
    if len(words) != 1:
        hint = "For example: `notekeep habit edit med --order 1`"
        raise UsageError("These options need one habit, without a day or value.", hint)
    vault, found = _find(words[0])
    if not (goal or schedule):
        return _set(vault, found, changes, dry_run=dry_run)
    today = vault.habits.today()
    day = None if rewrite else dates.parse_day(start, today) if start else today
    rules = change_rules(vault.workspace, found, day, schedule=schedule or "", goal=goal or "")
    if rewrite:
        _confirm_rewrite(vault.habits, found, rules, yes=yes or dry_run)
    for text in rules.later:
        output.write_message(text)
    return _set(vault, found, [*rules.fields, *changes], dry_run=dry_run)


def _edit_entry_or_file(words: Sequence[str], *, dry_run: bool) -> int:
    """Correct the entry for a day, or without a value open the note or the log file."""
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


@click.command("pause", short_help="Pause habits.")
@click.argument(
    "words", nargs=-1, metavar="[HABIT] [DAYS]", shell_complete=shell_completion.complete_habit
)
@click.option("--all", "everything", is_flag=True, help="Pause all habits.")
@click.option("--group", metavar="NAME", default="", help="Pause the habits of a group.")
@click.option("--end", is_flag=True, help="End the current pause.")
@yes_option
@change_options
def pause_(
    words: tuple[str, ...], *, everything: bool, group: str, end: bool, yes: bool, dry_run: bool
) -> int:
    """Pause HABIT, a group or all habits. Paused days do not count and do not break a streak.

    \b
    notekeep habit pause gym 2026-07-01..07-21
    notekeep habit pause gym               from today, with no end date
    notekeep habit pause --all 2026-07-01..07-21
    notekeep habit pause gym --end         resume today
    """
    if everything and group:
        raise UsageError("--all and --group cannot be combined.", "Use one of them.")
    if everything or group:
        vault = open_vault()
        vault.habits.refresh()
        found = [one for one in vault.habits.known() if _can_pause(one, vault.habits.today())]
        if group:
            found = [each for each in found if fold_name(each.definition.group) == fold_name(group)]
        if not found:
            raise NotFound(f"No habit is in the group {group}." if group else NO_HABIT)
    elif words:
        vault, habit = _find(words[0])
        found, words = [habit], words[1:]
    else:
        raise UsageError("Name a habit, or use --all.", "For example: `notekeep habit pause gym`")
    days, today = " ".join(words), vault.habits.today()
    if end and days:
        raise UsageError("--end takes no days.", "The pause always ends yesterday.")
    if end:
        plan = plan_resume(vault.workspace, found, today)
    else:
        plan = plan_pause(vault.workspace, found, days, today)
    text = "resumed" if end else f"paused {plan.label}"
    return apply_plan(vault, plan, dry_run=dry_run, yes=yes, done=lambda path: f"{path}  {text}")


def _can_pause(habit: Habit, today: date) -> bool:
    """Whether a habit has a note and has not ended."""
    about = habit.definition
    has_ended = about.until is not None and about.until < today.toordinal()
    return bool(about.path) and not (about.is_archived or has_ended)


@click.command("archive", short_help="Archive a habit.")
@habit_argument
@click.option("--back", is_flag=True, help="Restore the habit from the archive.")
@change_options
def archive_(habit: str, *, back: bool, dry_run: bool) -> int:
    """Archive HABIT: it ends and is hidden from lists. Its history is kept.

    Today counts if it has an entry.
    """
    vault, found = _find(habit)
    changes = unarchive_changes(found, vault.habits.today())
    if not back:
        line = vault.habits.timeline(found)
        last = date.fromordinal(max(line.begin, line.closed))
        changes = ["archived=true", f"until={last.isoformat()}"]
    return _set(vault, found, changes, dry_run=dry_run)


@click.command("rename", short_help="Change the id of a habit.")
@habit_argument
@click.argument("new")
@click.option("--rewrite", is_flag=True, help="Also replace the id in every line of the log.")
@yes_option
@change_options
def rename_(habit: str, new: str, *, rewrite: bool, yes: bool, dry_run: bool) -> int:
    """Change the id of HABIT to NEW. The old id becomes an alias, so log lines stay valid.

    --rewrite also changes those lines, in one step. Other devices may write the old id until they
    sync; their lines stay valid, because the old id is an alias.
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
    """Return the vault and the habit with a name; raise Refused if the habit has no note."""
    vault = open_vault()
    found = vault.habits.resolve(name)
    if not found.definition.path:
        raise Refused(
            f"No note defines {found.definition.id}.",
            f"`notekeep habit add {found.definition.id}` creates one.",
        )
    return vault, found


def _confirm_rewrite(index: HabitIndex, habit: Habit, rules: RuleChange, *, yes: bool) -> None:
    """Show how new rules for all days change a habit's statistics, and ask for confirmation."""
    columns = []
    for one in (habit, habit._replace(definition=rules.definition)):
        view, counts = index.view(one), rate(index.timeline(one))
        unit = view.streak_unit
        runs = [format_run(length, unit) if unit else "" for length in (view.streak, view.best)]
        columns.append((*runs, str(counts.met), str(counts.missed), format_strength(view)))
    names = ("streak", "best streak", "met", "missed", "strength")
    output.table([*zip(names, *columns, strict=True)], heads=("", "before", "after"))
    confirm(
        "Apply this to all earlier days?",
        "This would change the figures for earlier days.",
        yes=yes,
    )


def _set(vault: Vault, found: Habit, changes: Sequence[str | FieldChange], *, dry_run: bool) -> int:
    plan = vault.notes.plan_set([found.definition.path], changes)
    text = ", ".join(map(str, changes))
    return apply_plan(vault, plan, dry_run=dry_run, done=lambda path: f"{path}  {text}")


def _file(index: HabitIndex, habit: Habit, day: date | None) -> str:
    """Return the note of a habit, or the log file with its last entry for a day."""
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
