"""What surrounds the interface: the place left, the last frame, other programs, its start."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from notekeep.config import editor_command
from notekeep.errors import UsageError
from notekeep.tui import location, prelude

if TYPE_CHECKING:
    from pathlib import Path

TODAY = dt.date(2026, 11, 24)


def test_the_place_is_kept_and_what_is_damaged_is_a_first_start(tmp_path: Path) -> None:
    assert location.load_place(str(tmp_path)) == location.LastPlace()
    left = location.LastPlace("2026-11-24", "habits", "a.md", "nord")
    location.save_place(str(tmp_path / "made"), left)
    assert location.load_place(str(tmp_path / "made")) == left
    for damaged in ("{", "[]", '{"screen": 3, "unknown": "x"}'):
        (tmp_path / location.PLACE_FILE).write_text(damaged)
        assert location.load_place(str(tmp_path)) == location.LastPlace()


@pytest.mark.parametrize(
    ("left", "opens"),
    [
        (location.LastPlace("2026-11-24", "habits"), "habits"),
        (location.LastPlace("2026-11-23", "habits"), "today"),
        (location.LastPlace("2026-11-24", "nowhere"), "today"),
        (location.LastPlace(), "today"),
    ],
)
def test_a_new_day_opens_on_today(left: location.LastPlace, opens: str) -> None:
    assert left.screen_to_open(TODAY) == opens


def look(
    day: str = "2026-11-24", screen: str = "browse", columns: int = 80, **changed: str
) -> list[str | int]:
    env = {"TERM": "xterm", **changed}
    return prelude.frame_key(day, screen, "nord", (columns, 24), env)


def test_a_frame_is_shown_again_only_where_it_will_look_the_same(tmp_path: Path) -> None:
    prelude.save_frame(str(tmp_path), look(), "\x1b[1mframe")
    assert prelude.load_frame(str(tmp_path), look()) == "\x1b[1mframe"
    assert (tmp_path / prelude.FILE).stat().st_mode & 0o077 == 0
    others = [
        look(NO_COLOR="1"),
        look(columns=81),
        look(screen="today"),
        look(day="2026-11-25"),
    ]
    assert [prelude.load_frame(str(tmp_path), other) for other in others] == [None] * 4
    prelude.save_frame(str(tmp_path), look(), "")
    assert prelude.load_frame(str(tmp_path), look()) is None


def test_a_damaged_frame_is_none(tmp_path: Path) -> None:
    for damaged in ("", "[]", json.dumps({"look": list(look()), "frame": 3})):
        (tmp_path / prelude.FILE).write_text(damaged)
        assert prelude.load_frame(str(tmp_path), look()) is None


@pytest.mark.parametrize(
    "env", [{"TERM": "dumb"}, {}, {"TERM": "xterm", "NOTEKEEP_NO_PRELUDE": "1"}, {"TERM": "vt220"}]
)
def test_nothing_is_painted_where_nothing_should_be(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert not prelude.can_paint(env)
    assert prelude.can_paint({"TERM": "tmux-256color"})
    assert prelude.can_paint({"TERM": "vt220"}, is_enabled=True)
    assert not prelude.can_paint({"TERM": "xterm"}, is_enabled=False)


def test_an_editor_comes_from_the_person_and_is_split_into_words() -> None:
    env = {"VISUAL": "emacs -nw", "EDITOR": "vi"}
    assert editor_command("code --wait", env) == ["code", "--wait"]
    assert editor_command("", env) == ["emacs", "-nw"]
    assert editor_command("", {"EDITOR": "'my editor' -x"}) == ["my editor", "-x"]


def test_no_editor_at_all_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError) as caught:
        editor_command("", {})
    assert "EDITOR" in caught.value.hint


def test_what_the_first_frame_does_not_need_is_not_imported() -> None:
    code = (
        "import sys, notekeep.tui.app;"
        "late = 'pyromark pygments yaml whoosh sqlite_utils textual.widgets._markdown"
        " notekeep.tui.screens.habits notekeep.tui.screens.publish'.split();"
        "print(*[name for name in late if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_room_itself_costs_nothing_to_import() -> None:
    code = "import sys, notekeep.tui.launch, notekeep.tui.prelude; print('textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
