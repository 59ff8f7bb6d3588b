"""What targets share whose posts are HTML: the Markdown that is rendered, and how it is cleaned."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Final

from notekeep.export.dialect import Dialect, Math
from notekeep.export.render import TEASER

DIALECT: Final = Dialect(
    footnotes=False,
    heading_ids=False,
    task_lists=False,
    bare_urls=False,
    more="",
    default_teaser=False,
)
"""The vault's own Markdown, but for what is written as HTML before it is rendered."""

WITH_MATHML: Final = replace(DIALECT, math=Math(mathml=True))

WITH_TEASER: Final = Dialect(
    footnotes=False,
    heading_ids=False,
    task_lists=False,
    bare_urls=False,
    more=TEASER,
    more_in_code=False,
)


def bare_page(title: str, text: str) -> str:
    """Return a page that is a title and a text."""
    return f'<h1>{html.escape(title)}</h1>\n<div class="post-content">{text}</div>\n'
