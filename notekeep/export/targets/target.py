"""What a generator has to know of a post: the base of every target, and how one is found.

A target reads the settings of its site when it is made, and writes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Final

from notekeep.errors import NotFound, UsageError
from notekeep.export.draft import Draft
from notekeep.export.manifest import MANIFEST_NAME, Manifest
from notekeep.export.post import Post
from notekeep.export.rewrite.dialect import Dialect
from notekeep.export.targets.front_matter import format_yaml_head

if TYPE_CHECKING:
    import re

_CLASSES = {
    "nikola": "nikola.Nikola",
    "zola": "zola.Zola",
    "hugo": "hugo.Hugo",
    "hexo": "hexo.Hexo",
    "jekyll": "jekyll.Jekyll",
    "pelican": "pelican.Pelican",
    "eleventy": "eleventy.Eleventy",
    "astro": "astro.Astro",
    "mkdocs": "material.MkDocs",
    "zensical": "material.Zensical",
    "html": "html.Html",
    "ghost": "ghost.Ghost",
    "wordpress": "wordpress.WordPress",
    "portable": "portable.Portable",
}
TARGETS: Final = tuple(_CLASSES)
"""The ids of all targets; a site is asked in this order whether it is one of theirs."""

UNSUPPORTED_PLACES = {
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


class Target:
    """A site of one generator, or a folder of files that need none.

    Its paths and addresses are templates, filled in with `site` (the target), `post`, `name` (of a
    file that goes with the post) and `fragment` ("#id" or nothing). Paths start at the site's root.
    """

    id: ClassVar[str]  # as the person names it
    name: ClassVar[str]
    settings_name: ClassVar[str] = MANIFEST_NAME  # the file that makes a folder a site of it
    other_settings: ClassVar[tuple[str, ...]] = ()  # further names of that file
    preview: ClassVar[tuple[str, ...]] = ()  # the command that shows the site with its drafts
    dated: ClassVar[bool] = True  # every post needs a date
    anywhere: ClassVar[bool] = False  # any folder will do, as there is no generator
    ending: ClassVar[str] = ".md"
    is_built: ClassVar[bool] = False  # a post holds the page that a visitor sees
    hides_drafts: ClassVar[bool] = False  # the generator builds no drafts unless asked to
    teaser_in_head: ClassVar[bool] = False  # no mark in a post's body ends its teaser

    post_file: ClassVar[str]
    draft_file: ClassVar[str] = ""  # where a draft is, if that is elsewhere
    asset_file: ClassVar[str]
    asset_address: ClassVar[str] = "{name}"  # of a file that goes along, as a post's body has it
    cover_address: ClassVar[str] = ""  # the same as its front matter has it, if that differs
    post_address: ClassVar[str]  # as the body of another post has it
    # How front matter names an address `{slug}` that leads on to the post, where it can do that.
    former_address: ClassVar[str] = ""
    # What front matter calls a field that is not called as here; "" for one that it does not have.
    field_names: ClassVar[Mapping[str, str]] = {}

    # Finds a letter that is left in the address of a tag's page; None where all are.
    tag_letters: ClassVar[re.Pattern[str] | None] = None
    remark: ClassVar[str] = ""  # shown in the list of targets
    diagram_notice: ClassVar[str] = (
        "Mermaid diagrams are shown as source unless the theme of the site loads Mermaid"
    )

    dialect: Dialect

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.warnings: list[str] = []  # what the person should know, a sentence each

    @classmethod
    def is_site(cls, folder: str) -> bool:
        """Whether a folder is a site of this generator; where there is none, any will do."""
        if cls.anywhere:
            return os.path.isdir(folder) or not os.path.lexists(folder)
        names = (cls.settings_name, *cls.other_settings)
        return any(os.path.isfile(os.path.join(folder, name)) for name in names)

    def _fill(self, template: str, post: Post, name: str = "", anchor: str = "") -> str:
        fragment = f"#{anchor}" if anchor else ""
        return template.format(site=self, post=post, name=name, fragment=fragment)

    def post_path(self, post: Post) -> str:
        """Return where a post's file is."""
        return self._fill((self.draft_file if post.draft else "") or self.post_file, post)

    def makes_pages(self, path: str) -> bool:
        """Whether the generator makes pages of Markdown at a path of the site, posts or not."""
        post = Post("", "", date=datetime.now(UTC), slug="x")
        top = self.post_path(post).partition("/")[0]
        return not self.anywhere and path.partition("/")[0] == top

    def asset_path(self, post: Post, name: str) -> str:
        """Return where a file that goes with a post is."""
        return self._fill(self.asset_file, post, name)

    def asset_url(self, post: Post, name: str) -> str:
        """Return the address of such a file, as the post's body has it."""
        return self._fill(self.asset_address, post, name)

    def cover_url(self, post: Post, name: str) -> str:
        """Return the address of a post's cover, as its front matter has it."""
        address = self.cover_address
        return self._fill(address, post, name) if address else self.asset_url(post, name)

    def link(self, post: Post, anchor: str) -> str:
        """Return the address that other posts have for a post, or for a place in it."""
        return self._fill(self.post_address, post, anchor=anchor)

    def reaches(self, post: Post, other: Post) -> bool:
        """Whether a link from a post to another can be built: a draft is there for drafts only."""
        return post.draft or not other.draft

    def head(self, post: Post, cover: str) -> str:
        """Return what stands before the body; `cover` is the address of the post's cover, or ""."""
        fields = self._fields(post, cover)
        # What the person let pass stands behind, and takes the place of no field.
        return self._format_head({**fields, **post.extra, **fields})

    def _fields(self, post: Post, cover: str) -> dict[str, object]:
        """Return the front matter under the generator's names; empty values are left out later."""
        fields = {
            "title": post.title,
            "date": self._moment(post.date) if post.date else None,
            "updated": self._moment(post.updated) if post.updated else None,
            "draft": post.draft,
            "slug": post.slug,
            "description": post.description,
            "tags": post.tags,
            "categories": post.categories,
            "series": post.series,
            "part": post.part,
            "cover": cover,
            "canonical": post.canonical,
            "lang": post.lang,
            "math": post.has_math or None,
        }
        named = {self.field_names.get(name, name): value for name, value in fields.items()}
        named.pop("", None)
        if self.former_address:
            named["aliases"] = self.former_addresses(post)
        return named

    def _moment(self, when: datetime) -> object:
        """Return a time as front matter has it: ISO, with the author's offset."""
        return when

    def _format_head(self, fields: Mapping[str, object]) -> str:
        return format_yaml_head(fields)

    def compose(self, draft: Draft, head: str, body: str) -> str:
        """Return a post's file as a whole."""
        del draft
        return head + body.strip("\n") + "\n"

    def packed(
        self, post: Post, text: str, assets: dict[str, bytes]
    ) -> tuple[str, dict[str, bytes]]:
        """Return a post's file with what it carries itself, and the files that lie beside it."""
        del post
        return text, assets

    def former_addresses(self, post: Post) -> list[str]:
        """Return the addresses a post had, as its front matter makes the site lead on from them."""
        slugs = post.former if self.former_address else []
        return [self.former_address.format(site=self, slug=slug) for slug in slugs]

    def page(self, text: str) -> str:
        """Return the page that a post's file holds, where `is_built`."""
        return text

    def page_path(self, post: Post) -> str:
        """Return where a visitor finds that page, from the site's root."""
        return f"{post.slug}/index.html"

    def notice(self, post: Post) -> str:
        """Return what the person should know about a post in this site, or ""."""
        del post
        return ""

    def tag_notice(self, post: Post) -> str:
        """Return which tags have no address in this site, or ""."""
        letters = self.tag_letters
        lost = [tag for tag in post.tags if letters is not None and not letters.search(tag)]
        if not lost:
            return ""
        return (
            f"{post.path}: the site makes an empty address of the tag {', '.join(map(repr, lost))},"
            " which can stop its build: rename the tag, or change how the site writes tags"
        )


