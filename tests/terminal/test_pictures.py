"""Pictures in a terminal's own pixels, in terminals that say they can, and in one that does not.

What kitty, and a terminal with sixels, answer is what they document:
https://sw.kovidgoyal.net/kitty/graphics-protocol/#querying-support-and-available-transmission-mediums
https://vt100.net/docs/vt510-rm/DA1.html
"""

from __future__ import annotations

import base64
import io
import re
import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.support.terminal import DEADLINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.support.terminal import Terminal

    Start = Callable[..., Terminal]

pytestmark = [pytest.mark.terminal, pytest.mark.slow]

NOTE, PICTURE = "Shows two colours", "two.png"
WHO, CELL = b"\x1b[c", b"\x1b[16t"
MAY_I = b"\x1b_Gi=4207,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
CELL_SIZE = {CELL: b"\x1b[6;20;10t"}
KITTY = {MAY_I: b"\x1b_Gi=4207;OK\x1b\\", WHO: b"\x1b[?62;52;c", **CELL_SIZE}
SIXELS = {WHO: b"\x1b[?62;4;6;22c", **CELL_SIZE}
PLAIN = {WHO: b"\x1b[?62;22c", **CELL_SIZE}


@pytest.fixture
def pictured(root: Path) -> Path:
    """The vault with a note that embeds a picture, red on the left and blue on the right."""
    picture = Image.new("RGB", (64, 32), (255, 0, 0))
    picture.paste((0, 0, 255), (32, 0, 64, 32))
    (root / "attachments").mkdir()
    picture.save(root / f"attachments/{PICTURE}")
    (root / f"inbox/{NOTE}.md").write_text(f"words\n\n![[{PICTURE}]]\n\nafter\n")
    return root


def look(terminal: Terminal) -> str:
    """Open the note, then its picture, large; returns the screen with the note."""
    terminal.until("Habits 0/2")
    terminal.send("\x0f")
    terminal.until("Title of a note")
    terminal.send(NOTE)
    terminal.until(f"▌ {NOTE}")
    terminal.send("\r")
    terminal.until(f"{PICTURE} · 64×32")  # noqa: RUF001 - by
    terminal.send("\r")
    terminal.until_gone("[/nope]")
    terminal.until(f"{PICTURE} · 64×32", "▀▀▀▀", "after")  # noqa: RUF001 - by
    terminal.quiet()
    shown = terminal.text
    terminal.send("I")
    terminal.until("opens it in the system's viewer")
    return shown


def leave(terminal: Terminal, shown: str) -> None:
    """Leave the picture: the note is there again, and nothing else."""
    terminal.send("\x1b")
    terminal.until(f"{PICTURE} · 64×32")  # noqa: RUF001 - by
    terminal.quiet()
    assert terminal.text == shown
    terminal.send("\x11")
    assert terminal.wait() == 0


def until_sent(terminal: Terminal, end: bytes) -> None:
    """Wait until something was sent to the terminal itself."""
    deadline = time.monotonic() + DEADLINE
    while not any(re.search(end, string) for string in terminal.strings):
        assert time.monotonic() < deadline, terminal.strings
        terminal.read(0.05)


def parts_of_picture(strings: list[bytes]) -> Iterator[bytes]:
    """Yield the parts of the first picture that was sent by kitty's protocol."""
    for string in strings:
        part = re.fullmatch(rb"\x1b_Gi=\d+,m=([01]),f=100,q=2;(.*)\x1b\\", string)
        if part is not None:
            yield part[2]
            if part[1] == b"0":
                return


def test_a_terminal_like_kitty_is_sent_the_picture_itself(start: Start, pictured: Path) -> None:
    del pictured
    with start(answers=KITTY) as terminal:
        shown = look(terminal)
        until_sent(terminal, rb"_Ga=p,")
        data = base64.b64decode(b"".join(parts_of_picture(terminal.strings)))
        with Image.open(io.BytesIO(data)) as sent:
            colours = sent.convert("RGB")
            height = colours.height // 2
            assert colours.getpixel((1, height)) == (255, 0, 0)
            assert colours.getpixel((colours.width - 2, height)) == (0, 0, 255)
        # Where it stands is said by characters that kitty puts it over.
        terminal.until("\U0010eeee")
        assert "▀" not in terminal.text
        leave(terminal, shown)


