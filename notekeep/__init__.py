"""notekeep keeps what a person learns and does in one folder of plain Markdown."""

__version__ = "0.1.0"
