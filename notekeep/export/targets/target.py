"""The base class of targets, and functions that detect and open a target.

A target reads the settings of its site, but writes nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache, partial
from typing import Any, ClassVar, Final

from notekeep import extensions
from notekeep.errors import NotekeepError, NotFound, UsageError
from notekeep.export.draft import Draft
from notekeep.export.manifest import MANIFEST_NAME, Manifest
from notekeep.export.post import Post
from notekeep.export.rewrite.dialect import Dialect
from notekeep.export.targets.front_matter import format_yaml_head
from notekeep.extensions import Extension, ExtensionFailed

_BUILT_IN = {
    target: Extension(extensions.TARGETS, target, f"notekeep.export.targets.{module}", name)
    for target, module, name in (
        ("nikola", "nikola", "Nikola"),
        ("zola", "zola", "Zola"),
        ("hugo", "hugo", "Hugo"),
        ("hexo", "hexo", "Hexo"),
        ("jekyll", "jekyll", "Jekyll"),
        ("pelican", "pelican", "Pelican"),
        ("eleventy", "eleventy", "Eleventy"),
        ("astro", "astro", "Astro"),
        ("mkdocs", "material", "MkDocs"),
        ("zensical", "material", "Zensical"),
        ("html", "html", "Html"),
        ("ghost", "ghost", "Ghost"),
        ("wordpress", "wordpress", "WordPress"),
        ("portable", "portable", "Portable"),
    )
}
TARGETS: Final = tuple(_BUILT_IN)
"""The ids of the built-in targets, in the order of detection."""

UNSUPPORTED_PLACES = {
    "substack": "Substack imports no files. Export with --to html, then copy and paste the page.",
    "medium": "Medium imports no files. Export with --to html, then copy and paste the page.",
    "dev.to": (
        "dev.to imports no files. Export with --to portable and paste the file. In its head, add"
        " published: false, rename canonical: to canonical_url: and cover: to cover_image:, and"
        " keep at most four tags. Pictures need addresses on the web, and math goes between"
        " {% katex %} and {% endkatex %}."
    ),
}
"""Hints for services that cannot import files, by name."""


class Target:
    """A site of one generator, or a folder of files that need no generator.

    Paths and addresses are templates with `site` (the target), `post`, `name` (of an attachment)
    and `fragment` ("#id" or ""). Paths are relative to the site.
    """

    id: ClassVar[str]  # for --to
    name: ClassVar[str]
    settings_name: ClassVar[str] = MANIFEST_NAME  # this file identifies a site
    other_settings: ClassVar[tuple[str, ...]] = ()  # other names for that file
    preview: ClassVar[tuple[str, ...]] = ()  # command that previews the site with drafts
    dated: ClassVar[bool] = True  # posts need a date
    anywhere: ClassVar[bool] = False  # no generator: any folder is valid
    ending: ClassVar[str] = ".md"
    is_built: ClassVar[bool] = False  # the file of a post is the finished page
    hides_drafts: ClassVar[bool] = False  # the generator builds no drafts by default
    teaser_in_head: ClassVar[bool] = False  # the teaser is a front matter field

    post_file: ClassVar[str]
    draft_file: ClassVar[str] = ""  # default: `post_file`
    asset_file: ClassVar[str]
    asset_address: ClassVar[str] = "{name}"  # in the body
    cover_address: ClassVar[str] = ""  # in front matter; default: `asset_address`
    post_address: ClassVar[str]  # in the body of another post
    former_address: ClassVar[str] = ""  # of an earlier slug, for redirects in front matter
    field_names: ClassVar[Mapping[str, str]] = {}  # the generator's field names; "" if unsupported

    # matches the letters allowed in tag addresses; None: all letters
    tag_letters: ClassVar[re.Pattern[str] | None] = None
    remark: ClassVar[str] = ""  # shown in the list of targets
    diagram_notice: ClassVar[str] = (
        "Mermaid diagrams are shown as source unless the theme of the site loads Mermaid."
    )

    dialect: Dialect

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.warnings: list[str] = []

    @classmethod
    def is_site(cls, folder: str) -> bool:
        """Whether a folder is a site of this generator. Without a generator, any folder is."""
        if cls.anywhere:
            return os.path.isdir(folder) or not os.path.lexists(folder)
        names = (cls.settings_name, *cls.other_settings)
        return any(os.path.isfile(os.path.join(folder, name)) for name in names)

    def _fill(self, template: str, post: Post, name: str = "", anchor: str = "") -> str:
        fragment = f"#{anchor}" if anchor else ""
        return template.format(site=self, post=post, name=name, fragment=fragment)

    def post_path(self, post: Post) -> str:
        """Return the path of a post."""
        return self._fill((self.draft_file if post.draft else "") or self.post_file, post)

    def makes_pages(self, path: str) -> bool:
        """Whether the generator turns any Markdown at a path of the site into pages."""
        post = Post("", "", date=datetime.now(UTC), slug="x")
        top = self.post_path(post).partition("/")[0]
        return not self.anywhere and path.partition("/")[0] == top

    def asset_path(self, post: Post, name: str) -> str:
        """Return the path of an attachment of a post."""
        return self._fill(self.asset_file, post, name)

    def asset_url(self, post: Post, name: str) -> str:
        """Return the address of an attachment in the body."""
        return self._fill(self.asset_address, post, name)

    def cover_url(self, post: Post, name: str) -> str:
        """Return the address of a cover in front matter."""
        address = self.cover_address
        return self._fill(address, post, name) if address else self.asset_url(post, name)

    def link(self, post: Post, anchor: str) -> str:
        """Return the address of a post, or of an id in it, for links in other posts."""
        return self._fill(self.post_address, post, anchor=anchor)

    def reaches(self, post: Post, other: Post) -> bool:
        """Whether a post can link to another post. Only drafts can link to drafts."""
        return post.draft or not other.draft

    def head(self, post: Post, cover: str) -> str:
        """Return the text before the body. `cover` is an address or ""."""
        fields = self.fields(post, cover)
        # Extra fields come last and do not replace other fields.
        return self.format_head({**fields, **post.extra, **fields})

    def fields(self, post: Post, cover: str) -> dict[str, object]:
        """Return the fields by the generator's names, including empty fields."""
        fields = {
            "title": post.title,
            "date": self.moment(post.date) if post.date else None,
            "updated": self.moment(post.updated) if post.updated else None,
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

    def moment(self, when: datetime) -> object:
        """Return a time in the generator's format for front matter."""
        return when

    def format_head(self, fields: Mapping[str, object]) -> str:
        """Return front matter with the non-empty fields. The default is YAML."""
        return format_yaml_head(fields)

    def compose(self, draft: Draft, head: str, body: str) -> str:
        """Return the text of a post's file."""
        del draft
        return head + body.strip("\n") + "\n"

    def packed(
        self, post: Post, text: str, assets: dict[str, bytes]
    ) -> tuple[str, dict[str, bytes]]:
        """Return the text of a post with embedded attachments, and the other attachments."""
        del post
        return text, assets

    def former_addresses(self, post: Post) -> list[str]:
        """Return the earlier addresses of a post, for redirects in front matter."""
        slugs = post.former if self.former_address else []
        return [self.former_address.format(site=self, slug=slug) for slug in slugs]

    def page(self, text: str) -> str:
        """Return the HTML of the page in a post's file, if `is_built`."""
        return text

    def page_path(self, post: Post) -> str:
        """Return the path of that page on the site."""
        return f"{post.slug}/index.html"

    def notice(self, post: Post) -> str:
        """Return a warning about a post, or ""."""
        del post
        return ""

    def tag_notice(self, post: Post) -> str:
        """Return a warning about tags without an address, or ""."""
        letters = self.tag_letters
        lost = [tag for tag in post.tags if letters is not None and not letters.search(tag)]
        if not lost:
            return ""
        tags = f"the {'tag' if len(lost) == 1 else 'tags'} {', '.join(map(repr, lost))}"
        return (
            f"{post.path}: The site creates an empty address for {tags}, which can stop the build."
            " Use another name, or change how the site writes tags."
        )


def known_targets() -> dict[str, Extension]:
    """Return the targets by id, in the order of detection, without importing packages."""
    known = dict(_BUILT_IN)
    for extension in extensions.installed(extensions.TARGETS):
        known.setdefault(extension.name, extension)
    return known


def load_target(target: str) -> type[Target]:
    """Return the class of a target. Raises ExtensionFailed if its package does not work."""
    found = _BUILT_IN.get(target) or (known := known_targets()).get(target)
    if found is None:
        name = {"devto": "dev.to"}.get(target.casefold(), target.casefold())
        near = get_close_matches(target, known, 1)
        hint = f"Did you mean {near[0]}?" if near else f"The targets are {', '.join(known)}."
        raise UsageError(f"There is no target {target!r}.", UNSUPPORTED_PLACES.get(name, hint))
    return found.load(partial(check_target, found))


def load_targets() -> Iterator[type[Target]]:
    """Import the targets one by one. Errors in extensions are reported later."""
    yield from map(load_target, TARGETS)
    for target in list(known_targets())[len(TARGETS) :]:
        try:
            yield load_target(target)
        except ExtensionFailed as error:
            extensions.report_later(error)


_ID = re.compile(r"[a-z][a-z0-9-]*")
_RESULTS = {
    **dict.fromkeys(("makes_pages", "reaches"), bool),
    **dict.fromkeys(("post_path", "asset_path", "asset_url", "cover_url", "link"), str),
    **dict.fromkeys(("head", "compose", "page", "page_path", "notice", "tag_notice"), str),
    "packed": tuple,
    "former_addresses": list,
}
"""The methods that an export calls on a target, and the types of their results."""


@cache
def check_target(extension: Extension, value: object) -> type[Target]:
    """Return the class of an extension's target.

    Raises TypeError or ValueError if it is not a target with the extension's name.
    """
    if not (isinstance(value, type) and issubclass(value, Target)):
        raise TypeError(f"{value!r} is not a subclass of Target")
    if extension.is_built_in:
        return value
    if not _ID.fullmatch(extension.name) or getattr(value, "id", "") != extension.name:
        raise ValueError(f"its id must be the name of its entry point, {extension.name}")
    texts = ("name", "post_file", "asset_file", "post_address")
    if missing := [name for name in texts if not isinstance(getattr(value, name, None), str)]:
        raise TypeError(f"its class needs {', '.join(missing)}")
    return _guard_methods(extension, value)


def _guard_methods(extension: Extension, value: type[Target]) -> type[Target]:
    """Return a subclass whose methods name the extension in their errors."""

    def start(target: Target, folder: str) -> None:
        with extension.guard(NotekeepError):
            value.__init__(target, folder)
            if not isinstance(getattr(target, "dialect", None), Dialect):
                raise TypeError("its dialect must be a Dialect")

    def guarded(name: str, result: type) -> Callable[..., object]:
        def call(target: Any, *args: object) -> object:
            with extension.guard(NotekeepError):
                found = getattr(super(kind, target), name)(*args)
                if not isinstance(found, result):
                    raise TypeError(f"{name} returned {found!r}, not {result.__name__}")
                return found

        return call

    methods: dict[str, object] = {name: guarded(name, kind) for name, kind in _RESULTS.items()}
    methods["is_site"] = classmethod(guarded("is_site", bool))
    kind: type[Target] = type(value.__name__, (value,), {**methods, "__init__": start})
    return kind


def detect(site: str) -> str:
    """Return the target for the site in a folder. Built-in targets are tried first."""
    if not os.path.isdir(site):
        raise NotFound(f"There is no folder {site}.", "Use --site with the folder of your site.")
    kinds: list[type[Target]] = []
    for kind in load_targets():
        try:
            if not kind.anywhere and kind.is_site(site):
                return kind.id
        except ExtensionFailed as error:
            extensions.report_later(error)
        kinds.append(kind)
    # Without a generator, the file extension of exported posts decides.
    posts = Manifest.read(site).posts
    paths = [path for slug, entry in posts.items() for path in entry.files if slug in path]
    endings = {os.path.splitext(path)[1] for path in paths if "/" not in path}
    if found := next((kind for kind in kinds if kind.anywhere and kind.ending in endings), None):
        return found.id
    if not os.listdir(site):
        return "portable"
    names = ", ".join(kind.name for kind in kinds if not kind.anywhere)
    raise NotFound(
        f"{site} does not look like a site of {names}.",
        "Use --site with the folder that has the generator's settings, or set --to.",
    )


def open_target(target: str, site: str) -> Target:
    """Return a target for a site."""
    kind = load_target(target or detect(site))
    # If the target is named and its settings exist, there is nothing to detect.
    named = bool(target) and os.path.isfile(os.path.join(site, kind.settings_name))
    if not named and not kind.is_site(site):
        raise NotFound(
            f"{site} does not look like a site of {kind.name}: there is no {kind.settings_name}.",
            "Use --site with the folder that has the generator's settings.",
        )
    return kind(site)


# Warnings and slugs shared by several targets.


def number_slugs(slugs: Iterable[str]) -> list[str]:
    """Return unique slugs by numbering duplicates: `C` and `C++` are both `c`."""
    unique: dict[str, None] = {}
    for slug in slugs:
        name, number = slug, 1
        while name in unique:
            number += 1
            name = f"{slug}-{number}"
        unique[name] = None
    return [*unique]


def utc_day_warning(post: Post) -> str:
    """Return a warning if the day of a post is different in UTC, which some sites use."""
    if post.day.astimezone(UTC).date() == post.day.date():
        return ""
    return (
        "The post's time is near midnight, so the site may show a different day. It uses UTC unless"
        f" its pages set your time zone, {post.day:%z}."
    )


def zone_warning(post: Post, zone: object) -> str:
    """Return a warning if a site has no time zone, so that the day of a post may change."""
    if zone or f"{post.day:%z}" == "+0000":
        return ""
    return (
        "_config.yml has no timezone, so the site may show a different day for posts near midnight."
        " Add your time zone, such as timezone: Europe/Berlin."
    )
