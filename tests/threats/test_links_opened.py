"""Links that do not lead where they say: only the web and mail are opened, shown whole before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Refused
from notekeep.tui.app import NotekeepApp
from notekeep.tui.external_programs import check_address, open_address
from notekeep.tui.screens.browse import BrowseScreen
from notekeep.vault import Vault
from tests.support.programs import write_program
from tests.support.screens import press, shows, tree, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from pathlib import Path

OPENED = [
    "https://example.org",
    "HTTPS://Example.ORG/x",
    "http://localhost:8000/a?b=c&d=e#f",
    "https://[::1]/x",
    "https://user@example.org/",
    "https://example.org/ä ö",
    "https://example.org/;touch%20x",
    "https://example.org/$(touch x)`touch y`|z&",
    "mailto:someone@example.org?subject=a%20b",
]
REFUSED = [
    "file:///etc/passwd",
    "FILE:/etc/passwd",
    "file://host/share/x.exe",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "about:config",
    "chrome://settings",
    "view-source:https://example.org",
    "blob:https://example.org/x",
    "smb://host/share",
    "ftp://host/x",
    "ssh://host",
    "telnet://host",
    "ms-msdt:/id",
    "search-ms:query=x",
    "vscode://file/etc/passwd",
    "obsidian://open?vault=x",
    "tel:112",
    "//host/share",
    "\\\\host\\share",
    "http:\\\\host\\share",
    "https://example.org\\@evil.example/",
    "https:",
    "https:/etc/passwd",
    "http:///etc/passwd",
    "https://[",
    "C:\\x.exe",
    "/etc/passwd",
    "~/x",
    "--help",
    "",
    " https://example.org",
    "ht\ntps://example.org",
    "\0https://example.org",
    "https://example.org/\x1b]52;c;aGk=\x07",
    "https://example.org/\u202egnp.exe",
    "https://example.org/\x9b31m",
    "mailto:a@example.org?attach=/etc/passwd",
    "mailto:a@example.org?%61ttachment=~/.ssh/id_rsa",
]


@pytest.mark.parametrize("link", OPENED)
def test_the_web_and_mail_are_opened(link: str) -> None:
    assert check_address(link) == link


@pytest.mark.parametrize("link", REFUSED)
def test_nothing_else_is(link: str) -> None:
    with pytest.raises(Refused, match="Cannot open"):
        check_address(link)


@cases("link", sorted(OPENED, key=len, reverse=True), fast=3)
def test_an_address_reaches_the_browser_as_one_word_and_no_shell(
    link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import webbrowser

    said = tmp_path / "said.json"
    program = tmp_path / "browser"
    code = f"import json, sys\nopen({str(said)!r}, 'w').write(json.dumps(sys.argv[1:]))"
    write_program(program, code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(webbrowser, "_tryorder", [str(program)])
    monkeypatch.setattr(webbrowser, "_browsers", {})
    webbrowser.register(str(program), None, webbrowser.GenericBrowser([str(program), "%s"]))
    open_address(link)
    assert json.loads(said.read_text()) == [link]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["browser", "said.json"]


HOSTILE = """\
[a](action:delete) [b](action:app.quit) [c](<action:links>) [d](&#0;action:delete)
[e](%00action:delete) <action:delete> [f][g] [[action:delete]] action:delete

[g]: action:delete
"""


async def test_a_link_in_a_note_never_runs_a_command_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program's own buttons are links as well; no note can write one."""
    monkeypatch.setenv("TERM", "xterm-256color")
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    (root / "a.md").write_text(f"{HOSTILE}\n", "utf-8")
    vault = Vault.open(root)
    vault.indexing.refresh()
    before = tree(root)
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        screen = app.screen
        assert isinstance(screen, BrowseScreen)
        preview = screen.preview
        await until(pilot, lambda: preview.path == "a.md" and shows(app, "action:delete"))
        links = [
            piece.link
            for index in range(preview.line_count())
            for piece in preview.draw_line(index, 80)
            if piece.link
        ]
        assert len(set(links)) > 3
        for link in dict.fromkeys(links):
            app.clear_notifications()
            preview.post_message(preview.Followed(link, ""))
            await pilot.pause(0.05)
            assert app.is_running, link
            if app.screen is not screen:
                await press(pilot, "escape")
        assert tree(root) == before
        assert app.return_code is None
