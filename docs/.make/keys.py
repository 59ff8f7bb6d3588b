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

Look up every key of the app, screen by screen, and change it. `?` in the app shows the keys of the
current screen, and `ctrl+p` finds every action by name.

To change keys, use the id in the last column in your
[personal settings](settings.md#personal-settings). Separate several keys with commas:

```toml
keymap = "vim"       # or "emacs", or "default"; above all tables

[keys]
new-note = "n,f9"    # two keys
show-trash = "f8"    # no key otherwise
delete = ""          # no key any more
```

Write a key as its symbol (`?`) or its name, with modifiers: `ctrl+d`, `alt+left`, `shift+tab`,
`f5`. `C-d` and `M-x` work too.

The keymap `vim` has `i` to edit, `ctrl+d` and `ctrl+u` for pages, `dd` to delete, `ZZ`, and the
commands `:q`, `:w`, `:wq` and `:e NOTE`. The editor has no modes. The keymap `emacs` has `ctrl+n`,
`ctrl+p` and others in lists and text, `ctrl+s` to search, `alt+x` for commands, `ctrl+g` for `esc`,
and `ctrl+x` before `ctrl+s`, `ctrl+c`, `ctrl+f`, `b`, `k` and `u`. `notekeep keys --map emacs`
lists all.

`notekeep keys` lists your keys and reports keys that are used twice.

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
    keys = ", ".join(f"`{name}`" for name in names)
    command = f"`{action.command}`" if _is_there(action.command) else ""
    cells = (keys, action.title, action.help, command, f"`{action.id}`")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _is_there(command: str) -> bool:
    """Whether the command line has a command: its verb, and what follows when that is a word."""
    name, _, rest = command.partition(" ")
    verb, inner = tree.get_command(click.Context(tree), name), rest.partition(" ")[0]
    if verb is None or not (inner.isalpha() and inner.islower()):
        return verb is not None
    return not isinstance(verb, click.Group) or bool(verb.get_command(click.Context(verb), inner))


if __name__ == "__main__":
    (Path(sys.argv[1]) if sys.argv[1:] else PAGE).write_text(page(), "utf-8")
