"""Plan, export, check and preview posts, and list their states."""

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
    NoteLookup,
    existing_paths,
    find_exact,
    find_private_notes,
    resolve,
    select,
    split_names,
)
from notekeep.errors import Conflict, Failure, NotekeepError, NotFound, Refused, UsageError
from notekeep.export.audit import Audit
from notekeep.export.check.site_build import PreviewCommand, find_preview
from notekeep.export.check.site_check import CheckReport, check_export
from notekeep.export.manifest import MANIFEST_NAME, Manifest, VaultKey
from notekeep.export.pipeline import plan_export, site_folder, write_export
from notekeep.export.plan import ExportPlan, ExportRequest, ExportResult, PostState, list_states
from notekeep.export.privacy.consent import CONSENT_FIELDS, is_withheld
from notekeep.export.source import HeatmapPicture, Options, VaultSource
from notekeep.export.targets.target import open_target
from notekeep.query.tree import Has
from notekeep.settings import VAULT_SETTINGS, as_list, read_toml, vault_settings
from notekeep.storage.content import read_file

if TYPE_CHECKING:
    from notekeep.catalog.catalog import Catalog
    from notekeep.export.privacy.public_text import PublicNotes
    from notekeep.notes.workspace import Workspace
    from notekeep.services.indexing import IndexService
    from notekeep.services.search import SearchService
    from notekeep.storage.history import History
    from notekeep.tracking.tracker import HabitIndex

PUBLIC = "publish:true"
DRAFTS = f"is:draft OR {PUBLIC}"
"""The query for notes that may be published, without the vault's own rules."""
_RULE_TAG = re.compile(r"tag:\"?#?([\w/-]+)")


class SiteStatus(NamedTuple):
    """The states of drafts and posts in a site."""

    target: str  # the id, or "" if unknown
    name: str  # of the generator, or "" if unknown
    site: str
    posts: list[PostState]  # sorted by path
    error: str = ""  # the reason if the states are unknown


