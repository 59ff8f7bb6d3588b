"""Writes `docs/keys.md` from the registry of what a person can do in the interface.

python docs/.make/keys.py [FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from notekeep.cli.command_tree import tree
from notekeep.tui.commands.action import GO_KEYS, format_key
from notekeep.tui.commands.registry import CONTEXTS, actions_in_context, key_labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.tui.commands.action import Action

PAGE = Path(__file__).resolve().parents[1] / "keys.md"
HEAD = """\
# Keys

What can be done in the interface, by the place where it works. `?` shows the keys of the place you
are in, and `ctrl+p` finds every action by its name, also those without a key.

The last column is the action's id. By it the settings of the person (`notekeep config` says where
the file is) give an action other keys, several with commas between:

```toml
keymap = "vim"       # or "emacs", or "default"; above all tables

[keys]
new-note = "n,f9"    # two keys
show-trash = "f8"    # no key otherwise
delete = ""          # no key any more
```

A key is written as the sign on it (`?`) or by its name, with what is held: `ctrl+d`, `alt+left`,
`shift+tab`, `f5`; `C-d` and `M-x` are understood as well.

The map `vim` has `i` to edit, `ctrl+d` and `ctrl+u` for pages, `dd` to delete, `ZZ`, and knows
`:q`, `:w`, `:wq` and `:e NOTE`; the editor itself has no modes. The map `emacs` has `ctrl+n`,
`ctrl+p` and their like in lists and text, `ctrl+s` to search, `alt+x` for commands, `ctrl+g` where
`esc` leaves something, and `ctrl+x` before `ctrl+s`, `ctrl+c`, `ctrl+f`, `b`, `k` and `u`.
`notekeep keys --map emacs` lists all of it.

`notekeep keys` lists the keys as they are for you, and says where two actions want the same one.

<!-- Written by docs/.make/keys.py; change notekeep/tui/actions instead. -->
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for context, title in CONTEXTS.items():
        parts.append(f"## {title}\n")
        parts.append("\n".join(_table(context)) + "\n")
        if context == "app":
            ways = ", ".join(f"`g {key}` {title}" for key, _, title in GO_KEYS)
            parts.append(f"After `g`: {ways}.\n")
    return "\n".join(parts)


def _table(context: str) -> Iterator[str]:
    yield "| keys | | what it does | on the command line | id |"
    yield "|---|---|---|---|---|"
    for action in actions_in_context(context):
        yield _row(action)


def _row(action: Action) -> str:
    two_in_a_row = key_labels(action, {}, 0).split(", ")
    names = [*map(format_key, action.keys), *filter(None, two_in_a_row)]
    keys = " ".join(f"`{name}`" for name in names)
    command = f"`{action.command}`" if _is_there(action.command) else ""
    cells = (keys, action.title, action.help, command, f"`{action.id}`")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _is_there(command: str) -> bool:
    """Whether the command line has a command: its verb, and what follows when that is a word."""
    name, _, rest = command.partition(" ")
    verb, inner = tree.get_command(click.Context(tree), name), rest.partition(" ")[0]
    if verb is None or not (inner.isalpha() and inner.islower()):
        return verb is not None
    return isinstance(verb, click.Group) and bool(verb.get_command(click.Context(verb), inner))


if __name__ == "__main__":
    (Path(sys.argv[1]) if sys.argv[1:] else PAGE).write_text(page(), "utf-8")
