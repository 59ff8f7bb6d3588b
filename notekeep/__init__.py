"""notekeep keeps what a person learns and does in one folder of plain Markdown.

`from notekeep import Vault` is the whole library; importing notekeep itself costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from notekeep.vault import Vault

__all__ = ["Vault", "__version__"]

__version__ = "0.2.0"


def __getattr__(name: str) -> object:
    """Load `Vault` when it is asked for."""
    if name == "Vault":
        from notekeep.vault import Vault

        return Vault
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
