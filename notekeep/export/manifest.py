"""`.notekeep-export.json`: what notekeep wrote into a site, so that it never writes over a person.

It lies in the site and may be published with it, so it knows exported notes only. It is text with
sorted keys, one post after the other, which version control merges.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from notekeep.errors import Failure, Refused
from notekeep.files.paths import name_key, split

NAME = ".notekeep-export.json"
FORMAT = 1


@dataclass(slots=True)
class Entry:
    """One exported post; its slug is its key.

    Attributes:
        note: The note it came from, vault-relative.
        vault: The name of the vault, as one site may take posts of several.
        date: When it is from; chosen once.
        draft: Whether it was written as a draft.
        text: The digest of what was exported of the note, before a generator's ways.
        ids: The ids of its places that links may lead to.
        files: What was written, from the site's root, with the digest of what was written last;
            of a file that a person changed, the digest of what an export made of the note last.
        kept: Files that stay as a person changed them, with the digest of that.
        links: The slugs of the posts it links to.
        former: Slugs it had before, whose addresses people may know.
        published: Whether the person published it, of which its note says nothing.
        moved: The slug of the post that took its place, when its note has another one.
    """

    note: str
    vault: str
    date: str
    draft: bool = True
    text: str = ""
    ids: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    moved: str = ""
    published: bool = False

    def moment(self) -> datetime | None:
        """Return its date."""
        try:
            return datetime.fromisoformat(self.date)
        except ValueError:
            return None


@dataclass(slots=True)
class Manifest:
    """Every post that was exported to a site, by slug."""

    posts: dict[str, Entry] = field(default_factory=dict)
    _notes: dict[tuple[str, str], str] | None = field(default=None, repr=False, compare=False)
    _names: dict[str, str] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def read(cls, site: str) -> Manifest:
        """Read a site's manifest; a site without one has an empty one.

        Raises:
            Refused: It is damaged, or of a later notekeep; without it nothing can be told apart.
            Failure: It cannot be read.
        """
        path = os.path.join(site, NAME)
        try:
            with open(path, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise Failure(f"{path}: cannot be read: {error.strerror}") from error
        try:
            return cls(_entries(json.loads(data.decode("utf-8"))))
        except json.JSONDecodeError as error:
            raise _damaged(path, str(error.msg), error.lineno) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged(path, str(error), None) from error

    def data(self) -> bytes:
        """Return the file's bytes."""
        posts = {slug: _plain(self.posts[slug]) for slug in sorted(self.posts)}
        text = json.dumps({"format": FORMAT, "posts": posts}, indent=1, ensure_ascii=False)
        # A byte of a name that is not UTF-8 becomes \udcXX, which is how JSON writes it as well.
        return (text + "\n").encode("utf-8", "backslashreplace")

    def of_note(self, path: str, vault: str) -> tuple[str, Entry] | None:
        """Return slug and entry of a note, or None."""
        if self._notes is None:
            posts = reversed(self.posts.items())
            self._notes = {(e.note, e.vault): s for s, e in posts if not e.moved}
        slug = self._notes.get((path, vault))
        return None if slug is None else (slug, self.posts[slug])

    def twin(self, slug: str) -> str | None:
        """Return the slug that is the same name to some system, or None."""
        if self._names is None:
            self._names = {name_key(known): known for known in reversed(self.posts)}
        return self._names.get(name_key(slug))


def _plain(entry: Entry) -> dict[str, Any]:
    plain = {
        "note": entry.note,
        "vault": entry.vault,
        "date": entry.date,
        "draft": entry.draft,
        "text": entry.text,
        "ids": sorted(entry.ids),
        "files": dict(sorted(entry.files.items())),
    }
    more = {
        "kept": dict(sorted(entry.kept.items())),
        "links": sorted(entry.links),
        "former": entry.former,
        "moved": entry.moved,
        "published": entry.published,
    }
    return plain | {key: value for key, value in more.items() if value}


def _entries(data: Any) -> dict[str, Entry]:
    """Check what a manifest says; a path in it is no more to be trusted than any other file's."""
    if data["format"] != FORMAT:
        raise ValueError(f"it has format {data['format']!r}, and this notekeep knows {FORMAT}")
    entries = {}
    for slug, said in data["posts"].items():
        files, kept = (
            {str(path): str(digest) for path, digest in said.get(key, {}).items()}
            for key in ("files", "kept")
        )
        for path in said["files"]:
            split(path)
        entries[str(slug)] = Entry(
            str(said["note"]),
            str(said["vault"]),
            str(said["date"]),
            said["draft"] is not False,
            str(said["text"]),
            [str(name) for name in said["ids"]],
            files,
            kept,
            [str(name) for name in said.get("links", ())],
            [str(name) for name in said.get("former", ())],
            str(said.get("moved", "")),
            said.get("published") is True,
        )
    return entries


def _damaged(path: str, what: str, line: int | None) -> Refused:
    where = f", line {line}" if line else ""
    return Refused(
        f"{path}{where}: it cannot be read: {what.removesuffix(' at')}",
        "it may hold both sides of a merge: keep the lines of both, or take the file of the last"
        " export back from version control",
        line=line,
    )
