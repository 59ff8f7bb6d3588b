"""What notekeep wrote into a site, so that it never writes over a person.

`.notekeep-export.json` lies in the site and may be published with it, so it knows exported notes
only, and neither where they are in the vault nor what the vault is called: see `VaultKey`. It is
text with sorted keys, one post after the other, which version control merges.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from notekeep.errors import Failure, NotekeepError, Refused
from notekeep.markdown.text_merge import plain_ends
from notekeep.storage.file_names import name_key, split_path
from notekeep.storage.filesystem import explain_errors
from notekeep.storage.history import History
from notekeep.storage.operation_log import ChangeRecord, StepRecord, make_step_id

if TYPE_CHECKING:
    from notekeep.export.source import NoteFinder  # reads notes, which `export --help` does not

MANIFEST_NAME = ".notekeep-export.json"
FORMAT = 2
_FORMER_FORMAT = 1
"""The format that named vaults by their folders and notes by their paths."""


class VaultKey:
    """What a manifest calls a vault and its notes: digests that only the vault can make.

    They are keyed with the vault's id, which is in the vault and in no site. So nobody who reads
    the site learns a path or a folder, nor can they check a guess such as `journal/2026.md`; and a
    vault knows its own posts, also when its folder is renamed or it is another machine's copy.

    A manifest of the former format knows a vault by the name of its folder. It is read as if it had
    digests keyed with that name, until the vault exports.
    """

    def __init__(self, identity: str, folder: str) -> None:
        self.folder = folder
        self._key = blake2b(identity.encode("utf-8", "surrogateescape")).digest()
        self.vault = self.note("")

    @classmethod
    def of_folder(cls, folder: str) -> VaultKey:
        """Return the key of a vault of which only the name of its folder is known."""
        return cls(f"folder:{folder}", folder)

    @cached_property
    def former(self) -> VaultKey:
        """The key of a manifest that knows the vault by its folder."""
        return VaultKey.of_folder(self.folder)

    def note(self, path: str) -> str:
        """Return the digest that stands for a note."""
        data = path.encode("utf-8", "surrogateescape")
        return blake2b(data, key=self._key, digest_size=16).hexdigest()


@dataclass(slots=True)
class ManifestEntry:
    """One exported post; its slug is its key."""

    # what stands for the note it came from, as `vault` does for its vault, since one site may take
    # posts of several; see `VaultKey`
    digest: str
    vault: str
    date: str  # when it is from; chosen once
    draft: bool = True
    text: str = ""  # the digest of what was exported of the note, before a generator's ways
    ids: list[str] = field(default_factory=list)  # the ids of its places that links may lead to
    # what was written, from the site's root, with the digest of what was written last; of a file
    # that a person changed, the digest of what an export made of the note last
    files: dict[str, str] = field(default_factory=dict)
    # files that stay as a person changed them, with the digest of that
    kept: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)  # the slugs of the posts it links to
    # slugs it had before, whose addresses people may know
    former: list[str] = field(default_factory=list)
    moved: str = ""  # the slug of the post that took its place, when its note has another one
    published: bool = False  # whether the person published it, of which its note says nothing
    note: str = ""  # the note's path, where it is in the vault at hand; not written down

    def name(self, slug: str) -> str:
        """Return what a person knows the post by: its note, or its slug where that is not here."""
        return f"the post of {self.note}" if self.note else f"the post {slug!r}"

    def moment(self) -> datetime | None:
        """Return its date."""
        try:
            return datetime.fromisoformat(self.date)
        except ValueError:
            return None

    def to_json(self) -> dict[str, Any]:
        """Return what the file says of it: what is empty only where it always was there."""
        always = {
            "note": self.digest,
            "vault": self.vault,
            "date": self.date,
            "draft": self.draft,
            "text": self.text,
            "ids": sorted(self.ids),
            "files": dict(sorted(self.files.items())),
        }
        others = {
            "kept": dict(sorted(self.kept.items())),
            "links": sorted(self.links),
            "former": self.former,
            "moved": self.moved,
            "published": self.published,
        }
        return always | {key: value for key, value in others.items() if value}

    @classmethod
    def from_json(cls, data: Any) -> ManifestEntry:
        """Read what a file says of a post."""
        return cls(
            str(data["note"]),
            str(data["vault"]),
            str(data["date"]),
            data["draft"] is not False,
            str(data["text"]),
            ids=_texts(data["ids"]),
            files=_digests(data["files"]),
            kept=_digests(data.get("kept", {})),
            links=_texts(data.get("links", ())),
            former=_texts(data.get("former", ())),
            moved=str(data.get("moved", "")),
            published=data.get("published") is True,
        )


def _texts(items: Iterable[object]) -> list[str]:
    return [str(item) for item in items]


def _digests(files: dict[object, object]) -> dict[str, str]:
    return {str(path): str(digest) for path, digest in files.items()}


@dataclass
class Manifest:
    """Every post that was exported to a site, by slug."""

    posts: dict[str, ManifestEntry] = field(default_factory=dict)

    @classmethod
    def read(cls, site: str) -> Manifest:
        """Read a site's manifest; a site without one has an empty one."""
        path = os.path.join(site, MANIFEST_NAME)
        try:
            with open(path, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise Failure(f"{path}: cannot read the file: {error.strerror}") from error
        try:
            return cls(_entries(json.loads(data.decode("utf-8"))))
        except json.JSONDecodeError as error:
            raise _damaged(path, str(error.msg), error.lineno) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged(path, str(error), None) from error

    def locate_notes(self, key: VaultKey, notes: NoteFinder, history: History) -> Manifest:
        """Return a manifest whose entries of one vault know where their notes are by now.

        An address does not move when a note does: the post keeps its slug, under the note's new
        name. The history is read only when a note is gone.
        """
        names = key.vault, key.former.vault
        own = {slug: entry for slug, entry in self.posts.items() if entry.vault in names}
        if not own:
            return self
        wanted = {entry.digest for entry in own.values()}
        found = {
            digest: path
            for path in notes.paths()
            for digest in (key.note(path), key.former.note(path))
            if digest in wanted
        }
        if gone := wanted - found.keys():
            moved = _follow_moves(gone, key, history.records())
            there = notes.known(moved.values()) - {*found.values()}
            found |= {digest: path for digest, path in moved.items() if path in there}
        posts = dict(self.posts)
        for slug, entry in own.items():
            path = found.get(entry.digest, "")
            digest = key.note(path) if path else entry.digest
            posts[slug] = replace(entry, digest=digest, vault=key.vault, note=path)
        return Manifest(posts)

    def data(self) -> bytes:
        """Return the file's bytes."""
        posts = {slug: self.posts[slug].to_json() for slug in sorted(self.posts)}
        text = json.dumps({"format": FORMAT, "posts": posts}, indent=1, ensure_ascii=False)
        # A byte of a name that is not UTF-8 becomes \udcXX, which is how JSON writes it as well.
        return (text + "\n").encode("utf-8", "backslashreplace")

    def of_note(self, path: str) -> tuple[str, ManifestEntry] | None:
        """Return slug and entry of a note, or None."""
        slug = self._slugs.get(path)
        return None if slug is None else (slug, self.posts[slug])

    @cached_property
    def _slugs(self) -> dict[str, str]:
        posts = reversed(self.posts.items())
        return {entry.note: slug for slug, entry in posts if entry.note and not entry.moved}

    @cached_property
    def names(self) -> dict[str, str]:
        """Each slug, by the name that it is to systems for which some names are the same."""
        return {name_key(known): known for known in reversed(self.posts)}


def _follow_moves(gone: set[str], key: VaultKey, records: Iterable[StepRecord]) -> dict[str, str]:
    """Return where notes are that were moved, by the digest of their first path."""
    digests: dict[str, str] = {}  # by the path of the moment
    for record in records:
        for change in () if record.root else record.changes:
            if change.kind != "move":
                continue
            made = key.note(change.path), key.former.note(change.path)
            digest = digests.pop(change.path, "") or next((one for one in made if one in gone), "")
            if digest:
                digests[change.to] = digest
    return {digest: path for path, digest in digests.items()}


def _entries(data: Any) -> dict[str, ManifestEntry]:
    """Check what a manifest says; a path in it is no more to be trusted than any other file's."""
    if data["format"] not in (_FORMER_FORMAT, FORMAT):
        raise ValueError(
            f"it has format {data['format']!r}, but this version of notekeep reads {FORMAT}"
        )
    entries = {str(slug): ManifestEntry.from_json(post) for slug, post in data["posts"].items()}
    for entry in entries.values():
        for path in entry.files:
            split_path(path)
        if data["format"] == _FORMER_FORMAT:
            key = VaultKey.of_folder(entry.vault)
            entry.digest, entry.vault = key.note(entry.digest), key.vault
    return entries


def _damaged(path: str, what: str, line: int | None) -> Refused:
    where = f", line {line}" if line else ""
    return Refused(
        f"{path}{where}: cannot read the manifest: {what.removesuffix(' at')}",
        "if it has merge conflict markers, keep the lines of both sides; or restore the file from"
        " version control",
        line=line,
    )


def fingerprint(data: bytes) -> str:
    """Return the digest that the manifest keeps of a file; line ends do not count in text."""
    return hashlib.sha256(plain_ends(data)).hexdigest()


class Bases:
    """The texts that were written last into one site, which both sides of a conflict come from.

    The manifest knows them by digests only. The texts are in the history of the vault, on the
    machine that exported them; elsewhere there are none, and nothing can be merged.
    """

    def __init__(self, history: History, site: str) -> None:
        self._history = history
        self._site = os.path.realpath(site)

    def find(self, path: str, wanted: str) -> bytes | None:
        """Return what was written last into a file, whose fingerprint is known, or None."""
        for digest in self._digests.get(path, ()):
            try:
                data = self._history.blobs.read(digest)
            except NotekeepError:
                continue
            if fingerprint(data) == wanted:
                return data
        return None

    def keep(self, texts: Iterable[tuple[str, bytes]]) -> None:
        """Keep what an export made of a note where the site holds something else."""
        with explain_errors(self._history.folder, "added to"):
            changes = tuple(
                ChangeRecord("seen", path, None, self._history.blobs.store(data))
                for path, data in texts
            )
            if changes:
                record = StepRecord(
                    make_step_id(), time.time(), "seen", "", changes, root=self._site
                )
                self._history.log.append(record)

    @cached_property
    def _digests(self) -> dict[str, list[str]]:
        """For each file of the site the digests of what it held, the last first."""
        found: dict[str, list[str]] = {}
        for record in reversed(self._history.records()):
            for change in record.changes if record.root == self._site else ():
                known = found.setdefault(change.path, [])
                known += [one for one in (change.after, change.before) if one]
        return found
