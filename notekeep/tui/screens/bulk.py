"""Verbs on the marked notes: asked for, planned, shown, and written as one step.

With nothing marked they are about the note under the cursor, and what changes that note alone is
done without being shown first: undo takes it back.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from notekeep.errors import UsageError
from notekeep.markdown.changes import FieldChange, read_change, typed, with_date
from notekeep.markdown.clean import clean_line
from notekeep.markdown.kinds import CHOICES, canonical
from notekeep.tui import clipboard
from notekeep.tui.jobs import in_background, say
from notekeep.tui.messages import Working
from notekeep.tui.render.words import plural
from notekeep.tui.screens.ask_words import AskWords
from notekeep.tui.screens.dialogs import Choice, Option, ask
from notekeep.tui.screens.planned import PlanScreen
from notekeep.tui.telling import tell_done

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.index.rows import Row
    from notekeep.tui.screens.gridding import Gridding
    from notekeep.vault import Vault
    from notekeep.writing.plan import Done, WritePlan


def tag(screen: Gridding) -> None:
    """Ask for tags to add to the marked notes and to take away, as `+this -that`."""
    paths = _paths(screen)

    def planned(text: str) -> WritePlan:
        add, remove = tags_of(text)
        if not add and not remove:
            raise UsageError("No tag yet", "Write +this to add one and -that to take one away.")
        return screen.vault.plan.tag(paths, add, remove)

    words = AskWords(f"Tags of {_count(paths)}", "A minus takes a tag away.", "+reading -inbox")
    _ask(screen, words, paths, planned, ("Tag", "Tagged"), lambda: list(screen.vault.tags()))


def tags_of(text: str) -> tuple[list[str], list[str]]:
    """Read `+this -that #other` into what is added and what is taken away."""
    words = text.replace(",", " ").split()
    add = [word.lstrip("+#") for word in words if not word.startswith("-")]
    remove = [word.lstrip("-#") for word in words if word.startswith("-")]
    return [word for word in add if word], [word for word in remove if word]


def set_field(screen: Gridding) -> None:
    """Ask for changes of fields as the command line takes them, and make them in every note."""
    paths = _paths(screen)
    vault = screen.vault

    def planned(text: str) -> WritePlan:
        return vault.plan.set_fields(paths, changes_in(vault, text))

    words = AskWords(
        f"Set a field of {_count(paths)}",
        "field=value, field+=item, field-=item, or field= to empty it; quotes around blanks.",
        "rating=5 status=finished",
    )
    _ask(screen, words, paths, planned, ("Change", "Changed"), lambda: _fields(vault))


def changes_in(vault: Vault, text: str) -> list[FieldChange]:
    """Read changes of fields as a person types them.

    Raises:
        UsageError: There is none, or a value that its field cannot hold.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise UsageError("A quote is not closed", "Put one at the end as well.") from None
    if not words:
        raise UsageError("Nothing to change yet", "Write field=value.")
    changes = [with_date(read_change(word), vault.schema, vault.today()) for word in words]
    for change in changes:
        if change.op == "=" and change.value is not None:
            name = canonical(change.key)
            typed(name, vault.schema.type_of("", name), change.value)
    return changes


def _fields(vault: Vault) -> list[str]:
    """Give what a change may begin with: the fields of the vault, and the usual values."""
    kinds = vault.schema.kinds.values()
    names = {*vault.catalog.field_names(), *(name for kind in kinds for name in kind.fields)}
    usual = [f"{name}={value}" for (_, name), values in CHOICES.items() for value in values]
    return [*(f"{name}=" for name in names), *usual]


def may_publish(screen: Gridding) -> None:
    """Ask whether the notes may be published."""
    paths = _paths(screen)
    if not paths:
        screen.say_nothing_listed()
        return
    options = [
        Option("Yes", "publish: true", "true"),
        Option("No", "publish: false", "false"),
        Option("Say nothing", "the field goes away", "-"),
    ]

    def answered(value: str | None) -> None:
        if value is not None:
            change = FieldChange("publish", "=", None if value == "-" else value)
            _plan(
                screen,
                f"{change} in {_count(paths)}",
                paths,
                lambda: screen.vault.plan.set_fields(paths, [change]),
                (lambda count: f"{change} in {count}"),
            )

    title = f"May {_count(paths)} be published?"
    screen.app.push_screen(Choice(title, options, screen.glyphs), answered)


def move(screen: Gridding) -> None:
    """Ask for a folder, and move the notes there."""
    paths = _paths(screen)

    def planned(text: str) -> WritePlan:
        if not text:
            raise UsageError("Which folder?", "A new one is made; a point is the vault itself.")
        return screen.vault.plan.move_all(paths, "" if text == "." else text)

    words = AskWords(
        f"Move {_count(paths)} to a folder",
        "Links follow. A new folder is made; a point is the vault itself.",
        "books/read",
        is_one=True,
    )
    _ask(screen, words, paths, planned, ("Move", "Moved"), lambda: _folders(screen.vault))


