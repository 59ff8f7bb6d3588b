"""Renaming a tag everywhere: in front matter and in the text, its children with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import NotFound, UsageError
from notekeep.markdown.edits import Edit
from notekeep.writing.plan import WritePlan
from notekeep.writing.text import edit_body, unread

if TYPE_CHECKING:
    from notekeep.writing.plans import Plans


class TagRename:
    """What a tag becomes: `a` is `b` and `a/x` is `b/x`, whatever their case.

    Attributes:
        old: The tag, without `#`.
        new: What it is to be called, without `#`.
    """

    def __init__(self, old: str, new: str) -> None:
        """Check the names: front matter may have an odd one, which is why it gets another.

        Raises:
            UsageError: The new one is no tag, or there is no old one.
        """
        self.old, self.new = old.strip().lstrip("#").strip("/"), _tag(new)
        if not self.old:
            raise UsageError("which tag?", "`notekeep tags` lists them")
        self._wanted = self.old.casefold()

    def of(self, tag: str) -> str | None:
        """The new name of a tag, None for one that is not meant."""
        name = tag.casefold()
        if name != self._wanted and not name.startswith(f"{self._wanted}/"):
            return None
        # Folding may change a text's length, but not how many levels it has.
        rest = tag.split("/")[self.old.count("/") + 1 :]
        return "/".join([self.new, *rest])


def plan_rename_tag(plans: Plans, old: str, new: str) -> WritePlan:
    """Plan another name for a tag and its children in every note.

    Raises:
        UsageError: One of the names is no tag.
        NotFound: No note has the tag.
    """
    change = TagRename(old, new)
    plan = WritePlan("tags", f"rename {change.old} -> {change.new}")
    _, rows = plans.catalog.rows()
    paths = [row.path for row in rows if any(change.of(tag) is not None for tag in row.tags)]
    if not paths:
        raise NotFound(f"no note has the tag #{change.old}", "`notekeep tags` lists them")
    plans.edit_each(plan, paths, lambda path, data: rename_in(plans, path, data, change))
    return plan


def rename_in(plans: Plans, path: str, data: bytes, change: TagRename) -> bytes:
    """A note's bytes with the tag renamed.

    Raises:
        Refused: It cannot be edited safely.
    """
    note = plans.note(path, data)
    if note.problem is not None:
        raise unread(note.problem)
    edits = [
        Edit(tag.start, tag.end, f"#{name}", line=tag.line)
        for tag in (note.spans.tags if note.spans else ())
        if (name := change.of(tag.name)) is not None and name != tag.name
    ]
    return _in_front_matter(edit_body(note, data, edits), change)


def _in_front_matter(data: bytes, change: TagRename) -> bytes:
    from notekeep.markdown import fieldedits, frontmatter
    from notekeep.markdown.fieldtypes import items
    from notekeep.markdown.kinds import names_in

    matter = frontmatter.read(data)
    key = names_in(matter.fields).get("tags")
    if key is None:
        return data
    words = [str(item) for item in items("tags", matter.words.get(key, ""))]
    taken = {word.lstrip("#").casefold() for word in words}
    for word in words:
        name = change.of(word.lstrip("#"))
        if name is None or word.lstrip("#") == name:
            continue
        sign = word[: len(word) - len(word.lstrip("#"))]
        if name.casefold() in taken and name.casefold() != word.lstrip("#").casefold():
            data = fieldedits.remove_item(data, key, word)
        else:
            data = fieldedits.replace_item(data, key, word, f"{sign}{name}")
        taken.add(name.casefold())
    return data


def _tag(text: str) -> str:
    """A tag as a person types it, with or without `#`.

    Raises:
        UsageError: It could not stand in a text as one.
    """
    from notekeep.markdown.outline import read_body

    name = text.strip().lstrip("#").strip("/")
    found = read_body(f"#{name}").tags
    if [tag.name for tag in found] != [name] or "//" in name:
        raise UsageError(
            f"{text!r} is no tag", "a tag has letters, digits, - _ and /, and not digits alone"
        )
    return name
