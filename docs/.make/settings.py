"""Writes `docs/settings.md` from the settings that the code knows.

python docs/.make/settings.py [FILE]
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from notekeep.config import PersonSettings
from notekeep.dates import WEEKDAYS
from notekeep.settings import EXPORT, FIELD_TYPES, VaultSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[1] / "settings.md"
HEAD = """\
# Settings

Change how notekeep works. All settings are optional. `notekeep config` shows which files are used
and which lines in them are wrong; wrong lines are ignored.

<!-- Written by docs/.make/settings.py; change notekeep/settings.py or config.py instead. -->
"""
OF_VAULT = """\
## Vault settings

The file `.notekeep/config.toml` in the vault. Others may share it with you, so it cannot contain
commands or paths outside the vault.

```toml
day_start = 4
language = "de"
private = ["private", "journal"]

[kinds.recipe]
sign = "◇"
serves = "number"

[export]
unpublished = "strip"

[recall]
daily = 20
habit = "recall"

[saved]
to-read = "type:book status:to-read"
```
"""
OF_PERSON = """\
## Personal settings

The file `config.toml` in the folder that `notekeep config` shows. Vaults and sites are tables:

```toml
default = "notes"

[vaults]
notes = "~/notes"

[sites.notes]
dir = "~/blog"
target = "hugo"

[keys]
new-note = "n,f9"
```

The ids for `[keys]` are in [Keys](keys.md). `[commands]` is described in
[Commands of your own](extending.md#commands-of-your-own).
"""
OF_SHELL = """\
## Environment variables

| variable | what it does |
|---|---|
| `NOTEKEEP_VAULT` | the vault, unless `--vault` names one |
| `NOTEKEEP_HOME` | one folder for settings, cache and state |
| `NOTEKEEP_NOW` | the current time, as `2026-11-24T21:15`; for tests |
| `NOTEKEEP_NO_EXTENSIONS` | start without [extensions](extending.md) |
| `NOTEKEEP_NO_PRELUDE` | do not show the saved frame while the app starts |
| `NO_COLOR` | no colours |
| `VISUAL`, `EDITOR` | the editor for `open` and `ctrl+e` |
| `PAGER` | the pager for long notes of `show` |
"""


MORE = {
    "kinds": f" Types are {', '.join(f'`{kind}`' for kind in FIELD_TYPES)}."
    " `sign` is one character that is shown before each note of the kind.",
    "recall": " A table of `daily` (quotes per day, default 10), `retention` (the share to"
    " remember, 0.7 to 0.99), `max_interval` (days), `weights` (21 numbers of FSRS 6), `habit`. See"
    " [Recall](recall.md#settings).",
    "export": f" A table of {', '.join(f'`{key}`' for key in EXPORT)}.",
}


def page() -> str:
    """The whole page."""
    vault = _table(VaultSettings, VaultSettings())
    return "\n".join([HEAD, OF_VAULT, vault, OF_PERSON, _table(PersonSettings, None), OF_SHELL])


def _table(kind: type, defaults: object) -> str:
    return "\n".join(_lines(kind, defaults)) + "\n"


def _lines(kind: type, defaults: object) -> Iterator[str]:
    yield "| setting | what it is |" + (" default |" if defaults else "")
    yield "|---|---|" + ("---|" if defaults else "")
    for name, said in _attributes(kind):
        if name in {"warnings", "is_unreadable", "export_problem", "path"}:
            continue
        value = f" {_default(name, getattr(defaults, name))} |" if defaults else ""
        yield f"| `{name}` | {said} |{value}"


def _attributes(kind: type) -> Iterator[tuple[str, str]]:
    """The names under "Attributes:" in a class's docstring, each with what is said of it."""
    doc = inspect.getdoc(kind) or ""
    for name, text in re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", doc, re.MULTILINE):
        said = re.sub(r" \(see [^)]*\)|; see `[^`]*`", "", " ".join(text.split()))
        yield name, said.replace("|", "\\|") + MORE.get(name, "")


def _default(name: str, value: object) -> str:
    if name == "week_start":
        return f"`{WEEKDAYS[int(str(value))][:3]}`"
    if isinstance(value, dict):
        pairs = ", ".join(f"{key} = {item}" for key, item in value.items())
        return f"`{pairs}`" if pairs else ""
    if isinstance(value, (tuple, list)):
        return ", ".join(f"`{item}`" for item in value)
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value != "" else ""


if __name__ == "__main__":
    (Path(sys.argv[1]) if sys.argv[1:] else PAGE).write_text(page(), "utf-8")