def test_a_terminal_with_sixels_is_sent_sixels(start: Start, pictured: Path) -> None:
    del pictured
    with start(answers=SIXELS) as terminal:
        shown = look(terminal)
        until_sent(terminal, rb"\x1bP[0-9;]*q")
        sixels = next(string for string in terminal.strings if string.startswith(b"\x1bP"))
        assert re.search(rb"#\d+;2;100;0;0", sixels)
        assert re.search(rb"#\d+;2;0;0;100", sixels)
        assert "▀" not in terminal.text
        assert not any(
            string.startswith(b"\x1b_Gi=") and b"f=100" in string for string in terminal.strings
        )
        leave(terminal, shown)


def test_a_tall_picture_in_sixels_leaves_a_row_free_so_that_nothing_scrolls(
    start: Start, pictured: Path
) -> None:
    # Sixels are six dots high, so a picture may take up to a row more than it should.
    Image.new("RGB", (64, 128), (255, 0, 0)).save(pictured / f"attachments/{PICTURE}")
    with start(answers=SIXELS) as terminal:
        terminal.until("Habits 0/2")
        terminal.send("\x0f")
        terminal.until("Title of a note")
        terminal.send(NOTE)
        terminal.until(f"▌ {NOTE}")
        terminal.send("\r")
        terminal.until(f"{PICTURE} · 64×128")  # noqa: RUF001 - by
        terminal.send("\r")
        terminal.until_gone("[/nope]")
        terminal.until(f"{PICTURE} · 64×128", "▀▀▀▀")  # noqa: RUF001 - by
        terminal.send("I")
        until_sent(terminal, rb"\x1bP[0-9;]*q")
        sixels = next(string for string in terminal.strings if string.startswith(b"\x1bP"))
        size = re.search(rb'"\d+;\d+;\d+;(\d+)', sixels)
        assert size is not None
        rows = -(-int(size[1]) // 20)
        above, below, free = 1, 1, 1
        assert rows <= 30 - above - below - free


@pytest.mark.parametrize("answers", [PLAIN, {}], ids=["without pictures", "silent"])
def test_any_other_terminal_is_sent_half_blocks_and_nothing_that_it_would_show(
    start: Start, pictured: Path, answers: Mapping[bytes, bytes]
) -> None:
    del pictured
    with start(answers=answers) as terminal:
        shown = look(terminal)
        terminal.until("▀" * 40)
        assert not any(
            b"f=100" in string or string.startswith(b"\x1bP") for string in terminal.strings
        )
        lines = [line for line in terminal.text.split("\n") if line.strip()]
        assert lines[0].strip() == f"{PICTURE} · 64 × 32"  # noqa: RUF001 - by
        assert lines[-1].strip() == "o opens it in the system's viewer  esc back"
        assert all(set(line.strip()) == {"▀"} for line in lines[1:-1])
        leave(terminal, shown)


def test_within_tmux_nobody_is_asked_what_tmux_takes_for_a_title(
    start: Start, pictured: Path
) -> None:
    del pictured
    with start(answers=PLAIN, TMUX="/tmp/tmux-0/default,1,0") as terminal:
        look(terminal)
        terminal.until("▀" * 40)
        assert not any(string.startswith(b"\x1b_G") for string in terminal.strings)


def test_an_answer_from_far_away_is_waited_for_and_is_no_key(start: Start, pictured: Path) -> None:
    del pictured
    with start(answers=SIXELS, slow=0.4) as terminal:
        shown = look(terminal)
        until_sent(terminal, rb"\x1bP[0-9;]*q")
        leave(terminal, shown)
