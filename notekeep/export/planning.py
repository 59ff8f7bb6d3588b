"""From notes to a plan: which posts there will be, under which slugs, and what each file holds.

Notes exported earlier are drafted along with those that were asked for, so that links between all
of them are right: a post is written anew when only a link of its has changed, and never when its
note has, unless it was asked for.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from notekeep.export.audit import Audit
from notekeep.export.choosing import draft_asked, draft_earlier, gone
from notekeep.export.compare import Comparison
from notekeep.export.composing import Composer
from notekeep.export.plan import PlannedPost
from notekeep.export.properties import Post
from notekeep.export.settling import settle_posts
from notekeep.export.unseen import compared

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.export.bases import Bases
    from notekeep.export.batch import Batch
    from notekeep.export.composing import Written
    from notekeep.export.options import Options
    from notekeep.export.targets.target import Target

TREES_KEPT = 100
"""How many notes are held with their trees, which take much room."""

_FIELD = re.compile(r"^(?:\.\. )?([\w-]+) ?[:=]", re.MULTILINE)


def fill_plan(batch: Batch, paths: Sequence[str], bases: Bases) -> None:
    """Plan the export of some notes, those of the batch's plan that are refused left out."""
    target, manifest, plan = batch.target, batch.manifest, batch.plan
    batch.is_large = len(paths) + len(manifest.posts) > TREES_KEPT
    draft_asked(batch, paths)
    draft_earlier(batch)
    settle_posts(batch)
    written = Composer(batch).write_all()
    drafts = [one.draft for one in written]
    _tell(batch, written)
    comparison = Comparison(plan, target, manifest, batch.options, bases)
    comparison.run(written, gone=gone(batch))
    plan.published = {path: found.post for path, found in batch.published.items()}
    # The batch has the plan: an audit that had the batch would keep both until a collection, and
    # with them what is known of every note.
    own = partial(_own_words, target, written)
    plan.audit = Audit(batch.source, drafts, own, list(manifest.posts))
    plan.bases = bases
    between = target.between(plan.published.values())
    plan.warnings = list(dict.fromkeys([*target.warnings, *plan.warnings, *between]))


def _own_words(target: Target, written: Sequence[Written]) -> list[str]:
    """Return the words that are in every post of the site: names of folders and of fields."""
    words = []
    for one in {one.draft.post.draft: one for one in written}.values():
        post = one.draft.post
        bare = Post("", "", post.date, draft=post.draft, slug=post.slug)
        # Word by word: what a target writes in a row may be something it should not know.
        words += sorted({*compared(target.compose(one.draft, target.head(bare, ""), "")).split()})
    for one in written:
        words.append(target.post_path(one.draft.post))
        words += _FIELD.findall(target.head(one.draft.post, ""))
        words += [target.asset_path(one.draft.post, "") for _ in one.assets]
    return words


def _tell(batch: Batch, written: Iterable[Written]) -> None:
    """Put the posts that were asked for into the plan, and what there is to know of them."""
    for one in written:
        post = one.draft.post
        if post.path in batch.asked:
            path = batch.target.post_path(post)
            batch.plan.posts.append(PlannedPost(post, path, one.draft, one.changes))
            batch.plan.warnings += one.warnings


def settled(options: Options, root: str, target: Target) -> Options:
    """Return options with what they leave to the vault settled."""
    return replace(options, linebreaks=_linebreaks(root, target, options))


def _linebreaks(root: str, target: Target, options: Options) -> Literal["keep", "join"]:
    """Return how single newlines are shown: as chosen, else as Obsidian shows them in this vault.

    Portable Markdown is for editors as much as for sites, and keeps them as they are.
    """
    if options.linebreaks:
        return options.linebreaks
    if target.id == "portable" or not os.path.isdir(os.path.join(root, ".obsidian")):
        return "join"
    try:
        with open(os.path.join(root, ".obsidian", "app.json"), encoding="utf-8") as file:
            said = json.load(file)
    except (OSError, ValueError):
        return "keep"
    return "join" if isinstance(said, dict) and said.get("strictLineBreaks") is True else "keep"
