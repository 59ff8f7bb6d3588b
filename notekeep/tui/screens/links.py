"""Follows links: from the text of a note, or from the list of its links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from urllib.parse import unquote

from notekeep.catalog.name_lookup import resolve_link
from notekeep.catalog.records import LinkRow, Row
from notekeep.errors import NotekeepError, NotFound
from notekeep.markdown.outline import read_body
from notekeep.markdown.text_edit import find_line
from notekeep.services.media import PICTURES
from notekeep.tui import external_programs
from notekeep.tui.dialogs.dialog import Choice, Confirm, Option, ask
from notekeep.tui.messages import OpenNote, ShowOverlay, ShowQuery
from notekeep.tui.render.styled_text import ACTION_LINK
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.workers import in_background, show_error, show_message

_BASE = re.compile(
    r"\[\[(?P<place>[^#\]]+(?:\.base|\.md:\d+))(?:#(?P<view>[^\]]*))?\]\]", re.IGNORECASE
)
"""A link to a base, or to a code block with a base in the form of `BaseSource.place`."""


def follow_link(screen: VaultScreen, link: str, source: str) -> None:
    """Open the target of a link in the note `source`: a note, a tag, or an address."""
    if link.startswith(ACTION_LINK):
        screen.call_later(screen.run_action, link.removeprefix(ACTION_LINK))
    elif link.startswith("#"):
        screen.post_message(ShowQuery(f"tag:{link[1:]}"))
    elif base := _BASE.fullmatch(link):
        screen.post_message(ShowOverlay("base", base["place"], base["view"] or "", source))
    elif link.startswith("[["):
        _follow_to_note(screen, link[2:-2], source)
    elif "://" in link or link.startswith("mailto:"):
        _follow_to_address(screen, link)
    else:
        _follow_to_note(screen, link, source)


def _follow_to_note(screen: VaultScreen, target: str, source: str) -> None:
    name, part = map(unquote, target.partition("#")[::2])
    vault = screen.vault
    row = resolve_link(vault.catalog, name, source)

    def find() -> OpenNote:
        if row is None:
            near = vault.workspace.resolve(name)
            raise NotFound(f'No note is called "{name}".', f'Did you mean "{near.title}"?')
        note = vault.media.read_from_row(row)
        if (line := find_line(note.body_lf, read_body(note.body_lf), part)) is not None:
            line += note.body_line + 1
        return OpenNote(row.path, line=line, read=True)

    if row is not None and not part:
        screen.post_message(OpenNote(row.path, read=True))
    else:
        in_background(screen, find, screen.post_message, group="follow", exclusive=True)


def _follow_to_address(screen: VaultScreen, link: str) -> None:
    def open_link(_: bool) -> None:  # noqa: FBT001 - the answer of the dialog
        if screen.app.is_web:
            screen.app.open_url(link)  # in the user's browser, on another machine
        else:
            browse = partial(external_programs.open_address, link)
            in_background(screen, browse, lambda _: None, group="browser")

    try:
        external_programs.check_address(link)
    except NotekeepError as error:
        show_error(screen, error)
    else:
        ask(screen, Confirm("Open in the browser", link, "open"), open_link)


def open_attached(screen: VaultScreen, path: str) -> None:
    """Show a picture, or open another file of the vault in the system viewer."""
    if path.lower().endswith(PICTURES):
        screen.post_message(ShowOverlay("picture", path))
        return
    in_background(
        screen,
        lambda: external_programs.open_file(screen.vault.media.document_path(path)),
        lambda _: show_message(screen, "Opened in the system viewer"),
        group="viewer",
    )


def choose_link(screen: VaultScreen, row: Row) -> None:
    """List a note's links, backlinks and headings, and go to the selected one."""
    catalog = screen.vault.catalog
    outline = [
        Option("  " * (level - 1) + text, "", f"line:{line}")
        for line, level, text in catalog.headings(row.path)
    ]
    backlinks = [
        Option(link.title, link.source, f"note:{link.source}")
        for link in catalog.backlinks(row.path)
    ]
    options = [
        *_section("Links", [_link_option(link) for link in catalog.links(row.path)]),
        *_section("Backlinks", backlinks),
        *_section("Outline", outline),
    ]
    if not options:
        show_message(screen, "This note has no links, backlinks or headings")
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
    once = list(dict.fromkeys(options))  # a note may link to another note twice
    return [Option(f"{title} {len(once)}", "", ""), *once] if once else []


def _link_option(link: LinkRow) -> Option:
    # A number before the bar in a picture's text is its size.
    size, bar, name = link.text.partition("|")
    shown = (name if bar and size.replace("x", "").isdecimal() else link.text) or link.target
    if link.path is not None:
        return Option(shown, link.path, f"note:{link.path}")
    if link.state == "web":
        return Option(shown, link.target, link.target)
    return Option(shown, link.state, f"[[{link.target}]]")
