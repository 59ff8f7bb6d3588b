"""What a site's list of Python-Markdown extensions means for what is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from notekeep.export.dialect import ESCAPED_MATH, RAW_MATH, Dialect

if TYPE_CHECKING:
    from collections.abc import Iterable

EXTRA: Final = frozenset(
    {"abbr", "attr_list", "def_list", "fenced_code", "footnotes", "md_in_html", "tables"}
)


def short_names(extensions: Iterable[object]) -> set[str]:
    """Return extensions by the last part of their names, "extra" resolved."""
    names = {str(name).rsplit(".", 1)[-1] for name in extensions}
    return names | EXTRA if "extra" in names else names


def dialect_of(names: set[str]) -> Dialect:
    """Return what an engine with these extensions understands; the target says the rest."""
    fold = "details" in names
    return Dialect(
        engine="python",
        math=RAW_MATH if "arithmatex" in names else ESCAPED_MATH,
        strike="tilde" in names,
        task_lists="tasklist" in names,
        heading_ids="attr_list" in names,
        bare_urls="magiclink" in names,
        code_pipes=False,
        superfences="superfences" in names,
        admonitions=("foldable" if fold else "plain") if "admonition" in names else "",
        hilited_indents="codehilite" in names,
        definitions="def_list" in names,
        hard_break="  \n",
        more_in_code=False,
    )


def lacking(names: set[str], where: str) -> list[str]:
    """Return what to know of extensions without which posts do not look right, if some lack."""
    needed = {"footnotes", "tables"} | (set() if "superfences" in names else {"fenced_code"})
    missing = ", ".join(sorted(needed - names))
    return [f"{where} lacks {missing}: posts that need it will not look right"] if missing else []


def with_more(dialect: Dialect, **more: object) -> Dialect:
    """Return a dialect with the target's own ways."""
    return replace(dialect, **more)  # type: ignore[arg-type]  # fields of Dialect, checked there
