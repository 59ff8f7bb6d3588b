"""Formulas as MathML, which a browser shows without a script."""

from __future__ import annotations

import html
import re
from functools import lru_cache

TAGS = frozenset(
    "math menclose mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub"  # noqa: SIM905  # a list of words reads better as words
    " msubsup msup mtable mtd mtext mtr munder munderover".split()
)
ATTRIBUTES = frozenset(
    "accent alttext columnalign columnlines columnspacing depth display displaystyle fence form"  # noqa: SIM905  # as above
    " frame height largeop linebreak linethickness lspace mathbackground mathcolor mathsize"
    " mathvariant maxsize minsize movablelimits notation rowlines rowspacing rspace scriptlevel"
    " separator stretchy voffset width".split()
)
"""All that the library writes, but for what could act or name a style: `href`, `class`, `style`."""

_ENVIRONMENTS = {
    "align": "align*",
    "aligned": "split",
    "dcases": "cases",
    "equation": "matrix",
    "equation*": "matrix",
    "gather": "matrix",
    "gather*": "matrix",
    "gathered": "matrix",
}
"""Environments that the library does not know, or numbers, and those that look the same."""
_ENVIRONMENT = re.compile(r"(\\(?:begin|end)\{)([a-z]+\*?)\}")
_UNREAD = re.compile(r"[\\$]|<mi>[&{}]</mi>")
"""What of TeX is left in the result where the library did not know a macro."""


@lru_cache(maxsize=256)
def to_mathml(tex: str, *, display: bool) -> str:
    """Return a formula as MathML; "" when a macro of it is not known, or it is no TeX.

    Args:
        tex: The formula without its dollars.
        display: Whether it stands on its own.
    """
    from latex2mathml.converter import convert

    known = _ENVIRONMENT.sub(_renamed, tex)
    try:
        made = convert(known, display="block" if display else "inline")
    except Exception:  # noqa: BLE001 - the library raises anything at all over TeX that is none
        return ""
    if _UNREAD.search(made):
        return ""
    return made.replace("<math ", f'<math alttext="{html.escape(tex.strip())}" ', 1)


def _renamed(match: re.Match[str]) -> str:
    return f"{match[1]}{_ENVIRONMENTS.get(match[2], match[2])}}}"
