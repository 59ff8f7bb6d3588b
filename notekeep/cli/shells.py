"""How bash and fish are spoken to while they complete, where click's own way loses names.

A name has blanks, commas, quotes and colons in it, and a word may be begun within quotes.
"""

from __future__ import annotations

import os
import re

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    add_completion_class,
    split_arg_string,
)

BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' value
    COMPREPLY=()
    for value in $(COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_BREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete $1); do
        if [[ $value == file,* ]]; then
            compopt -o default
        elif [[ $value == dir,* ]]; then
            compopt -o dirnames
        else
            COMPREPLY+=("${value#*,}")
        fi
    done
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""
PLAIN = re.compile(r"([^\w@%+./:=,#-])|(?<!.)(#)", re.ASCII | re.DOTALL)
"""What bash would read as something else; letters of other scripts are escaped in vain, no more."""


class Bash(BashComplete):
    """Reads the line as typed, and writes what takes the place of the begun word, quoted for it."""

    source_template = BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before, and the one that is begun."""
        line = os.environ.get("COMP_LINE")
        if line is None:
            return super().get_completion_args()
        # A letter more says whether a blank at the end is within quotes.
        words = split_arg_string(line + "x")
        return words[1:-1], words[-1][:-1]

    def format_completion(self, item: CompletionItem) -> str:
        """One value, without what stands before the place where bash breaks the word."""
        line = os.environ.get("COMP_LINE")
        if line is None or item.type != "plain":
            return super().format_completion(item)
        quote = open_quote(line)
        if quote == "'":
            return "plain," + str(item.value).replace("'", "'\\''")
        if quote:
            return "plain," + re.sub(r'([\\"$`])', r"\\\1", item.value)
        breaks = set(os.environ.get("COMP_BREAKS", "")) & set(":=")
        begun = self.get_completion_args()[1]
        value: str = item.value
        start = max((begun.rfind(one) for one in breaks), default=-1) + 1
        return "plain," + PLAIN.sub(_escaped, value[start:])


class Fish(FishComplete):
    """Keeps the commas of a name."""

    source_template = FishComplete.source_template.replace(
        'string split ","', 'string split -m 1 ","'
    )


def add() -> None:
    """Have click speak so."""
    add_completion_class(Bash, "bash")
    add_completion_class(Fish, "fish")


def open_quote(line: str) -> str:
    """The quote that is open at the end of a line, or ""."""
    quote, escaped = "", False
    for c in line:
        if escaped:
            escaped = False
        elif c == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
    return quote


def _escaped(found: re.Match[str]) -> str:
    c = found[0]
    return c if not c.isascii() else f"\\{c}"