def _folders(vault: Vault) -> list[str]:
    found = {path.rpartition("/")[0] for path in vault.paths()}
    return sorted(found - {""})


def delete(screen: Gridding) -> None:
    """Move the notes to the vault's trash."""
    paths = _paths(screen)
    _plan(
        screen,
        f"Delete {_count(paths)}",
        paths,
        lambda: screen.vault.plan.delete_all(paths),
        lambda count: f"Moved {count} to .trash",
    )


def copy_links(screen: Gridding) -> None:
    """Put links to the marked notes on the clipboard, one on each line."""
    paths = _paths(screen)

    def copied(titles: list[str]) -> None:
        clipboard.copy(screen.app, "\n".join(f"[[{title}]]" for title in titles))
        say(screen, f"Copied {plural(len(titles), 'link')}")

    in_background(
        screen,
        lambda: [clean_line(row.title) for row in _rows(screen.vault, paths)],
        copied,
        group="copy",
    )


def _rows(vault: Vault, paths: Sequence[str]) -> list[Row]:
    return sorted(vault.catalog.rows_of(paths).values(), key=lambda row: row.title.casefold())


# From the question to the step.


def _paths(screen: Gridding) -> list[str]:
    return [*screen.chosen_notes()]


def _count(paths: Sequence[str]) -> str:
    return plural(len(paths), "note")


def _ask(
    screen: Gridding,
    words: AskWords,
    paths: Sequence[str],
    planned: Callable[[str], WritePlan],
    verb: tuple[str, str],
    known: Callable[[], list[str]],
) -> None:
    """Ask for words, plan what they say, show the plan when it is about many, and do it.

    Args:
        screen: What asks.
        words: The question.
        paths: The notes.
        planned: Makes the plan.
        verb: What is done with them, before and after: "Tag", "Tagged".
        known: Gives what may be typed.
    """
    if not paths:
        screen.say_nothing_listed()
        return

    def plan(text: str) -> tuple[str, WritePlan]:
        made = planned(text)
        made.raise_if_all_refused()
        return clean_line(text), made

    def show(answer: tuple[str, WritePlan]) -> None:
        what, made = answer
        title = f"{verb[0]} {_count(paths)}: {what}"
        _show(screen, title, paths, made, lambda count: f"{verb[1]} {count}: {what}")

    ask(screen, words, plan, show, group="plan")
    in_background(
        screen, known, words.know, group="known", exclusive=True, failed=lambda _error: None
    )


def _plan(
    screen: Gridding,
    title: str,
    paths: Sequence[str],
    plan: Callable[[], WritePlan],
    said: Callable[[str], str],
) -> None:
    """Make a plan, show it when it is about many, and do it.

    Args:
        screen: What asks.
        title: What would be done.
        paths: The notes.
        plan: Makes the plan.
        said: Says what was done, of so many notes.
    """
    screen.post_message(Working(f"Looking at {_count(paths)}"))

    def show(made: WritePlan) -> None:
        screen.post_message(Working(""))
        _show(screen, title, paths, made, said)

    in_background(screen, plan, show, group="plan", exclusive=True, holds_keys=True)


def _show(
    screen: Gridding,
    title: str,
    paths: Sequence[str],
    plan: WritePlan,
    said: Callable[[str], str],
) -> None:
    """Show a plan when it is about many notes, and do it."""
    if not screen.notes.marked and len(plan.changes) <= 1 and not plan.refused:
        _do(screen, plan, paths, said)
        return

    def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual hands the answer over so
        if yes:
            plan.remarks.clear()  # they were shown with it
            _do(screen, plan, paths, said)

    screen.app.push_screen(PlanScreen(title, plan, screen.glyphs, paths), answered)


def _do(
    screen: Gridding, plan: WritePlan, paths: Sequence[str], said: Callable[[str], str]
) -> None:
    def done(result: Done) -> None:
        written = {change.target or change.path: change.path for change in plan.changes}
        written = {new: old for new, old in written.items() if new in set(result.paths)}
        marks = {old: new for new, old in written.items() if old != new}
        count = len(set(written.values()) & set(paths))
        notes = screen.notes
        gone = {change.path for change in plan.changes if change.after is None}
        notes.follow_marks(marks, {*notes.marked, *marks.values()} - gone)
        # What the plan left out was shown with it.
        fresh = [problem for problem in result.refused if problem not in plan.refused]
        text = said(plural(count, "note"))
        tell_done(screen, text, result._replace(refused=fresh), left=len(result.refused))

    in_background(screen, lambda: screen.vault.carry_out(plan), done, group="write")
