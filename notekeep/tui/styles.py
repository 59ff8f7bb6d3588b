"""The style sheet, parsed once a start.

Textual parses all styles anew whenever a theme is announced, and at the start it announces the
theme that is already in force several times over, before the first frame.
"""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class Styles(Stylesheet):
    """A style sheet that keeps what it parsed until a source or a variable is another."""

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the colours of a theme; the same ones again change nothing."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse what is new; the rest comes from what was parsed with the same variables."""
        self.parse()
