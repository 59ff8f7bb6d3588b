"""Finds notes by name: for the user, for links, and for unlinked mentions.

A name is a path, a title, an alias, or the beginning of one of these. It takes precedence over a
query. A path is relative to the vault; if the vault has no such file, it is a file system path, as
shells complete it.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from posixpath import normpath
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.catalog.conditions import LINKABLE, LISTED, Condition
from notekeep.catalog.records import (
    HAS_NAME,
    Row,
    is_web_target,
    link_key,
    link_state,
    load_path,
    sort_key,
    store_path,
)
from notekeep.errors import Ambiguous, NotFound, Refused, UsageError
from notekeep.markdown.note_names import WEB_ADDRESS, Resolver, fold_name, note_stem
from notekeep.query.fields import nearest_word
from notekeep.query.folding import as_unicode, fold_text
from notekeep.query.tree import Phrase
from notekeep.storage.file_names import vault_path

if TYPE_CHECKING:
    from notekeep.catalog.catalog import Catalog
    from notekeep.markdown.fields.field_values import Value
    from notekeep.markdown.note import Note
    from notekeep.markdown.outline import Link
    from notekeep.search.whoosh_index import WhooshIndex

SHOWN = 10
"""Maximum number of notes to list for an ambiguous name."""
LAST = "\U0010ffff"
"""Appended to a prefix, sorts after every name with that prefix."""
BEGINS = "id IN (SELECT note FROM names WHERE key >= ? AND key < ?)"
"""SQL condition for notes with a name that starts with a text."""


def find_exact(catalog: Catalog, name: str, root: str) -> Row | None:
    """Return the only note with exactly this path, file name, title or alias, ignoring case.

    A path may also be absolute or relative to the working directory. Raises Ambiguous if there are
    several notes.
    """
    name = name.strip().removeprefix("[[").removesuffix("]]")
    if not name:
        return None
    row = catalog.row(name) or catalog.row(f"{name}.md") or catalog.row(_on_disk(name, root))
    if row is not None:
        return row
    found = catalog.named(name)
    if "/" in name:
        # `named` compares only the last part of a path, so compare the folders here.
        ending = fold_name(name.removesuffix(".md"))
        found = [row for row in found if fold_name(row.path[:-3]).endswith(ending)]
    if len(found) > 1:
        titled = [row for row in found if fold_name(row.title) == fold_name(name)]
        found = titled if len(titled) == 1 else found
    if len(found) > 1:
        raise _several(name, found)
    return found[0] if found else None


def complete_name(catalog: Catalog, typed: str, most: int) -> list[str]:
    """Return names that start with a text, for at most `most` notes, for shell completion.

    For each note, this is the first of title, file name and aliases that starts with the text and
    is unique, or else its path. Text with a `/` completes paths.
    """
    start = fold_name(typed)
    if "/" in typed:
        first = store_path(typed)
        where = Condition(f"{LISTED} AND path >= ? AND path < ?", (first, first + LAST))
    elif start:
        where = Condition(f"{LISTED} AND {BEGINS}", (start, start + LAST))
    else:
        where = Condition(LISTED)
    rows = catalog.select_rows(where, "ORDER BY sort LIMIT ?", (most,))
    if "/" in typed:
        return [row.path for row in rows]
    names = []
    for row in rows:
        every = (row.title, note_stem(row.path), *row.aliases)
        names.append([name for name in every if fold_name(name).startswith(start)])
    owners = Counter(key for own in names for key in {*map(fold_name, own)})
    return [
        next((name for name in own if owners[fold_name(name)] == 1), row.path)
        for own, row in zip(names, rows, strict=True)
    ]


def resolve(catalog: Catalog, name: str, root: str) -> Row:
    """Return the note with a name, or the only one whose name starts with it.

    Raises NotFound or Ambiguous.
    """
    row = find_exact(catalog, name, root)
    if row is not None:
        return row
    found = _beginning(catalog, name)
    if len(found) > 1:
        raise _several(name, found)
    if not found:
        near = _near(catalog, name)
        raise NotFound(f'No note is called "{name}".', _hint(near), name=name, near=near)
    return found[0]


def resolve_names(catalog: Catalog, names: Sequence[str], root: str) -> list[Row]:
    """Return the notes with these names, in order and without duplicates."""
    found: dict[str, Row] = {}
    missing: dict[str, NotFound] = {}
    for name in names:
        try:
            row = resolve(catalog, name, root)
        except NotFound as error:
            missing[name] = error
            if len(missing) > SHOWN:
                break
        else:
            found[row.path] = row
    if len(missing) > 1:
        listed = ", ".join(f'"{name}"' for name in list(missing)[:SHOWN])
        more = " and more" if len(missing) > SHOWN else ""
        raise NotFound(f"No notes are called {listed}{more}.", _hint(""))
    for only in missing.values():
        raise only
    return list(found.values())


def split_names(catalog: Catalog, words: Sequence[str], root: str) -> Sequence[str]:
    """Return words as a single name if together they form one, or else as separate names.

    This is for unquoted names in a shell. Raises Ambiguous if both are possible.
    """
    whole = " ".join(words)
    if len(words) < 2 or find_exact(catalog, whole, root) is None:
        return words
    if all(find_exact(catalog, word, root) is not None for word in words):
        raise Ambiguous(f'"{whole}" may be one note or several:', [whole, *words], "Use quotes.")
    return [whole]


def select(catalog: Catalog, words: str, root: str, ask: Callable[[], list[Row]]) -> list[Row]:
    """Return the note with a name, or else the results of `ask`.

    Raises NotFound if there are no results, Ambiguous if the words match nothing but several names
    start with them, and UsageError if they are neither a name nor a query.
    """
    row = find_exact(catalog, words, root)
    if row is not None:
        return [row]
    starting = _beginning(catalog, words)
    if len(starting) == 1:
        return starting
    try:
        found = ask()
    except UsageError:
        if starting:
            raise _several(words, starting) from None
        raise
    if found:
        return found
    if starting:
        raise _several(words, starting)
    near = _near(catalog, words)
    raise NotFound(f'No note matches "{words}".', _hint(near), name=words, near=near)


def _on_disk(name: str, root: str) -> str:
    if not (os.sep in name or name.endswith(".md")) or not os.path.isfile(name):
        return ""
    try:
        return vault_path(root, name)
    except Refused:
        return ""


def _beginning(catalog: Catalog, name: str) -> list[Row]:
    start = fold_name(name.strip())
    if not start:
        return []
    known = as_unicode(start)  # the form stored in the rows
    begins = f"instr(path_folded, ?) = 1 OR instr(title_folded, ?) = 1 OR {BEGINS}"
    folded = fold_text(known)
    where = Condition(f"{LINKABLE} AND ({begins})", (folded, folded, known, known + LAST))
    rows = catalog.select_rows(where, "ORDER BY title, path")
    # All invalid bytes are equal in the rows, so compare the paths.
    return rows if known == start else [row for row in rows if start in fold_name(row.path)]


def _several(name: str, rows: list[Row]) -> Ambiguous:
    listed = [f"{row.title}  {row.path}" for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        listed.append(f"and {len(rows) - SHOWN} more")
    return Ambiguous(f'"{name}" matches several notes:', listed, "Use the path of one.")


def _near(catalog: Catalog, name: str) -> str:
    titles = {fold_name(title): title for _, title, _ in catalog.names()}
    part = fold_name(name.strip())
    having = [title for title in titles if part and part in title]
    near = having[0] if len(having) == 1 else nearest_word(fold_name(name), titles)
    return titles[near] if near else ""


def _hint(near: str) -> str:
    return f'Did you mean "{near}"?' if near else "`notekeep ls` lists the notes."


# Targets of links. Only notes with the keys of the targets are loaded, because a `Resolver` takes
# more than a kilobyte for each note.


def link_targets(catalog: Catalog, targets: Iterable[str], source: str) -> dict[str, list[str]]:
    """Return the possible notes for each target, best first; "" is `source`.

    Targets have no fragment (`#…`).
    """
    keys = {target: _link_keys(target, source) for target in targets}
    resolver = Resolver(_named(catalog, {key for found in keys.values() for key in found}))
    return {target: resolver.resolve(target, source) for target in keys}


def resolve_link(catalog: Catalog, target: str, source: str) -> Row | None:
    """Return the target note of a link; of several possible notes, the nearest."""
    found = link_targets(catalog, [target], source)[target] if target else [source]
    return catalog.row(found[0]) if found else None


def find_link_states(
    catalog: Catalog, links: Sequence[Link], source: str
) -> list[tuple[str, str | None]]:
    """Return the state of each link in the text of a note, as in `LinkRow`, and its target."""
    targets = {link.target for link in links if link.target and not is_web_target(link.target)}
    found = link_targets(catalog, targets, source)
    states: list[tuple[str, str | None]] = []
    for link in links:
        if not link.target:
            states.append(("ok", source))
        elif (paths := found.get(link.target)) is None:
            states.append(("web", None))
        else:
            state = link_state(link.target, len(paths), embed=link.embed)
            states.append((state, paths[0] if paths else None))
    return states


def resolve_link_names(
    catalog: Catalog, names: Sequence[str], source: str
) -> dict[str, tuple[str, bool]]:
    """Return the path of the note for each name, and whether its file name is unique."""
    targets = link_targets(catalog, names, source)
    paths = {name: found[0] for name, found in targets.items() if found}
    keys = {link_key(store_path(path)) for path in paths.values()}
    files = Counter(fold_name(path.rpartition("/")[2]) for path, _, _ in _named(catalog, keys))
    return {
        name: (path, files[fold_name(path.rpartition("/")[2])] == 1) for name, path in paths.items()
    }


def _named(catalog: Catalog, keys: Iterable[str]) -> list[tuple[str, str, list[str]]]:
    return catalog.names(Condition(HAS_NAME, (json.dumps([*keys]),)))


def _link_keys(target: str, source: str) -> set[str]:
    """Return the keys of all notes that a `Resolver` may find for a target."""
    name_or_path = target.replace("\\", "/") or source
    places = [name_or_path]
    if "/" in name_or_path:
        # `a/b/..` is a path, and its last part may be a name.
        folder = source.rpartition("/")[0]
        places += [
            normpath(name_or_path.lstrip("/")),
            normpath(f"{folder}/{name_or_path}".lstrip("/")),
        ]
    keys = {link_key(name_or_path)}
    for place in places:
        name = place.rpartition("/")[2]
        # `a.md` may refer to a file `a.md.md`, and `a ` to a file `a .md`.
        keys |= {link_key(name), link_key(f"{name}.md")}
    return {as_unicode(key) for key in keys}


class NoteLookup:
    """Finds notes by path and by link target, for an export.

    It queries the catalog each time, because all rows of 10,000 notes would take 16 MB.
    """

    def __init__(self, catalog: Catalog, find_private: Callable[[Catalog], frozenset[str]]) -> None:
        self._find_private = find_private
        self.use_catalog(catalog)

    def use_catalog(self, catalog: Catalog) -> None:
        """Use another catalog and clear the caches."""
        self.catalog = catalog
        self._hidden: frozenset[str] | None = None
        # by target and folder of the link, because the folder decides which note is nearest
        self._resolved: dict[tuple[str, str], list[str]] = {}

    def known(self, paths: Iterable[str]) -> set[str]:
        """Return the paths that are notes."""
        return existing_paths(self.catalog, paths, LINKABLE)

    def paths(self) -> Iterable[str]:
        """Return the paths of all notes."""
        return (load_path(path) for (path,) in self.catalog.find("path", Condition(LINKABLE)))

    def names(self, paths: Iterable[str]) -> list[tuple[str, str, list[str]]]:
        """Return path, title and aliases of notes, by title."""
        return self.catalog.names(_at(paths, LINKABLE))

    def private_paths(self) -> frozenset[str]:
        """Return the paths of private notes."""
        if self._hidden is None:
            self._hidden = self._find_private(self.catalog)
        return self._hidden

    def resolve(self, target: str, from_path: str) -> list[str]:
        """Return the possible notes for a target, best first."""
        if not target:
            return link_targets(self.catalog, [target], from_path)[target]
        self.prefetch([target], from_path)
        return self._resolved[target, from_path.rpartition("/")[0]]

    def prefetch(self, targets: Iterable[str], from_path: str) -> None:
        """Resolve several targets with one query."""
        folder = from_path.rpartition("/")[0]
        new = [target for target in targets if target and (target, folder) not in self._resolved]
        if new:
            found = link_targets(self.catalog, new, from_path)
            self._resolved |= {(target, folder): paths for target, paths in found.items()}


def existing_paths(catalog: Catalog, paths: Iterable[str], among: str = LISTED) -> set[str]:
    """Return which of these paths are notes; `among` is LISTED or LINKABLE."""
    return {load_path(path) for (path,) in catalog.find("path", _at(paths, among))}


def _at(paths: Iterable[str], among: str) -> Condition:
    listed = json.dumps([*map(store_path, paths)])
    sql = f"{among} AND path IN (SELECT value FROM json_each(?))"  # noqa: S608 - constants
    return Condition(sql, (listed,))


def find_private_notes(
    catalog: Catalog, fields: Sequence[str], judge: Callable[[Mapping[str, Value]], bool]
) -> frozenset[str]:
    """Return the notes that are private, or whose fields `judge` accepts as private.

    Front matter without any of the `fields` is not parsed.
    """

    def judged(found: Iterable[tuple[str, str | None]]) -> frozenset[str]:
        return frozenset(
            load_path(path)
            for path, facts in found
            if facts is None or judge(json.loads(facts)["fields"])
        )

    # JSON stores ASCII unchanged, so LIKE finds every note with one of the names.
    names: tuple[Any, ...] = tuple(f"%{name}%" for name in fields)
    may_have = " OR ".join(["facts LIKE ?"] * len(names)) or "0"
    sql = (
        "SELECT path, CASE WHEN private THEN NULL ELSE facts END FROM notes"  # noqa: S608 - constants
        f" WHERE {LINKABLE} AND (private OR {may_have})"
    )
    return catalog.collect(judged, sql, names)


# Unlinked mentions: names of a note in other notes, without a link
#
# The full-text index returns candidates. The positions are found in their texts, outside of links,
# code, comments and addresses.

SHORTEST = 3
"""Minimum number of letters of a name; shorter names occur by chance."""

MANY_NOTES, MAX_SHARE = 50, 0.1
"""Names in more notes and in a larger share of the notes are ignored."""

MANY_MENTIONS = 10
"""A word with more mentions is not a name if it occurs in lower case just as often."""

_BEFORE, _AFTER = 50, 90


class Mention(NamedTuple):
    """The name of a note in the text of another."""

    path: str
    title: str
    line: int  # of the file, from 1
    text: str  # the line, or the part around the name
    start: int  # offsets in the body
    end: int


def mentions(
    catalog: Catalog, index: WhooshIndex, row: Row, read: Callable[[str], Note]
) -> list[Mention]:
    """Find unlinked mentions of a note; `read` returns a note or raises NotFound.

    Names that are common words in this vault are ignored.
    """
    most = max(MANY_NOTES, catalog.count() * MAX_SHARE)
    every = dict.fromkeys([row.title, *row.aliases, note_stem(row.path)])
    names: list[str] = []
    found: set[str] = set()
    for name in every:
        if sum(map(str.isalpha, name)) >= SHORTEST:
            having = index.scores(Phrase(name))
            if len(having) <= most:
                names.append(name)
                found |= having.keys() - {row.path}
    if not found:
        return []
    there = sorted(
        catalog.rows_of(found).values(), key=lambda other: (sort_key(other.title), other.path)
    )
    pattern = _pattern(names)
    result: list[tuple[str, Mention]] = []
    in_small_letters: Counter[str] = Counter()
    for other in there:
        with suppress(NotFound):  # it was just deleted
            note = read(other.path)
            in_small_letters.update(re.findall(r"\w+", note.body))
            found_in = _in_note(other, note, pattern)
            result += ((note.body[one.start : one.end], one) for one in found_in)
    counts = Counter(name for name, _ in result)
    common = {
        name
        for name, number in counts.items()
        if number > MANY_MENTIONS and in_small_letters[name.lower()] >= number
    }
    return [mention for name, mention in result if name not in common]


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for the names as whole words, longest first, with any whitespace."""
    spelt = []
    for name in sorted(set(names), key=lambda name: (-len(name), name)):
        words = r"\s+".join(map(re.escape, name.split()))
        # A single word is case-sensitive: "Clear" is a person, "clear" is not.
        spelt.append(words if len(name.split()) < 2 else f"(?i:{words})")
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelt)})(?!\w)")


def _in_note(row: Row, note: Note, pattern: re.Pattern[str]) -> Iterator[Mention]:
    spans, body = note.spans, note.body
    excluded = [(link.start, link.end) for link in spans.links]
    excluded += [(code.start, code.end) for code in spans.code]
    excluded += [(comment.start, comment.end) for comment in spans.comments]
    excluded += [match.span() for match in WEB_ADDRESS.finditer(body)]
    for match in pattern.finditer(body):
        start, end = match.span()
        if any(begin < end and start < stop for begin, stop in excluded):
            continue
        line = note.body_line + body.count("\n", 0, start) + 1
        yield Mention(row.path, row.title, line, _around(body, start, end), start, end)


def _around(body: str, start: int, end: int) -> str:
    begin = body.rfind("\n", 0, start) + 1
    stop = body.find("\n", end)
    stop = len(body) if stop < 0 else stop
    first, last = max(begin, start - _BEFORE), min(stop, end + _AFTER)
    text = body[first:last].strip()
    return f"{'…' if first > begin else ''}{text}{'…' if last < stop else ''}"
