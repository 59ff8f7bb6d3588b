"""What stands on the stage before a snapshot is taken: the vault, the machine, the person."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual.notifications import Notification

from notekeep.config import Site
from notekeep.storage import trash
from notekeep.storage.autosave import AutosaveFile, UnsavedText
from notekeep.vault import Vault
from tests.docs.conftest import SAVED_AT
from tests.support.import_sources import Book, Marked, write_clippings

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

ATOMIC = "books/Atomic Habits.md"
COPY = "books/Atomic Habits.sync-conflict-20261120-101112-ABCDEFG.md"
RICH = "inbox/All at once.md"
WIDE = "inbox/Wide characters.md"


WEEK = """\
# Garden

- [ ] Check the sensor and its battery 🔁 every 2 weeks 📅 2026-11-28
- [x] Check the sensor and its battery 🔁 every 2 weeks 📅 2026-11-14 ✅ 2026-11-14
- [ ] Write the weekly review every:sun due:2026-11-29
- [ ] Pay the rent for the garden bed [repeat:: every month on the 1st]  [due:: 2026-12-01]
- [ ] Renew the domain of the blog ⏳ 2026-12-04 📅 2026-12-20 🔁 every year
- [ ] Dig the second bed 🛫 2027-03-01
"""


class Stage(NamedTuple):
    """A vault, and what a test may change about the machine until its end.

    Attributes:
        vault: The vault, indexed.
        patch: Sets variables and attributes, and takes them back.
    """

    vault: Vault
    patch: pytest.MonkeyPatch

    @property
    def root(self) -> Path:
        return Path(self.vault.root)

    def put(self, path: str, text: str) -> None:
        """Write a note, saved when all others were."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
        self.still()

    def still(self) -> None:
        """Give every note the time of the pictures, and let the vault see them."""
        for path in self.root.rglob("*.md"):
            os.utime(path, (SAVED_AT, SAVED_AT))
        self.vault.indexing.refresh()


def empty(stage: Stage) -> Vault:
    """A vault with nothing in it."""
    folder = stage.root.parent / "empty" / "notes"
    folder.mkdir(parents=True)
    return indexed(folder)


BASE = """\
filters: file.inFolder("books")
formulas:
  days: (finished - started).days
properties:
  file.name: {displayName: Book}
views:
  - name: Finished
    filters: '!finished.isEmpty()'
    order: [file.name, author, rating, finished, formula.days]
    sort: [{property: finished, direction: DESC}]
    summaries: {rating: Average, formula.days: Max}
  - {type: cards, name: By status, groupBy: status, order: [file.name, rating]}
"""


def base(stage: Stage) -> Vault:
    """A vault with a base of two views."""
    stage.put("Books.base", BASE)
    return stage.vault


def few(stage: Stage) -> Vault:
    """A vault with one note, and none of the things that have screens of their own."""
    fresh = empty(stage)
    Stage(fresh, stage.patch).put("A first note.md", "The only one so far.\n")
    return fresh


def week(stage: Stage) -> None:
    """A week with tasks that repeat, one planned for a day before it is due, and one that waits."""
    stage.put("inbox/Garden.md", WEEK)


def indexed(folder: Path) -> Vault:
    opened = Vault.open(folder)
    opened.indexing.refresh()
    return opened


def no_colour(stage: Stage) -> None:
    """A person who wants none."""
    stage.patch.setenv("NO_COLOR", "1")


def ascii_only(stage: Stage) -> None:
    """A terminal with the characters of a typewriter."""
    stage.vault.person.glyphs = "ascii"


def light(stage: Stage) -> None:
    stage.vault.person.theme = "notekeep-light"


def contrast(stage: Stage) -> None:
    stage.vault.person.theme = "notekeep-contrast"


def ansi(stage: Stage) -> None:
    """The terminal's own sixteen colours."""
    stage.vault.person.theme = "ansi-dark"


def rich(stage: Stage) -> None:
    """A note with everything that the preview draws in a way of its own."""
    stage.put(
        RICH,
        "---\ntitle: All at once\ntags: [sample]\n---\n"
        "> [!warning] Mind the gap\n> A callout, with **strong** words and [[Deep Work]].\n\n"
        "| food | price | from |\n|:--|--:|:-:|\n| bread | 4.20 | Basel |\n| tea | 12 | Assam |\n\n"
        "$$\\int_0^1 x^2 \\, dx = \\frac{1}{3}$$\n\n"
        "```python\ndef greet(name: str) -> str:\n    return f'Hello, {name}'  # kindly\n```\n\n"
        "1. one, with `code`\n2. two, ==marked== and ~~gone~~\n   - [x] done\n   - [ ] open\n\n"
        "![[habit-loop.png]]\n\nA word[^1].\n\n[^1]: And its footnote.\n",
    )


def wide_characters(stage: Stage) -> None:
    """Titles and text of characters that are two cells wide, joined, or right to left."""
    stage.put(
        WIDE,
        "---\ntitle: 読書ノート 한국어 ✨ café\ntags: [日本語, éa]\n---\n"
        "毎日少しずつ本を読む。習慣は第二の天性である。読書は心の糧、続けることが力になる。\n\n"
        "| 本 | 評価 |\n|---|---|\n| こころ | ★★★★ |\n| 채식주의자 | ★★★ |\n\n"
        "Family 👨‍👩‍👧, flag 🇨🇭, e\u0301 in two parts, \u05e9\u05dc\u05d5\u05dd.\n",
    )
    stage.put(
        "inbox/Another.md",
        "---\ntitle: 채식주의자와 아주 긴 제목의 노트는 여기에서 잘린다\n---\nx\n",
    )


