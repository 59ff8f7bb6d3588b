"""Zensical (0.0): Material's tree, with settings in `zensical.toml` or `mkdocs.yml`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from notekeep.export.targets.mkdocs import MkDocs
from notekeep.export.targets.site_settings import read_settings_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notekeep.export.post import Post

_DEFAULTS = (
    *("abbr", "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "toc", "tables"),
    *("details", "superfences", "tasklist", "tilde", "magiclink", "arithmatex"),
)
"""What `zensical.toml` has on where it says nothing of extensions."""
_FAMILIES = frozenset({"pymdownx", "markdown", "extensions"})


class Zensical(MkDocs):
    """A site of Zensical."""

    id = "zensical"
    name = "Zensical"
    settings_name = "zensical.toml"
    preview = ("zensical", "serve")

    @classmethod
    def is_site(cls, folder: str) -> bool:
        """Whether it has settings of its own, or those of MkDocs, which it reads as well."""
        own = os.path.isfile(os.path.join(folder, cls.settings_name))
        return own or MkDocs.is_site(folder)

    def _read(self) -> dict[str, Any]:
        path = os.path.join(self.folder, self.settings_name)
        if not os.path.isfile(path):
            self.settings_file = MkDocs._named(self.folder) or MkDocs.settings_name  # noqa: SLF001 - its own kind
            return super()._read()
        said = read_settings_file(path).get("project")
        settings = dict(said) if isinstance(said, dict) else {}
        listed = settings.get("markdown_extensions")
        settings["markdown_extensions"] = (
            list(_names(listed)) if isinstance(listed, dict) else listed or list(_DEFAULTS)
        )
        return settings

    def asset_path(self, post: Post, name: str) -> str:
        """Beside the post, or in `docs/assets/`: Zensical loses what lies beside other scripts."""
        if post.slug.isascii():
            return super().asset_path(post, name)
        return f"{self._docs}/assets/{post.slug}/{name}"

    def asset_url(self, post: Post, name: str) -> str:
        """The address from the post's file, which the build resolves."""
        folder = os.path.dirname(self.post_path(post))
        return os.path.relpath(self.asset_path(post, name), folder).replace(os.sep, "/")


def _names(tables: Mapping[str, Any]) -> list[str]:
    """Return the extensions that tables name: TOML makes `pymdownx.tilde` a table within one."""
    names = []
    for key, value in tables.items():
        if key in _FAMILIES and isinstance(value, dict):
            names += _names(value)
        else:
            names.append(key)
    return names


TARGET = Zensical