def load_target(target: str) -> type[Target]:
    """Return the class of a target."""
    if target not in _CLASSES:
        name = {"devto": "dev.to"}.get(target.casefold(), target.casefold())
        near = get_close_matches(target, TARGETS, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(TARGETS)}"
        hint = UNSUPPORTED_PLACES.get(name, hint)
        raise UsageError(f"there is no target {target!r}", hint)
    module, name = _CLASSES[target].split(".")
    found: type[Target] = getattr(import_module(f"notekeep.export.targets.{module}"), name)
    return found


def detect(site: str) -> str:
    """Return the target that a folder is a site of."""
    if not os.path.isdir(site):
        raise NotFound(f"there is no folder {site}", "use --site with the folder of your site")
    kinds = [load_target(target) for target in TARGETS]
    generators = [kind for kind in kinds if not kind.anywhere]
    if found := next((kind for kind in generators if kind.is_site(site)), None):
        return found.id
    # How the posts end that were exported to a folder without a generator.
    posts = Manifest.read(site).posts
    paths = [path for slug, entry in posts.items() for path in entry.files if slug in path]
    endings = {os.path.splitext(path)[1] for path in paths if "/" not in path}
    if found := next((kind for kind in kinds if kind.anywhere and kind.ending in endings), None):
        return found.id
    if not os.listdir(site):
        return "portable"
    raise NotFound(
        f"{site} does not look like a site of {', '.join(kind.name for kind in generators)}",
        "use --site with the folder that has the generator's settings, or set --to",
    )


def open_target(target: str, site: str) -> Target:
    """Return a target with the settings of its site read."""
    kind = load_target(target or detect(site))
    # Whose settings they are is a guess that a person who names the target has no need of.
    named = bool(target) and os.path.isfile(os.path.join(site, kind.settings_name))
    if not named and not kind.is_site(site):
        raise NotFound(
            f"{site} does not look like a site of {kind.name}: there is no {kind.settings_name}",
            "use --site with the folder that has the generator's settings",
        )
    return kind(site)


# What several targets tell of a post.


def number_slugs(slugs: Iterable[str]) -> list[str]:
    """Return slugs with numbers behind those that came before: `C` and `C++` are both `c`."""
    taken: dict[str, None] = {}
    for slug in slugs:
        free, number = slug, 1
        while free in taken:
            number += 1
            free = f"{slug}-{number}"
        taken[free] = None
    return [*taken]


def utc_day_warning(post: Post) -> str:
    """Return what to know of a post on a site that counts days in UTC unless it says otherwise."""
    if post.day.astimezone(UTC).date() == post.day.date():
        return ""
    return (
        "a post from near midnight has another day in UTC, which such sites print unless their"
        f" pages ask for your time zone, {post.day:%z}"
    )


def zone_warning(post: Post, zone: object) -> str:
    """Return what to know of a post on a site that counts days in the zone of its settings."""
    if zone or f"{post.day:%z}" == "+0000":
        return ""
    return (
        "_config.yml has no timezone, so a post from near midnight can get the day before or"
        " after: add the name of yours, such as timezone: Europe/Berlin"
    )
