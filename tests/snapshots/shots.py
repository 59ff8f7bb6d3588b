"""Every screen in every state that matters, and the keys that lead there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.snapshots import stage as set_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.vault import Vault
    from tests.snapshots.stage import Stage

USUAL = (100, 26)
SMALL = (80, 24)
TINY = (40, 12)
LARGE = (120, 40)
HUGE = (200, 60)


class Shot(NamedTuple):
    """One snapshot.

    Attributes:
        name: The screen and its state; the name of the file.
        screen: The screen that opens.
        do: In turn, texts to wait for, tuples of keys to press, and what others do meanwhile.
        size: Columns and rows.
        before: What is done to the vault or the machine; it may give another vault.
        note: A note to go to in Browse, before the rest.
    """

    name: str
    screen: str
    do: tuple[str | tuple[str, ...] | Callable[[Stage], object], ...]
    size: tuple[int, int] = USUAL
    before: Callable[[Stage], Vault | None] | None = None
    note: str = ""


def typed(text: str) -> tuple[str, ...]:
    """Return the keys that type a text."""
    names = {" ": "space", "/": "slash", "?": "question_mark"}
    return tuple(names.get(char, char) for char in text)


ATOMIC = set_up.ATOMIC
PALETTE = (("ctrl+p",), "Command, note or habit")
IMPORT = (
    *(
        ("ctrl+p",),
        "Command, note or habit",
        typed("import"),
        "Import from another program",
        ("enter",),
        "Files, folders",
    ),
    *(typed("~/My Clippings.txt"), ("enter",), "nothing written yet"),
)
BOOKS = (
    ("slash", *typed("type:book")),
    "14 of 70 notes",
    ("enter",),
    "enter open",
    ("v",),
    "author",
)
RECALLED = (
    *(("g", "r"), "1 of 9"),
    *(step for number in range(2, 10) for step in (("3",), f"{number} of 9")),
    *(("3",), "Done for today"),
)

REPLACE = (
    ("slash", *typed("attention")),
    "of 70 notes",
    ("enter",),
    "enter open",
    ("R",),
    "show lines",
)
OPEN_BASE = (
    *(("ctrl+p",), "Command, note or habit", typed("bases"), "Bases", ("enter",)),
    *("Open a base", ("enter",), "Finished 1/2"),
)

AS_PICTURES = frozenset(
    {
        *("today", "today-light", "today-no-colour"),
        *("browse", "browse-search", "browse-marked"),
        *("browse-no-colour", "browse-contrast", "browse-ansi"),
        *("grid", "plan", "replace-lines", "preview-rich", "preview-wide-characters"),
        *("help", "palette", "picture", "conflicts", "history"),
        *("habits-wide-200x60", "books", "quotes", "recall"),
        *("form", "edit-conflict", "habits-month", "habits-year", "habits-detail"),
        *("publish-diff", "toast-error"),
    }
)
"""Snapshots as SVG, whose colours matter; all others are text, so that a change can be read."""

SHOTS = (
    # Today.
    Shot("today", "today", ("Today's note",), LARGE),
    Shot("today-wide-200x60", "today", ("Today's note",), HUGE),
    Shot("today-narrow-80x24", "today", ("Next seven days",), SMALL),
    Shot("today-empty", "today", ("Nothing due today",), SMALL, set_up.empty),
    Shot("today-tiny-40x12", "today", ("Habits",), TINY),
    Shot("today-no-colour", "today", ("Next seven days",), SMALL, set_up.no_colour),
    Shot("today-light", "today", ("Reading",), LARGE, set_up.light),
    # Browse.
    Shot("browse", "browse", ("Quick summary",), LARGE, note=ATOMIC),
    Shot("browse-narrow-80x24", "browse", ("70 notes",), SMALL),
    Shot("browse-wide-200x60", "browse", ("Quick summary",), HUGE, note=ATOMIC),
    Shot("browse-tiny-20x5", "browse", ("A Ph",), (20, 5)),
    Shot("browse-tiny-40x12", "browse", ("A Philosophy",), (40, 12)),
    Shot("browse-empty", "browse", ("No notes yet",), SMALL, set_up.empty),
    Shot("browse-search", "browse", (("slash", *typed("cue craving")), "of 70 notes")),
    Shot("browse-no-results", "browse", (("slash", *typed("zeppelin")), "No results"), SMALL),
    Shot("browse-marked", "browse", (("m", "j", "m", "j", "m"), "3 marked"), SMALL),
    Shot("browse-no-colour", "browse", ("Quick summary",), SMALL, set_up.no_colour, ATOMIC),
    Shot("browse-light", "browse", ("Quick summary",), SMALL, set_up.light, ATOMIC),
    Shot("browse-contrast", "browse", ("Quick summary",), SMALL, set_up.contrast, ATOMIC),
    Shot("browse-ansi", "browse", ("Quick summary",), SMALL, set_up.ansi, ATOMIC),
    Shot("browse-ascii", "browse", ("Quick summary",), SMALL, set_up.ascii_only, ATOMIC),
    Shot("grid", "browse", BOOKS, LARGE),
    Shot("grid-narrow-80x24", "browse", BOOKS, SMALL),
    Shot("grid-cell-stars", "browse", (*BOOKS, ("j", "l", "l", "enter"), "arrows for half"), USUAL),
    Shot("grid-cell-list", "browse", (*BOOKS, ("j", "l", "enter"), "esc cancel"), USUAL),
    Shot("grid-cell-date", "browse", (*BOOKS, ("l", "l", "l", "l", "enter"), "Mo"), USUAL),
    Shot(
        "plan",
        "browse",
        (
            ("m", "j", "m", "j", "m"),
            "3 marked",
            ("t",),
            "-tag removes",
            (*typed("+winter"), "enter"),
            "esc",
        ),
        USUAL,
    ),
    Shot("replace", "browse", REPLACE, USUAL),
    Shot(
        "replace-lines",
        "browse",
        (*REPLACE, (*typed("focus"), "enter"), "would change", ("x",), "1 left out"),
        USUAL,
    ),
    Shot(
        "replace-lines-80x24",
        "browse",
        (*REPLACE, (*typed("focus"), "enter"), "would change"),
        SMALL,
    ),
    # The preview.
    Shot(
        "preview-mentions",
        "browse",
        (("enter",), "Mentions", ("L",), "would change"),
        USUAL,
        note="people/Mira Lindqvist.md",
    ),
    Shot("preview-rich", "browse", ("A word[1]",), (80, 44), set_up.rich, set_up.RICH),
    Shot(
        "preview-wide-characters", "browse", ("Family",), USUAL, set_up.wide_characters, set_up.WIDE
    ),
    Shot("preview-broken-note", "browse", ("Talk notes",), USUAL, note="inbox/Talk notes.md"),
    Shot(
        "preview-zoom-80x24",
        "browse",
        (("enter",), "h list"),
        SMALL,
        note=ATOMIC,
    ),
    Shot("reading-wide-200x60", "browse", (("enter",), "h list", "Related"), HUGE, note=ATOMIC),
    # Over the screens.
    Shot(
        "explain",
        "browse",
        (
            ("slash", *typed("type:book rating>=4 habit")),
            " of 70",
            ("f6",),
            "words starting with habit",
        ),
        USUAL,
    ),
    Shot(
        "explain-wrong",
        "browse",
        (("slash", *typed("ratng>=4 date:soon")), ("f6",), "What the search means"),
        SMALL,
    ),
    Shot("help", "browse", (("question_mark",), "Open"), USUAL),
    Shot("help-narrow-80x24", "habits", ("Meditate", ("question_mark",), "Most used"), SMALL),
    Shot(
        "help-search",
        "browse",
        (("question_mark",), "Open", ("slash", *typed("tag"))),
        SMALL,
    ),
    Shot("palette", "browse", (("ctrl+p",), "Command, note or habit"), USUAL),
    Shot(
        "palette-narrow-80x24",
        "browse",
        (("ctrl+p",), "Command, note or habit", typed("trash"), "Trash"),
        SMALL,
    ),
    Shot(
        "palette-command",
        "browse",
        (("colon",), "Command, note or habit", typed("tag +winter"), "Tag Atomic Habits: +winter"),
        SMALL,
        note=ATOMIC,
    ),
    Shot(
        "switcher",
        "browse",
        (("ctrl+o",), "Title of a note", typed("nav"), "Naval Ravikant on JRE"),
        SMALL,
    ),
    Shot("capture", "browse", (("ctrl+n",), "Text, - [ ]", typed("ask Mira"), "ask Mira"), SMALL),
    Shot("new-note", "browse", (("n",), "New"), SMALL),
    Shot("links", "browse", (("o",), "Links"), USUAL, note=ATOMIC),
    Shot("rename", "browse", (("r",), "Links to it are updated"), SMALL, note=ATOMIC),
    Shot(
        "trash",
        "browse",
        (*PALETTE, typed("trash"), "List deleted notes", ("enter",), "estore"),
        SMALL,
        set_up.deleted,
    ),
    Shot(
        "picture",
        "browse",
        ("Every small thing", ("enter",), "h list", "Cue, craving", ("I",), "esc back"),
        note=ATOMIC,
    ),
    Shot(
        "vaults",
        "browse",
        (*PALETTE, typed("vaults"), "Open another vault.", ("enter",), "any folder of Markdown"),
        SMALL,
        set_up.other_vaults,
    ),
    Shot("unsaved", "browse", ("Unsaved text",), SMALL, set_up.unsaved),
    Shot("problems-empty", "browse", (("exclamation_mark",), "No problems."), SMALL, set_up.few),
    Shot("problems", "browse", (("exclamation_mark",), "needs quotes"), USUAL),
    Shot("tasks", "browse", (("T",), "31 done"), USUAL),
    Shot("agenda", "browse", (("W",), "week after"), LARGE, set_up.week),
    Shot("agenda-80x24", "browse", (("W",), "seven days"), SMALL, set_up.week),
    Shot("agenda-narrow-40x12", "browse", (("W",), "Late"), TINY, set_up.week),
    Shot("agenda-empty", "browse", (("W",), "Nothing is due"), SMALL, set_up.few),
    Shot("today-week", "today", ("seven days", "Last changed"), LARGE, set_up.week),
    Shot("tasks-empty", "browse", (("T",), "tasks"), SMALL, set_up.few),
    Shot("conflicts", "browse", (("g", "c"), "1  the ", "2  the "), LARGE, set_up.conflict),
    Shot("conflicts-80x24", "browse", (("g", "c"), "the "), SMALL, set_up.conflict),
    Shot("conflicts-empty", "browse", (("g", "c"), "No conflicts."), SMALL, set_up.few),
    Shot("proposals", "browse", (("g", "o"), "rating: 5"), LARGE, set_up.proposals),
    Shot("proposals-80x24", "browse", (("g", "o"), "rating: 5"), SMALL, set_up.proposals),
    Shot("proposals-empty", "browse", (("g", "o"), "No proposals."), SMALL, set_up.few),
    Shot("history-narrow-80x24", "browse", (("H",), "version"), SMALL, set_up.changed, ATOMIC),
    Shot("history", "browse", (("H",), "version"), USUAL, set_up.changed, ATOMIC),
    Shot("steps-empty", "browse", (("g", "s"), "No changes yet."), SMALL, set_up.few),
    Shot("steps", "browse", (("g", "s"), "rating=4"), USUAL, set_up.changed),
    # The editor and the form.
    Shot("edit", "browse", (("e",), "1 053 words"), USUAL, note=ATOMIC),
    Shot(
        "edit-completion",
        "browse",
        ("70 notes", ("e",), "218 words", ("ctrl+end", *typed("[[de"))),
        SMALL,
    ),
    Shot(
        "edit-conflict",
        "browse",
        (
            *(("e",), "1 053 words", ("up", "X"), "unsaved"),
            *(set_up.changed_elsewhere, ("ctrl+s",), "Another program changed"),
        ),
        SMALL,
        note=ATOMIC,
    ),
    Shot("edit-tiny-40x12", "browse", (("e",), "## Quick summary"), TINY, note=ATOMIC),
    Shot("edit-no-colour", "browse", (("e",), "esc save"), SMALL, set_up.no_colour, ATOMIC),
    Shot("form-narrow-80x24", "browse", (("f",), "subtitle"), SMALL, note=ATOMIC),
    Shot("form", "browse", (("f",), "subtitle"), USUAL, note=ATOMIC),
    Shot("quotes", "today", (("g", "q"), "9 quotes", "p. 163 · "), LARGE),
    Shot("quotes-wide-200x60", "today", (("g", "q"), "9 quotes", "p. 163 · "), HUGE),
    Shot("quotes-narrow-80x24", "today", (("g", "q"), "9 quotes"), SMALL),
    Shot("quotes-narrow-read", "today", (("g", "q"), "9 quotes", ("enter",), "p. 163 · "), SMALL),
    Shot("quotes-empty", "browse", (("g", "q"), "No quotes yet"), SMALL, set_up.few),
    Shot("recall", "today", (("g", "r"), "1 of 9", "in 8 days"), LARGE),
    Shot("recall-wide-200x60", "today", (("g", "r"), "1 of 9", "in 8 days"), HUGE),
    Shot("recall-narrow-80x24", "today", (("g", "r"), "1 of 9", "in 8 days"), SMALL),
    Shot("recall-tiny-40x12", "today", (("g", "r"), "All our life"), TINY),
    Shot("recall-done", "today", RECALLED, SMALL),
    Shot("today-recall", "today", (*RECALLED[:4], ("escape",), "8 to recall"), LARGE),
    Shot("books", "today", (("g", "y"), "in books"), LARGE),
    Shot("base", "browse", OPEN_BASE, LARGE, set_up.base),
    Shot(
        "base-groups-80x24",
        "browse",
        (*OPEN_BASE, ("right_square_bracket",), "By status 2/2"),
        SMALL,
        set_up.base,
    ),
    Shot("books-narrow-80x24", "today", (("g", "y"), "in books"), SMALL),
    # Habits; the manual has the week at full width, as it has others.
    Shot("habits-narrow-80x24", "habits", ("Meditate",), SMALL),
    Shot("habits-wide-200x60", "habits", ("Meditate", "Best streaks"), HUGE),
    Shot("habits-tiny-40x12", "habits", ("Coffee",), TINY),
    Shot("habits-month", "habits", ("Meditate", ("v",), "15"), USUAL),
    Shot("habits-light", "habits", ("Meditate",), LARGE, set_up.light),
    Shot("habits-ascii", "habits", ("Meditate",), SMALL, set_up.ascii_only),
    Shot("habits-no-colour", "habits", ("Meditate",), SMALL, set_up.no_colour),
    Shot("habits-year", "habits", ("Meditate", ("v", "v"), "Dec"), USUAL),
    Shot("habits-detail", "habits", ("Meditate", ("enter",), "Strength"), USUAL),
    Shot(
        "habits-add-wrong",
        "habits",
        (
            "Meditate",
            ("a",),
            "Schedule",
            typed("Gym"),
            ("tab",),
            "mon and thu",
            typed("sometimes"),
            "sometimes",
            ("enter",),
            "not a schedule",
        ),
        SMALL,
    ),
    Shot("habits-empty", "habits", ("habit",), SMALL, set_up.few),
    # Publish.
    Shot("import", "browse", IMPORT, LARGE, set_up.clippings),
    Shot(
        "import-left-out", "browse", (*IMPORT, ("x",), "Left out by you"), USUAL, set_up.clippings
    ),
    Shot("import-narrow-80x24", "browse", IMPORT, SMALL, set_up.clippings),
    Shot("publish-no-site", "publish", ("no site folder",), USUAL),
    Shot("publish-narrow-80x24", "publish", ("13 new",), SMALL, set_up.blog),
    Shot("publish-no-colour", "publish", ("No site folder",), SMALL, set_up.no_colour),
    Shot("publish-diff", "publish", ("13 new", ("enter",)), USUAL, set_up.blog),
    Shot("publish-by-hand", "publish", ("1 edited on site",), LARGE, set_up.by_hand),
    Shot("publish-empty", "publish", ("Nothing to publish",), SMALL, set_up.few),
    # What is said in passing.
    Shot(
        "toast-deleted",
        "browse",
        ("Quick summary", ("d",), "u undo"),
        SMALL,
        set_up.lasting,
        ATOMIC,
    ),
    Shot(
        "toast-error",
        "browse",
        ("Quick summary", ("E",), "No editor found"),
        SMALL,
        set_up.no_editor,
        ATOMIC,
    ),
    # When things go wrong.
    Shot("error-vault-unreadable", "browse", ("70 notes",), SMALL, set_up.unreadable),
)
