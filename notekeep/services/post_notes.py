"""Plan changes to notes for their posts: pull edits from a site, fix slugs, start a post."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notekeep.catalog.name_lookup import link_targets
from notekeep.errors import NotFound, Refused
from notekeep.export.manifest import Manifest
from notekeep.export.plan import SiteChange
from notekeep.export.post_identity import suggest_slugs
from notekeep.export.pull import pull_edits
from notekeep.export.scaffold import NoteOutline, outline_note, write_scaffold
from notekeep.export.source import Options
from notekeep.markdown.fields.field_changes import FieldChange, apply_changes
from notekeep.markdown.note_names import fold_name, note_stem
from notekeep.markdown.text_edit import TextEdit, edit_body
from notekeep.notes.plan import WritePlan
from notekeep.services.notes import NoteService
from notekeep.services.publishing import PublishingService


class PostNotes:
    """Plans changes to notes for their posts."""

    def __init__(self, publishing: PublishingService, notes: NoteService) -> None:
        self.publishing = publishing
        self.notes = notes

    def plan_pull(self, names: Sequence[str], *, target: str = "", site: str = "") -> WritePlan:
        """Plan to copy edits of posts back to notes, by default all; raise NotFound if none."""
        names = names or self.publishing.exported(target, site)
        exported = self.publishing.plan_export(names, target=target, site=site)
        edited = [file for file in exported.files if file.is_post and file.ours is not None]
        if not edited:
            raise NotFound("No post was edited on the site.", "See `notekeep export status`.")
        label = edited[0].note if len(edited) == 1 else f"{len(edited)} notes from the site"
        plan = WritePlan("pull", label)
        for file in edited:
            try:
                self._pull_file(file, plan)
            except Refused as error:
                plan.refuse(file.note, error)
        return plan

    def _pull_file(self, file: SiteChange, plan: WritePlan) -> None:
        if file.base is None or file.before is None:
            raise Refused(
                f"{file.note}: The last export is not in the history of this machine.",
                "Compare both files, then export again with --overwrite or --keep.",
            )
        with self.publishing.source() as source:
            data, note = source.read(file.note), source.note(file.note)
        pulled = pull_edits(note.body, file.base, file.before)
        plan.remarks += [f"{file.note}: Not copied to the note: {what}." for what in pulled.left]
        body = [] if pulled.body == note.body else [TextEdit(0, len(note.body), pulled.body)]
        after = edit_body(note, data, body)
        edits = [FieldChange(name, "=", value) for name, value in pulled.fields.items()]
        after = apply_changes(after, edits, self.publishing.schema, note.kind, force=True)
        plan.edit(file.note, data, after)

    def plan_slugs(
        self, names: Sequence[str], *, target: str = "", site: str = "", options: Options
    ) -> WritePlan:
        """Plan a new `slug:` for each note with a duplicate slug."""
        exported = self.publishing.plan_export(
            names, target=target, site=site, options=options, for_status=True
        )
        slugs = suggest_slugs(exported, Manifest.read(exported.site))
        workspace = self.notes.workspace

        def set_slug(path: str, data: bytes) -> bytes:
            change = FieldChange("slug", "=", slugs[path])
            return apply_changes(
                data, [change], self.publishing.schema, workspace.note(path, data).kind
            )

        plan = WritePlan("set", f"slug of {len(slugs)} notes" if len(slugs) != 1 else "slug")
        workspace.edit_each(plan, list(slugs), set_slug)
        return plan

    def plan_start(
        self, names: Sequence[str], title: str = "", headings: Sequence[str] = ()
    ) -> WritePlan:
        """Plan a new post from notes, with their facts, text, and quotes with sources.

        By default, it gets the title of the first note, and all sections with text. Raises Refused
        for a private note.
        """
        outlines = self.outlines(names)
        known = {one.heading.casefold() for outline in outlines for one in outline.sections}
        for heading in headings:
            if heading.casefold() not in known:
                raise NotFound(f"No note has a section {heading!r}.", "See `notekeep show NOTE`.")
        title = title or outlines[0].title
        self._name_sources(outlines, self.notes.plan_new("post", title).changes[0].path)
        fields: dict[str, Any] = {"sources": [one.link for one in outlines]}
        tags = list(dict.fromkeys(tag for one in outlines for tag in one.tags))
        body = write_scaffold(outlines, title, headings)
        plan = self.notes.plan_new("post", title, fields=fields, tags=tags, body=body)
        plan.verb = "start"
        return plan

    def _name_sources(self, outlines: Sequence[NoteOutline], post: str) -> None:
        """Replace names that would be ambiguous in the new post with paths."""
        for one in outlines:
            targets = link_targets(self.publishing.catalog, [one.name], post)[one.name]
            if targets != [one.path] or fold_name(one.name) == fold_name(note_stem(post)):
                one.name = one.path.removesuffix(".md")

    def outlines(self, names: Sequence[str]) -> list[NoteOutline]:
        """Return the outlines of notes; raise Refused for a private note."""
        with self.publishing.source() as source:
            return [outline_note(source.note(path)) for path in self.publishing.paths(names)]
