"""Where a link leads that is followed: the nearest note of the name, and the line it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notekeep.services.completion import Completer
from notekeep.tui.messages import OpenNote
from tests.support.screens import browse, press, shows, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)
FILLER = "".join(f"Line {number} of it.\n\n" for number in range(60))
NOTES = {
    "north/Plan.md": f"# Plan\n\nThe northern one.\n\n{FILLER}## Winter\n\nSnow here.\n",
    "south/Plan.md": f"# Plan\n\nThe southern one.\n\n{FILLER}Sun there. ^noon\n",
    "south/It.md": "",
    "Planetarium.md": "Stars.\n",
}


@pytest.fixture
def root(root: Path) -> Path:
    """With two notes of one name."""
    for path, text in NOTES.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    return root


async def follow(app: NotekeepApp, pilot: Pilot[Any]) -> None:
    """Open the note that links, and follow its first link."""
    await until(pilot, lambda: shows(app, "13 notes"))
    browse(app).open_note(OpenNote("south/It.md", read=True))
    await until(pilot, lambda: browse(app).preview.path == "south/It.md" and shows(app, "See "))
    await press(pilot, "right_square_bracket", "enter")


@cases(
    ("link", "path", "seen"),
    [
        ("[[Plan]]", "south/Plan.md", "The southern one."),
        ("[[north/Plan]]", "north/Plan.md", "The northern one."),
        ("[it](../north/Plan.md)", "north/Plan.md", "The northern one."),
        ("[[north/Plan#Winter]]", "north/Plan.md", "Snow here."),
        ("[it](../north/Plan.md#Winter)", "north/Plan.md", "Snow here."),
        ("[[Plan#^noon]]", "south/Plan.md", "Sun there."),
        ("[[Plan#Autumn]]", "south/Plan.md", "The southern one."),
    ],
    fast=4,
)
async def test_a_link_leads_to_the_nearest_note_and_to_its_line(
    make_app: MakeApp, root: Path, vault: Vault, link: str, path: str, seen: str
) -> None:
    (root / "south/It.md").write_text(f"See {link}.\n")
    vault.indexing.refresh()
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await follow(app, pilot)
        await until(pilot, lambda: browse(app).preview.path == path)
        await until(pilot, lambda: shows(app, seen))


@cases(
    ("field", "address"),
    [
        ("url: https://youtu.be/abc", "https://youtu.be/abc?t=2460"),
        ("episode_url: https://example.org/a.mp3", "https://example.org/a.mp3#t=2460"),
        ("url: file:///etc/passwd", ""),
    ],
    fast=1,
)
async def test_a_timestamp_opens_the_episode_at_that_second(
    make_app: MakeApp, root: Path, vault: Vault, field: str, address: str
) -> None:
    text = f"---\ntype: podcast\n{field}\n---\nSee it.\n\n- [00:41:00] the point\n- [[Plan]]\n"
    (root / "south/It.md").write_text(text)
    vault.indexing.refresh()
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await follow(app, pilot)
        if address:
            await until(pilot, lambda: shows(app, "Open in the browser") and shows(app, address))
        else:
            # The next place is the link below.
            await until(pilot, lambda: browse(app).preview.path == "south/Plan.md")


async def test_a_link_to_a_heading_of_its_own_note_leads_down(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    (root / "south/It.md").write_text(f"See [[#There]].\n\n{FILLER}## There\n\nAt last.\n")
    vault.indexing.refresh()
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await follow(app, pilot)
        await until(pilot, lambda: shows(app, "At last."))


async def test_a_link_that_leads_nowhere_says_so_and_goes_to_no_note_that_begins_so(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    (root / "south/It.md").write_text("See [[Planet]].\n")
    vault.indexing.refresh()
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await follow(app, pilot)
        await until(pilot, lambda: shows(app, 'No note is called "Planet"'))
        assert browse(app).preview.path == "south/It.md"


def test_headings_are_offered_of_the_note_that_is_named_and_of_none_that_begins_so(
    root: Path, vault: Vault
) -> None:
    completer = Completer.of(vault.search)
    for name, offered in (("north/Plan", ["Winter]]"]), ("north/Pla", [])):
        line = f"[[{name}#wi"
        assert [offer.text for offer in completer.offers([line], 0, len(line))] == offered


@pytest.mark.slow
async def test_back_from_the_notes_of_a_tag_leads_to_the_note_and_what_was_searched_for(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "13 notes"))
        await press(pilot, "slash")
        type_text(app, "newport")
        await until(pilot, lambda: shows(app, "1 of 13 notes"))
        await press(pilot, "enter", "enter")
        await until(pilot, lambda: browse(app).preview.has_focus)
        preview = browse(app).preview
        assert preview.path == "books/Deep Work.md"
        preview.post_message(preview.Followed("#attention", preview.path))
        await until(pilot, lambda: browse(app).pane.typed == "tag:attention")
        await press(pilot, "down", "backspace")
        await until(pilot, lambda: browse(app).pane.typed == "newport")
        await until(pilot, lambda: browse(app).preview.path == "books/Deep Work.md")
        await until(pilot, lambda: shows(app, "1 of 13 notes"))
