"""Posts of a vault: plan, export, preview, and how they stand in their sites."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep import config
from notekeep.catalog.name_lookup import (
    NamesOfNotes,
    existing_paths,
    find_exact,
    resolve,
    select,
    split_names,
    withheld,
)
from notekeep.errors import Conflict, Failure, NotekeepError, NotFound, Refused, UsageError
from notekeep.export.audit import Audit
from notekeep.export.check.site_build import PreviewCommand, find_preview
from notekeep.export.check.site_check import CheckReport, check_export
from notekeep.export.consent import CONSENT_FIELDS, is_withheld
from notekeep.export.manifest import MANIFEST_NAME, Manifest, VaultKey
from notekeep.export.pipeline import plan_export, site_folder, write_export
from notekeep.export.plan import ExportPlan, ExportRequest, ExportResult, PostState, list_states
from notekeep.export.source import HeatmapPicture, Options, VaultSource
from notekeep.export.targets.target import open_target
from notekeep.settings import VAULT_SETTINGS, as_list, read_toml, vault_settings
from notekeep.storage.content import read_file

if TYPE_CHECKING:
    from notekeep.catalog.catalog import Catalog
    from notekeep.notes.workspace import Workspace
    from notekeep.services.indexing import IndexService
    from notekeep.services.search import SearchService
    from notekeep.storage.history import History
    from notekeep.tracking.tracker import HabitIndex

PUBLIC = "publish:true"
DRAFTS = f"is:draft OR {PUBLIC}"
"""The notes that may be published, in the query language, beside those of the vault's own rules."""
_RULE_TAG = re.compile(r"tag:\"?#?([\w/-]+)")


class SiteStanding(NamedTuple):
    """How the drafts and posts of a vault stand in one of its sites."""

    target: str  # the target's id, or "" when that cannot be told
    name: str  # its generator's, likewise
    site: str
    posts: list[PostState]  # every draft and post, in order of path
    error: str = ""  # why nothing can be said of the site


