"""Posts of a vault: plan, export, pull, start, preview, and how they stand in their sites."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep import config
from notekeep.catalog.name_lookup import NamesOfNotes, find_exact, split_names, withheld
from notekeep.errors import Conflict, Failure, NotekeepError, NotFound, Refused, UsageError
from notekeep.export.audit import Audit
from notekeep.export.check.page_checks import CheckReport, check_export
from notekeep.export.check.site_build import PreviewCommand, find_preview
from notekeep.export.consent import CONSENT_FIELDS, is_withheld
from notekeep.export.heatmap import HeatmapPicture, draw_habit_year
from notekeep.export.manifest import Manifest, VaultKey
from notekeep.export.pipeline import plan_export, site_folder, write_export
from notekeep.export.plan import ExportPlan, ExportRequest, ExportResult, PostState, list_states
from notekeep.export.post_identity import find_renamed_notes, suggest_slugs
from notekeep.export.pull import pull_edits
from notekeep.export.scaffold import NoteOutline, outline_note, write_scaffold
from notekeep.export.source import Options, VaultSource
from notekeep.export.targets.target import open_target
from notekeep.markdown.field_changes import FieldChange, apply_changes
from notekeep.markdown.text_edit import TextEdit, edit_body
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.settings import VAULT_SETTINGS, as_list, read_toml, vault_settings
from notekeep.storage import operations
from notekeep.storage.content import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.catalog.catalog import Catalog
    from notekeep.config import PersonSettings, Site, VaultPlaces
    from notekeep.export.plan import SiteChange
    from notekeep.services.habits import HabitService
    from notekeep.services.indexing import IndexService
    from notekeep.services.notes import NoteService
    from notekeep.services.search import SearchService
    from notekeep.storage.history import History

PUBLIC = "publish:true"
DRAFTS = f"is:draft OR {PUBLIC}"
"""The notes that may be published, in the query language, beside those of the vault's own rules."""


class SiteStanding(NamedTuple):
    """How the drafts and posts of a vault stand in one of its sites.

    Attributes:
        target: The target's id, or "" when that cannot be told; likewise `name`, its generator's.
        posts: Every draft and post, in order of path.
        error: Why nothing can be said of the site, or "".
    """

    target: str
    name: str
    site: str
    posts: list[PostState]
    error: str = ""


