"""Series: at the end of each part, which part of how many it is, and links to its neighbours.

One property in each note is enough, `series:`; `part:` puts them in order, else their dates do. The
links are written as any other link of the note, so that a part that is not published yet is left
out, and comes in when it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.export.passage import Change, Splice
from notekeep.export.refs import Ref, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.export.draft import Draft
    from notekeep.export.targets.target import Target

REASON = "links to the parts of its series"


def add_series_links(drafts: Iterable[Draft], target: Target) -> None:
    """Write the line of its series at the end of every draft that is part of one.

    Args:
        drafts: All that have a post, slugs and dates settled.
        target: Their site, which says what can be linked.
    """
    parts: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.post.series:
            parts.setdefault(draft.post.series.casefold(), []).append(draft)
    for members in parts.values():
        ordered = sorted(members, key=_place)
        for draft in ordered if len(ordered) > 1 else ():
            shown = [one for one in ordered if one is draft or _is_linked(draft, one, target)]
            if len(shown) > 1:
                _add(draft, shown)


def _place(draft: Draft) -> tuple[float, float, str]:
    post = draft.post
    part = float("inf") if post.part is None else post.part
    return part, post.date.timestamp() if post.date else 0.0, post.path


def _is_linked(draft: Draft, other: Draft, target: Target) -> bool:
    return target.reaches(draft.post, other.post)


def _add(draft: Draft, parts: Sequence[Draft]) -> None:
    at = parts.index(draft)
    passage = draft.passage
    origin = passage.origin(len(passage.text))
    links = []
    for name, number in (("before it", at - 1), ("next", at + 1)):
        if 0 <= number < len(parts):
            other = parts[number].post
            address = draft.refs.add(Ref("note", other.path, origin))
            links.append(f"{name}: [{escape(other.title)}]({address})")
    line = f"*{escape(draft.post.series)}*, part {at + 1} of {len(parts)} · {' · '.join(links)}"
    end = len(passage.text.rstrip("\n"))
    longer = passage.splice([Splice(end, len(passage.text), f"\n\n{line}\n", REASON)])
    last = longer.tree.root.children[-1]
    if last.kind == "paragraph" and longer.tree.source(last).strip() == line:
        draft.passage = longer
        draft.changes.append(Change(origin.path, origin.line, REASON))
    else:
        draft.warnings.append(
            f"{draft.note.path}, line {origin.line}: a block is open at its end, so the links to"
            " the parts of its series are left out"
        )