class PublishingService:
    """What can be done with drafts and posts.

    Everywhere an empty `target` takes the settings', or asks the site; an empty `site` takes the
    settings', else the folder of portable drafts.
    """

    def __init__(
        self,
        places: config.VaultPlaces,
        sites: tuple[config.Site, ...],
        workspace: Workspace,
        indexing: IndexService,
        history: History,
        open_search: Callable[[], SearchService],
        open_habits: Callable[[], HabitIndex],
    ) -> None:
        self.places = places
        self.root, self.settings, self.schema, self.catalog, _ = workspace
        self.sites = sites  # that the person's settings name for this vault, the usual one first
        self.indexing = indexing
        self.history = history
        self._open_search = open_search  # few exports need queries, and fewer a habit
        self._open_habits = open_habits
        self._withheld: tuple[int, frozenset[str]] | None = None

    # What is exported, and where to.

    def chosen(self, words: Sequence[str]) -> tuple[list[str], bool]:
        """Return the notes that words mean, and whether they were named: that is consent.

        Several words are several names, or one without quotes, or a query, which is no consent.
        NotFound, Ambiguous or UsageError is raised where they mean nothing, or too much.
        """
        names = split_names(self.catalog, words, self.root)
        found = {name: find_exact(self.catalog, name, self.root) for name in names}
        if missing := [name for name, row in found.items() if row is None and len(names) > 1]:
            raise UsageError(
                f"no note is called {', '.join(map(repr, missing))}; nothing was exported",
                f"put quotes around a name or query with spaces: '{' '.join(words)}'",
            )
        if all(found.values()):
            return [row.path for row in found.values() if row is not None], True
        (query,) = names
        rows = select(self.catalog, query, self.root, lambda: self._open_search().rows(query).rows)
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

    def site(self, target: str, site: str) -> tuple[str, str]:
        """A target and a site's folder as said, or those of the person's settings."""
        if site or not self.sites:
            return target, site
        right = next((one for one in self.sites if one.target == target), self.sites[0])
        return target or right.target, right.folder

    def has_site(self, target: str = "", site: str = "") -> bool:
        """Whether somebody chose where drafts go: by name, settings or an earlier export."""
        target, site = self.site(target, site)
        folder = self.folder(target, site)
        return bool(site) or os.path.exists(os.path.join(folder, MANIFEST_NAME))

    def folder(self, target: str = "", site: str = "") -> str:
        """Return where drafts go: the site's folder, or one beside the vault.

        UsageError is raised for a target that needs the folder of its site.
        """
        target, site = self.site(target, site)
        return site_folder(self.root, target, site)

    def drafts(self) -> str:
        """Return the notes that may be published, as a query: drafts, and all that is public."""
        return " OR ".join([DRAFTS, *(f"({rule})" for rule in self._publish_rules())])

    def publishable(self, target: str = "", site: str = "") -> list[str]:
        """Return the notes that belong into a site: what is public, and what was named before."""
        public = " OR ".join([PUBLIC, *(f"({rule})" for rule in self._publish_rules())])
        return sorted({*self._open_search().paths(public), *self.exported(target, site)})

    def exported(self, target: str = "", site: str = "") -> list[str]:
        """Return the notes that have a post in a site and are in the vault still."""
        notes = NamesOfNotes(self.catalog, self.withheld)
        found = Manifest.read(self.folder(target, site)).locate_notes(self.key, notes, self.history)
        noted = [entry.note for entry in found.posts.values() if entry.note]
        present = existing_paths(self.catalog, noted)
        return [path for path in noted if path in present]

    def paths(self, names: Sequence[str]) -> list[str]:
        """Return the notes that names mean; what is a path already needs no look-up of its own."""
        known = existing_paths(self.catalog, names) if len(names) > 1 else set()
        return [
            name if name in known else resolve(self.catalog, name, self.root).path for name in names
        ]

    # Plans, and what becomes of them.

    def plan_export(
        self,
        names: Sequence[str],
        *,
        target: str = "",
        site: str = "",
        options: Options | None = None,
        for_status: bool = False,
    ) -> ExportPlan:
        """Plan drafts of notes: which files would be new, changed, unchanged or in conflict.

        Options are by default those of the vault's settings. Where all notes are refused, the first
        refusal is raised, but not `for_status`.
        """
        target, site = self.site(target, site)
        request = ExportRequest(
            tuple(self.paths(names)), target, site, options or self.export_options()
        )
        return self._plan(request, for_status=for_status)

    def _plan(self, request: ExportRequest, *, for_status: bool = False) -> ExportPlan:
        generation = self.catalog.generation
        published, warnings = self._published()
        with self.source(published) as source:
            plan = plan_export(source, request, self.key, self.history, for_status=for_status)
        return replace(plan, generation=generation, warnings=[*plan.warnings, *warnings])

    def standings(self, target: str = "", site: str = "") -> list[SiteStanding]:
        """Return how every draft and post stands, in each known site or in one that is named."""
        if target or site:
            places = [self.site(target, site)]
        else:
            places = [(one.target, one.folder) for one in self.sites] or [("", "")]
        return [self._standing(*place) for place in places]

    def _standing(self, target: str, site: str) -> SiteStanding:
        try:
            names = self.publishable(target, site)
            plan = self.plan_export(names, target=target, site=site, for_status=True)
        except NotekeepError as error:
            return SiteStanding(target, "", site, [], error.message)
        found = list_states(plan)
        hidden = self.withheld(self.catalog)
        for path in self._open_search().paths(DRAFTS) - found.keys():
            found[path] = PostState(path, "refused" if path in hidden else "new")
        posts = [found[path] for path in sorted(found)]
        return SiteStanding(plan.target, plan.target_name, plan.site, posts)

    def export(self, plan: ExportPlan) -> ExportResult:
        """Write a plan's drafts, then look through every written byte for what is private.

        Raises:
            Conflict: A file of the site changed since, or an export would do something else by now;
                nothing was written.
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
        """Read all that changed, and return when the plan still is what an export would do."""
        known = self.indexing.refresh(words=False)
        if known.pending:
            raise Failure(
                f"{known.pending} changed notes are still being indexed and may be private;"
                " nothing was written",
                "try again in a moment",
            )
        if self.catalog.generation == plan.generation:
            return
        if not self._plan(plan.request).does_the_same_as(plan):
            raise Conflict(
                "notes have changed since the preview; nothing was written",
                "check the changes, then export again",
            )

    def audit(self, plan: ExportPlan) -> Audit:
        """Return the audit of a plan, by what is known of the vault at the moment."""
        with self.source(self._published()[0]) as source:
            return Audit(source, plan)

    def check_export(self, plan: ExportPlan) -> CheckReport:
        """Build the site of an export that was written, and read its pages back."""
        return check_export(plan, self.audit(plan))

    def preview(self, target: str = "", site: str = "") -> PreviewCommand:
        """Return how the generator shows a site with its drafts; UsageError without a site."""
        target, site = self.site(target, site)
        if not site:
            raise UsageError(
                "no site to preview",
                "use --site, or add a site to your settings (see `notekeep config`)",
            )
        folder = os.path.abspath(os.path.expanduser(site))
        return find_preview(open_target(target, folder))

    # Which vault this is, to its sites.

    @property
    def identity(self) -> str:
        """The id by which others know the vault: the one in its settings, else of its folder."""
        # The first export writes the second one as the first: a vault that cannot be written keeps
        # its posts as well. It is read anew, as another device may have written one meanwhile.
        return vault_settings(self.root).id or self.places.id

    @property
    def key(self) -> VaultKey:
        """What sites know the vault and its notes by."""
        return VaultKey(self.identity, os.path.basename(self.root))

    def _store_identity(self) -> list[str]:
        """Write the vault's id into its settings, for its copies; return why, if it cannot be."""
        path = VAULT_SETTINGS
        place = os.path.join(self.root, path)
        line = f'id = "{self.identity}"  # identifies this vault in the sites it exports to\n'
        try:
            if "id" in read_toml(place):
                return []  # one that is no id is among the warnings of the settings
            # No step of history: the next export would only write it again.
            with self.history.step("id", "", root=self.root, logged=False) as step:
                if os.path.lexists(place):
                    data, digest = read_file(place, path)
                    mark = data[:3] if data.startswith(b"\xef\xbb\xbf") else b""
                    data = mark + line.encode() + data[len(mark) :]
                    step.edit(path, data, digest, keep_ours=False)
                else:
                    step.create(path, line.encode())
        except NotekeepError as error:
            why = f"{path}: cannot write the vault's id: {error.message}"
            return [f"{why}; another device will not recognise these posts"]
        return []

    # The vault as an export sees it.

    @contextmanager
    def source(
        self, published: Mapping[str, frozenset[str]] = MappingProxyType({})
    ) -> Iterator[VaultSource]:
        """The vault as an export sees it, as of the last refresh, until the end of the `with`.

        Refused is raised where the settings, which say what may leave, cannot be understood.
        """
        if self.settings.unsure:
            raise Refused(
                "cannot tell from the settings of this vault what may be exported: "
                + self.settings.unsure,
                "fix them and export again; nothing was written",
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
                    published=frozenset(published),
                    publish_tags=published,
                )
            finally:
                notes.answer_from(self.catalog)

    def withheld(self, catalog: Catalog) -> frozenset[str]:
        """The notes whose names must not be shown, as a catalog knows them."""
        generation = catalog.generation  # kept until it changes: every note is looked at
        kept = self._withheld
        if kept is None or kept[0] != generation:
            kept = self._withheld = generation, withheld(catalog, CONSENT_FIELDS, is_withheld)
        return kept[1]

    def _drawn(self, path: str, heading: str) -> HeatmapPicture | None:
        from notekeep.export.heatmap import draw_habit_year

        return draw_habit_year(self._open_habits(), path, heading)

    def _publish_rules(self) -> list[str]:
        """Return the vault's own rules as queries: a folder is written `posts/`, a tag `#blog`."""
        rules = []
        for rule in map(str.strip, self.settings.publish):
            if rule.endswith("/"):
                rules.append(f'path:"{rule}"')
            elif rule:
                rules.append(f"tag:{rule[1:]}" if rule.startswith("#") else rule)
        return rules

    def _published(self) -> tuple[dict[str, frozenset[str]], list[str]]:
        """The notes that the vault's own rules publish, and which of these mean nothing.

        Each note comes with the tags by which alone they do; none where another rule does, too.
        """
        published: dict[str, frozenset[str]] = {}
        warnings = []
        for rule in self._publish_rules():
            try:
                found = self._open_search().paths(rule)
            except (UsageError, NotFound) as error:
                warnings.append(f"{VAULT_SETTINGS}: publish: {rule}: {error.message}")
                continue
            tags = frozenset(tag.casefold() for tag in _RULE_TAG.findall(rule))
            for path in found:
                known = published.get(path, tags)
                published[path] = known | tags if known and tags else frozenset()
        return published, warnings
