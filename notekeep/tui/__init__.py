"""The Textual interface, and the only room that imports Textual."""

from __future__ import annotations


def run(root: str | None, *, prelude: bool = True) -> int:
    """Start the interface on a vault; None opens it on its welcome.

    Importing this costs nothing; starting imports Textual.

    Args:
        root: The vault's folder.
        prelude: Whether the last frame may be shown while it starts.

    Returns:
        The exit code.
    """
    from notekeep.tui.launch import launch

    return launch(root, prelude=prelude)
