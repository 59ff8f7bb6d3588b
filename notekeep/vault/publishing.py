"""Notes into drafts: planned, written, compared with what is in the site, and brought back."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from notekeep import config
from notekeep.errors import NotFound, UsageError
from notekeep.rooms import texts
from notekeep.vault.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.export import Exported, Options, Plan, Source
    from notekeep.export.preview import Preview
    from notekeep.export.seal import Seal
    from notekeep.writing.plan import WritePlan

DRAFTS = "is:draft OR publish:true"
"""The notes that may be published, in the query language, beside those of the vault's own rules."""


class Publishing(Reading):
    """The drafts."""

    def chosen(self, words: str) -> tuple[list[str], bool]:
        """The notes that words mean, and whether they were named: that is consent, a query is not.

        Raises:
            NotFound: Neither a name nor a query finds any.
            Ambiguous: The words are the beginning of several names, and no query.
            UsageError: The words are no name, and no query that can be understood.
        """
        from notekeep.index.names import exact

        row = exact(self.catalog, words)
        if row is not None:
            return [row.path], True
        rows = self.select(words)
        begun = words.strip().casefold()
        named = len(rows) == 1 and rows[0].title.casefold().startswith(begun)
        return [row.path for row in rows], named

    def export_options(self, **chosen: Any) -> Options:
        """How to export: as the vault's settings say, but for what is chosen here."""
        from notekeep.export import Options

        said = self.settings.export
        known = ("unpublished", "nested_tags", "linebreaks", "series_links")
        options: dict[str, Any] = {key: said[key] for key in known if key in said}
        options["extra_fields"] = texts(said.get("fields", ()))
        options["now"] = config.now().astimezone()
        return Options(**(options | chosen))

    def drafts(self) -> str:
        """The notes that may be published, as a query: drafts, and all that is marked as public."""
        return " OR ".join([DRAFTS, *(f"({rule})" for rule in self._rules())])

    def plan_export(
        self,
        names: Sequence[str],
        *,
        target: str = "",
        site: str = "",
        options: Options | None = None,
        quick: bool = False,
    ) -> Plan:
        """Plan drafts of notes: which files would be new, changed, unchanged or in conflict.

        Args:
            names: Notes, by name.
            target: The id of a target; empty takes the settings', or asks the site.
            site: Its folder; empty takes the settings', else one of portable drafts.
            options: What the person chose; by default what the vault's settings say, with the notes
                counted as named.
            quick: Whether stat may say that nothing has changed since the last export; such a plan
                is `is_sealed` and does not tell of its posts.

        Raises:
            Refused: A note must not leave.
            NotFound: There is no such note, or no site.
        """
        from notekeep.export import plan_export

        target, site = self.site(target, site)
        options = options or self.export_options()
        paths = self._paths(names)
        seal = self._seal(paths, target, site, options)
        if quick and (known := seal.plan()) is not None:
            return known
        source, remarks = self._consented()
        plan = plan_export(
            source,
            paths,
            target=target or None,
            site=site or None,
            options=options,
            vault=os.path.basename(self.root),
            history=self.history,
        )
        plan.warnings += remarks
        plan.seal = seal
        if plan.is_empty:
            seal.note(plan)
        return plan

    def export(self, plan: Plan) -> Exported:
        """Write a plan's drafts, then look through every written byte for what is private.

        Raises:
            Conflict: A file of the site changed since; nothing was written.
            Refused: Something private was about to leave; nothing is left of the export.
        """
        from notekeep.export import write

        done = write(plan, self.history)
        if plan.seal is not None and not plan.is_sealed:
            plan.seal.note(plan)
        return done

    def plan_pull(self, names: Sequence[str], *, target: str = "", site: str = "") -> WritePlan:
        """Plan to bring what was changed by hand in the site back into the notes.

        Args:
            names: Notes, by name; none are all whose posts were changed by hand.
            target: As for `plan_export`.
            site: As for `plan_export`.

        Raises:
            NotFound: There is no such note or site, or nothing was changed by hand.
        """
        from notekeep.vault.pulling import plan_pull

        target, site = self.site(target, site)
        source, _ = self._consented()
        paths = self._paths(names) or self.exported(target, site)
        return plan_pull(self, source, paths, target, site)

    def exported(self, target: str = "", site: str = "") -> list[str]:
        """The notes that have a post in a site and are in the vault still."""
        from notekeep.export.export import site_folder
        from notekeep.export.manifest import Manifest
        from notekeep.export.renames import follow_renames

        target, site = self.site(target, site)
        name = os.path.basename(self.root)
        manifest = Manifest.read(site_folder(self.root, target or None, site or None, name))
        notes = set(self.catalog.paths(None))
        manifest = follow_renames(manifest, name, notes, self.history.records())
        return [e.note for e in manifest.posts.values() if e.vault == name and e.note in notes]

    def publishable(self, target: str = "", site: str = "") -> list[str]:
        """Every draft and post of a site: what may be published, and what was exported before."""
        rows = self.rows(self.drafts()).rows
        return sorted({*(row.path for row in rows), *self.exported(target, site)})

    def preview(self, target: str = "", site: str = "") -> Preview:
        """How the generator shows a site with its drafts.

        Raises:
            UsageError: There is nothing to show.
            NotFound: There is no such site, or its generator is not installed.
        """
        from notekeep.export.preview import preview_of
        from notekeep.export.targets import open_target

        target, site = self.site(target, site)
        if not site:
            raise UsageError(
                "there is no site to show",
                "name it with --site, or in the settings that `notekeep config` shows",
            )
        folder = os.path.abspath(os.path.expanduser(site))
        return preview_of(open_target(target or None, folder))

    def _paths(self, names: Sequence[str]) -> list[str]:
        """The notes that names mean; what is a path already needs no look-up of its own."""
        known = self.catalog.paths(None) if len(names) > 1 else frozenset()
        return [name if name in known else self.resolve(name).path for name in names]

    def _seal(self, paths: Sequence[str], target: str, site: str, options: Options) -> Seal:
        from notekeep.export.export import site_folder
        from notekeep.export.seal import Seal, chosen_of

        folder = site_folder(self.root, target or None, site or None, os.path.basename(self.root))
        chosen = (*paths, target, bool(site), *chosen_of(options))
        return Seal(self.places.cache, self.root, folder, chosen)

    def _rules(self) -> list[str]:
        """The vault's own rules as queries: a folder is written `posts/`, a tag `#blog`."""
        rules = []
        for rule in map(str.strip, self.settings.publish):
            if rule.endswith("/"):
                rules.append(f'path:"{rule}"')
            elif rule:
                rules.append(f"tag:{rule[1:]}" if rule.startswith("#") else rule)
        return rules

    def _consented(self) -> tuple[Source, list[str]]:
        """The vault as an export sees it, and what is wrong with its rules.

        A rule that cannot be understood marks nothing.
        """
        published: set[str] = set()
        remarks = []
        for rule in self._rules():
            try:
                published |= {row.path for row in self.rows(rule).rows}
            except (UsageError, NotFound) as error:
                remarks.append(f"{config.VAULT_SETTINGS}: publish: {rule}: {error.message}")
        return replace(self.source(), published=frozenset(published)), remarks
