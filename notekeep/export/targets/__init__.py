"""The generators that notekeep writes for: one file each, found by its id or by the site itself."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from notekeep.errors import NotFound, UsageError

if TYPE_CHECKING:
    from notekeep.export.targets.target import Target

TARGETS = (
    *("nikola", "zola", "hugo", "hexo", "jekyll", "pelican", "eleventy", "astro", "mkdocs"),
    *("zensical", "html", "ghost", "wordpress", "portable"),
)
"""The ids of all targets; a site is asked in this order whether it is one of theirs."""

WITHOUT_TARGET = {
    "substack": "Substack takes pasted pages: export with --to html, open the page, copy and paste",
    "medium": "Medium takes pasted pages: export with --to html, open the page, copy and paste",
    "dev.to": (
        "dev.to takes Markdown: export with --to portable and paste the file; in its head add"
        " published: false, rename canonical: to canonical_url: and cover: to cover_image:, keep at"
        " most four tags; pictures need addresses on the web, and math goes between {% katex %} and"
        " {% endkatex %}"
    ),
}
"""What to do for sites that take no files, by the name a person calls them."""


def load(target: str) -> type[Target]:
    """Return the class of a target.

    Raises:
        UsageError: There is no such target; the nearest name is given.
    """
    if target not in TARGETS:
        from difflib import get_close_matches

        name = {"devto": "dev.to"}.get(target.casefold(), target.casefold())
        near = get_close_matches(target, TARGETS, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(TARGETS)}"
        hint = WITHOUT_TARGET.get(name, hint)
        raise UsageError(f"there is no target {target!r}", hint)
    module = import_module(f"notekeep.export.targets.{target}")
    found: type[Target] = module.TARGET
    return found


def detect(site: str) -> str:
    """Return the target that a folder is a site of.

    Raises:
        NotFound: There is no such folder, or it is no site that notekeep knows.
    """
    if not os.path.isdir(site):
        raise NotFound(f"there is no folder {site}", "give the folder of your site")
    kinds = [load(target) for target in TARGETS]
    generators = [kind for kind in kinds if not kind.anywhere]
    for kind in generators:
        if kind.is_site(site):
            return kind.id
    for kind in kinds:
        if kind.anywhere and kind.ending in _endings(site):
            return kind.id
    if not os.listdir(site):
        return "portable"
    raise NotFound(
        f"{site} does not look like a site of {', '.join(kind.name for kind in generators)}",
        "give the folder that holds the generator's settings, or name the target with --to",
    )


def _endings(site: str) -> set[str]:
    """Return how the posts end that were exported to a folder without a generator."""
    from notekeep.export.manifest import NAME, Manifest

    if not os.path.isfile(os.path.join(site, NAME)):
        return set()
    posts = Manifest.read(site).posts
    paths = {path for slug, entry in posts.items() for path in entry.files if slug in path}
    return {os.path.splitext(path)[1] for path in paths if "/" not in path}


def open_target(target: str | None, site: str) -> Target:
    """Return a target with the settings of its site read.

    Raises:
        NotFound: The folder is no site.
        UsageError: There is no such target, or the site's settings cannot be read.
    """
    kind = load(target or detect(site))
    # Whose settings they are is a guess that a person who names the target has no need of.
    named = bool(target) and os.path.isfile(os.path.join(site, kind.settings_name))
    if not named and not kind.is_site(site):
        raise NotFound(
            f"{site} does not look like a site of {kind.name}: there is no {kind.settings_name}",
            "give the folder that holds the generator's settings",
        )
    return kind(site)
