"""notekeep: notes and habits in one folder of plain Markdown.

`from notekeep import Vault` is the library; `import notekeep` alone loads nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from notekeep.vault import Vault

__all__ = ["Vault", "__version__"]

__version__ = "0.2.0"


def __getattr__(name: str) -> object:
    """Load `Vault` on first use."""
    if name == "Vault":
        from notekeep.vault import Vault

        return Vault
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