def conflict(stage: Stage) -> None:
    """A note of which another machine wrote a version."""
    text = (stage.root / ATOMIC).read_text("utf-8")
    theirs = text.replace("rating: 4.5", "rating: 5").replace("an ordinary day", "a dull day")
    stage.put(COPY, f"{theirs}\nOne more thought, from the phone.\n")


def proposals(stage: Stage) -> None:
    """Three changes that two assistants propose."""
    service = Vault.open(stage.root).proposals
    service.add("claude", "set", {"notes": [ATOMIC], "fields": {"rating": 5, "status": "reading"}})
    service.add("claude", "tag", {"notes": [ATOMIC, "books/Deep Work.md"], "add": ["focus"]})
    service.add("copilot", "capture", {"text": "Ask Mira about the garden sensor"})


def other_vaults(stage: Stage) -> None:
    """A person who has opened two more vaults, in folders of their home."""
    home = stage.root.parent
    stage.patch.setenv("HOME", str(home))
    for name in ("Recipes", "Field notes 2026"):
        (home / name).mkdir()
        Vault.open(home / name).indexing.refresh()


def changed_elsewhere(stage: Stage) -> None:
    """Another program gives the note that is edited another heading."""
    note = stage.root / ATOMIC
    note.write_text(note.read_text("utf-8").replace("\n# Atomic Habits\n", "\n# Habits\n"), "utf-8")


def changed(stage: Stage) -> None:
    """A note that was rated, got a line, and had its title changed, minutes apart."""
    deeds: tuple[Callable[[], object], ...] = (
        lambda: stage.vault.notes.set_fields([ATOMIC], ["rating=4"]),
        lambda: stage.vault.notes.add("The kettle is my cue.", "Atomic Habits"),
        lambda: stage.vault.notes.set_fields([ATOMIC], ["status=reading"]),
    )
    with stage.patch.context() as patch:
        for number, deed in enumerate(deeds):
            patch.setattr(time, "time", lambda at=SAVED_AT + 3600 * (number + 1): float(at))
            deed()
    stage.still()


def clippings(stage: Stage) -> None:
    """A person with the clippings of a Kindle in their home, of a book they have and a new one."""
    home = stage.root.parent
    stage.patch.setenv("HOME", str(home))
    known = Book("Atomic Habits", "James Clear", (Marked(163, "Make it regular first."),))
    new = Book("Piranesi", "Susanna Clarke", (Marked(5, "The Beauty of the House."),))
    write_clippings(home, (known, new))


def blog(stage: Stage) -> None:
    """A Hugo site, and one post in it, of which the site was changed by hand."""
    folder = stage.root.parent / "blog"
    folder.mkdir()
    (folder / "hugo.toml").write_text('baseURL = "https://example.org/"\n', "utf-8")
    stage.vault.person.sites[stage.vault.name] = (Site("hugo", str(folder)),)


def by_hand(stage: Stage) -> None:
    blog(stage)
    stage.vault.publishing.export(stage.vault.publishing.plan_export(["Blogging philosophy"]))
    post = next((stage.root.parent / "blog").rglob("blogging-philosophy/index.md"))
    post.write_text(post.read_text("utf-8") + "\nA line written in the blog.\n", "utf-8")


def deleted(stage: Stage) -> None:
    """Two notes in the trash, since the time at which all were saved."""
    for path in ("people/Thomas Bayes.md", "inbox/Garden sensor.md"):
        stage.vault.notes.delete(path)
    # The system says when a file was moved, and nobody can tell it otherwise.
    found = [one._replace(deleted=float(SAVED_AT)) for one in trash.list_trash(stage.root)]
    stage.patch.setattr("notekeep.tui.screens.history.list_trash", lambda _root: found)


def unsaved(stage: Stage) -> None:
    """Text of two notes that a crash left."""
    for path in (ATOMIC, "inbox/Garden sensor.md"):
        base = (stage.root / path).read_bytes()
        text = UnsavedText.of(path, base + b"\nTyped on the train.\n", base, (0, 0))
        swap = AutosaveFile(stage.vault.places.state, path)
        swap.write(replace(text, when=float(SAVED_AT)))
        swap.release()


def lasting(stage: Stage) -> None:
    """A person who reads toasts slowly."""
    stage.patch.setattr(Notification, "time_left", property(lambda _: 600.0))
    stage.patch.setattr(Notification, "has_expired", property(lambda _: False))


def no_editor(stage: Stage) -> None:
    """A machine on which no editor is known."""
    lasting(stage)
    for name in ("EDITOR", "VISUAL"):
        stage.patch.delenv(name, raising=False)
    stage.patch.setenv("PATH", str(stage.root))


def unreadable(stage: Stage) -> None:
    """A vault whose folder went away after it was opened."""
    stage.root.rename(stage.root.with_name("elsewhere"))
