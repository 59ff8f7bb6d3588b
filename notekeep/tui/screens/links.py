"""Where links lead: followed from a note, or chosen from the list of those in and out of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from notekeep.errors import NotekeepError, NotFound
from notekeep.markdown.outline import read_body
from notekeep.markdown.text_edit import find_line
from notekeep.tui import external_programs
from notekeep.tui.dialogs.dialog import Choice, Confirm, Option, ask
from notekeep.tui.messages import OpenNote, ShowQuery
from notekeep.tui.render.styled_text import ACTION_LINK
from notekeep.tui.workers import in_background, show_error, show_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.catalog.records import Backlink, LinkRow, Row
    from notekeep.tui.screens.vault_screen import VaultScreen
    from notekeep.vault import Vault


def follow_link(screen: VaultScreen, link: str, source: str) -> None:
    """Go where a link in the note `source` leads: a note, the notes of a tag, or an address."""
    if link.startswith(ACTION_LINK):
        screen.call_later(screen.run_action, link.removeprefix(ACTION_LINK))
    elif link.startswith("#"):
        screen.post_message(ShowQuery(f"tag:{link[1:]}"))
    elif link.startswith("[["):
        _follow_to_note(screen, link[2:-2], source)
    elif "://" in link or link.startswith("mailto:"):
        _follow_to_address(screen, link)
    else:
        _follow_to_note(screen, link, source)


def _follow_to_note(screen: VaultScreen, target: str, source: str) -> None:
    name, part = map(unquote, target.partition("#")[::2])
    row = screen.vault.search.resolve_link(name, source)
    if row is not None and not part:
        screen.post_message(OpenNote(row.path, read=True))
        return
    find = partial(_find_part, screen.vault, row, part) if row else None
    in_background(
        screen,
        find or partial(_find_near, screen.vault, name),
        screen.post_message,
        group="follow",
        exclusive=True,
    )


def _find_part(vault: Vault, row: Row, part: str) -> OpenNote:
    """Find the line of a part of a note; without such a part, the note is opened."""
    note = vault.media.read_known(row)
    body = note.body_lf
    line = find_line(body, read_body(body), part)
    return OpenNote(row.path, line=None if line is None else note.body_line + line + 1, read=True)


def _find_near(vault: Vault, name: str) -> OpenNote:
    """Raise NotFound with what may have been meant by a name that is no note's."""
    near = vault.search.resolve(name)
    raise NotFound(f"there is no note called {name!r}", f"did you mean {near.title!r}?")


def _follow_to_address(screen: VaultScreen, link: str) -> None:
    def open_link(_: bool) -> None:  # noqa: FBT001 - as the dialog answers
        if screen.app.is_web:
            screen.app.open_url(link)  # in the person's browser, which is on another machine
        else:
            browse = partial(external_programs.open_address, link)
            in_background(screen, browse, lambda _: None, group="browser")

    try:
        external_programs.check_address(link)
    except NotekeepError as error:
        show_error(screen, error)
    else:
        ask(screen, Confirm("Open in the browser", link, "opens it"), open_link)


def choose_link(screen: VaultScreen, row: Row) -> None:
    """List a note's links, backlinks and headings, and go to the chosen one."""
    catalog = screen.vault.catalog
    outline = [
        Option("  " * (level - 1) + text, "", f"line:{line}")
        for line, level, text in catalog.headings(row.path)
    ]
    options = [
        *_section("Links", [_link_option(link) for link in catalog.links(row.path)]),
        *_section("Backlinks", [_backlink_option(link) for link in catalog.backlinks(row.path)]),
        *_section("Outline", outline),
    ]
    if not options:
        show_message(screen, "No links lead out of this note or into it")
        return

    def go(value: str) -> None:
        if value.startswith("line:"):
            screen.post_message(OpenNote(row.path, line=int(value[5:]), read=True))
        elif value.startswith("note:"):
            screen.post_message(OpenNote(value[5:], read=True))
        else:
            follow_link(screen, value, row.path)

    ask(screen, Choice(row.title, options), go)


def _section(title: str, options: Sequence[Option]) -> list[Option]:
    once = list(dict.fromkeys(options))  # a note may link to another one more than once
    return [Option(f"{title} {len(once)}", "", ""), *once] if once else []


def _link_option(link: LinkRow) -> Option:
    # What stands before a bar in a picture's text is its size, and no name.
    size, bar, name = link.text.partition("|")
    shown = (name if bar and size.replace("x", "").isdecimal() else link.text) or link.target
    if link.path is not None:
        return Option(shown, link.path, f"note:{link.path}")
    if link.state == "web":
        return Option(shown, link.target, link.target)
    return Option(shown, link.state, f"[[{link.target}]]")


def _backlink_option(link: Backlink) -> Option:
    return Option(link.title, link.source, f"note:{link.source}")