class PublishingService:
    """Exports drafts and posts.

    An empty `target` means the target in the settings, or the target detected from the site. An
    empty `site` means the site in the settings, or the folder for portable drafts.
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
        on_event: Callable[..., object],
    ) -> None:
        self.places = places
        self.root = workspace.root
        self.settings = workspace.settings
        self.schema = workspace.schema
        self.catalog = workspace.catalog
        self.sites = sites  # from the personal settings, the default first
        self.indexing = indexing
        self.history = history
        self._on_event = on_event  # called with an event, its notes and its result
        self._open_search = open_search  # lazy, because few exports need queries or habits
        self._open_habits = open_habits
        self._private_paths: tuple[int, frozenset[str]] | None = None

    # The notes to export, and the target.

    def select_notes(self, words: Sequence[str]) -> tuple[list[str], bool]:
        """Return the notes for command line arguments, and whether all were given by name.

        Several words are several names, a name without quotes, or a query. Raises NotFound,
        Ambiguous or UsageError.
        """
        names = split_names(self.catalog, words, self.root)
        found = {name: find_exact(self.catalog, name, self.root) for name in names}
        if missing := [name for name, row in found.items() if row is None and len(names) > 1]:
            raise UsageError(
                f"No note is called {', '.join(map(repr, missing))}. Nothing was exported.",
                f"Put quotes around a name or query with spaces: '{' '.join(words)}'.",
            )
        if all(found.values()):
            return [row.path for row in found.values() if row is not None], True
        (query,) = names
        rows = select(self.catalog, query, self.root, lambda: self._open_search().rows(query).rows)
        prefix = query.strip().casefold()
        named = len(rows) == 1 and rows[0].title.casefold().startswith(prefix)
        return [row.path for row in rows], named

    def export_options(self, **chosen: Any) -> Options:
        """Return the options in the vault's settings, changed by `chosen`."""
        settings = self.settings.export
        known = ("unpublished", "nested_tags", "linebreaks", "series_links")
        options: dict[str, Any] = {key: settings[key] for key in known if key in settings}
        options["extra_fields"] = as_list(settings.get("fields", ()))
        keep_metadata = as_list(settings.get("keep_metadata", ()))
        chosen["keep_metadata"] = (*keep_metadata, *chosen.get("keep_metadata", ()))
        options["now"] = config.current_time().astimezone()
        return Options(**(options | chosen))

    def site(self, target: str, site: str) -> tuple[str, str]:
        """Return the target and the folder of a site, by default from the settings."""
        if site or not self.sites:
            return target, site
        default = next((one for one in self.sites if one.target == target), self.sites[0])
        return target or default.target, default.folder

    def has_site(self, target: str = "", site: str = "") -> bool:
        """Whether there is a site: by name, from the settings or from an earlier export."""
        target, site = self.site(target, site)
        folder = self.folder(target, site)
        return bool(site) or os.path.exists(os.path.join(folder, MANIFEST_NAME))

    def folder(self, target: str = "", site: str = "") -> str:
        """Return the folder for drafts: the site, or a folder next to the vault.

        Raises UsageError for a target that needs a site.
        """
        target, site = self.site(target, site)
        return site_folder(self.root, target, site)

    def drafts(self) -> str:
        """Return the query for publishable notes: drafts and public notes."""
        return " OR ".join([DRAFTS, *(f"({rule})" for rule in self._publish_rules())])

    def publishable(self, target: str = "", site: str = "") -> list[str]:
        """Return the notes for a site: public notes, and notes that were exported before."""
        public = " OR ".join([PUBLIC, *(f"({rule})" for rule in self._publish_rules())])
        return sorted({*self._open_search().paths(public), *self.exported(target, site)})

    def exported(self, target: str = "", site: str = "") -> list[str]:
        """Return the notes that have a post in a site and still exist."""
        notes = NoteLookup(self.catalog, self.private_paths)
        found = Manifest.read(self.folder(target, site)).locate_notes(self.key, notes, self.history)
        noted = [entry.note for entry in found.posts.values() if entry.note]
        present = existing_paths(self.catalog, noted)
        return [path for path in noted if path in present]

    def paths(self, names: Sequence[str]) -> list[str]:
        """Return the paths of notes by name; paths are returned unchanged."""
        known = existing_paths(self.catalog, names) if len(names) > 1 else set()
        return [
            name if name in known else resolve(self.catalog, name, self.root).path for name in names
        ]

    # Plans.

    def plan_export(
        self,
        names: Sequence[str],
        *,
        target: str = "",
        site: str = "",
        options: Options | None = None,
        for_status: bool = False,
    ) -> ExportPlan:
        """Plan an export of notes.

        The default options are from the vault's settings. If all notes are refused, raises the
        first refusal, unless `for_status` is set.
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

    def site_statuses(self, target: str = "", site: str = "") -> list[SiteStatus]:
        """Return the states of all drafts and posts in each known site, or in one site."""
        if target or site:
            places = [self.site(target, site)]
        else:
            places = [(one.target, one.folder) for one in self.sites] or [("", "")]
        return [self._site_status(*place) for place in places]

    def _site_status(self, target: str, site: str) -> SiteStatus:
        try:
            names = self.publishable(target, site)
            plan = self.plan_export(names, target=target, site=site, for_status=True)
        except NotekeepError as error:
            return SiteStatus(target, "", site, [], error.message)
        found = list_states(plan)
        hidden = self.private_paths(self.catalog)
        for path in self._open_search().paths(DRAFTS) - found.keys():
            found[path] = PostState(path, "refused" if path in hidden else "new")
        posts = [found[path] for path in sorted(found)]
        return SiteStatus(plan.target, plan.target_name, plan.site, posts)

    def export(self, plan: ExportPlan) -> ExportResult:
        """Write a plan, and audit every written byte for private text.

        Raises:
            Conflict: Notes or files of the site have changed since the plan was made. Nothing was
                written.
            Refused: The audit found private text. The export was reverted.
            Failure: Changed notes could not be read. Nothing was written.
        """
        warnings: list[str] = []
        if not plan.is_empty:
            self._check_current(plan)
            warnings = self._store_identity()
        done = write_export(plan, self.audit(plan), self.history)
        done.warnings += warnings
        if done.written or done.removed:
            notes = sorted(
                {file.note for file in plan.files if file.note and file.path in done.written}
            )
            self._on_event(
                "export", notes, site=done.site, written=done.written, removed=done.removed
            )
        return done

    def _check_current(self, plan: ExportPlan) -> None:
        """Read all changed notes; raise Conflict if the plan is outdated."""
        known = self.indexing.refresh(words=False)
        if known.pending:
            raise Failure(
                f"{known.pending} changed notes are still being indexed and may be private. Nothing"
                " was written.",
                "Try again in a moment.",
            )
        if self.catalog.generation == plan.generation:
            return
        if not self._plan(plan.request).has_same_changes(plan):
            raise Conflict(
                "Notes have changed since the preview. Nothing was written.",
                "Check the changes, then export again.",
            )

    def audit(self, plan: ExportPlan) -> Audit:
        """Return the audit of a plan with the current catalog."""
        with self.source(self._published()[0]) as source:
            return Audit(source, plan)

    def check_export(self, plan: ExportPlan) -> CheckReport:
        """Build the site after an export, and check the exported posts."""
        return check_export(plan, self.audit(plan))

    def preview(self, target: str = "", site: str = "") -> PreviewCommand:
        """Return the command for a preview with drafts; raise UsageError without a site."""
        target, site = self.site(target, site)
        if not site:
            raise UsageError(
                "There is no site to preview.",
                "Use --site, or add a site to your settings (see `notekeep config`).",
            )
        folder = os.path.abspath(os.path.expanduser(site))
        return find_preview(open_target(target, folder))

    # The identity of the vault in its sites.

    @property
    def identity(self) -> str:
        """The id of the vault, from its settings or for its folder."""
        # The first export writes the folder's id into the settings, if they are writable. They are
        # read again, because another device may have written an id.
        return vault_settings(self.root).id or self.places.id

    @property
    def key(self) -> VaultKey:
        """The key for manifests."""
        return VaultKey(self.identity, os.path.basename(self.root))

    def _store_identity(self) -> list[str]:
        """Write the vault's id into its settings, so that copies share it; return warnings."""
        path = VAULT_SETTINGS
        place = os.path.join(self.root, path)
        line = f'id = "{self.identity}"  # identifies this vault in the sites it exports to\n'
        try:
            if "id" in read_toml(place):
                return []  # there is a warning about an invalid id
            # Not in history, because after an undo the next export would write it again.
            with self.history.step("id", "", root=self.root, logged=False) as step:
                if os.path.lexists(place):
                    data, digest = read_file(place, path)
                    mark = data[:3] if data.startswith(b"\xef\xbb\xbf") else b""
                    data = mark + line.encode() + data[len(mark) :]
                    step.edit(path, data, digest, keep_ours=False)
                else:
                    step.create(path, line.encode())
        except NotekeepError as error:
            why = f"{path}: Cannot write the vault's id: {error.message}"
            return [f"{why} Another device will not recognize these posts."]
        return []

    # The contents of the vault for an export.

    @contextmanager
    def source(
        self, published: Mapping[str, frozenset[str]] = MappingProxyType({})
    ) -> Iterator[VaultSource]:
        """Yield the contents of the vault for an export, as of the last refresh.

        Raises Refused if the settings that control exports are invalid.
        """
        if self.settings.export_problem:
            raise Refused(
                "Cannot tell from the settings of this vault what may be exported: "
                f"{self.settings.export_problem.removesuffix('.')}.",
                "Nothing was written. Fix them and export again.",
            )
        with self.catalog.snapshot() as catalog:
            notes = NoteLookup(catalog, self.private_paths)
            try:
                yield VaultSource(
                    root=self.root,
                    notes=notes,
                    read=lambda path: read_file(os.path.join(self.root, path))[0],
                    schema=self.schema,
                    attachments=self.settings.attachments,
                    canaries=as_list(self.settings.export.get("canaries", ())),
                    draw=self._draw,
                    published=frozenset(published),
                    publish_tags=published,
                    marked=lambda: catalog.paths(Has("publish")),
                )
            finally:
                notes.use_catalog(self.catalog)

    @contextmanager
    def public_notes(self, *, has_hidden: bool = False) -> Iterator[PublicNotes]:
        """Yield the notes as others may read them; for `has_hidden` see `PublicNotes`."""
        from notekeep.export.privacy.public_text import PublicNotes  # an export does not need it

        with self.source() as source:
            yield PublicNotes(source, has_hidden=has_hidden)

    def private_paths(self, catalog: Catalog) -> frozenset[str]:
        """Return the notes whose names must not be published."""
        generation = catalog.generation
        cached = self._private_paths
        if cached is None or cached[0] != generation:
            cached = self._private_paths = (
                generation,
                find_private_notes(catalog, CONSENT_FIELDS, is_withheld),
            )
        return cached[1]

    def _draw(self, path: str, heading: str) -> HeatmapPicture | None:
        from notekeep.export.heatmap import draw_habit_year

        return draw_habit_year(self._open_habits(), path, heading)

    def _publish_rules(self) -> list[str]:
        """Return the vault's publish rules, such as `posts/` or `#blog`, as queries."""
        rules = []
        for rule in map(str.strip, self.settings.publish):
            if rule.endswith("/"):
                rules.append(f'path:"{rule}"')
            elif rule:
                rules.append(f"tag:{rule[1:]}" if rule.startswith("#") else rule)
        return rules

    def _published(self) -> tuple[dict[str, frozenset[str]], list[str]]:
        """Return the notes that the vault's rules publish, and warnings about invalid rules.

        The values are the tags that publish a note, or an empty set if another rule publishes it.
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
