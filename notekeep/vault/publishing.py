"""Notes into drafts: planned, written, compared with what is in the site, and brought back."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep import config
from notekeep.errors import NotekeepError, NotFound, UsageError
from notekeep.rooms import texts
from notekeep.tomlfile import read_toml
from notekeep.vault.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.export import Exported, Options, Plan, Source
    from notekeep.export.manifest import VaultKey
    from notekeep.export.material import Material
    from notekeep.export.preview import Preview
    from notekeep.export.states import PostState
    from notekeep.writing.plan import WritePlan

PUBLIC = "publish:true"
DRAFTS = f"is:draft OR {PUBLIC}"
"""The notes that may be published, in the query language, beside those of the vault's own rules."""


class Standing(NamedTuple):
    """How the drafts and posts of a vault stand in one of its sites.

    Attributes:
        target: The target's id, or "" when that cannot be told.
        name: What its generator is called, likewise.
        site: The site's folder.
        posts: Every draft and post, in order of path.
        error: Why nothing can be said of the site, or "".
    """

    target: str
    name: str
    site: str
    posts: list[PostState]
    error: str = ""


class Publishing(Reading):
    """The drafts."""

    _key: VaultKey | None = None

    @property
    def key(self) -> VaultKey:
        """What sites know the vault and its notes by."""
        from notekeep.export.manifest import VaultKey

        identity = self.identity
        if self._key is None or self._key.id != identity:
            self._key = VaultKey(identity, os.path.basename(self.root))
        return self._key

    def chosen(self, words: Sequence[str]) -> tuple[list[str], bool]:
        """The notes that words mean, and whether they were named: that is consent, a query is not.

        Args:
            words: As a shell hands them over: several are several names, or one without quotes.

        Raises:
            NotFound: Neither a name nor a query finds any.
            Ambiguous: The words are the beginning of several names, and no query.
            UsageError: The words are no name, and no query that can be understood; or there are
                several and one of them is no name.
        """
        from notekeep.index.names import exact, words_as_names

        names = words_as_names(self.catalog, words, self.root)
        found = {name: exact(self.catalog, name, self.root) for name in names}
        if missing := [name for name, row in found.items() if row is None and len(names) > 1]:
            raise UsageError(
                f"no note is called {', '.join(map(repr, missing))};"
                " several words are the names of several notes, so nothing was done",
                f"put quotes around a name or a query of several words: '{' '.join(words)}'",
            )
        if all(found.values()):
            return [row.path for row in found.values() if row is not None], True
        (query,) = names
        rows = self.select(query)
        begun = query.strip().casefold()
        named = len(rows) == 1 and rows[0].title.casefold().startswith(begun)
        return [row.path for row in rows], named

    def export_options(self, **chosen: Any) -> Options:
        """How to export: as the vault's settings say, but for what is chosen here."""
        from notekeep.export import Options

        said = self.settings.export
        known = ("unpublished", "nested_tags", "linebreaks", "series_links")
        options: dict[str, Any] = {key: said[key] for key in known if key in said}
        options["extra_fields"] = texts(said.get("fields", ()))
        kept = texts(said.get("keep_metadata", ()))
        chosen["keep_metadata"] = (*kept, *chosen.get("keep_metadata", ()))
        options["now"] = config.now().astimezone()
        return Options(**(options | chosen))

    def drafts(self) -> str:
        """The notes that may be published, as a query: drafts, and all that is marked as public."""
        return " OR ".join([DRAFTS, *(f"({rule})" for rule in self._rules())])

    def public(self) -> str:
        """The notes that are marked for others to read, as a query."""
        return " OR ".join([PUBLIC, *(f"({rule})" for rule in self._rules())])

    def standings(self, target: str = "", site: str = "") -> list[Standing]:
        """How every draft and post stands, in each site of the settings or in one that is named."""
        if target or site:
            places = [self.site(target, site)]
        else:
            places = [(one.target, one.folder) for one in self.sites()] or [("", "")]
        return [self._standing(*place) for place in places]

    def _standing(self, target: str, site: str) -> Standing:
        from notekeep.export.states import PostState, states

        try:
            paths = self.publishable(target, site)
        except NotekeepError as error:
            return Standing(target, "", site, [], error.message)
        try:
            options = replace(self.export_options(), address=self.address_of(site))
            plan = self._plan(paths, target, site, options, tells=True)
        except NotekeepError as error:
            return Standing(target, "", site, [], error.message)
        found = states(plan)
        standing = Standing(plan.target, plan.target_name, plan.site, [])
        withheld = self.withheld(self.catalog)
        for path in self.paths(DRAFTS) - found.keys():
            found[path] = PostState(path, "refused" if path in withheld else "new")
        return standing._replace(posts=[found[path] for path in sorted(found)])

    def plan_export(
        self,
        names: Sequence[str],
        *,
        target: str = "",
        site: str = "",
        options: Options | None = None,
    ) -> Plan:
        """Plan drafts of notes: which files would be new, changed, unchanged or in conflict.

        Args:
            names: Notes, by name.
            target: The id of a target; empty takes the settings', or asks the site.
            site: Its folder; empty takes the settings', else one of portable drafts.
            options: What the person chose; by default what the vault's settings say, with the notes
                counted as named.

        Raises:
            Refused: A note must not leave.
            NotFound: There is no such note, or no site.
        """
        target, site = self.site(target, site)
        options = replace(options or self.export_options(), address=self.address_of(site))
        make = partial(self._plan, self._paths(names), target, site, options)
        generation = self.catalog.generation
        plan = make()
        plan.generation, plan.again = generation, make
        return plan

    def _plan(
        self, paths: Sequence[str], target: str, site: str, options: Options, *, tells: bool = False
    ) -> Plan:
        """Plan an export of what is known of the vault at the moment."""
        from notekeep.export import plan_export

        with self._consented() as (source, remarks):
            plan = plan_export(
                source,
                paths,
                target=target or None,
                site=site or None,
                options=options,
                vault=self.key,
                history=self.history,
                tells=tells,
            )
        plan.warnings += remarks
        return plan

    def export(self, plan: Plan) -> Exported:
        """Write a plan's drafts, then look through every written byte for what is private.

        What changed in the vault is read first, so that nothing leaves of which is not known
        whether it is private.

        Raises:
            Conflict: A file of the site changed since, or an export of the notes would do something
                else by now; nothing was written.
            Refused: Something private was about to leave; nothing is left of the export.
            Failure: What changed in the vault could not be read; nothing was written.
        """
        from notekeep.export import write
        from notekeep.vault.leaving import look_again

        remarks: list[str] = []
        if not plan.is_empty:
            look_again(self, plan)
            remarks = self._keep_id()
        done = write(plan, self.history)
        done.warnings += remarks
        return done

    def _keep_id(self) -> list[str]:
        """Write the vault's id into its settings, for its copies; return why, if it cannot be.

        It is no step of history: the next export would only write it again.
        """
        from notekeep.files import save

        path = config.VAULT_SETTINGS
        line = f'id = "{self.identity}"  # which vault this is, for the sites it exports to\n'
        try:
            if "id" in read_toml(self.absolute(path)):
                return []  # one that is no id is among the warnings of the settings
            try:
                data, digest = save.read(self.absolute(path), path)
            except NotFound:
                save.create(path, line.encode(), root=self.root)
            else:
                mark = data[:3] if data.startswith(b"\xef\xbb\xbf") else b""
                data = mark + line.encode() + data[len(mark) :]
                save.replace(
                    path, data, digest, root=self.root, history=self.history, keep_ours=False
                )
        except NotekeepError as error:
            why = f"{path}: the vault's id could not be written: {error.message}"
            return [f"{why}; another device will not know these posts as its own"]
        return []

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
        paths = self._paths(names) or self.exported(target, site)
        with self._consented() as (source, _):
            return plan_pull(self, source, paths, target, site)

    def plan_slugs(
        self, names: Sequence[str], *, target: str = "", site: str = "", options: Options
    ) -> WritePlan:
        """Plan a `slug:` for each note that an export would refuse for a clash of slugs.

        Args:
            names: Notes, by name.
            target: As for `plan_export`.
            site: As for `plan_export`.
            options: As for `plan_export`.

        Raises:
            NotFound: There is no such note or site.
        """
        from notekeep.export.manifest import Manifest
        from notekeep.export.settling import free_slugs
        from notekeep.markdown.changes import FieldChange, apply_changes
        from notekeep.writing.plan import WritePlan

        target, site = self.site(target, site)
        options = replace(options, address=self.address_of(site))
        exported = self._plan(self._paths(names), target, site, options, tells=True)
        slugs = free_slugs(exported, Manifest.read(exported.site))

        def edited(path: str, data: bytes) -> bytes:
            change = FieldChange("slug", "=", slugs[path])
            return apply_changes(data, [change], self.schema, self.plan.note(path, data).kind)

        plan = WritePlan("set", f"slug of {len(slugs)} notes" if len(slugs) != 1 else "slug")
        self.plan.edit_each(plan, list(slugs), edited)
        return plan

    def plan_start(
        self, names: Sequence[str], title: str = "", headings: Sequence[str] = ()
    ) -> WritePlan:
        """Plan a post begun from notes: their facts, an outline, quotes with their sources.

        Args:
            names: The notes, by name.
            title: The post's title; empty takes the first note's.
            headings: The sections that are taken; none are all.

        Raises:
            Refused: A note is private.
            NotFound: There is no such note, or none of them has such a section.
        """
        from notekeep.export.beginning import begin

        materials = self.materials(names)
        known = {one.heading.casefold() for material in materials for one in material.sections}
        for heading in headings:
            if heading.casefold() not in known:
                raise NotFound(
                    f"none of these notes has a section {heading!r}",
                    "its headings: `notekeep show NOTE`",
                )
        title = title or materials[0].title
        fields: dict[str, Any] = {"sources": [f"[[{one.name}]]" for one in materials]}
        tags = list(dict.fromkeys(tag for one in materials for tag in one.tags))
        body = begin(materials, title, headings)
        plan = self.plan.new("post", title, fields=fields, tags=tags, body=body)
        plan.verb = "start"
        return plan

    def materials(self, names: Sequence[str]) -> list[Material]:
        """What a post can be made of in notes: facts, headings, quotes and marked seconds.

        Raises:
            Refused: A note is private.
            NotFound: There is no such note.
        """
        from notekeep.export.material import material_of

        with self.source() as source:
            return [material_of(source.note(self.resolve(name).path)) for name in names]

    def exported(self, target: str = "", site: str = "") -> list[str]:
        """The notes that have a post in a site and are in the vault still."""
        from notekeep.export.export import site_folder
        from notekeep.export.manifest import Manifest
        from notekeep.export.renames import find_notes
        from notekeep.index.lookup import Lookup

        target, site = self.site(target, site)
        folder = site_folder(self.root, target or None, site or None, self.key.folder)
        notes = Lookup(self.catalog, self.withheld)
        manifest = find_notes(Manifest.read(folder), self.key, notes, self.history.records)
        noted = [entry.note for entry in manifest.posts.values() if entry.note]
        there = self.known(noted)
        return [path for path in noted if path in there]

    def publishable(self, target: str = "", site: str = "") -> list[str]:
        """The notes that belong into a site: what is public, and what was named before."""
        return sorted({*self.paths(self.public()), *self.exported(target, site)})

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
        known = self.known(names) if len(names) > 1 else set()
        return [name if name in known else self.resolve(name).path for name in names]

    def address_of(self, site: str) -> str:
        """Where visitors find a site, as the person's settings say."""
        folder = os.path.abspath(os.path.expanduser(site)) if site else ""
        known = (one for one in self.sites() if os.path.abspath(one.folder) == folder)
        return next((one.address for one in known), "")

    def _rules(self) -> list[str]:
        """The vault's own rules as queries: a folder is written `posts/`, a tag `#blog`."""
        rules = []
        for rule in map(str.strip, self.settings.publish):
            if rule.endswith("/"):
                rules.append(f'path:"{rule}"')
            elif rule:
                rules.append(f"tag:{rule[1:]}" if rule.startswith("#") else rule)
        return rules

    @contextmanager
    def _consented(self) -> Iterator[tuple[Source, list[str]]]:
        """The vault as an export sees it, and what is wrong with its rules.

        A rule that cannot be understood marks nothing.
        """
        published: set[str] = set()
        remarks = []
        for rule in self._rules():
            try:
                published |= self.paths(rule)
            except (UsageError, NotFound) as error:
                remarks.append(f"{config.VAULT_SETTINGS}: publish: {rule}: {error.message}")
        with self.source() as source:
            yield replace(source, published=frozenset(published)), remarks