class PublishingService:
    """What can be done with drafts and posts.

    Everywhere an empty `target` takes the settings', or asks the site; an empty `site` takes the
    settings', else the folder of portable drafts.
    """

    def __init__(
        self,
        places: VaultPlaces,
        person: PersonSettings,
        name: str,
        search: SearchService,
        notes: NoteService,
        habits: HabitService,
        indexing: IndexService,
        history: History,
    ) -> None:
        self.places = places
        self.root = places.root
        self.settings = places.settings
        self.person = person
        self.name = name
        self.schema = search.schema
        self.catalog = search.catalog
        self.search = search
        self.notes = notes
        self.habits = habits
        self.indexing = indexing
        self.history = history
        self._key: VaultKey | None = None
        self._withheld: tuple[int, frozenset[str]] | None = None

    @property
    def key(self) -> VaultKey:
        """What sites know the vault and its notes by."""
        identity = self.identity
        if self._key is None or self._key.id != identity:
            self._key = VaultKey(identity, os.path.basename(self.root))
        return self._key

    def chosen(self, words: Sequence[str]) -> tuple[list[str], bool]:
        """Return the notes that words mean, and whether they were named: that is consent.

        Several words are several names, or one without quotes, or a query, which is no consent.

        Raises:
            NotFound: Neither a name nor a query finds any.
            Ambiguous: The words are the beginning of several names, and no query.
            UsageError: The words are no name, and no query that can be understood; or there are
                several and one of them is no name.
        """
        names = split_names(self.catalog, words, self.root)
        found = {name: find_exact(self.catalog, name, self.root) for name in names}
        if missing := [name for name, row in found.items() if row is None and len(names) > 1]:
            raise UsageError(
                f"no note is called {', '.join(map(repr, missing))};"
                " several words are the names of several notes, so nothing was done",
                f"put quotes around a name or a query of several words: '{' '.join(words)}'",
            )
        if all(found.values()):
            return [row.path for row in found.values() if row is not None], True
        (query,) = names
        rows = self.search.select(query)
        begun = query.strip().casefold()
        named = len(rows) == 1 and rows[0].title.casefold().startswith(begun)
        return [row.path for row in rows], named

    def export_options(self, **chosen: Any) -> Options:
        """Return how to export: as the vault's settings say, but for what is chosen here."""
        settings = self.settings.export
        known = ("unpublished", "nested_tags", "linebreaks", "series_links")
        options: dict[str, Any] = {key: settings[key] for key in known if key in settings}
        options["extra_fields"] = as_list(settings.get("fields", ()))
        kept = as_list(settings.get("keep_metadata", ()))
        chosen["keep_metadata"] = (*kept, *chosen.get("keep_metadata", ()))
        options["now"] = config.current_time().astimezone()
        return Options(**(options | chosen))

    def drafts(self) -> str:
        """Return the notes that may be published, as a query: drafts, and all that is public."""
        return " OR ".join([DRAFTS, *(f"({rule})" for rule in self._publish_rules())])

    def public(self) -> str:
        """Return the notes that are marked for others to read, as a query."""
        return " OR ".join([PUBLIC, *(f"({rule})" for rule in self._publish_rules())])

    def publishable(self, target: str = "", site: str = "") -> list[str]:
        """Return the notes that belong into a site: what is public, and what was named before."""
        return sorted({*self.search.paths(self.public()), *self.exported(target, site)})

    def exported(self, target: str = "", site: str = "") -> list[str]:
        """Return the notes that have a post in a site and are in the vault still."""
        target, site = self.site(target, site)
        folder = site_folder(self.root, target or None, site or None, self.key.folder)
        notes = NamesOfNotes(self.catalog, self.withheld)
        manifest = find_renamed_notes(Manifest.read(folder), self.key, notes, self.history.records)
        noted = [entry.note for entry in manifest.posts.values() if entry.note]
        present = self.search.existing(noted)
        return [path for path in noted if path in present]

    def standings(self, target: str = "", site: str = "") -> list[SiteStanding]:
        """Return how every draft and post stands, in each known site or in one that is named."""
        if target or site:
            places = [self.site(target, site)]
        else:
            places = [(one.target, one.folder) for one in self.sites()] or [("", "")]
        return [self._standing(*place) for place in places]

    def _standing(self, target: str, site: str) -> SiteStanding:
        try:
            paths = self.publishable(target, site)
            request = self._request(paths, target, site, self.export_options())
            plan = self._plan(request, for_status=True)
        except NotekeepError as error:
            return SiteStanding(target, "", site, [], error.message)
        found = list_states(plan)
        withheld = self.withheld(self.catalog)
        for path in self.search.paths(DRAFTS) - found.keys():
            found[path] = PostState(path, "refused" if path in withheld else "new")
        posts = [found[path] for path in sorted(found)]
        return SiteStanding(plan.target, plan.target_name, plan.site, posts)

    def plan_export(
        self,
        names: Sequence[str],
        *,
        target: str = "",
        site: str = "",
        options: Options | None = None,
    ) -> ExportPlan:
        """Plan drafts of notes: which files would be new, changed, unchanged or in conflict.

        The options are by default what the vault's settings say, with the notes counted as named.

        Raises:
            Refused: A note must not leave.
            NotFound: There is no such note, or no site.
        """
        target, site = self.site(target, site)
        options = options or self.export_options()
        return self._plan(self._request(self._paths(names), target, site, options))

    def audit(self, plan: ExportPlan) -> Audit:
        """Return the audit of a plan, by what is known of the vault at the moment."""
        with self._consented() as (source, _):
            return Audit(source, plan)

    def check_export(self, plan: ExportPlan) -> CheckReport:
        """Build the site of an export that was written, and read its pages back."""
        return check_export(plan, self.audit(plan))

    def export(self, plan: ExportPlan) -> ExportResult:
        """Write a plan's drafts, then look through every written byte for what is private.

        What changed in the vault is read first, so that nothing leaves of which is not known
        whether it is private.

        Raises:
            Conflict: A file of the site changed since, or an export of the notes would do something
                else by now; nothing was written.
            Refused: Something private was about to leave; nothing is left of the export.
            Failure: What changed in the vault could not be read; nothing was written.
        """
        warnings: list[str] = []
        if not plan.is_empty:
            self._check_still_right(plan)
            warnings = self._store_identity()
        done = write_export(plan, self.audit(plan), self.history)
        done.warnings += warnings
        return done

    def _check_still_right(self, plan: ExportPlan) -> None:
        """Read all that changed, and return when the plan still is what an export would do.

        Notes can change between a plan and the person's yes. Many that changed at once may not have
        been read at all, so that nobody knows yet which of them are private.
        """
        known = self.indexing.refresh(words=False)
        if known.pending:
            raise Failure(
                f"{known.pending} changed notes could not be read while another program is taking"
                " notes in, and any of them may be private; nothing was written",
                "export again in a moment",
            )
        if self.catalog.generation == plan.generation:
            return
        if not self._plan(plan.request).does_the_same_as(plan):
            raise Conflict(
                "notes changed after this was planned, and an export would do something else by"
                " now; nothing was written",
                "look at what it would do now, and export again",
            )

    def _request(
        self, paths: Sequence[str], target: str, site: str, options: Options
    ) -> ExportRequest:
        options = replace(options, address=self._address_of(site))
        return ExportRequest(tuple(paths), target, site, options)

    def _plan(self, request: ExportRequest, *, for_status: bool = False) -> ExportPlan:
        generation = self.catalog.generation
        with self._consented() as (source, warnings):
            plan = self._plan_from(source, request, for_status=for_status)
        return replace(plan, generation=generation, warnings=[*plan.warnings, *warnings])

    def _plan_from(
        self, source: VaultSource, request: ExportRequest, *, for_status: bool = False
    ) -> ExportPlan:
        return plan_export(
            source,
            request.paths,
            target=request.target or None,
            site=request.site or None,
            options=request.options,
            vault=self.key,
            history=self.history,
            for_status=for_status,
        )

    def _store_identity(self) -> list[str]:
        """Write the vault's id into its settings, for its copies; return why, if it cannot be.

        It is no step of history: the next export would only write it again.
        """
        path = VAULT_SETTINGS
        line = f'id = "{self.identity}"  # which vault this is, for the sites it exports to\n'
        try:
            if "id" in read_toml(os.path.join(self.root, path)):
                return []  # one that is no id is among the warnings of the settings
            try:
                data, digest = read_file(os.path.join(self.root, path), path)
            except NotFound:
                operations.create(path, line.encode(), root=self.root)
            else:
                mark = data[:3] if data.startswith(b"\xef\xbb\xbf") else b""
                data = mark + line.encode() + data[len(mark) :]
                operations.replace(
                    path, data, digest, root=self.root, history=self.history, keep_ours=False
                )
        except NotekeepError as error:
            why = f"{path}: the vault's id could not be written: {error.message}"
            return [f"{why}; another device will not know these posts as its own"]
        return []

    def plan_pull(self, names: Sequence[str], *, target: str = "", site: str = "") -> WritePlan:
        """Plan to bring what was changed by hand in the site back into the notes.

        Without names these are all whose posts were changed by hand.

        Raises:
            NotFound: There is no such note or site, or nothing was changed by hand.
        """
        target, site = self.site(target, site)
        paths = self._paths(names) or self.exported(target, site)
        request = self._request(paths, target, site, self.export_options())
        with self._consented() as (source, _):
            files = self._plan_from(source, request).files
            edited = [file for file in files if file.is_post and file.ours is not None]
            if not edited:
                raise NotFound(
                    "nothing was changed by hand in the site", "`notekeep export status` tells"
                )
            label = edited[0].note if len(edited) == 1 else f"{len(edited)} notes from the site"
            plan = WritePlan("pull", label)
            for file in edited:
                try:
                    self._pull_file(source, file, plan)
                except Refused as error:
                    plan.refuse(file.note, error)
            plan.remarks += self._remaining_differences(source, request, plan)
        return plan

    def _pull_file(self, source: VaultSource, file: SiteChange, plan: WritePlan) -> None:
        if file.base is None or file.before is None:
            raise Refused(
                f"{file.note}: what was written last is not in the history of this machine",
                "look at both files, and export again with --overwrite or --keep",
            )
        data = source.read(file.note)
        note = source.note(file.note)
        pulled = pull_edits(note.body, file.base, file.before)
        plan.remarks += [f"{file.note}: not brought back: {what}" for what in pulled.left]
        body = [] if pulled.body == note.body else [TextEdit(0, len(note.body), pulled.body)]
        after = edit_body(note, data, body)
        edits = [FieldChange(name, "=", value) for name, value in pulled.fields.items()]
        after = apply_changes(after, edits, self.schema, note.kind, force=True)
        if after != data:
            plan.changes.append(NoteChange(file.note, data, after))

    def _remaining_differences(
        self, source: VaultSource, request: ExportRequest, plan: WritePlan
    ) -> list[str]:
        """Say of which posts an export of the changed notes would still write something else."""
        after = {change.path: change.after or b"" for change in plan.changes}
        if not after:
            return []
        read = source.read
        changed = replace(source, read=lambda path: after[path] if path in after else read(path))
        try:
            files = self._plan_from(changed, request).files
        except NotekeepError as error:
            return [f"the changed note could not be exported: {error.message}"]
        return [
            f"{file.note}: an export will still write {file.path} in another way than it is there;"
            " `notekeep export` shows the difference"
            for file in files
            if file.is_post and file.note in after and file.ours not in (None, file.before)
        ]

    def plan_slugs(
        self, names: Sequence[str], *, target: str = "", site: str = "", options: Options
    ) -> WritePlan:
        """Plan a `slug:` for each note that an export would refuse for a clash of slugs.

        Raises:
            NotFound: There is no such note or site.
        """
        target, site = self.site(target, site)
        request = self._request(self._paths(names), target, site, options)
        exported = self._plan(request, for_status=True)
        slugs = suggest_slugs(exported, Manifest.read(exported.site))

        def edited(path: str, data: bytes) -> bytes:
            change = FieldChange("slug", "=", slugs[path])
            return apply_changes(
                data, [change], self.schema, self.notes.workspace.note(path, data).kind
            )

        plan = WritePlan("set", f"slug of {len(slugs)} notes" if len(slugs) != 1 else "slug")
        self.notes.workspace.edit_each(plan, list(slugs), edited)
        return plan

    def plan_start(
        self, names: Sequence[str], title: str = "", headings: Sequence[str] = ()
    ) -> WritePlan:
        """Plan a post begun from notes: their facts, an outline, quotes with their sources.

        Without a title it has the first note's; without headings it takes all sections.

        Raises:
            Refused: A note is private.
            NotFound: There is no such note, or none of them has such a section.
        """
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
        body = write_scaffold(materials, title, headings)
        plan = self.notes.plan_new("post", title, fields=fields, tags=tags, body=body)
        plan.verb = "start"
        return plan

    def materials(self, names: Sequence[str]) -> list[NoteOutline]:
        """Return what a post can be made of in notes: facts, headings, quotes, marked seconds.

        Raises:
            Refused: A note is private.
            NotFound: There is no such note.
        """
        with self.source() as source:
            return [outline_note(source.note(self.search.resolve(name).path)) for name in names]

    def preview(self, target: str = "", site: str = "") -> PreviewCommand:
        """Return how the generator shows a site with its drafts.

        Raises:
            UsageError: There is nothing to show.
            NotFound: There is no such site, or its generator is not installed.
        """
        target, site = self.site(target, site)
        if not site:
            raise UsageError(
                "there is no site to show",
                "name it with --site, or in the settings that `notekeep config` shows",
            )
        folder = os.path.abspath(os.path.expanduser(site))
        return find_preview(open_target(target or None, folder))

    def _paths(self, names: Sequence[str]) -> list[str]:
        """Return the notes that names mean; what is a path already needs no look-up of its own."""
        known = self.search.existing(names) if len(names) > 1 else set()
        return [name if name in known else self.search.resolve(name).path for name in names]

    def _address_of(self, site: str) -> str:
        """Return where visitors find a site, as the person's settings say."""
        folder = os.path.abspath(os.path.expanduser(site)) if site else ""
        known = (one for one in self.sites() if os.path.abspath(one.folder) == folder)
        return next((one.address for one in known), "")

    @property
    def identity(self) -> str:
        """The vault's id where others know it by that: the one in it, else that of its folder.

        The first is written by the first export and is the second one then, so that a vault that
        cannot be written keeps its posts as well. It is read anew, as another device may have
        written one since the vault was opened.
        """
        return vault_settings(self.root).id or self.places.id

    def site(self, target: str, site: str) -> tuple[str, str]:
        """A target and a site's folder as said, or those of the person's settings."""
        known = self.sites()
        if site or not known:
            return target, site
        right = next((one for one in known if one.target == target), known[0])
        return target or right.target, right.folder

    def sites(self) -> tuple[Site, ...]:
        """The sites that the person's settings name for this vault, the usual one first."""
        named = self.person.sites
        return named.get(self.name) or named.get(self.root) or ()

    @contextmanager
    def source(self) -> Iterator[VaultSource]:
        """The vault as an export sees it: its notes as of the last refresh, until the end of it.

        What is asked of it afterwards is answered as of then.

        Raises:
            Refused: The vault's settings, which say what may leave, cannot be understood.
            Failure: What is known of the notes cannot be read.
        """
        if self.settings.unsure:
            raise Refused(
                "what may leave this vault cannot be told from its settings: "
                + self.settings.unsure,
                "correct them and export again; nothing was written",
            )
        with self.catalog.reading() as catalog:
            notes = NamesOfNotes(catalog, self.withheld)
            try:
                yield VaultSource(
                    root=self.root,
                    notes=notes,
                    read=lambda path: read_file(os.path.join(self.root, path))[0],
                    schema=self.schema,
                    attachments=self.settings.attachments,
                    canaries=as_list(self.settings.export.get("canaries", ())),
                    drawn=self._drawn,
                )
            finally:
                notes.catalog = self.catalog

    def withheld(self, catalog: Catalog) -> frozenset[str]:
        """The notes whose names must not be shown, as a catalog knows them.

        They are kept until the catalog changes, since to find them it looks at every note.
        """
        generation = catalog.generation
        kept = self._withheld
        if kept is None or kept[0] != generation:
            kept = self._withheld = generation, withheld(catalog, CONSENT_FIELDS, is_withheld)
        return kept[1]

    def _drawn(self, path: str, heading: str) -> HeatmapPicture | None:
        """What an embed of a part of a note shows as a picture: the year of a habit."""
        return draw_habit_year(self.habits.tracker, path, heading)

    def _publish_rules(self) -> list[str]:
        """Return the vault's own rules as queries: a folder is written `posts/`, a tag `#blog`."""
        rules = []
        for rule in map(str.strip, self.settings.publish):
            if rule.endswith("/"):
                rules.append(f'path:"{rule}"')
            elif rule:
                rules.append(f"tag:{rule[1:]}" if rule.startswith("#") else rule)
        return rules

    @contextmanager
    def _consented(self) -> Iterator[tuple[VaultSource, list[str]]]:
        """Give the vault as an export sees it, and what is wrong with its rules.

        A rule that cannot be understood marks nothing.
        """
        published: set[str] = set()
        warnings = []
        for rule in self._publish_rules():
            try:
                published |= self.search.paths(rule)
            except (UsageError, NotFound) as error:
                warnings.append(f"{VAULT_SETTINGS}: publish: {rule}: {error.message}")
        with self.source() as source:
            yield replace(source, published=frozenset(published)), warnings
